//! A dump that is a set of files: pg_dump's directory format, and its tar.

use std::collections::BTreeSet;

use super::{TEXT, custom::Contents};
use crate::{
    domain::problem::Problem,
    engine::{
        outside::{Inspector, Keyed, Looked},
        postgres::toc::{Bad, CUSTOM, Cursor, Short, Sizes, Tail},
    },
    problem,
};

/// The file that tells of all others.
const TOC: &str = "toc.dat";
/// It is not longer: about a hundred thousand tables.
pub(super) const LONGEST: usize = 64 << 20;
/// What pg_dump may have compressed a file with, by its name's end.
pub(super) const COMPRESSED: [&str; 3] = [".gz", ".zst", ".lz4"];

/// What can read such a set, if it is one.
pub(super) fn recognise(names: &[&str]) -> Option<Keyed> {
    let mut tocs = names.iter().filter(|name| name.rsplit('/').next() == Some(TOC));
    let (index, None) = (tocs.next()?, tocs.next()) else { return None };
    let folder = index.strip_suffix(TOC).unwrap_or_default();
    let inside = names.iter().filter_map(|name| name.strip_prefix(folder)).map(str::to_owned);
    let names = inside.collect();
    Some(Keyed { index: (*index).to_owned(), inspector: Box::new(Toc { names, bytes: Vec::new() }) })
}

/// Reads the table of contents, and looks whether every file it names is there.
struct Toc {
    names: BTreeSet<String>,
    bytes: Vec<u8>,
}

impl Inspector for Toc {
    fn see(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        if self.bytes.len() + bytes.len() > LONGEST {
            return Err(problem!("pg-outside-toc-long", bytes = LONGEST));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Looked, Problem> {
        let mut at = Cursor::new(&self.bytes, Sizes { limit: TEXT, ..Sizes::default() });
        let mut contents = Contents::default();
        contents.header(&at.header().map_err(named)?);
        if at.sizes.format == CUSTOM {
            return Err(problem!("pg-archive-broken").detail("a custom archive named toc.dat"));
        }
        // Both say "tar" in their header; only the tar has a script beside.
        let format = if self.names.contains("restore.sql") { "tar" } else { "directory" };
        for _ in 0..at.count().map_err(named)? {
            let entry = at.entry().map_err(named)?;
            contents.entry(&entry);
            if let Tail::File(file) = entry.tail {
                let file = String::from_utf8_lossy(file).into_owned();
                let list = objects(entry.id, &file, |name| self.names.contains(name));
                let file = if entry.kind == b"BLOBS" { list.unwrap_or(file) } else { file };
                self.there(&file)?;
            }
        }
        if at.at != self.bytes.len() {
            return Err(problem!("pg-archive-broken").detail("bytes after the table of contents"));
        }
        Ok(contents.looked(format, true))
    }
}

impl Toc {
    /// Whether a file the contents name is in the set.
    fn there(&self, file: &str) -> Result<(), Problem> {
        if file.is_empty() || self.names.contains(file) {
            return Ok(());
        }
        match COMPRESSED.iter().find(|end| self.names.contains(&format!("{file}{end}"))) {
            Some(&".lz4") => Err(problem!("pg-outside-compression", method = "lz4")),
            Some(_) => Ok(()),
            None => Err(problem!("upload-truncated").detail(format!("{file} is missing"))),
        }
    }
}

/// The file that lists an entry's large objects: pg_dump's tar calls it otherwise
/// than its contents say.
pub(super) fn objects(id: i64, file: &str, has: impl Fn(&str) -> bool) -> Option<String> {
    let names = [file.to_owned(), format!("blobs_{id}.toc"), "blobs.toc".to_owned()];
    names.into_iter().find(|name| !name.is_empty() && has(name))
}

/// What is wrong with a table of contents.
pub(super) fn named(short: Short) -> Problem {
    match short {
        Short::More => problem!("upload-truncated").detail(TOC),
        Short::Bad(Bad::Magic) => problem!("pg-archive-format"),
        Short::Bad(Bad::Version(major, minor)) => {
            problem!("pg-archive-version", version = format!("{major}.{minor}"))
        }
        Short::Bad(Bad::Broken(what)) => problem!("pg-archive-broken").detail(what),
    }
}
