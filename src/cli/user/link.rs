//! `zelo user link`: signs one person in, once, without their password.

use serde_json::json;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
    },
    msg,
    secret::SystemRandom,
    web,
};

/// For whom.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::user`].
    pub user: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::user(&world, &self.user).await?;
        let base = desk.settings.http.url();
        let link = web::sign_in_link(&world, &SystemRandom, &base, &row.id, &desk.actor().0).await?;
        desk.out.say(&msg!("cli-sign-in", link = &link.address));
        desk.out.json(&json!({ "user": row, "link": link.address, "expires_at": link.expires_at }));
        Ok(Exit::Done)
    }
}
