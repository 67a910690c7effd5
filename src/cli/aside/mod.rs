//! `zelo aside`: what restores and undos set aside.

pub(crate) mod free;
pub(crate) mod keep;
pub(crate) mod list;

use clap::Subcommand;

use super::desk::{Desk, Done};

/// What can be done about it.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo aside list`
    List(list::Args),
    /// `zelo aside keep`
    Keep(keep::Args),
    /// `zelo aside free`
    Free(free::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::List(args) => args.run(desk).await,
            Self::Keep(args) => args.run(desk).await,
            Self::Free(args) => args.run(desk).await,
        }
    }
}
