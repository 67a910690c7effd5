//! Every sentence the sources and the templates ask for exists in both languages,
//! whole, and no sentence stands there for nobody.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on says so

mod sources;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use fluent_syntax::{ast, parser};
use proc_macro2::TokenTree;
use sources::{Fault, Source, at, groups, is, string};

const LANGUAGES: [&str; 2] = ["en", "pt-BR"];

/// A message: its own variables and those of each attribute.
#[derive(Debug, Default, PartialEq)]
struct Message {
    file: String,
    /// The file it stands in as well, by mistake.
    twice: Option<String>,
    value: bool,
    attributes: BTreeMap<String, BTreeSet<String>>,
    variables: BTreeSet<String>,
}

impl Message {
    fn all_variables(&self) -> BTreeSet<String> {
        self.attributes.values().chain([&self.variables]).flatten().cloned().collect()
    }
}

type Catalogue = BTreeMap<String, Message>;

fn catalogue(language: &str) -> Catalogue {
    let mut messages = Catalogue::new();
    for entry in fs::read_dir(sources::root().join("i18n").join(language)).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let (resource, errors) = match parser::parse(text) {
            Ok(resource) => (resource, vec![]),
            Err((resource, errors)) => (resource, errors),
        };
        assert!(errors.is_empty(), "{language}/{file}: {errors:?}");
        for entry in resource.body {
            let ast::Entry::Message(message) = entry else { continue };
            let read = read(&message, &file);
            let id = message.id.name;
            // Two of one name are one test's fault, not every test's.
            if let Some(first) = messages.insert(id.clone(), read) {
                let other = messages.entry(id).or_default();
                other.twice = Some(first.file);
            }
        }
    }
    messages
}

fn read(message: &ast::Message<String>, file: &str) -> Message {
    let attributes = message.attributes.iter().map(|a| (a.id.name.clone(), variables(&a.value)));
    Message {
        file: file.to_owned(),
        twice: None,
        value: message.value.is_some(),
        attributes: attributes.collect(),
        variables: message.value.as_ref().map(variables).unwrap_or_default(),
    }
}

fn variables(pattern: &ast::Pattern<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            in_expression(expression, &mut found);
        }
    }
    found
}

fn in_expression(expression: &ast::Expression<String>, found: &mut BTreeSet<String>) {
    match expression {
        ast::Expression::Inline(inline) => in_inline(inline, found),
        ast::Expression::Select { selector, variants } => {
            in_inline(selector, found);
            found.extend(variants.iter().flat_map(|variant| variables(&variant.value)));
        }
    }
}

fn in_inline(inline: &ast::InlineExpression<String>, found: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => drop(found.insert(id.name.clone())),
        ast::InlineExpression::Placeable { expression } => in_expression(expression, found),
        ast::InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.iter().for_each(|argument| in_inline(argument, found));
        }
        _ => {}
    }
}

/// A place that makes a message whose id can be read there.
struct Call {
    at: String,
    id: String,
    /// The names given there, in the macro or by `.with("name", …)` after it.
    given: BTreeSet<String>,
}

/// Every `msg!("…")` and `problem!("…")` of the product.
fn calls(source: &Source) -> Vec<Call> {
    let mut found = Vec::new();
    groups(&source.product(), &mut |tokens| {
        for index in 0..tokens.len() {
            found.extend(call(source, tokens, index));
        }
    });
    found
}

fn call(source: &Source, tokens: &[TokenTree], index: usize) -> Option<Call> {
    let [name, bang, TokenTree::Group(arguments), rest @ ..] = &tokens[index..] else { return None };
    let prefix = match () {
        () if is(name, "msg") => "",
        () if is(name, "problem") => "problem-",
        () => return None,
    };
    if !is(bang, "!") {
        return None;
    }
    let inner: Vec<_> = arguments.stream().into_iter().collect();
    let id = string(inner.first()?)?;
    let mut given: BTreeSet<_> = inner
        .split(|token| is(token, ","))
        .filter(|piece| piece.len() > 2 && is(&piece[1], "="))
        .map(|piece| piece[0].to_string())
        .collect();
    chained(rest, &mut given);
    Some(Call { at: at(source, name), id: format!("{prefix}{id}"), given })
}

/// Names added by calls of `.with` right behind, whatever else stands between.
fn chained(mut rest: &[TokenTree], given: &mut BTreeSet<String>) {
    while let [dot, method, TokenTree::Group(arguments), more @ ..] = rest {
        if !is(dot, ".") {
            return;
        }
        let first = arguments.stream().into_iter().next();
        if is(method, "with")
            && let Some(name) = first.as_ref().and_then(string)
        {
            given.insert(name);
        }
        rest = more;
    }
}

