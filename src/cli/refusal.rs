//! The answer to a command line that asks for help alone, or that makes no sense:
//! in the language it asks for, before any command has begun.

use std::{error::Error as _, ffi::OsString, path::PathBuf};

use clap::error::{ContextKind, ErrorKind};

use super::{desk, exit::Exit, output::Output, texts};
use crate::{domain::problem::Problem, i18n::Catalogue, msg, problem};

/// Shows what clap answered instead of a command; `plain` is that answer without
/// any texts of ours.
pub(super) fn tell(arguments: &[OsString], plain: clap::Error) -> Exit {
    let asked = given(arguments, "--lang").and_then(|text| text.parse().ok());
    let lang = desk::language(asked, given(arguments, "--config").map(PathBuf::from));
    // The texts cost a moment that a command which is run need not pay: they are
    // put in now, and the same line read once more.
    let error = texts::command(lang).try_get_matches_from(arguments).err().unwrap_or(plain);
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::DisplayVersion => {
            // A reader that went away (`| head`) is no error of ours.
            let _ = error.print();
            if error.use_stderr() { Exit::Usage } else { Exit::Done }
        }
        _ => {
            let out = Output::of_process(lang, arguments.iter().any(|word| word == "--json"));
            out.problems(&[problem(&error, out.words())]);
            Exit::Usage
        }
    }
}

/// The value of a global option in a line that could not be read: the last one
/// before `--`.
fn given(arguments: &[OsString], option: &str) -> Option<String> {
    let words: Vec<_> =
        arguments.iter().map(|word| word.to_string_lossy()).take_while(|w| w != "--").collect();
    let with_value = format!("{option}=");
    let at = words.iter().rposition(|word| word == option || word.starts_with(&with_value))?;
    match words[at].strip_prefix(&with_value) {
        Some(value) => Some(value.to_owned()),
        None => words.get(at + 1).map(ToString::to_string),
    }
}

fn problem(error: &clap::Error, words: &Catalogue) -> Problem {
    let said = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let (argument, value) = (said(ContextKind::InvalidArg), said(ContextKind::InvalidValue));
    let other = said(ContextKind::PriorArg);
    let problem = match error.kind() {
        ErrorKind::UnknownArgument => problem!("cli-argument-unknown", argument = argument),
        ErrorKind::InvalidSubcommand => {
            problem!("cli-command-unknown", command = said(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => problem!("cli-command-missing"),
        ErrorKind::MissingRequiredArgument => problem!("cli-arguments-missing", arguments = argument),
        ErrorKind::ArgumentConflict if other == argument => {
            problem!("cli-argument-twice", argument = argument)
        }
        ErrorKind::ArgumentConflict => {
            problem!("cli-arguments-conflict", argument = argument, other = other)
        }
        ErrorKind::InvalidValue if value.is_empty() => problem!("cli-value-missing", argument = argument),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            problem!("cli-value", argument = argument, value = value)
        }
        ErrorKind::TooManyValues => problem!("cli-value-unwanted", argument = argument, value = value),
        // No argument of ours leads here, only bytes that are no text: clap's words.
        kind => return problem!("cli-arguments").detail(kind),
    };
    problem.detail(details(error, words).join("\n"))
}

/// What may help: something similar, why a value was refused, the usage.
fn details(error: &clap::Error, words: &Catalogue) -> Vec<String> {
    let mut lines = Vec::new();
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    for near in near.into_iter().filter_map(|kind| error.get(kind)) {
        lines.push(words.text(&msg!("cli-near", near = near.to_string())));
    }
    // Our own readers of values answer with what is possible, as clap's list does.
    let listed = error.get(ContextKind::ValidValue).or_else(|| error.get(ContextKind::ValidSubcommand));
    let possible = listed.map(ToString::to_string).or_else(|| error.source().map(ToString::to_string));
    if let Some(values) = possible.filter(|values| !values.is_empty()) {
        lines.push(words.text(&msg!("cli-possible", values = values)));
    }
    if let Some(line) = error.get(ContextKind::Usage) {
        lines.push(texts::usage(&line.to_string(), words));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    fn told(lang: Lang, line: &str) -> String {
        let error = texts::command(lang).try_get_matches_from(line.split(' ')).unwrap_err();
        let told = Catalogue::of(lang).problem(&problem(&error, Catalogue::of(lang)));
        format!("$ {line}\n[{}] {}\n{}\n", told.code, told.what, told.detail.unwrap_or_default())
    }

    #[test]
    fn what_makes_no_sense_is_told_in_the_language() {
        for lang in Lang::ALL {
            let lines = [
                "zelo backup create orders --nte x",
                "zelo bakup",
                "zelo backup --json",
                "zelo doctor more",
                "zelo backup create",
                "zelo backup create orders --dry-run --no-wait",
                "zelo backup create orders --note a --note b",
                "zelo backup create orders --note",
                "zelo backup create orders --dry-run=yes",
                "zelo backup create orders --compression gzip:10",
                "zelo backup list --limit many",
                "zelo demo --kind oracle",
                "zelo doctor --lang klingon",
                "zelo operation resolve aaaa1111",
                "zelo operation resolve aaaa1111 --retry --restore",
            ];
            let text: String = lines.map(|line| told(lang, line)).join("\n");
            insta::assert_snapshot!(format!("refusals_{}", lang.tag()), text);
        }
    }

    #[test]
    fn an_option_is_found_in_a_line_that_makes_no_sense() {
        let line = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let lang = |text: &str| given(&line(text), "--lang");
        assert_eq!(lang("zelo --lang pt-BR --help").as_deref(), Some("pt-BR"));
        assert_eq!(lang("zelo bakup --lang=en").as_deref(), Some("en"));
        assert_eq!(lang("zelo --lang en x --lang=pt").as_deref(), Some("pt"));
        assert_eq!(lang("zelo --language en"), None);
        assert_eq!(lang("zelo --lang"), None);
        assert_eq!(lang("zelo help -- --lang en"), None);
    }
}
