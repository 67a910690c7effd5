//! The sources under `src/`, as tokens: comments and strings cannot be mistaken
//! for code, and code inside macros is seen like any other.

#![allow(dead_code, unreachable_pub)] // each test is a crate of its own and uses its half

use std::{
    collections::BTreeSet,
    fmt, fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One file.
pub struct Source {
    /// Relative to `src/`, with `/`.
    pub path: String,
    /// As it stands.
    pub text: String,
    /// All of it.
    pub tokens: Vec<TokenTree>,
    /// Whether the whole file is compiled for tests only.
    pub test: bool,
}

impl Source {
    /// Its tokens without the items that are compiled for tests only; none of a
    /// test file's.
    pub fn product(&self) -> Vec<TokenTree> {
        if self.test { Vec::new() } else { without_tests(&self.tokens) }
    }
}

/// Something wrong, where.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// File and line.
    pub at: String,
    /// What.
    pub what: String,
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "src/{}: {}", self.at, self.what)
    }
}

/// Fails with all faults, one a line.
pub fn none(mut faults: Vec<Fault>) {
    faults.sort();
    let lines: Vec<_> = faults.iter().map(|fault| format!("{fault:?}")).collect();
    assert!(faults.is_empty(), "\n{}\n", lines.join("\n"));
}

/// `file:line` of a token.
pub fn at(source: &Source, token: &TokenTree) -> String {
    format!("{}:{}", source.path, token.span().start().line)
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file under `src/`.
pub fn all() -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                sources.push(read(&path));
            }
        }
    }
    mark_tests(&mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 50, "the sources are somewhere else");
    sources
}

fn read(path: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap();
    let parsed: TokenStream = text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let tokens = parsed.into_iter().collect();
    let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    Source { path, text, tokens, test: false }
}

/// A module declared under `#[cfg(test)]` is a test file, and so is all below it.
fn mark_tests(sources: &mut [Source]) {
    let mut names = BTreeSet::new();
    for source in sources.iter() {
        let folder = folder_of(&source.path);
        for name in test_modules(&source.tokens) {
            names.insert(format!("{folder}{name}"));
        }
    }
    for source in sources {
        let stem = source.path.trim_end_matches(".rs");
        source.test = names.iter().any(|name| stem == name || stem.starts_with(&format!("{name}/")));
    }
}

/// Where the modules that a file declares lie.
pub fn folder_of(path: &str) -> String {
    let stem = path.trim_end_matches(".rs");
    match stem.rsplit_once('/') {
        Some((folder, "mod")) => format!("{folder}/"),
        None if matches!(stem, "lib" | "main" | "mod") => String::new(),
        _ => format!("{stem}/"),
    }
}

fn test_modules(tokens: &[TokenTree]) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(end) = test_item(tokens, at) {
            let item = &tokens[at..end];
            let name = item.windows(2).find(|pair| is(&pair[0], "mod")).map(|pair| pair[1].to_string());
            if item.last().is_some_and(|last| is(last, ";")) {
                found.extend(name);
            }
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

fn without_tests(tokens: &[TokenTree]) -> Vec<TokenTree> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(end) = test_item(tokens, at) {
            at = end;
            continue;
        }
        match &tokens[at] {
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let mut stripped =
                    proc_macro2::Group::new(group.delimiter(), without_tests(&inner).into_iter().collect());
                stripped.set_span(group.span());
                kept.push(stripped.into());
            }
            other => kept.push(other.clone()),
        }
        at += 1;
    }
    kept
}

/// Where an item that begins at `at` with a test's attribute ends; `None` if
/// there is none.
fn test_item(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let [hash, TokenTree::Group(attribute), ..] = &tokens[at..] else { return None };
    if !is(hash, "#") || attribute.delimiter() != Delimiter::Bracket {
        return None;
    }
    let words: Vec<_> = flat(attribute.stream()).iter().map(ToString::to_string).collect();
    let cfg = words.first().is_some_and(|w| w == "cfg");
    let only = cfg && words.iter().any(|w| w == "test") && !words.iter().any(|w| w == "not");
    if !only && words != ["test"] {
        return None;
    }
    let end = tokens[at + 2..].iter().position(|token| {
        is(token, ";") || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
    })?;
    Some(at + 2 + end + 1)
}

/// All tokens in order, groups opened.
pub fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut out = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => out.extend(flat(group.stream())),
            other => out.push(other),
        }
    }
    out
}

/// Calls `see` with the tokens of every group, the outermost first.
pub fn groups(tokens: &[TokenTree], see: &mut dyn FnMut(&[TokenTree])) {
    see(tokens);
    for token in tokens {
        if let TokenTree::Group(group) = token {
            let inner: Vec<_> = group.stream().into_iter().collect();
            groups(&inner, see);
        }
    }
}

/// Whether a token reads so.
pub fn is(token: &TokenTree, text: &str) -> bool {
    match token {
        TokenTree::Ident(ident) => ident == text,
        TokenTree::Punct(punct) => text.len() == 1 && text.starts_with(punct.as_char()),
        _ => false,
    }
}

/// The text of a string literal.
pub fn string(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    let text = literal.to_string();
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    Some(inner.replace("\\\"", "\"").replace("\\\\", "\\"))
}
