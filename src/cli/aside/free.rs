//! `zelo aside free`.

use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        find, run,
    },
    operation::{FreeRequest, Request},
};

/// Which to remove.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for `find::aside`.
    pub aside: String,
    /// The reason for the waiver.
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
        let aside = find::aside(&world, &self.aside).await?.id;
        let request =
            Request::Free(FreeRequest { aside, expired: false, without_safety: self.without_safety });
        run::request(desk, &world, request, &self.run, &self.agree).await
    }
}
