//! `zelo undo`.

use super::{
    args::{ConfirmArgs, RunArgs},
    desk::{Desk, Done},
    find, run,
};
use crate::operation::{Request, UndoRequest};

/// What to undo.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The finished restore or undo: its id, or its last eight characters
    pub operation: String,
    /// Go without a safety backup, and why; recorded
    #[arg(long, value_name = "REASON")]
    pub without_safety: Option<String>,
    /// How it is agreed to.
    #[command(flatten)]
    pub agree: ConfirmArgs,
    /// How it is run.
    #[command(flatten)]
    pub run: RunArgs,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let operation = find::operation(&world, &self.operation).await?.id;
        let request = Request::Undo(UndoRequest { operation, without_safety: self.without_safety });
        run::request(desk, &world, request, &self.run, &self.agree).await
    }
}
