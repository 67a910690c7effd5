//! `zelo instance release`: a copy gets its way out.

use super::named;
use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        run,
    },
    operation::{ReleaseRequest, Request},
};

/// Which copy.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
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
        let resource = named(&world, &self.resource).await?.id;
        let request = Request::Release(ReleaseRequest { resource, without_safety: self.without_safety });
        run::request(desk, &world, request, &self.run, &self.agree).await
    }
}
