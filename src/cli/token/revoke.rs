//! `zelo token revoke`.

use serde_json::json;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
    },
    msg,
};

/// Which.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::token`].
    pub token: String,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::token(&world, &self.token).await?;
        world.db.revoke_token(&row.id, &row.user, &desk.actor().0).await?;
        desk.out.say(&msg!("cli-token-revoked", name = &row.name));
        desk.out.json(&json!({ "revoked": row.id }));
        Ok(Exit::Done)
    }
}
