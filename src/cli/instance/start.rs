//! `zelo instance start`. It takes nothing away, so nobody is asked.

use super::named;
use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        run,
    },
    operation::{Request, StartRequest},
};

/// What to start.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
    /// Empty means all.
    #[arg(long = "service")]
    pub services: Vec<String>,
    /// How it is run.
    #[command(flatten)]
    pub run: RunArgs,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let resource = named(&world, &self.resource).await?.id;
        let request = Request::Start(StartRequest { resource, services: self.services });
        let agree = ConfirmArgs { yes: false, confirm: None };
        run::request(desk, &world, request, &self.run, &agree).await
    }
}
