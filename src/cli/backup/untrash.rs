//! `zelo backup untrash`.

use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        find, run,
    },
    operation::{Request, UntrashRequest},
};

/// Which to bring back.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for `find::backup`.
    pub backup: String,
    /// How it is run.
    #[command(flatten)]
    pub run: RunArgs,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let backup = find::backup(&world, &self.backup).await?.id;
        let request = Request::Untrash(UntrashRequest { backup });
        let agree = ConfirmArgs { yes: false, confirm: None };
        run::request(desk, &world, request, &self.run, &agree).await
    }
}
