//! Looks through SQL for what a person should know before it runs: commands of psql,
//! statements that reach beyond the database, names of roles, databases and
//! extensions. Texts are left out of every excerpt: they may be passwords.

use super::{
    command::commands,
    lex::{Event, Lexer, Sink},
    words::{self, Tok},
};
use crate::domain::outside::{Danger, Dangers, Names, Place};

/// The first tokens of a statement that are remembered.
const HEAD: usize = 8;
/// Tokens shown of a statement, and how many of them behind what was found.
const SHOWN: usize = 12;
const BEHIND: u8 = 5;
/// Texts within bodies within texts are searched to this depth.
const DEEPEST: u8 = 3;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) databases: Names,
    pub(super) roles: Names,
    pub(super) extensions: Names,
    pub(super) tables: u64,
    pub(super) dangers: Dangers,
    /// What the comments before the first statement say.
    pub(super) server: Option<String>,
    pub(super) tool: Option<String>,
    pub(super) made: Option<String>,
}

/// Searches what a [`Lexer`] reads.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) found: Found,
    /// The entry of a table of contents all of this stands in.
    entry: Option<i64>,
    depth: u8,
    head: Vec<Tok>,
    last: [Option<Tok>; 2],
    text: Vec<u8>,
    shown: Vec<String>,
    /// What was found in this statement and is shown with a few more tokens.
    open: Option<(Danger, u8)>,
    /// A body being searched.
    inner: Option<Box<(Lexer, Scan)>>,
    begun: bool,
}

impl Scan {
    /// Of a script.
    pub(super) fn script() -> Self {
        Self {
            found: Found::default(),
            entry: None,
            depth: 0,
            head: Vec::new(),
            last: [None, None],
            text: Vec::new(),
            shown: Vec::new(),
            open: None,
            inner: None,
            begun: false,
        }
    }

    /// Of one entry's definition.
    pub(super) fn entry(entry: i64) -> Self {
        Self { entry: Some(entry), ..Self::script() }
    }

    fn deeper(&self) -> Self {
        Self { entry: self.entry, depth: self.depth + 1, ..Self::script() }
    }

    /// The end of all of it.
    pub(super) fn finish(mut self, line: u64) -> Found {
        self.statement_ended(line);
        self.found
    }

    fn danger(&mut self, what: &'static str, line: u64) {
        self.close();
        let place = self.entry.map_or(Place::Line(line), Place::Entry);
        let excerpt = self.shown.join(" ");
        self.open = Some((Danger { what: what.to_owned(), fatal: false, place, excerpt }, BEHIND));
    }

    fn close(&mut self) {
        if let Some((danger, _)) = self.open.take() {
            self.found.dangers.add(danger);
        }
    }

    fn token(&mut self, tok: Tok, line: u64) {
        let shown = tok.shown();
        if let Some((danger, left)) = &mut self.open {
            danger.excerpt = format!("{} {shown}", danger.excerpt);
            *left -= 1;
            if *left == 0 {
                self.close();
            }
        }
        if self.shown.len() == SHOWN {
            self.shown.remove(0);
        }
        self.shown.push(shown);
        self.look(&tok, line);
        if self.head.len() < HEAD {
            self.head.push(tok.clone());
        }
        self.last = [Some(tok), self.last[0].take()];
    }

    /// What this token, with those before it, means.
    fn look(&mut self, tok: &Tok, line: u64) {
        self.names(tok);
        let [last, before] = [&self.last[0], &self.last[1]];
        let was = |word: &str| last.as_ref().is_some_and(|t| t.is(word));
        let made = || was("create") || was("alter") || was("drop");
        let copies = if self.depth == 0 { self.head_is(&["copy"]) } else { self.says("copy") };
        let what = match tok {
            Tok::Word(w) if w == "program" && copies && (was("from") || was("to")) => Some("copy-program"),
            Tok::Text(_) if copies && (was("from") || was("to")) => Some("copy-file"),
            Tok::Word(w) if w == "database" && was("drop") => Some("drop-database"),
            Tok::Word(w) if w == "database" && made() => Some("other-database"),
            Tok::Word(w) if w == "system" && was("alter") => Some("system"),
            Tok::Word(w) if w == "superuser" && self.is_about_roles() => Some("superuser"),
            Tok::Word(w) if w == "tablespace" && made() => Some("server"),
            Tok::Word(w)
                if w == "trigger" && was("event") && before.as_ref().is_some_and(|t| t.is("create")) =>
            {
                Some("event-trigger")
            }
            Tok::Word(w) if was("create") && matches!(w.as_str(), "server" | "subscription") => {
                Some("elsewhere")
            }
            Tok::Word(w) if w == "mapping" && was("user") => Some("elsewhere"),
            Tok::Text(_) if self.head.len() == 1 && was("load") => Some("load"),
            Tok::Sign(b'(') if !self.only_names_functions() => {
                last.as_ref().and_then(|t| words::function(t.text()))
            }
            Tok::Word(_) | Tok::Name(_) | Tok::Text(_) if was("language") && self.makes_code() => {
                words::is_unsafe_language(tok.text()).then_some("language")
            }
            Tok::Word(_) | Tok::Name(_) => self.made_here(tok),
            _ => None,
        };
        if let Some(what) = what {
            self.danger(what, line);
        }
    }

