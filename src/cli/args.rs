//! What can be typed: the commands and the options they share. This is the shape
//! alone: the help's texts are in the catalogues and are put in by [`super::texts`].

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

use super::{
    aside, backup, catalog, demo, doctor, help, instance, openapi, operation, project, resource, restore,
    serve, token, undo, user, worker,
};
use crate::i18n::Lang;

/// One command line.
#[derive(Debug, Parser)]
#[command(name = "zelo", version, arg_required_else_help = true)]
#[command(disable_help_subcommand = true, disable_help_flag = true, disable_version_flag = true)]
pub struct Cli {
    /// Answered by clap. Declared here because clap's own cannot be told in another
    /// language, and first so that its heading comes before the global options'.
    #[arg(short, long, global = true, action = ArgAction::Help, display_order = 900)]
    pub help: Option<bool>,
    /// The same for the version.
    #[arg(short = 'V', long, action = ArgAction::Version, display_order = 901)]
    pub version: Option<bool>,
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// The verb.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// See [`crate::config::Sources`].
    #[arg(long, global = true)]
    pub config: Option<PathBuf>,
    /// Stands for the setting `data`.
    #[arg(long, global = true)]
    pub data: Option<PathBuf>,
    /// Whether a program reads the result.
    #[arg(long, global = true)]
    pub json: bool,
    /// How often it was given; see [`super::logging`].
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Comes before the settings' and the terminal's.
    #[arg(long, global = true, value_parser = lang)]
    pub lang: Option<Lang>,
}

/// Like every reader of a value here: an error says what is possible, in no
/// language.
fn lang(text: &str) -> Result<Lang, String> {
    text.parse().map_err(|_| Lang::ALL.map(Lang::tag).join(", "))
}

/// How many rows a list may have.
pub(super) fn count(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("0–{}", u32::MAX))
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo resource`
    #[command(subcommand)]
    Resource(resource::Command),
    /// `zelo backup`
    #[command(subcommand)]
    Backup(backup::Command),
    /// `zelo instance`
    #[command(subcommand)]
    Instance(instance::Command),
    /// `zelo restore`
    Restore(restore::Args),
    /// `zelo undo`
    Undo(undo::Args),
    /// `zelo aside`
    #[command(subcommand)]
    Aside(aside::Command),
    /// `zelo operation`
    #[command(subcommand)]
    Operation(operation::Command),
    /// `zelo catalog`
    #[command(subcommand)]
    Catalog(catalog::Command),
    /// `zelo user`
    #[command(subcommand)]
    User(user::Command),
    /// `zelo project`
    #[command(subcommand)]
    Project(project::Command),
    /// `zelo token`
    #[command(subcommand)]
    Token(token::Command),
    /// `zelo doctor`
    Doctor(doctor::Args),
    /// `zelo serve`
    Serve(serve::Args),
    /// `zelo worker`
    Worker(worker::Args),
    /// `zelo demo`
    Demo(demo::Args),
    /// `zelo openapi`
    Openapi(openapi::Args),
    /// `zelo help`
    Help(help::Args),
}

/// How a command that changes something is run.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Stops after planning.
    #[arg(long)]
    pub dry_run: bool,
    /// Stops after enqueueing.
    #[arg(long, conflicts_with = "dry_run")]
    pub no_wait: bool,
    /// See [`crate::operation::enqueue`].
    #[arg(long)]
    pub idempotency_key: Option<String>,
}

/// How a person agrees to what takes something away.
#[derive(Debug, Clone, Args)]
pub struct ConfirmArgs {
    /// To whatever the plan asks for.
    #[arg(long, conflicts_with = "confirm")]
    pub yes: bool,
    /// Must be the name the plan asks for.
    #[arg(long)]
    pub confirm: Option<String>,
}
