//! The rooms keep to their floors, and every file to the house rules: what
//! design and CONTRIBUTING.md promise is looked up in the sources.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on says so

mod sources;

use proc_macro2::{Delimiter, TokenTree};
use sources::{Fault, Source, at, groups, is};

/// Each room with its floor. A room may use those on floors below it.
const FLOORS: [(&str, u8); 17] = [
    ("domain", 0),
    ("config", 0),
    ("secret", 0),
    ("i18n", 0),
    ("stream", 1),
    ("notify", 1),
    ("host", 2),
    ("store", 2),
    ("saga", 3),
    ("engine", 4),
    ("db", 4),
    ("supabase", 5),
    ("operation", 6),
    ("cli", 7),
    ("web", 7),
    ("jobs", 7),
    ("app", 8),
];

/// Neighbours that may be used all the same, by name, and why.
const NAMED: [(&str, &str); 8] = [
    // Settings, secrets and texts are about the domain's types.
    ("config", "domain"),
    ("secret", "domain"),
    ("i18n", "domain"),
    // Some settings are secrets, and one is the language.
    ("config", "secret"),
    ("config", "i18n"),
    // The command line is also what starts the server and the worker, and all
    // doors are handed the world that `app` builds.
    ("cli", "web"),
    ("cli", "jobs"),
    ("cli", "app"),
];

/// The few types of a neighbour that are open.
const OPEN: [(&str, &str, &[&str]); 1] = [("store", "host", &["Reader", "Writer", "Space"])];

/// The longest a file may be.
const LINES: usize = 500;

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

fn may_use(from: &str, to: &str) -> bool {
    let (Some(a), Some(b)) = (floor(from), floor(to)) else { return false };
    from == to || b < a || NAMED.contains(&(from, to))
}

/// `engine/postgres/dump.rs` → `engine`.
fn room(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or_default()
}

/// The modules a file stands in: `engine/postgres/dump.rs` → engine, postgres, dump.
fn module(path: &str) -> Vec<String> {
    let folder = sources::folder_of(path);
    folder.split('/').filter(|piece| !piece.is_empty()).map(ToOwned::to_owned).collect()
}

/// A path used somewhere: its pieces from the crate's root.
struct Use {
    at: String,
    pieces: Vec<String>,
}

/// Every path that starts at `crate` or leads there by `super`.
fn uses(source: &Source) -> Vec<Use> {
    let mut found = Vec::new();
    collect(source, &source.tokens, &module(&source.path), &mut found);
    found
}

fn collect(source: &Source, tokens: &[TokenTree], module: &[String], found: &mut Vec<Use>) {
    for (index, token) in tokens.iter().enumerate() {
        let start = is(token, "crate") || is(token, "super");
        let inside = index >= 2 && is(&tokens[index - 1], ":") && is(&tokens[index - 2], ":");
        let dollar = index >= 1 && is(&tokens[index - 1], "$");
        if start && !inside && !dollar {
            paths(source, &tokens[index..], module, found);
        }
        if let TokenTree::Group(group) = token {
            let inner: Vec<_> = group.stream().into_iter().collect();
            // `mod name { … }` is one module deeper.
            let named = index >= 2 && is(&tokens[index - 2], "mod");
            if named && group.delimiter() == Delimiter::Brace {
                let mut deeper = module.to_vec();
                deeper.push(tokens[index - 1].to_string());
                collect(source, &inner, &deeper, found);
            } else {
                collect(source, &inner, module, found);
            }
        }
    }
}

/// The paths that begin at the first token, braces opened.
fn paths(source: &Source, tokens: &[TokenTree], module: &[String], found: &mut Vec<Use>) {
    let mut base = Vec::new();
    let mut rest = tokens;
    if is(&rest[0], "super") {
        base = module.to_vec();
    }
    branch(source, &mut rest, base, true, found);
}

fn branch(
    source: &Source,
    rest: &mut &[TokenTree],
    mut pieces: Vec<String>,
    first: bool,
    found: &mut Vec<Use>,
) {
    let mut first = first;
    let start = at(source, &rest[0]);
    loop {
        match rest.first() {
            Some(TokenTree::Ident(_)) if is(&rest[0], "super") => drop(pieces.pop()),
            Some(TokenTree::Ident(_)) if is(&rest[0], "crate") && first => {}
            Some(TokenTree::Ident(ident)) => pieces.push(ident.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace && !first => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                for part in inner.split(|token| is(token, ",")) {
                    if !part.is_empty() {
                        let mut part = part;
                        branch(source, &mut part, pieces.clone(), false, found);
                    }
                }
                return;
            }
            _ => break,
        }
        first = false;
        match rest.get(1..3) {
            Some([a, b]) if is(a, ":") && is(b, ":") && rest.len() > 3 => *rest = &rest[3..],
            _ => break,
        }
    }
    found.push(Use { at: start, pieces });
}

#[test]
fn no_room_reaches_up_or_sideways() {
    let mut faults = Vec::new();
    for source in sources::all() {
        let from = room(&source.path);
        if matches!(from, "app" | "main" | "lib") {
            continue;
        }
        for Use { at, pieces } in uses(&source) {
            let Some(to) = pieces.first().filter(|to| floor(to).is_some()) else { continue };
            let open = OPEN.iter().any(|(a, b, names)| {
                *a == from && b == to && pieces.get(1).is_some_and(|name| names.contains(&name.as_str()))
            });
            if !may_use(from, to) && !open {
                faults.push(Fault { at, what: format!("{from} must not use {}", pieces.join("::")) });
            }
        }
    }
    sources::none(faults);
}

