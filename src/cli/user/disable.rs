//! `zelo user disable`: they stay listed, with all they did, and get in no more.

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
    },
    msg,
};

/// Whom.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::user`].
    pub user: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::user(&world, &self.user).await?;
        let row = world.db.disable_user(&row.id, &desk.actor().0).await?;
        desk.out.say(&msg!("cli-user-disabled", name = &row.name));
        desk.out.json(&row);
        Ok(Exit::Done)
    }
}
