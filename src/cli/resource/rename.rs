//! `zelo resource rename`: only what it is called here.

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
    },
    msg,
};

/// Which, and what it becomes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::resource`].
    #[arg(display_order = 1)]
    pub resource: String,
    /// Unique in its project.
    #[arg(display_order = 2)]
    pub name: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let was = find::resource(&world, &self.resource).await?;
        let row = world.db.rename_resource(&was.id, &self.name, &desk.actor().0).await?;
        desk.out.say(&msg!("cli-renamed", was = &was.name, name = &row.name));
        desk.out.json(&row);
        Ok(Exit::Done)
    }
}
