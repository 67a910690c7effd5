//! `zelo instance config rotate`: a new secret, and all that belongs to it, as one change.

use super::values;
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
    /// The field: `jwt_secret`, `postgres_password`.
    pub field: String,
    /// The value is asked for, or read from standard input: no random one.
    #[arg(long)]
    pub typed: bool,
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
        let row = named(&world, &self.resource).await?;
        let guided = Guided::named(&self.field)
            .ok_or_else(|| problem!("config-not-guided", field = self.field.as_str()))?;
        let mut request = match self.typed {
            true => {
                let field = [guided.typed().ok_or_else(|| problem!("config-not-typed"))?.to_owned()];
                let value = values(desk, &field)?.into_values().next();
                let value = value.ok_or_else(|| problem!("config-not-typed"))?;
                ConfigRequest::guided_by(&world, row.id, guided, value)?
            }
            false => ConfigRequest::guided(row.id, guided),
        };
        request.without_safety = self.without_safety;
        run::request(desk, &world, Request::Config(request), &self.run, &self.agree).await
    }
}
