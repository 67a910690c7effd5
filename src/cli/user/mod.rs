//! `zelo user`: people. Whoever can run this has the machine, so it is also the way
//! back in for an administrator who has lost a password.

pub(crate) mod add;
pub(crate) mod admin;
pub(crate) mod disable;
pub(crate) mod enable;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod password;

use clap::Subcommand;

use super::desk::{Desk, Done};

/// What can be done about people.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo user list`
    List(list::Args),
    /// `zelo user add`
    Add(add::Args),
    /// `zelo user link`
    Link(link::Args),
    /// `zelo user password`
    Password(password::Args),
    /// `zelo user disable`
    Disable(disable::Args),
    /// `zelo user enable`
    Enable(enable::Args),
    /// `zelo user admin`
    Admin(admin::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::List(args) => args.run(desk).await,
            Self::Add(args) => args.run(desk).await,
            Self::Link(args) => args.run(desk).await,
            Self::Password(args) => args.run(desk).await,
            Self::Disable(args) => args.run(desk).await,
            Self::Enable(args) => args.run(desk).await,
            Self::Admin(args) => args.run(desk).await,
        }
    }
}
