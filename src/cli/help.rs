//! `zelo help`: on a command, or on exit codes.

use super::{
    desk::{Done, Stop},
    exit::Exit,
    output::{Field, Output},
    texts,
};
use crate::{domain::msg::Msg, problem};

/// What to explain.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A command's words, or `exit-codes`.
    pub topic: Vec<String>,
}

impl Args {
    pub(super) fn run(&self, out: &Output) -> Done {
        match self.topic.as_slice() {
            [topic] if topic == "exit-codes" => exit_codes(out),
            words => command(out, words)?,
        }
        Ok(Exit::Done)
    }
}

fn exit_codes(out: &Output) {
    let rows = Exit::ALL
        .map(|exit| vec![Field::figure(exit.number().to_string()), out.words().label(exit.id()).into()]);
    let codes: Vec<_> = Exit::ALL
        .map(|exit| serde_json::json!({ "code": exit.number(), "meaning": out.words().label(exit.id()) }))
        .into();
    out.table(&["cli-col-code", "cli-col-meaning"], rows.into(), &Msg::new("cli-nothing"));
    out.json(&codes);
}

fn command(out: &Output, path: &[String]) -> Result<(), Stop> {
    let mut root = texts::command(out.words().lang());
    let mut command = &mut root;
    for word in path {
        command = match command.find_subcommand_mut(word) {
            Some(found) => found,
            None => return Err(problem!("cli-no-topic", topic = path.join(" ")).into()),
        };
    }
    out.line(command.render_long_help().to_string().trim_end());
    Ok(())
}
