//! `zelo project member`: who may do what in a project.

pub(crate) mod add;
pub(crate) mod remove;

use clap::Subcommand;
use serde_json::json;

use crate::{
    cli::desk::{Desk, Done, Stop},
    cli::exit::Exit,
    db::{ProjectRow, UserRow},
    operation::World,
};

/// What can be done about members.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo project member add`
    Add(add::Args),
    /// `zelo project member remove`
    Remove(remove::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::Add(args) => args.run(desk).await,
            Self::Remove(args) => args.run(desk).await,
        }
    }
}

/// For a program: what the person is in the project now.
async fn tell(desk: &Desk, world: &World, project: &ProjectRow, user: &UserRow) -> Result<Exit, Stop> {
    let role = world.db.role_in(&user.id, &project.id).await?;
    desk.out.json(&json!({ "project": project, "user": user, "role": role }));
    Ok(Exit::Done)
}
