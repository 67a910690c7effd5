//! `zelo project member remove`.

use super::tell;
use crate::{
    cli::{
        desk::{Desk, Done},
        find,
    },
    msg,
};

/// Who, and from where.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::project`].
    #[arg(display_order = 1)]
    pub project: String,
    /// As typed, for [`find::user`].
    #[arg(display_order = 2)]
    pub user: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let project = find::project(&world, &self.project).await?;
        let user = find::user(&world, &self.user).await?;
        world.db.remove_member(&project.id, &user.id, &desk.actor().0).await?;
        desk.out.say(&msg!("cli-no-member", name = &user.name, project = &project.name));
        tell(desk, &world, &project, &user).await
    }
}
