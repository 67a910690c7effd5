//! `zelo instance config diff`: what a change would do. Nothing is changed.

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

/// What would change.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
    /// As typed, for [`values`].
    #[arg(required = true)]
    pub changes: Vec<String>,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let resource = named(&world, &self.resource).await?.id;
        let request = ConfigRequest::new(&world, resource, values(desk, &self.changes)?);
        let only_look = RunArgs { dry_run: true, no_wait: false, idempotency_key: None };
        let agree = ConfirmArgs { yes: false, confirm: None };
        run::request(desk, &world, Request::Config(request), &only_look, &agree).await
    }
}
