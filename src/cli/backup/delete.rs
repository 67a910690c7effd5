//! `zelo backup delete`.

use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        find, run,
    },
    operation::{DeleteRequest, Request},
};

/// Which to delete.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::backup`].
    pub backup: String,
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
        let backup = find::backup(&world, &self.backup).await?.id;
        let request = Request::Delete(DeleteRequest::of(backup));
        run::request(desk, &world, request, &self.run, &self.agree).await
    }
}
