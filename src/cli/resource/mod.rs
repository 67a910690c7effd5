//! `zelo resource`: what is protected.

pub(crate) mod add;
pub(crate) mod assign;
pub(crate) mod check;
pub(crate) mod detect;
pub(crate) mod edit;
mod form;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod rename;

use clap::Subcommand;

use super::desk::{Desk, Done};

/// What can be done about resources.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo resource list`
    List(list::Args),
    /// `zelo resource detect`
    Detect(detect::Args),
    /// `zelo resource add`
    Add(add::Args),
    /// `zelo resource edit`
    Edit(edit::Args),
    /// `zelo resource check`
    Check(check::Args),
    /// `zelo resource assign`
    Assign(assign::Args),
    /// `zelo resource rename`
    Rename(rename::Args),
    /// `zelo resource remove`
    Remove(remove::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::List(args) => args.run(desk).await,
            Self::Detect(args) => args.run(desk).await,
            Self::Add(args) => args.run(desk).await,
            Self::Edit(args) => args.run(desk).await,
            Self::Check(args) => args.run(desk).await,
            Self::Assign(args) => args.run(desk).await,
            Self::Rename(args) => args.run(desk).await,
            Self::Remove(args) => args.run(desk).await,
        }
    }
}
