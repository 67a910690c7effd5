//! `zelo instance config rotate`: a new secret, and all that belongs to it, as one change.

use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        instance::named,
        run,
    },
    operation::{ConfigRequest, Guided, Request},
    problem,
};

/// Which secret of which instance.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for `named`.
    pub resource: String,
    /// The field: `jwt_secret`.
    pub field: String,
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
        let row = named(&world, &self.resource).await?;
        let guided = Guided::named(&self.field)
            .ok_or_else(|| problem!("config-not-guided", field = self.field.as_str()))?;
        let request = Request::Config(ConfigRequest::guided(row.id, guided));
        run::request(desk, &world, request, &self.run, &self.agree).await
    }
}
