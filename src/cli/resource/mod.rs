//! `zelo resource`: what is protected.

pub(crate) mod add;
pub(crate) mod check;
pub(crate) mod detect;
pub(crate) mod edit;
mod form;
pub(crate) mod list;

use clap::Subcommand;

use super::desk::{Desk, Done};

/// What can be done about resources.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List what is protected
    List(list::Args),
    /// Find databases in this machine's containers
    Detect(detect::Args),
    /// Add a resource, by hand or from what was detected
    Add(add::Args),
    /// Change how a resource is reached, its password for one
    Edit(edit::Args),
    /// Look whether a resource can be reached, read and dumped, and what is wrong
    Check(check::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::List(args) => args.run(desk).await,
            Self::Detect(args) => args.run(desk).await,
            Self::Add(args) => args.run(desk).await,
            Self::Edit(args) => args.run(desk).await,
            Self::Check(args) => args.run(desk).await,
        }
    }
}