    /// An extension or a language that is made by this statement.
    fn made_here(&mut self, tok: &Tok) -> Option<&'static str> {
        let words: Vec<&str> = self.head.iter().map(Tok::text).collect();
        match words.as_slice() {
            ["create", "extension"] | ["create", "extension", "if", "not", "exists"] if !tok.is("if") => {
                self.found.extensions.add(tok.text());
                words::is_unsafe_extension(tok.text()).then_some("extension")
            }
            ["create", .., "language"] if !words.contains(&"function") && !words.contains(&"procedure") => {
                (tok.text() != "plpgsql").then_some("language")
            }
            _ => None,
        }
    }

    /// Names this token adds.
    fn names(&mut self, tok: &Tok) {
        let Some(last) = &self.last[0] else { return };
        let named = matches!(tok, Tok::Word(_) | Tok::Name(_));
        let owner = last.is("to") && self.last[1].as_ref().is_some_and(|t| t.is("owner"));
        let granted =
            (last.is("to") || last.is("from")) && (self.head_is(&["grant"]) || self.head_is(&["revoke"]));
        let authorized = last.is("authorization") && !matches!(tok, Tok::Sign(_)) && !tok.is("default");
        let second = named && self.head.len() == 2;
        let role = second && self.is_about_roles() && !tok.is("mapping");
        if (named && (owner || granted) && !tok.is("public")) || authorized || role {
            self.found.roles.add(tok.text());
        } else if second && last.is("database") {
            self.found.databases.add(tok.text());
        }
    }

    fn head_is(&self, words: &[&str]) -> bool {
        self.head.len() >= words.len() && self.head.iter().zip(words).all(|(tok, word)| tok.is(word))
    }

    fn says(&self, word: &str) -> bool {
        self.head.iter().any(|tok| tok.is(word)) || self.shown.iter().any(|s| s.eq_ignore_ascii_case(word))
    }

    fn is_about_roles(&self) -> bool {
        let first = ["create", "alter", "drop"].iter().any(|w| self.head_is(&[w]));
        first && self.head.get(1).is_some_and(|t| t.is("role") || t.is("user") || t.is("group"))
    }

    /// Whether functions are named in it and not called.
    fn only_names_functions(&self) -> bool {
        ["grant", "revoke", "comment", "alter", "drop"].iter().any(|word| self.head_is(&[word]))
    }

    /// Whether its texts are code.
    fn makes_code(&self) -> bool {
        let function = |t: &Tok| t.is("function") || t.is("procedure");
        self.head_is(&["do"]) || (self.head_is(&["create"]) && self.head.iter().take(4).any(function))
    }

    fn statement_ended(&mut self, line: u64) {
        self.close();
        if self.is_about_roles() && !self.shown.iter().any(|s| s.eq_ignore_ascii_case("superuser")) {
            let mapping = self.head.get(2).is_some_and(|t| t.is("mapping"));
            if !mapping {
                self.danger("role", line);
                self.close();
            }
        }
        let table = |t: &Tok| t.is("table");
        if self.depth == 0 && self.head_is(&["create"]) && self.head.iter().take(4).any(table) {
            self.found.tables += 1;
        }
        self.head.clear();
        self.shown.clear();
        self.last = [None, None];
    }

    /// What the comments at the top say of the dump.
    fn comment(&mut self, text: &[u8]) {
        if self.begun {
            return;
        }
        let text = String::from_utf8_lossy(text);
        let after = |words: &str| text.trim().strip_prefix(words).map(|rest| rest.trim().to_owned());
        if let Some(version) = after("Dumped from database version ") {
            self.found.server = Some(version);
        } else if let Some(version) = after("Dumped by pg_dump version ") {
            self.found.tool = Some(version);
        } else if let Some(when) = after("Started on ") {
            self.found.made = Some(when);
        }
    }

    fn command(&mut self, text: &[u8], line: u64) {
        for found in commands(text) {
            if let Some(database) = &found.database {
                self.found.databases.add(database);
            }
            let Some(what) = found.what else { continue };
            let place = Place::Line(line);
            let danger = Danger { what: what.to_owned(), fatal: true, place, excerpt: found.excerpt };
            self.found.dangers.add(danger);
        }
    }

    fn body(&mut self, bytes: &[u8], line: u64) {
        let room = 64_usize.saturating_sub(self.text.len());
        self.text.extend_from_slice(&bytes[..room.min(bytes.len())]);
        if self.inner.is_none() {
            if self.depth >= DEEPEST || !(self.depth > 0 || self.makes_code()) {
                return;
            }
            self.inner = Some(Box::new((Lexer::sql(line), self.deeper())));
        }
        if let Some(inner) = &mut self.inner {
            let (lexer, scan) = &mut **inner;
            lexer.feed(bytes, scan);
        }
    }

    fn text_ended(&mut self, line: u64) {
        if let Some(inner) = self.inner.take() {
            let (mut lexer, mut scan) = *inner;
            lexer.end(&mut scan);
            let found = scan.finish(line);
            found.dangers.listed.into_iter().for_each(|danger| self.found.dangers.add(danger));
            self.found.dangers.more += found.dangers.more;
        }
        let text = String::from_utf8_lossy(&std::mem::take(&mut self.text)).to_lowercase();
        self.token(Tok::Text(text), line);
    }
}

impl Sink for Scan {
    fn event(&mut self, event: Event<'_>, _: usize, line: u64) {
        match event {
            Event::Begin => self.begun = true,
            Event::Word(word) => self.token(Tok::word(word), line),
            Event::Name(name) => self.token(Tok::Name(String::from_utf8_lossy(name).into_owned()), line),
            Event::Sign(sign) => self.token(Tok::Sign(sign), line),
            Event::Body(bytes) => self.body(bytes, line),
            Event::Text => self.text_ended(line),
            Event::End => self.statement_ended(line),
            Event::Command(text) => {
                self.begun |= !text.starts_with(b"\\restrict");
                self.command(text, line);
            }
            Event::Comment(text) => self.comment(text),
            Event::Backslash | Event::Data => {}
        }
    }
}

#[cfg(test)]
mod tests;
