//! The catalogues against the sources and against each other, and how numbers
//! and languages are read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_syntax::{
    ast::{self, Entry},
    parser,
};

use super::*;
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
};

/// What one message of a file is made of.
#[derive(Debug, Default, PartialEq)]
struct Shape {
    value: bool,
    attributes: BTreeSet<String>,
    variables: BTreeSet<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn shapes(lang: Lang) -> BTreeMap<String, Shape> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(root().join("i18n").join(lang.tag())).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let resource = parser::parse(text).unwrap_or_else(|(_, e)| panic!("{}: {e:?}", path.display()));
        for entry in &resource.body {
            let Entry::Message(message) = entry else { continue };
            let shape = Shape {
                value: message.value.is_some(),
                attributes: message.attributes.iter().map(|a| a.id.name.clone()).collect(),
                variables: variables(message),
            };
            let id = message.id.name.clone();
            assert!(all.insert(id.clone(), shape).is_none(), "{id} twice, again in {}", path.display());
        }
    }
    all
}

/// Every `$name` in a message and its attributes, wherever it stands.
fn variables(message: &ast::Message<String>) -> BTreeSet<String> {
    let shown = format!("{message:?}");
    shown
        .split("VariableReference { id: Identifier { name: \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(ToOwned::to_owned)
        .collect()
}

/// Ids made in the sources, with their arguments: `problem!("code", a = …)`,
/// `msg!("id", …)` and the doors' `label("id")`.
fn used() -> BTreeMap<String, Vec<(PathBuf, BTreeSet<String>)>> {
    let mut out: BTreeMap<String, Vec<_>> = BTreeMap::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "tests") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "rs") && path.file_stem().unwrap() != "tests" {
                let text = sources_of(&fs::read_to_string(&path).unwrap());
                for (mark, prefix) in [("problem!(", "problem-"), ("msg!(", ""), (".label(", "")] {
                    for (at, _) in text.match_indices(mark) {
                        if let Some((id, args)) = call(&text[at + mark.len()..]) {
                            out.entry(format!("{prefix}{id}")).or_default().push((path.clone(), args));
                        }
                    }
                }
            }
        }
    }
    out
}

/// The sources of the room (or its folder) that a file belongs to.
fn room(path: &Path) -> Vec<String> {
    let files = fs::read_dir(path.parent().unwrap()).unwrap();
    files.filter_map(|entry| fs::read_to_string(entry.unwrap().path()).ok()).collect()
}

