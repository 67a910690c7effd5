//! `zelo instance restore`: a recovery point over its instance, or beside it.

use std::collections::BTreeMap;

use super::named;
use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        find, run,
    },
    engine::RestoreOptions,
    operation::{Request, RestoreRequest},
};

/// Where a new instance goes.
#[derive(Debug, clap::Args)]
pub struct PlaceArgs {
    /// A folder that is not there yet; `None`: beside the original's.
    #[arg(long)]
    pub folder: Option<String>,
    /// The first of its ports; `None`: free ones near the original's.
    #[arg(long)]
    pub port: Option<u16>,
}

impl PlaceArgs {
    pub(super) fn place(&self) -> BTreeMap<String, String> {
        let port = self.port.map(|port| ("port".to_owned(), port.to_string()));
        let folder = self.folder.clone().map(|folder| ("folder".to_owned(), folder));
        port.into_iter().chain(folder).collect()
    }
}

/// What, and where to.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
    /// As typed, for [`find::backup`].
    pub backup: String,
    /// The Compose project of a new instance; `None`: over the one that is there.
    #[arg(long = "as", value_name = "NAME")]
    pub new_name: Option<String>,
    /// Where that goes.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Only the engine knows which there are.
    #[arg(long)]
    pub format: Option<String>,
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
        let backup = find::backup(&world, &self.backup).await?.id;
        let options = RestoreOptions {
            place: self.place.place(),
            new_name: self.new_name,
            format: self.format,
            ..RestoreOptions::default()
        };
        let request = Request::Restore(RestoreRequest {
            into: Some(resource),
            options,
            without_safety: self.without_safety,
            ..RestoreRequest::of(backup)
        });
        run::request(desk, &world, request, &self.run, &self.agree).await
    }
}
