//! `zelo backup`: making backups and looking after them.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod info;
pub(crate) mod list;
pub(crate) mod purge;
pub(crate) mod untrash;
pub(crate) mod validate;

use clap::Subcommand;

use super::desk::{Desk, Done};

/// What can be done about backups.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Back a resource up
    Create(create::Args),
    /// List backups, newest first
    List(list::Args),
    /// Show one backup: contents, versions, digests
    Info(info::Args),
    /// Read a backup to its end and check digests and structure
    Validate(validate::Args),
    /// Move a backup to the trash
    Delete(delete::Args),
    /// Bring a backup back from the trash
    Untrash(untrash::Args),
    /// Remove a backup in the trash for good
    Purge(purge::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::Create(args) => args.run(desk).await,
            Self::List(args) => args.run(desk).await,
            Self::Info(args) => args.run(desk).await,
            Self::Validate(args) => args.run(desk).await,
            Self::Delete(args) => args.run(desk).await,
            Self::Untrash(args) => args.run(desk).await,
            Self::Purge(args) => args.run(desk).await,
        }
    }
}