/// Every string literal of the product that could name a message, and the fixed
/// beginnings of those put together by `format!`.
fn literals(sources: &[Source]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut whole, mut beginnings) = (BTreeSet::new(), BTreeSet::new());
    for source in sources {
        for token in sources::flat(source.product().into_iter().collect()) {
            let Some(text) = string(&token) else { continue };
            match text.split_once('{') {
                Some((beginning, _)) if beginning.len() > 3 && beginning.ends_with('-') => {
                    beginnings.insert(beginning.to_owned());
                }
                _ => drop(whole.insert(text)),
            }
        }
    }
    (whole, beginnings)
}

#[test]
fn every_message_asked_for_is_there_in_every_language() {
    let catalogues = LANGUAGES.map(|language| (language, catalogue(language)));
    let mut wrong = BTreeMap::new();
    let mut seen = 0;
    for call in sources::all().iter().flat_map(calls) {
        seen += 1;
        for (language, catalogue) in &catalogues {
            for what in lacking(catalogue.get(&call.id), call.id.starts_with("problem-")) {
                // Once for each message, wherever it is asked for first.
                wrong.entry(format!("{} {what} in {language}", call.id)).or_insert_with(|| call.at.clone());
            }
        }
    }
    assert!(seen > 200, "the calls are written otherwise than this test reads them");
    sources::none(wrong.into_iter().map(|(what, at)| Fault { at, what }).collect());
}

/// What a message must have and has not.
fn lacking(message: Option<&Message>, problem: bool) -> Vec<String> {
    let Some(message) = message else { return vec!["stands nowhere".to_owned()] };
    let mut lacking = Vec::new();
    if !message.value {
        lacking.push("has no text".to_owned());
    }
    for attribute in ["safe", "next"] {
        if problem && !message.attributes.contains_key(attribute) {
            lacking.push(format!("has no .{attribute}"));
        }
    }
    lacking
}

/// Every `const KIND: OpKind = OpKind::of("…")` of the product.
fn operation_kinds(source: &Source) -> BTreeSet<String> {
    let start = ["KIND", ":", "OpKind", "=", "OpKind", ":", ":", "of"];
    let mut found = BTreeSet::new();
    groups(&source.product(), &mut |tokens| {
        for window in tokens.windows(start.len() + 1) {
            let fits = window.iter().zip(start).all(|(token, text)| is(token, text));
            if let (true, Some(TokenTree::Group(arguments))) = (fits, window.last()) {
                found.extend(arguments.stream().into_iter().next().as_ref().and_then(string));
            }
        }
    });
    found
}

/// Where a text is missing, a kind is shown by its code: nothing else would tell.
#[test]
fn every_kind_of_operation_is_told_in_words() {
    let kinds: BTreeSet<_> = sources::all().iter().flat_map(operation_kinds).collect();
    assert!(kinds.contains("upload"), "kinds are written otherwise than this test reads them: {kinds:?}");
    let mut lacking = Vec::new();
    for language in LANGUAGES {
        let catalogue = catalogue(language);
        for kind in &kinds {
            let ids = [format!("operation-kind-{kind}"), format!("ui-op-{kind}")];
            lacking.extend(ids.into_iter().filter(|id| !catalogue.contains_key(id)).map(|id| (language, id)));
        }
    }
    assert!(lacking.is_empty(), "{lacking:?}");
}

#[test]
fn every_argument_a_message_mentions_is_given() {
    let catalogues = LANGUAGES.map(catalogue);
    let sources = sources::all();
    let mut faults = Vec::new();
    for source in &sources {
        for call in calls(source) {
            let wanted: BTreeSet<_> =
                catalogues.iter().filter_map(|c| c.get(&call.id)).flat_map(Message::all_variables).collect();
            for name in wanted.iter().filter(|name| !call.given.contains(*name)) {
                if !given_later(&sources, source, name) {
                    faults.push(Fault { at: call.at.clone(), what: format!("{} needs {name}", call.id) });
                }
            }
        }
    }
    sources::none(faults);
}

/// Whether some place of the same room adds an argument of this name to messages
/// that were made elsewhere (`config` adds `key` and `at` to all of its own).
fn given_later(sources: &[Source], source: &Source, name: &str) -> bool {
    let room = |path: &str| match path.split('/').collect::<Vec<_>>()[..] {
        ["engine", kind, _, ..] => format!("engine/{kind}"),
        [room, ..] => room.to_owned(),
        [] => String::new(),
    };
    let with = format!(".with(\"{name}\"");
    sources.iter().any(|other| room(&other.path) == room(&source.path) && other.text.contains(&with))
}

/// A text that a template asks for: `page.t.s("id")` without arguments, `page.t.n("id", …)`
/// with a number `n`, `page.t.a("id", …)` with a text `name`.
#[derive(Debug, PartialEq)]
struct Asked {
    at: String,
    id: String,
    given: Option<&'static str>,
}

