//! PostgreSQL dumps from elsewhere: recognised by content, read to their end once,
//! restored only by a role that owns nothing but the side database.
//!
//! The report is for people. What keeps a server safe is how a file is run: psql is
//! restricted by a word the file cannot know, and every statement is a role's that
//! has rights nowhere else.

mod command;
mod custom;
mod files;
mod lex;
mod plain;
mod scan;
pub(super) mod sift;
mod statement;
mod weave;
mod words;

use crate::{
    domain::{manifest::EngineRef, outside::OutsideReport, problem::Problem},
    engine::outside::{Inspector, Keyed, Looked},
    problem,
};

use super::toc::{self, Cursor, Sizes};
pub(super) use weave::weave;
pub(super) use words::is_unsafe_extension;

/// A single text in a file from elsewhere is not longer.
const TEXT: u64 = 16 << 20;
/// How far into a plain dump its first words may stand.
const FIRST: usize = 64;

/// What can read a stream that begins like this.
pub(super) fn recognise(head: &[u8]) -> Option<Box<dyn Inspector>> {
    if head.starts_with(toc::MAGIC) {
        let mut at = Cursor::new(head, Sizes::default());
        let alone = at.header().is_ok() && at.sizes.format != toc::CUSTOM;
        return Some(if alone { Box::new(Refused("toc")) } else { Box::new(custom::Custom::default()) });
    }
    let first = &head[..head.len().min(FIRST)];
    let says = |words: &[u8]| first.windows(words.len()).any(|w| w == words);
    if says(b"-- PostgreSQL database cluster dump") {
        return Some(Box::new(Refused("cluster")));
    }
    says(b"-- PostgreSQL database dump").then(|| Box::<plain::Plain>::default() as Box<dyn Inspector>)
}

/// What can read a set of files that is one dump.
pub(super) fn recognise_files(names: &[&str]) -> Option<Keyed> {
    files::recognise(names)
}

/// A PostgreSQL file that is no dump of one database.
struct Refused(&'static str);

impl Inspector for Refused {
    fn see(&mut self, _: &[u8]) -> Result<(), Problem> {
        Err(match self.0 {
            "toc" => problem!("pg-outside-toc-alone"),
            _ => problem!("pg-outside-cluster"),
        })
    }

    fn finish(mut self: Box<Self>) -> Result<Looked, Problem> {
        self.see(&[])?;
        Err(problem!("pg-outside-cluster"))
    }
}

/// A report of what was found.
fn report(format: &str, found: scan::Found) -> OutsideReport {
    OutsideReport {
        engine: EngineRef {
            server: found.server.unwrap_or_default(),
            tool: found.tool.unwrap_or_default(),
            image: None,
        },
        made: found.made,
        databases: found.databases,
        roles: found.roles,
        extensions: found.extensions,
        tables: Some(found.tables),
        dangers: found.dangers,
        ..OutsideReport::new(format)
    }
}
