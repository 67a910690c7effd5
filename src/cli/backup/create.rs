//! `zelo backup create`.

use crate::{
    cli::{
        args::{ConfirmArgs, RunArgs},
        desk::{Desk, Done},
        find, run,
    },
    domain::backup::{Compression, Origin},
    engine::BackupOptions,
    operation::{BackupRequest, Request},
};

/// What to back up, and how.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::resource`].
    pub resource: String,
    /// Kept in the catalogue.
    #[arg(long)]
    pub name: Option<String>,
    /// Kept in the manifest.
    #[arg(long)]
    pub note: Option<String>,
    /// Empty means all.
    #[arg(long = "item")]
    pub items: Vec<String>,
    /// Only the engine knows which there are.
    #[arg(long)]
    pub format: Option<String>,
    /// With `no_roles` a choice of three: neither means if permitted.
    #[arg(long, conflicts_with = "no_roles")]
    pub roles: bool,
    /// See `roles`.
    #[arg(long)]
    pub no_roles: bool,
    /// Levels as the codecs have them.
    #[arg(long, default_value = "auto", value_parser = compression)]
    pub compression: Compression,
    /// How it is run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// A compression as typed.
fn compression(text: &str) -> Result<Compression, String> {
    text.parse().map_err(|_| Compression::WRITTEN.to_owned())
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let resource = find::resource(&world, &self.resource).await?;
        let roles = match (self.roles, self.no_roles) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        let request = Request::Backup(BackupRequest {
            resource: resource.id,
            name: self.name,
            note: self.note,
            options: BackupOptions {
                items: self.items,
                format: self.format,
                roles,
                compression: self.compression,
            },
            origin: Origin::Manual,
            parent: None,
        });
        let agree = ConfirmArgs { yes: false, confirm: None };
        run::request(desk, &world, request, &self.run, &agree).await
    }
}
