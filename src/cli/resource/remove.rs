//! `zelo resource remove`: off the list. The thing itself and its backups stay.

use serde_json::json;

use crate::{
    cli::{
        args::ConfirmArgs,
        ask,
        desk::{Desk, Done, Stop},
        exit::Exit,
        find,
        signals::Signals,
    },
    db::BackupFilter,
    msg,
};

/// Which.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::resource`].
    pub resource: String,
    /// How it is agreed to.
    #[command(flatten)]
    pub agree: ConfirmArgs,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::resource(&world, &self.resource).await?;
        let left = BackupFilter { resource: Some(row.id.clone()), ..BackupFilter::default() };
        let left = world.db.count_backups(left).await?;
        let out = &desk.out;
        if ask::asks(out, &self.agree) {
            out.say(&msg!("cli-removing", name = &row.name, count = left));
        }
        let mut signals = Signals::listen()?;
        tokio::select! {
            biased; // who was leaving on a signal already says so in its own words
            agreed = ask::confirm(out, &self.agree, &row.name) => drop(agreed?),
            () = signals.any() => {
                out.note(&out.words().label("cli-left-early"));
                return Err(Stop::Exit(Exit::Cancelled));
            }
        }
        world.db.remove_resource(&row.id, &desk.actor().0).await?;
        out.say(&msg!("cli-removed", name = &row.name, count = left));
        out.json(&json!({ "removed": row.id, "backups": left }));
        Ok(Exit::Done)
    }
}
