//! `zelo instance config set-back`: the values from before a change, as a change of its own.

use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        find, run,
    },
    operation::{Request, set_back},
};

/// Which change.
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
        let mut request = set_back(&world, &operation).await?;
        request.without_safety = self.without_safety;
        run::request(desk, &world, Request::Config(request), &self.run, &self.agree).await
    }
}