/// Every text that the templates ask for by an id that can be read there.
fn asked_by_templates() -> Vec<Asked> {
    let mut asked = Vec::new();
    let mut folders = vec![sources::root().join("../templates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                asked.extend(asked_by(&name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(asked.len() > 100, "the templates are somewhere else");
    asked
}

fn asked_by(name: &str, template: &str) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (number, line) in template.lines().enumerate() {
        for (call, given) in [(".t.s(\"", None), (".t.n(\"", Some("n")), (".t.a(\"", Some("name"))] {
            for (start, _) in line.match_indices(call) {
                let id = line[start + call.len()..].split('"').next().unwrap_or_default().to_owned();
                asked.push(Asked { at: format!("{name}:{}", number + 1), id, given });
            }
        }
    }
    asked
}

#[test]
fn every_text_a_template_asks_for_is_there_and_gets_what_it_mentions() {
    let mut faults = Vec::new();
    for language in LANGUAGES {
        let catalogue = catalogue(language);
        for Asked { at, id, given } in asked_by_templates() {
            let wanted = match catalogue.get(&id) {
                None => {
                    faults.push(format!("{at}: {id} is not in {language}"));
                    continue;
                }
                Some(message) => message.all_variables(),
            };
            let given: BTreeSet<_> = given.into_iter().map(ToOwned::to_owned).collect();
            if !wanted.is_subset(&given) {
                faults.push(format!("{at}: {id} mentions {wanted:?} and gets {given:?} ({language})"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_reader_sees_what_templates_ask_for() {
    let template = "<p>{{ page.t.s(\"a-b\") }} {{ page.t.n(\"c\", n) }}</p>\n{{ page.t.s(word.label) }}{{ page.t.a(\"d\", page.t.s(\"e\")) }}";
    let asked = |at: &str, id: &str, given| Asked { at: at.to_owned(), id: id.to_owned(), given };
    assert_eq!(
        asked_by("x.html", template),
        [
            asked("x.html:1", "a-b", None),
            asked("x.html:1", "c", Some("n")),
            asked("x.html:2", "e", None),
            asked("x.html:2", "d", Some("name")),
        ]
    );
}

#[test]
fn every_message_stands_in_one_place() {
    for language in LANGUAGES {
        let twice: Vec<_> = catalogue(language)
            .into_iter()
            .filter_map(|(id, message)| Some(format!("{id}: {} and {}", message.twice?, message.file)))
            .collect();
        assert!(twice.is_empty(), "{language}:\n{}\n", twice.join("\n"));
    }
}

#[test]
fn the_languages_say_the_same() {
    let [first, rest @ ..] = LANGUAGES;
    let english = catalogue(first);
    for language in rest {
        let other = catalogue(language);
        let ids = |c: &Catalogue| c.keys().cloned().collect::<BTreeSet<_>>();
        let uneven: Vec<_> = ids(&english).symmetric_difference(&ids(&other)).cloned().collect();
        assert_eq!(uneven, Vec::<String>::new(), "only in one of {first}, {language}");
        for (id, message) in &english {
            assert_eq!(message, &other[id], "{id}: file, parts and variables in {first} and {language}");
        }
    }
}

#[test]
fn no_message_is_for_nobody() {
    let (mut whole, beginnings) = literals(&sources::all());
    whole.extend(asked_by_templates().into_iter().map(|asked| asked.id));
    let used = |id: &str| {
        let code = id.strip_prefix("problem-").unwrap_or(id);
        whole.contains(id)
            || whole.contains(code)
            || beginnings.iter().any(|b| id.starts_with(b.as_str()) && b != "problem-")
    };
    let orphans: Vec<_> = catalogue(LANGUAGES[0])
        .into_iter()
        .filter(|(id, _)| !used(id))
        .map(|(id, message)| format!("{}: {id}", message.file))
        .collect();
    assert!(orphans.is_empty(), "nothing in the sources names\n{}\n", orphans.join("\n"));
}

#[test]
fn the_reader_sees_calls_as_they_are_written() {
    let text = r#"
        fn a() { Err(problem!("x-y", n = 1, deep = f(a, b = 2)).with("late", 3).detail(e)) }
        fn b() { vec![msg!("in-macro", k = v)]; let p = msg!("kept"); }
        #[cfg(test)] mod t { fn c() { problem!("not-product") } }
    "#;
    let tokens = text.parse::<proc_macro2::TokenStream>().unwrap().into_iter().collect();
    let source = Source { path: "a.rs".to_owned(), text: text.to_owned(), tokens, test: false };
    let seen: Vec<_> = calls(&source)
        .into_iter()
        .map(|c| format!("{} {:?}", c.id, c.given.into_iter().collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        seen.into_iter().collect::<BTreeSet<_>>(),
        [
            r#"problem-x-y ["deep", "late", "n"]"#.to_owned(),
            r#"in-macro ["k"]"#.to_owned(),
            r#"kept []"#.to_owned(),
        ]
        .into()
    );
}
