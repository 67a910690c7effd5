//! `zelo aside keep`: a change of Zelo's own records, so no operation.

use chrono::TimeDelta;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        find,
    },
    msg,
};

/// Ten years: whoever wants more wants a backup.
const LONGEST: u32 = 3650;

/// Which to keep, and for how long.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for `find::aside`.
    pub aside: String,
    /// From now on.
    #[arg(long, value_parser = days)]
    pub days: u32,
}

fn days(text: &str) -> Result<u32, String> {
    let days = text.parse().ok().filter(|days| (1..=LONGEST).contains(days));
    days.ok_or_else(|| format!("1–{LONGEST}"))
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::aside(&world, &self.aside).await?;
        let until = world.clock.now() + TimeDelta::days(i64::from(self.days));
        let until = until.max(row.keep_until);
        let row = world.db.extend_aside(&row.id, until, &desk.actor().0).await?;
        let out = &desk.out;
        out.say(&msg!("cli-kept", item = &row.item, until = out.moment(row.keep_until)));
        out.json(&row);
        Ok(Exit::Done)
    }
}
