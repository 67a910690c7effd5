//! `zelo instance config set`: changes settings, saved first, put back if they do no good.

use super::values;
use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        instance::named,
        run,
    },
    operation::{ConfigRequest, Request},
};

/// What to change.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
    /// As typed, for [`values`].
    #[arg(required = true)]
    pub changes: Vec<String>,
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
        let mut request = ConfigRequest::new(&world, resource, values(desk, &self.changes)?);
        request.without_safety = self.without_safety;
        run::request(desk, &world, Request::Config(request), &self.run, &self.agree).await
    }
}
