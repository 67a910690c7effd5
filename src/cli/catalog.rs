//! `zelo catalog`: the list of backups against what really lies in the store.

use clap::Subcommand;
use serde_json::json;

use super::{
    desk::{Desk, Done},
    exit::Exit,
};
use crate::{msg, operation};

/// What can be done about the catalogue.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo catalog rebuild`
    Rebuild(RebuildArgs),
}

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub struct RebuildArgs {}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let Self::Rebuild(RebuildArgs {}) = self;
        let world = desk.world().await?;
        let found = operation::rebuild(&world).await?;
        let out = &desk.out;
        out.say(&msg!(
            "cli-rebuilt",
            listed = found.listed,
            damaged = found.damaged,
            missing = found.missing
        ));
        for refused in &found.refused {
            out.note(&format!("{}: {}", refused.path, out.words().problem(&refused.why).what));
        }
        let refused: Vec<_> = found.refused.iter().map(|r| json!({ "path": r.path, "why": r.why })).collect();
        out.json(&json!({
            "listed": found.listed,
            "damaged": found.damaged,
            "missing": found.missing,
            "refused": refused,
        }));
        Ok(Exit::Done)
    }
}
