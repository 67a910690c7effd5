//! `zelo user add`.

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
    },
    db::NewUser,
    msg,
};

use super::password::{given, hashed};

/// Whom to add.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What they sign in by.
    pub name: String,
    /// Where mail reaches them.
    #[arg(long)]
    pub email: Option<String>,
    /// As an administrator.
    #[arg(long)]
    pub admin: bool,
    /// Where the password is read from.
    #[arg(long)]
    pub password_stdin: bool,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let password = given(desk, self.password_stdin)?;
        let password_hash = match password.filter(|password| !password.is_empty()) {
            Some(password) => Some(hashed(password, &self.name).await?),
            None => None,
        };
        let without = password_hash.is_none();
        let new =
            NewUser { name: self.name, email: self.email, is_admin: self.admin, locale: None, password_hash };
        let row = world.db.add_user(new, &desk.actor().0).await?;
        desk.out.say(&msg!("cli-user-added", name = &row.name));
        if without {
            desk.out.say(&msg!("cli-user-without-password", name = &row.name));
        }
        desk.out.json(&row);
        Ok(Exit::Done)
    }
}
