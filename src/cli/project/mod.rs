//! `zelo project`: who owns what.

pub(crate) mod add;
pub(crate) mod list;
pub(crate) mod member;
pub(crate) mod rename;

use clap::Subcommand;

use super::desk::{Desk, Done};

/// What can be done about projects.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo project list`
    List(list::Args),
    /// `zelo project add`
    Add(add::Args),
    /// `zelo project rename`
    Rename(rename::Args),
    /// `zelo project member`
    #[command(subcommand)]
    Member(member::Command),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::List(args) => args.run(desk).await,
            Self::Add(args) => args.run(desk).await,
            Self::Rename(args) => args.run(desk).await,
            Self::Member(command) => command.run(desk).await,
        }
    }
}
