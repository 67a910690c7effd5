//! What can be typed: the commands and the options they share.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{aside, backup, catalog, demo, doctor, help, operation, resource, restore, serve, undo, worker};
use crate::i18n::Lang;

/// Backups that are proven to restore, and dangerous operations that end done
/// or undone.
#[derive(Debug, Parser)]
#[command(name = "zelo", version, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(after_help = "zelo help exit-codes lists what each exit code means.")]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// The verb.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Settings file; else ZELO_CONFIG, /etc/zelo/zelo.toml or the user's own
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Zelo's own folder: database, key file, local store
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// One JSON object on standard output instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Log more; twice for even more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Language: en or pt-BR; else the settings', else the terminal's
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = lang)]
    pub lang: Option<Lang>,
}

fn lang(text: &str) -> Result<Lang, String> {
    text.parse().map_err(|_| "en or pt-BR".to_owned())
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// What is protected: list, detect, add, check
    #[command(subcommand)]
    Resource(resource::Command),
    /// Backups: create, list, info, validate, delete, untrash, purge
    #[command(subcommand)]
    Backup(backup::Command),
    /// Restore a backup; what it replaces is set aside and can be put back
    Restore(restore::Args),
    /// Undo a finished restore, or a finished undo
    Undo(undo::Args),
    /// What restores set aside: list, keep, free
    #[command(subcommand)]
    Aside(aside::Command),
    /// Operations: list, show, watch, cancel, resolve
    #[command(subcommand)]
    Operation(operation::Command),
    /// The list of backups: rebuild it from the store
    #[command(subcommand)]
    Catalog(catalog::Command),
    /// Look whether Zelo can work on this machine
    Doctor(doctor::Args),
    /// Run the server: the pages and the operations
    Serve(serve::Args),
    /// Run operations without the pages
    Worker(worker::Args),
    /// See the main job done on a sample database made for it
    Demo(demo::Args),
    /// Help on a command, or on exit-codes
    Help(help::Args),
}

/// How a command that changes something is run.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Show the plan and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Leave once it is queued (a server must be running to carry it out)
    #[arg(long, conflicts_with = "dry_run")]
    pub no_wait: bool,
    /// Asked again with the same key, the same operation is shown instead of a second one
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
}

/// How a person agrees to what takes something away.
#[derive(Debug, Clone, Args)]
pub struct ConfirmArgs {
    /// Agree without being asked
    #[arg(long, conflicts_with = "confirm")]
    pub yes: bool,
    /// Agree by typing the name the plan asks for
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
}
