//! `zelo project member add`: also changes what somebody is already.

use super::tell;
use crate::{
    cli::{
        desk::{Desk, Done},
        find,
    },
    domain::role::Role,
    i18n::words,
    msg,
};

/// Who, where, as what.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::project`].
    #[arg(display_order = 1)]
    pub project: String,
    /// As typed, for [`find::user`].
    #[arg(display_order = 2)]
    pub user: String,
    /// What they may.
    #[arg(long, value_parser = role)]
    pub role: Role,
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|_| Role::ALL.map(Role::as_str).join(", "))
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let project = find::project(&world, &self.project).await?;
        let user = find::user(&world, &self.user).await?;
        world.db.set_member(&project.id, &user.id, self.role, &desk.actor().0).await?;
        let role = desk.out.words().label(words::role(self.role));
        desk.out.say(&msg!("cli-member", name = &user.name, project = &project.name, role = role));
        tell(desk, &world, &project, &user).await
    }
}
