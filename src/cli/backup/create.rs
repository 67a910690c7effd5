//! `zelo backup create`.

use std::str::FromStr;

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
    #[arg(long, default_value = "auto")]
    pub compression: CompressionArg,
    /// How it is run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// A compression as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompressionArg(pub Compression);

impl FromStr for CompressionArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let level = |text: &str, most: u32| text.parse().ok().filter(|level| (1..=most).contains(level));
        let found = match text.split_once(':') {
            None if text == "auto" => Some(Compression::Auto),
            None if text == "none" => Some(Compression::None),
            Some(("gzip", of)) => level(of, 9).map(Compression::Gzip),
            Some(("zstd", of)) => level(of, 19).and_then(|l| i32::try_from(l).ok()).map(Compression::Zstd),
            _ => None,
        };
        found.map(Self).ok_or_else(|| "auto, none, gzip:1–gzip:9, zstd:1–zstd:19".to_owned())
    }
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
                compression: self.compression.0,
            },
            origin: Origin::Manual,
            parent: None,
        });
        let agree = ConfirmArgs { yes: false, confirm: None };
        run::request(desk, &world, request, &self.run, &agree).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressions_are_read() {
        let read = |text: &str| text.parse::<CompressionArg>().ok().map(|c| c.0);
        assert_eq!(read("auto"), Some(Compression::Auto));
        assert_eq!(read("none"), Some(Compression::None));
        assert_eq!(read("gzip:6"), Some(Compression::Gzip(6)));
        assert_eq!(read("zstd:19"), Some(Compression::Zstd(19)));
        for bad in ["gzip", "gzip:0", "gzip:10", "zstd:20", "zstd:-1", "lz4:1", "auto:1", ""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
