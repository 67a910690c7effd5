//! `zelo instance backup`: a recovery point, which is a backup of all there is.

use super::named;
use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        run,
    },
    domain::backup::Origin,
    engine::BackupOptions,
    operation::{BackupRequest, Request},
};

/// Of what, and what is kept with it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
    /// Kept in the catalogue.
    #[arg(long)]
    pub name: Option<String>,
    /// Kept in the manifest.
    #[arg(long)]
    pub note: Option<String>,
    /// Only the engine knows which there are.
    #[arg(long)]
    pub format: Option<String>,
    /// How it is run.
    #[command(flatten)]
    pub run: RunArgs,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let resource = named(&world, &self.resource).await?.id;
        let request = Request::Backup(BackupRequest {
            resource,
            name: self.name,
            note: self.note,
            options: BackupOptions { format: self.format, ..BackupOptions::default() },
            origin: Origin::Manual,
            parent: None,
        });
        let agree = ConfirmArgs { yes: false, confirm: None };
        run::request(desk, &world, request, &self.run, &agree).await
    }
}
