//! The help's texts. The derived [`Cli`] gives the shape: which commands and
//! arguments there are. Every word people read about them, down to the headings,
//! is put in here from the catalogues, by ids that follow from the names: none
//! can be forgotten in one language only.
//!
//! `help-backup-create` tells about a command, `help-backup-create--note` about an
//! argument of it, or `help-any--dry-run` about one that several commands have
//! alike. The attribute `value` is what stands for an argument's value.

use clap::{Arg, ArgAction, Command, CommandFactory};

use super::args::Cli;
use crate::{
    i18n::{Catalogue, Lang},
    msg,
};

/// The program's own name, under which its command's id stands.
const ROOT: &str = "zelo";

/// The command line with its texts in a language, built: ready to parse and to
/// show its help.
pub(super) fn command(lang: Lang) -> Command {
    let words = Catalogue::of(lang);
    let mut root = worded(Cli::command().after_help(words.label("cli-help-after")), ROOT, words);
    // Hands the global options down and gives commands their whole names; a usage
    // line needs both.
    root.build();
    with_usage(root, words)
}

/// A usage line of clap's in the catalogue's language: clap has no setting for
/// the two words of its own in it.
pub(super) fn usage(line: &str, words: &Catalogue) -> String {
    line.replacen("Usage:", &format!("{}:", words.label("cli-help-usage")), 1)
        .replace("[OPTIONS]", &words.label("cli-help-any-options"))
}

/// The id of a command's text; `path` is its words joined by `-`.
fn command_id(path: &str) -> String {
    format!("help-{path}")
}

/// The id of an argument's text: the command's own, or the one for all.
fn argument_id(arg: &Arg, path: &str, words: &Catalogue) -> String {
    let name = arg.get_long().unwrap_or_else(|| arg.get_id().as_str());
    let own = format!("help-{path}--{name}");
    if words.has(&own) { own } else { format!("help-any--{name}") }
}

fn below(path: &str, name: &str) -> String {
    if path == ROOT { name.to_owned() } else { format!("{path}-{name}") }
}

fn worded(command: Command, path: &str, words: &Catalogue) -> Command {
    command
        .about(words.label(&command_id(path)))
        // Doc comments on the shape are for those who read the code.
        .long_about(None::<&'static str>)
        .subcommand_help_heading(words.label("cli-help-commands"))
        .subcommand_value_name(words.label("cli-help-command"))
        .mut_args(|arg| worded_argument(arg, path, words))
        .mut_subcommands(|sub| {
            let path = below(path, sub.get_name());
            worded(sub, &path, words)
        })
}

fn worded_argument(arg: Arg, path: &str, words: &Catalogue) -> Arg {
    let id = argument_id(&arg, path, words);
    let heading = words.label(heading(&arg));
    let arg = arg.long_help(None::<&'static str>).help_heading(heading);
    let help = words.label(&id);
    if !arg.get_action().takes_values() {
        return arg.help(help);
    }
    let about_values = [Some(help), default(&arg, words), possible(&arg, words)];
    let help: Vec<_> = about_values.into_iter().flatten().collect();
    // Told by us: clap's own words for defaults and possible values are English.
    let arg = arg.help(help.join(" ")).hide_default_value(true).hide_possible_values(true);
    match words.part(&id, "value") {
        Some(value) => arg.value_name(value),
        None => arg,
    }
}

fn heading(arg: &Arg) -> &'static str {
    match arg.get_action() {
        ArgAction::Help | ArgAction::Version => "cli-help-options",
        _ if arg.is_positional() => "cli-help-arguments",
        _ if arg.is_global_set() => "cli-help-global",
        _ => "cli-help-options",
    }
}

fn default(arg: &Arg, words: &Catalogue) -> Option<String> {
    let values: Vec<_> = arg.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    (!values.is_empty()).then(|| words.text(&msg!("cli-help-default", value = values.join(" "))))
}

fn possible(arg: &Arg, words: &Catalogue) -> Option<String> {
    let values = arg.get_possible_values();
    let names: Vec<_> = values.iter().filter(|v| !v.is_hide_set()).map(|v| v.get_name()).collect();
    (!names.is_empty()).then(|| words.text(&msg!("cli-help-values", values = names.join(", "))))
}

/// Puts the usage line into each command's help as it is to read, since clap
/// would write its heading in English.
fn with_usage(mut command: Command, words: &Catalogue) -> Command {
    let line = usage(&command.render_usage().ansi().to_string(), words);
    command
        .help_template(format!("{{before-help}}{{about-with-newline}}\n{line}\n\n{{all-args}}{{after-help}}"))
        .mut_subcommands(|sub| with_usage(sub, words))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// Every id the help asks for in a language, and what is wrong with those.
    fn asked(lang: Lang) -> (BTreeSet<String>, Vec<String>) {
        let words = Catalogue::of(lang);
        let (mut ids, mut wrong) = (BTreeSet::new(), Vec::new());
        let mut todo = vec![(ROOT.to_owned(), command(lang))];
        while let Some((path, command)) = todo.pop() {
            for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
                let id = argument_id(arg, &path, words);
                let (value, takes) = (words.part(&id, "value"), arg.get_action().takes_values());
                if value.is_some() != takes {
                    wrong.push(format!("{lang}: {id} takes a value: {takes}; .value: {value:?}"));
                }
                ids.insert(id);
            }
            let subs = command.get_subcommands().filter(|sub| !sub.is_hide_set());
            todo.extend(subs.map(|sub| (below(&path, sub.get_name()), sub.clone())));
            ids.insert(command_id(&path));
        }
        wrong.extend(ids.iter().filter(|id| !words.has(id)).map(|id| format!("{lang} lacks {id}")));
        (ids, wrong)
    }

    #[test]
    fn every_command_and_argument_is_told_about_in_every_language() {
        let wrong: Vec<_> = Lang::ALL.into_iter().flat_map(|lang| asked(lang).1).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn no_help_is_about_nothing() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/i18n");
        for lang in Lang::ALL {
            let ids = asked(lang).0;
            let mut idle = Vec::new();
            for file in fs::read_dir(root.join(lang.tag())).unwrap() {
                let text = fs::read_to_string(file.unwrap().path()).unwrap();
                let named = text.lines().filter_map(|line| Some(line.split_once(" =")?.0));
                let of_help = named.filter(|id| id.starts_with("help-") && !ids.contains(*id));
                idle.extend(of_help.map(ToOwned::to_owned));
            }
            assert!(idle.is_empty(), "{lang}: nothing is called\n{}", idle.join("\n"));
        }
    }

    #[test]
    fn nothing_in_the_help_is_clap_s_own_english() {
        let mut todo = vec![command(Lang::PtBr)];
        while let Some(mut command) = todo.pop() {
            for text in [command.render_help(), command.render_long_help()].map(|text| text.to_string()) {
                for word in ["Usage", "OPTIONS", "COMMAND>", "Options", "Arguments", "Commands", "Print "] {
                    assert!(!text.contains(word), "{word} in {text}");
                }
                for word in ["[default", "[possible", "[env", "[alias", "[help-", "[cli-"] {
                    assert!(!text.contains(word), "{word} in {text}");
                }
            }
            todo.extend(command.get_subcommands().cloned());
        }
    }
}
