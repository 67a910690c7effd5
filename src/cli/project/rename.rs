//! `zelo project rename`.

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
    /// As typed, for [`find::project`].
    #[arg(display_order = 1)]
    pub project: String,
    /// Unique.
    #[arg(display_order = 2)]
    pub name: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let was = find::project(&world, &self.project).await?;
        let row = world.db.rename_project(&was.id, &self.name, &desk.actor().0).await?;
        desk.out.say(&msg!("cli-renamed", was = &was.name, name = &row.name));
        desk.out.json(&row);
        Ok(Exit::Done)
    }
}
