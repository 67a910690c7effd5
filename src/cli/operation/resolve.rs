//! `zelo operation resolve`: the three ways out when an undo failed.

use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        find, run,
    },
    jobs::wake,
    operation::{self, Way, WayOut},
};

/// Which operation, and which way out.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("way").required(true)))]
pub struct Args {
    /// As typed, for [`find::operation`].
    pub operation: String,
    /// Stands for [`Way::Retry`].
    #[arg(long, group = "way")]
    pub retry: bool,
    /// Stands for [`Way::Restore`].
    #[arg(long, group = "way")]
    pub restore: bool,
    /// Stands for [`Way::Resolved`].
    #[arg(long, group = "way")]
    pub note: Option<String>,
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
        let id = find::operation(&world, &self.operation).await?.id;
        let way = match (self.retry, self.note) {
            (true, _) => Way::Retry,
            (_, Some(note)) => Way::Resolved { note },
            _ => Way::Restore,
        };
        match operation::resolve(&world, &id, way, &desk.actor()).await? {
            WayOut::Same(id) => {
                wake(&desk.settings.data);
                run::watch(desk, &world, &id).await
            }
            WayOut::Restore(plan) => run::prepared_plan(desk, &world, *plan, &self.run, &self.agree).await,
        }
    }
}
