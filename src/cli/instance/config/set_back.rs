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
        let request = Request::Config(set_back(&world, &operation).await?);
        run::request(desk, &world, request, &self.run, &self.agree).await
    }
}
