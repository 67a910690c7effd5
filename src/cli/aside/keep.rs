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

/// Which to keep, and for how long.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its id, or the last eight characters
    pub aside: String,
    /// For so many days from now; never for less than it is kept already
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub days: u32,
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
