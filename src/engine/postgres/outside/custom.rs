//! An archive in pg_dump's custom format from elsewhere, and what the tables of
//! contents of all its formats say.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    TEXT,
    lex::Lexer,
    report,
    scan::{Found, Scan},
};
use crate::{
    domain::{
        outside::{Danger, OutsideReport, Place, shown},
        problem::Problem,
    },
    engine::{
        outside::{Inspector, Looked, Sketch},
        postgres::{
            archive::{self, Checker, Listener},
            dump::PREFIX,
            toc::{Entry, Header},
        },
    },
    problem,
};

/// What a table of contents says.
#[derive(Debug, Default)]
pub(super) struct Contents {
    found: Found,
    database: Option<String>,
    pub(super) compressed: bool,
    /// Rows that stand there as statements were met.
    unsearched: bool,
}

impl Contents {
    /// The header.
    pub(super) fn header(&mut self, header: &Header<'_>) {
        let text = |bytes: Option<&[u8]>| bytes.map(|b| shown(&String::from_utf8_lossy(b)));
        self.found.server = text(header.server);
        self.found.tool = text(header.tool);
        let name = header.database.and_then(|name| String::from_utf8(name.to_vec()).ok());
        self.database = name.filter(|name| (1..=63).contains(&name.len()));
        if let Some(name) = &self.database {
            self.found.databases.add(name);
        }
        self.compressed = header.compressed;
        let [second, minute, hour, day, month, year, _] = header.made;
        if (1..=31).contains(&day) && (0..=11).contains(&month) && (0..=300).contains(&year) {
            let (year, month) = (year + 1900, month + 1);
            self.found.made = Some(format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"));
        }
    }

    /// Each entry.
    pub(super) fn entry(&mut self, entry: &Entry<'_>) {
        self.found.roles.add(&String::from_utf8_lossy(entry.owner));
        if entry.kind == b"TABLE DATA" && entry.has_dumper && entry.copy.is_none_or(<[u8]>::is_empty) {
            self.statements(entry.id);
        }
        // Grants and comments on the database are not restored.
        if entry.definition.is_empty() || matches!(entry.kind, b"ACL" | b"DEFAULT ACL") {
            return;
        }
        if matches!(entry.kind, b"DATABASE" | b"DATABASE PROPERTIES") {
            return self.found.databases.add(&String::from_utf8_lossy(entry.tag));
        }
        let mut scan = Scan::entry(entry.id);
        let mut lexer = Lexer::sql(1);
        lexer.feed(entry.definition, &mut scan);
        lexer.end(&mut scan);
        self.take(scan.finish(1));
    }

    fn take(&mut self, found: Found) {
        found.roles.listed.iter().for_each(|name| self.found.roles.add(name));
        found.databases.listed.iter().for_each(|name| self.found.databases.add(name));
        found.extensions.listed.iter().for_each(|name| self.found.extensions.add(name));
        self.found.tables += found.tables;
        self.found.dangers.more += found.dangers.more;
        found.dangers.listed.into_iter().for_each(|danger| self.found.dangers.add(danger));
    }

    /// Rows written as statements: what else they may be is not looked for.
    fn statements(&mut self, entry: i64) {
        if !std::mem::replace(&mut self.unsearched, true) {
            let excerpt = "INSERT".to_owned();
            let place = Place::Entry(entry);
            self.found.dangers.add(Danger { what: "unsearched".to_owned(), fatal: false, place, excerpt });
        }
    }

    /// The end of it.
    pub(super) fn looked(self, format: &str, compress: bool) -> Looked {
        let sketch = Sketch {
            name: PREFIX.to_owned(),
            per_item: true,
            item: self.database,
            media_type: archive::MEDIA_TYPE.to_owned(),
            suffix: "dump".to_owned(),
            compress,
            counts: std::collections::BTreeMap::new(),
            facts: serde_json::Value::Null,
        };
        let report: OutsideReport = report(format, self.found);
        Looked { report, sketch }
    }
}

/// Hears what the checker reads.
struct Heard(Arc<Mutex<Contents>>);

impl Listener for Heard {
    fn header(&mut self, header: &Header<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).header(header);
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(entry);
    }
}

/// Reads it.
pub(super) struct Custom {
    checker: Checker,
    contents: Arc<Mutex<Contents>>,
}

impl Default for Custom {
    fn default() -> Self {
        let contents: Arc<Mutex<Contents>> = Arc::default();
        Self { checker: Checker::telling(Box::new(Heard(contents.clone())), TEXT), contents }
    }
}

impl Inspector for Custom {
    fn see(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.checker.feed(bytes);
        // What cannot become whole any more need not be read to its end.
        self.checker.hopeless().map_or(Ok(()), Err)
    }

    fn finish(self: Box<Self>) -> Result<Looked, Problem> {
        self.checker.end().map_err(|why| {
            if why.is("pg-archive-truncated") { problem!("upload-truncated").detail(why) } else { why }
        })?;
        let contents = std::mem::take(&mut *self.contents.lock().unwrap_or_else(PoisonError::into_inner));
        let compress = !contents.compressed;
        Ok(contents.looked("custom", compress))
    }
}
