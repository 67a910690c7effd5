//! `zelo resource assign`: whose it is. Its backups and operations go with it.

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
    },
    msg,
};

/// Which, and to whom.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::resource`].
    #[arg(display_order = 1)]
    pub resource: String,
    /// As typed, for [`find::project`].
    #[arg(display_order = 2)]
    pub project: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::resource(&world, &self.resource).await?;
        let project = find::project(&world, &self.project).await?;
        let row = world.db.assign_resource(&row.id, &project.id, &desk.actor().0).await?;
        desk.out.say(&msg!("cli-assigned", name = &row.name, project = &project.name));
        desk.out.json(&row);
        Ok(Exit::Done)
    }
}
