//! `zelo instance`: Supabase stacks. One file a verb; what several share is here.

pub(crate) mod add_folder;
pub(crate) mod backup;
pub(crate) mod config;
pub(crate) mod copy;
pub(crate) mod diagnose;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod release;
pub(crate) mod repair;
pub(crate) mod restart;
pub(crate) mod restore;
pub(crate) mod show;
pub(crate) mod start;
pub(crate) mod stop;

use clap::Subcommand;

use super::{
    desk::{Desk, Done},
    find,
};
use crate::{db::ResourceRow, domain::problem::Problem, operation::World, problem, supabase::engine::KIND};

/// What can be done about instances.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo instance list`
    List(list::Args),
    /// `zelo instance show`
    Show(show::Args),
    /// `zelo instance logs`
    Logs(logs::Args),
    /// `zelo instance restart`
    Restart(restart::Args),
    /// `zelo instance stop`
    Stop(stop::Args),
    /// `zelo instance start`
    Start(start::Args),
    /// `zelo instance diagnose`
    Diagnose(diagnose::Args),
    /// `zelo instance repair`
    Repair(repair::Args),
    /// `zelo instance config`
    #[command(subcommand)]
    Config(config::Command),
    /// `zelo instance backup`
    Backup(backup::Args),
    /// `zelo instance restore`
    Restore(restore::Args),
    /// `zelo instance copy`
    Copy(copy::Args),
    /// `zelo instance release`
    Release(release::Args),
    /// `zelo instance import`
    Import(import::Args),
    /// `zelo instance add-folder`
    AddFolder(add_folder::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::List(args) => args.run(desk).await,
            Self::Show(args) => args.run(desk).await,
            Self::Logs(args) => args.run(desk).await,
            Self::Restart(args) => args.run(desk).await,
            Self::Stop(args) => args.run(desk).await,
            Self::Start(args) => args.run(desk).await,
            Self::Diagnose(args) => args.run(desk).await,
            Self::Repair(args) => args.run(desk).await,
            Self::Config(command) => command.run(desk).await,
            Self::Backup(args) => args.run(desk).await,
            Self::Restore(args) => args.run(desk).await,
            Self::Copy(args) => args.run(desk).await,
            Self::Release(args) => args.run(desk).await,
            Self::Import(args) => args.run(desk).await,
            Self::AddFolder(args) => args.run(desk).await,
        }
    }
}

/// The instance that is meant. Problems: of [`find::resource`]; `not-an-instance`.
async fn named(world: &World, text: &str) -> Result<ResourceRow, Problem> {
    let row = find::resource(world, text).await?;
    if row.kind == KIND { Ok(row) } else { Err(problem!("not-an-instance", resource = &row.name)) }
}
