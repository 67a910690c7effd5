//! `zelo token create`: the token is shown here, once, and kept nowhere.

use std::time::Duration;

use chrono::TimeDelta;
use serde::Serialize;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
    },
    db::TokenRow,
    msg,
    secret::{SystemRandom, token},
};

/// Ten years: whoever wants more wants one without an end.
const LONGEST: Duration = Duration::from_secs(3650 * 24 * 3600);

/// Whose, what for, how long.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::user`].
    #[arg(long)]
    pub user: String,
    /// What it is for.
    #[arg(long)]
    pub name: String,
    /// Until it is revoked, without it.
    #[arg(long, value_parser = duration)]
    pub expires: Option<Duration>,
}

fn duration(text: &str) -> Result<Duration, String> {
    let good = humantime::parse_duration(text).ok().filter(|long| !long.is_zero() && *long <= LONGEST);
    good.ok_or_else(|| "12h, 90d, 1y".to_owned())
}

/// The one time it is shown.
#[derive(Debug, Serialize)]
struct Made<'a> {
    #[serde(flatten)]
    row: &'a TokenRow,
    token: &'a str,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let user = find::user(&world, &self.user).await?;
        let until = self.expires.and_then(|long| TimeDelta::from_std(long).ok());
        let until = until.map(|long| world.clock.now() + long);
        let (secret, digest) = token::new_api(&SystemRandom)?;
        let row = world.db.add_token(&user.id, &self.name, &digest, until, &desk.actor().0).await?;
        desk.out.line(secret.expose());
        desk.out.note(&desk.out.words().text(&msg!("cli-token-once", name = &user.name)));
        desk.out.json(&Made { row: &row, token: secret.expose() });
        Ok(Exit::Done)
    }
}
