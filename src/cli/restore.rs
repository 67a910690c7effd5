//! `zelo restore`.

use super::{
    args::{ConfirmArgs, RunArgs},
    desk::{Desk, Done},
    find, run,
};
use crate::{
    engine::RestoreOptions,
    operation::{Request, RestoreRequest},
};

/// What to restore, and where to.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The backup's id, or its last eight characters
    pub backup: String,
    /// Into this resource of the same kind (default: the one it was taken of)
    #[arg(long, value_name = "RESOURCE")]
    pub into: Option<String>,
    /// Only these databases; may be given several times (default: all in the backup)
    #[arg(long = "item", value_name = "NAME")]
    pub items: Vec<String>,
    /// Into a new database of this name, replacing nothing
    #[arg(long, value_name = "NAME")]
    pub new_name: Option<String>,
    /// Drop first, then load: for a disk that cannot hold both
    #[arg(long, conflicts_with = "new_name")]
    pub in_place: bool,
    /// Change roles that exist already to what the backup says
    #[arg(long)]
    pub replace_roles: bool,
    /// Go without a safety backup, and why; recorded
    #[arg(long, value_name = "REASON")]
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
        let backup = find::backup(&world, &self.backup).await?.id;
        let into = match &self.into {
            Some(text) => Some(find::resource(&world, text).await?.id),
            None => None,
        };
        let request = Request::Restore(RestoreRequest {
            backup,
            into,
            options: RestoreOptions {
                items: self.items,
                new_name: self.new_name,
                in_place: self.in_place,
                replace_roles: self.replace_roles,
                closed: false,
            },
            without_safety: self.without_safety,
            resolves: None,
        });
        run::request(desk, &world, request, &self.run, &self.agree).await
    }
}
