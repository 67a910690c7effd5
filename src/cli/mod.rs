//! The command line: one file a verb.
//!
//! A command reads its arguments, asks `operation/` or `db/`, and shows the
//! answer through [`output::Output`]; [`exit`] is the one map to exit codes.

mod args;
mod aside;
mod ask;
mod backup;
mod catalog;
mod demo;
mod desk;
mod doctor;
pub mod exit;
mod find;
mod follow;
mod format;
mod help;
mod instance;
pub mod logging;
mod openapi;
mod operation;
pub mod output;
mod plan;
mod progress;
mod project;
mod refusal;
mod resource;
mod restore;
mod run;
mod runner;
mod serve;
mod signals;
#[cfg(test)]
mod tests;
mod texts;
mod token;
mod undo;
mod user;
mod watch;
mod words;
mod worker;

use std::{ffi::OsString, sync::Arc};

use clap::Parser;

pub use args::{Cli, Command, Global};
pub use desk::{Desk, Done, Stop};
pub use exit::Exit;

use crate::config::{Flag, Format};
use logging::Role;
use output::Output;

/// Runs one command of this process to its end.
pub async fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let Cli { global, command, .. } = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refusal::tell(&arguments, error),
    };
    let mut desk = match Desk::open(global, flags(&command)) {
        Ok(desk) => desk,
        Err((out, stop)) => {
            return match &command {
                Command::Demo(args) => args.refused(&out, stop),
                _ => end(&out, Err(stop)),
            };
        }
    };
    let role = match command {
        Command::Serve(_) | Command::Worker(_) => Role::Server,
        _ => Role::Command,
    };
    logging::start(&desk.settings.log, role, desk.global.verbose, desk.out.colour());
    if role == Role::Server && desk.settings.log.format == Format::Json {
        desk.out = Arc::new(Output::of_server(desk.out.words().lang(), desk.out.is_json()));
    }
    let done = run(command, &desk).await;
    end(&desk.out, done)
}

/// Options of a verb that stand for settings.
fn flags(command: &Command) -> Vec<Flag> {
    match command {
        Command::Serve(args) => args.flags(),
        _ => Vec::new(),
    }
}

async fn run(command: Command, desk: &Desk) -> Done {
    match command {
        Command::Resource(command) => command.run(desk).await,
        Command::Backup(command) => command.run(desk).await,
        Command::Instance(command) => command.run(desk).await,
        Command::Restore(args) => args.run(desk).await,
        Command::Undo(args) => args.run(desk).await,
        Command::Aside(command) => command.run(desk).await,
        Command::Operation(command) => command.run(desk).await,
        Command::Catalog(command) => command.run(desk).await,
        Command::User(command) => command.run(desk).await,
        Command::Project(command) => command.run(desk).await,
        Command::Token(command) => command.run(desk).await,
        Command::Doctor(args) => args.run(desk).await,
        Command::Serve(args) => args.run(desk).await,
        Command::Worker(args) => args.run(desk).await,
        Command::Demo(args) => args.run(desk).await,
        Command::Openapi(args) => args.run(desk),
        Command::Help(args) => args.run(&desk.out),
    }
}

fn end(out: &Output, done: Done) -> Exit {
    match done {
        Ok(exit) | Err(Stop::Exit(exit)) => exit,
        Err(Stop::Problems(problems)) => {
            out.problems(&problems);
            Exit::of_problems(&problems)
        }
    }
}
