//! `zelo project add`.

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
    },
    msg,
};

/// What it is called, and whose it is.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Unique.
    pub name: String,
    /// As typed, for [`find::user`].
    #[arg(long)]
    pub owner: Option<String>,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let owner = match &self.owner {
            Some(name) => Some(find::user(&world, name).await?.id),
            None => None,
        };
        let row = world.db.add_project(&self.name, owner.as_ref(), &desk.actor().0).await?;
        desk.out.say(&msg!("cli-added", name = &row.name, id = row.id.short()));
        desk.out.json(&row);
        Ok(Exit::Done)
    }
}