#[test]
fn every_named_neighbour_is_used() {
    let sources = sources::all();
    let used = |from: &str, to: &str| {
        let of = sources.iter().filter(|source| room(&source.path) == from);
        of.flat_map(uses).any(|used| used.pieces.first().is_some_and(|first| first == to))
    };
    let idle: Vec<_> = NAMED.iter().filter(|(from, to)| !used(from, to)).collect();
    assert!(idle.is_empty(), "no longer needed: {idle:?}");
}

#[test]
fn engines_do_not_use_each_other() {
    let mut faults = Vec::new();
    for source in sources::all() {
        let Some(kind) = source.path.strip_prefix("engine/").and_then(|p| p.split_once('/')).map(|(k, _)| k)
        else {
            continue;
        };
        for Use { at, pieces } in uses(&source) {
            let other = pieces.get(1).filter(|_| pieces[0] == "engine");
            let other = other.filter(|k| *k != kind && sources::root().join("engine").join(k).is_dir());
            if let Some(other) = other {
                faults.push(Fault { at, what: format!("engine {kind} must not use engine {other}") });
            }
        }
    }
    sources::none(faults);
}

#[test]
fn every_room_has_a_floor() {
    let unknown: Vec<_> = sources::all()
        .iter()
        .map(|source| room(&source.path).to_owned())
        .filter(|room| !matches!(room.as_str(), "main" | "lib") && floor(room).is_none())
        .collect();
    assert_eq!(unknown, Vec::<String>::new(), "say in tests/rooms.rs on which floor they are");
}

#[test]
fn no_file_is_long() {
    let long = |source: &Source| {
        let lines = source.text.lines().count();
        (lines > LINES).then(|| Fault { at: source.path.clone(), what: format!("{lines} lines") })
    };
    sources::none(sources::all().iter().filter_map(long).collect());
}

#[test]
fn every_file_says_what_it_is() {
    let mute = |source: &Source| {
        let first = source.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let told = first.strip_prefix("//!").is_some_and(|words| words.trim().len() > 10);
        (!told).then(|| Fault { at: source.path.clone(), what: "does not open with what it is".to_owned() })
    };
    sources::none(sources::all().iter().filter_map(mute).collect());
}

#[test]
fn nothing_is_unwrapped_outside_of_tests() {
    let mut faults = Vec::new();
    for source in sources::all() {
        groups(&source.product(), &mut |tokens| {
            for triple in tokens.windows(3) {
                let [dot, name, TokenTree::Group(arguments)] = triple else { continue };
                let first = arguments.stream().into_iter().next();
                let unwraps = is(name, "unwrap") && first.is_none();
                // Other things than results have an `expect`, which takes no text.
                let expects = is(name, "expect")
                    && matches!(first, Some(TokenTree::Literal(l)) if l.to_string().contains('"'));
                if is(dot, ".") && (unwraps || expects) {
                    faults.push(Fault { at: at(&source, name), what: format!(".{name}(…)") });
                }
            }
        });
    }
    sources::none(faults);
}

mod the_reader_itself {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        let tokens = text.parse::<proc_macro2::TokenStream>().unwrap().into_iter().collect();
        Source { path: path.to_owned(), text: text.to_owned(), tokens, test: false }
    }

    fn seen(path: &str, text: &str) -> Vec<String> {
        uses(&source(path, text)).into_iter().map(|used| used.pieces.join("::")).collect()
    }

    #[test]
    fn sees_paths_however_they_are_written() {
        let text = "use crate::{domain::{a, b::C}, web}; fn f() { vec![crate::cli::x()]; } // crate::no";
        assert_eq!(seen("host/a.rs", text), ["domain::a", "domain::b::C", "web", "cli::x"]);
        assert_eq!(seen("host/docker/a.rs", "use super::super::super::web::Page;"), ["web::Page"]);
        assert_eq!(seen("host/mod.rs", "mod t { use super::super::{cli, web::{A}}; }"), ["cli", "web::A"]);
        assert_eq!(
            seen("host/a.rs", "use super::Place; macro_rules! m { () => { $crate::web } }"),
            ["host::Place"]
        );
    }

    #[test]
    fn knows_what_is_only_for_tests() {
        let text = "fn a() { x.unwrap() } #[cfg(test)] mod t { fn b() { y.unwrap() } } #[test] fn c() { z.unwrap() }";
        let product: proc_macro2::TokenStream = source("a.rs", text).product().into_iter().collect();
        let shown = product.to_string();
        assert!(shown.contains('x') && !shown.contains('y') && !shown.contains('z'), "{shown}");
    }

    #[test]
    fn floors_are_kept() {
        assert!(may_use("engine", "host") && may_use("operation", "engine") && may_use("config", "domain"));
        for (from, to) in
            [("host", "store"), ("store", "host"), ("saga", "db"), ("domain", "config"), ("engine", "db")]
        {
            assert!(!may_use(from, to), "{from} {to}");
        }
    }
}
