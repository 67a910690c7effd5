//! `zelo operation`: what was done, what is going on, and what needs a person.

pub(crate) mod cancel;
pub(crate) mod list;
pub(crate) mod resolve;
pub(crate) mod show;
pub(crate) mod watch;

use clap::Subcommand;

use super::desk::{Desk, Done};

/// What can be done about operations.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo operation list`
    List(list::Args),
    /// `zelo operation show`
    Show(show::Args),
    /// `zelo operation watch`
    Watch(watch::Args),
    /// `zelo operation cancel`
    Cancel(cancel::Args),
    /// `zelo operation resolve`
    Resolve(resolve::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::List(args) => args.run(desk).await,
            Self::Show(args) => args.run(desk).await,
            Self::Watch(args) => args.run(desk).await,
            Self::Cancel(args) => args.run(desk).await,
            Self::Resolve(args) => args.run(desk).await,
        }
    }
}
