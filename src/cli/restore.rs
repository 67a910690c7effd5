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
    /// As typed, for [`find::backup`].
    pub backup: String,
    /// As typed, for [`find::resource`]; `None` is where the backup came from.
    #[arg(long)]
    pub into: Option<String>,
    /// Empty means all.
    #[arg(long = "item")]
    pub items: Vec<String>,
    /// See [`RestoreOptions::new_name`].
    #[arg(long)]
    pub new_name: Option<String>,
    /// See [`RestoreOptions::in_place`].
    #[arg(long, conflicts_with = "new_name")]
    pub in_place: bool,
    /// See [`RestoreOptions::replace_roles`].
    #[arg(long)]
    pub replace_roles: bool,
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
                format: None,
                place: std::collections::BTreeMap::new(),
            },
            without_safety: self.without_safety,
            resolves: None,
            parent: None,
        });
        run::request(desk, &world, request, &self.run, &self.agree).await
    }
}
