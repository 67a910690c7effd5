//! `zelo user admin`: who may manage the whole panel.

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
    /// No longer.
    #[arg(long)]
    pub off: bool,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::user(&world, &self.user).await?;
        let row = world.db.set_admin(&row.id, !self.off, &desk.actor().0).await?;
        let said = if row.is_admin {
            msg!("cli-user-admin", name = &row.name)
        } else {
            msg!("cli-user-no-admin", name = &row.name)
        };
        desk.out.say(&said);
        desk.out.json(&row);
        Ok(Exit::Done)
    }
}
