//! `zelo token`: tokens for the API. Each may what its person may.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

use clap::Subcommand;

use super::desk::{Desk, Done};

/// What can be done about tokens.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo token create`
    Create(create::Args),
    /// `zelo token list`
    List(list::Args),
    /// `zelo token revoke`
    Revoke(revoke::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::Create(args) => args.run(desk).await,
            Self::List(args) => args.run(desk).await,
            Self::Revoke(args) => args.run(desk).await,
        }
    }
}
