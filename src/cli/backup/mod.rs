//! `zelo backup`: making backups and looking after them.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod import;
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
    /// `zelo backup create`
    Create(create::Args),
    /// `zelo backup import`
    Import(import::Args),
    /// `zelo backup list`
    List(list::Args),
    /// `zelo backup info`
    Info(info::Args),
    /// `zelo backup validate`
    Validate(validate::Args),
    /// `zelo backup delete`
    Delete(delete::Args),
    /// `zelo backup untrash`
    Untrash(untrash::Args),
    /// `zelo backup purge`
    Purge(purge::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::Create(args) => args.run(desk).await,
            Self::Import(args) => args.run(desk).await,
            Self::List(args) => args.run(desk).await,
            Self::Info(args) => args.run(desk).await,
            Self::Validate(args) => args.run(desk).await,
            Self::Delete(args) => args.run(desk).await,
            Self::Untrash(args) => args.run(desk).await,
            Self::Purge(args) => args.run(desk).await,
        }
    }
}
