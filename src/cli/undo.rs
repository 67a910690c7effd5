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
    /// As typed, for [`find::operation`].
    pub operation: String,
    /// The reason of a waiver.
    #[arg(long)]
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