/// Without comments and without the tests at a file's end.
fn sources_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The id and argument names of a macro call, if its id is a literal.
fn call(rest: &str) -> Option<(String, BTreeSet<String>)> {
    let id = rest.trim_start().strip_prefix('"')?.split('"').next()?;
    let mut depth = 1;
    let mut quoted = false;
    let mut last = ' ';
    let mut top = String::new();
    for c in rest.chars() {
        match c {
            '"' if last != '\\' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && !quoted {
            top.push(c);
        }
        last = c;
    }
    let args = top
        .split(',')
        .skip(1)
        .filter_map(|piece| piece.split_once('='))
        .map(|(name, _)| name.trim().to_owned())
        .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .collect();
    Some((id.to_owned(), args))
}

#[test]
fn every_message_exists_in_every_language_with_the_same_parts() {
    let english = shapes(Lang::En);
    for lang in Lang::ALL {
        let other = shapes(lang);
        let missing: Vec<_> = english.keys().filter(|id| !other.contains_key(*id)).collect();
        let extra: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{lang} lacks {missing:?}, only it has {extra:?}");
        for (id, shape) in &english {
            assert_eq!(shape, &other[id], "{id} in English and in {lang}");
        }
    }
}

#[test]
fn every_id_in_the_sources_is_in_the_catalogues() {
    let shapes = shapes(Lang::En);
    let mut wrong = Vec::new();
    for (id, places) in used() {
        let at = places[0].0.display();
        let Some(shape) = shapes.get(&id) else {
            wrong.push(format!("{id} is in no catalogue ({at})"));
            continue;
        };
        if !shape.value {
            wrong.push(format!("{id} has no value"));
        }
        if id.starts_with("problem-") {
            for attribute in ["safe", "next"] {
                if !shape.attributes.contains(attribute) {
                    wrong.push(format!("{id} has no .{attribute} ({at})"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn messages_mention_only_arguments_that_some_place_gives() {
    let shapes = shapes(Lang::En);
    let mut wrong = Vec::new();
    for (id, places) in used() {
        let given: BTreeSet<_> = places.iter().flat_map(|(_, args)| args).collect();
        let Some(shape) = shapes.get(&id) else { continue };
        // Arguments added later by `.with("name", …)` stand in the same room.
        let later = |name: &str| {
            let with = format!(".with(\"{name}\"");
            places.iter().any(|(path, _)| room(path).iter().any(|text| text.contains(&with)))
        };
        for name in shape.variables.iter().filter(|n| !given.contains(n) && !later(n)) {
            wrong.push(format!("{id} mentions ${name}, {} does not give it", places[0].0.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_word_of_flattery_and_no_markup_in_any_text() {
    for lang in Lang::ALL {
        for entry in fs::read_dir(root().join("i18n").join(lang.tag())).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap().to_lowercase();
            for word in ["please", "oops", "successfully", "por favor", "com sucesso", "</"] {
                assert!(!text.contains(word), "{word:?} in {}", path.display());
            }
        }
    }
}

#[test]
fn the_built_in_files_are_those_in_the_folder() {
    for lang in Lang::ALL {
        for id in shapes(lang).keys() {
            assert!(Catalogue::of(lang).has(id), "{id} is not built in");
        }
    }
}

#[test]
fn a_missing_message_is_visible() {
    assert_eq!(Catalogue::of(Lang::En).text(&Msg::new("no-such-thing")), "[no-such-thing]");
    let told = Catalogue::of(Lang::PtBr).problem(&Problem::new("no-such-thing").detail("the tool's words"));
    assert_eq!(told.what, "[problem-no-such-thing]");
    assert_eq!((told.safe, told.next), (None, None));
    assert_eq!(told.detail.as_deref(), Some("the tool's words"));
}

#[test]
fn arguments_are_written_as_the_language_writes_them() {
    let build = |lang| {
        Catalogue::build(
            lang,
            &[(
                "t",
                "t = { $rows } rows, { $bytes } of { $total }, port { $port }, { $name }\np = { $n ->\n    [one] one\n   *[other] { $n } many\n}",
            )],
        )
    };
    let msg = Msg::new("t")
        .with("rows", 1_234_567)
        .with("bytes", 3_420_000_000_i64)
        .with("total", 999)
        .with("port", 5432)
        .with("name", "orders 1234");
    assert_eq!(build(Lang::En).text(&msg), "1,234,567 rows, 3.42 GB of 999 B, port 5432, orders 1234");
    assert_eq!(build(Lang::PtBr).text(&msg), "1.234.567 rows, 3,42 GB of 999 B, port 5432, orders 1234");
    assert_eq!(build(Lang::En).text(&Msg::new("p").with("n", 1)), "one");
    assert_eq!(build(Lang::En).text(&Msg::new("p").with("n", 2000)), "2,000 many");
}

#[test]
fn a_problem_has_its_three_sentences() {
    let told = Catalogue::of(Lang::PtBr).problem(&problem!("kind-unknown", kind = "oracle"));
    assert_eq!(told.what, "Este Zelo não conhece recursos do tipo “oracle”.");
    assert_eq!(told.safe.as_deref(), Some("Nada foi alterado."));
    assert!(told.next.unwrap().contains("zelo resource add --help"));
    assert_eq!(
        Catalogue::of(Lang::En).text(&msg!("problem-kind-unknown", kind = "oracle")),
        "This Zelo does not know resources of the kind “oracle”."
    );
}

#[test]
fn a_wish_for_a_language_is_read() {
    assert_eq!("pt_BR.UTF-8".parse(), Ok(Lang::PtBr));
    assert_eq!("en-GB".parse(), Ok(Lang::En));
    assert!("klingon".parse::<Lang>().is_err());
    let env = |pairs: &'static [(&str, &str)]| {
        Lang::from_env(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    };
    assert_eq!(env(&[]), Lang::En);
    assert_eq!(env(&[("LANG", "pt_BR.UTF-8")]), Lang::PtBr);
    assert_eq!(env(&[("LC_ALL", "C"), ("LANG", "pt_BR.UTF-8")]), Lang::En);
    assert_eq!(env(&[("LC_ALL", ""), ("LC_MESSAGES", "pt_PT"), ("LANG", "en_US")]), Lang::PtBr);
}

#[test]
fn a_browser_gets_the_language_it_likes_best() {
    let accept = Lang::from_accept_language;
    assert_eq!(accept("pt-BR,pt;q=0.9,en;q=0.8"), Some(Lang::PtBr));
    assert_eq!(accept("de, en;q=0.5, pt;q=0.7"), Some(Lang::PtBr));
    assert_eq!(accept("en;q=0, pt;q=0.1"), Some(Lang::PtBr));
    assert_eq!(accept("de, *;q=0.1"), Some(Lang::En));
    assert_eq!(accept("de"), None);
    assert_eq!(accept(";;q=,,;"), None);
}
