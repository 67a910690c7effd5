//! A SQLite file from elsewhere: written to a passing file and examined there,
//! sealed, nothing its schema says trusted. What it holds is recorded as that of a
//! backup is, so that a restore has something to compare with.

use std::{fs::File, io::Write, path::Path};

use super::{
    KIND, conn, contents,
    facts::{self, PartFacts},
    files::{self, Room},
    temp::{self, Passing},
    tools::Tools,
    validate::{MAGIC, header},
};
use crate::{
    domain::{manifest::EngineRef, outside::OutsideReport, problem::Problem},
    engine::outside::{Inspector, Looked, Sketch},
    problem,
    saga::Progress,
};

/// Bytes between two looks at the disk.
const LOOK: u64 = 64 << 20;
/// Where the header says which SQLite wrote last.
const VERSION: usize = 96;

/// What can read a stream that begins like this.
pub(super) fn recognise(tools: &Tools, name: &str, head: &[u8]) -> Option<Box<dyn Inspector>> {
    let spill = || Box::new(Spill { tools: tools.clone(), name: name.to_owned(), open: None, bytes: 0 });
    head.starts_with(MAGIC).then(|| spill() as Box<dyn Inspector>)
}

/// Keeps the stream as a file.
struct Spill {
    tools: Tools,
    name: String,
    open: Option<(Passing, File)>,
    bytes: u64,
}

impl Spill {
    fn room(&self, more: u64) -> Result<(), Problem> {
        let room = Room::of(&self.tools.folder, self.tools.reserve)?;
        if room.holds(more) {
            return Ok(());
        }
        let path = self.tools.folder.display().to_string();
        Err(problem!("sqlite-temp-full", path = path, bytes = more, free = room.free, reserve = room.reserve))
    }

    fn file(&mut self) -> Result<&mut (Passing, File), Problem> {
        if self.open.is_none() {
            temp::ensure(&self.tools.folder)?;
            let passing = Passing::new(&self.tools.folder);
            let file = files::fresh(&passing.0)?;
            self.open = Some((passing, file));
        }
        self.open.as_mut().ok_or_else(|| problem!("sqlite-stopped"))
    }
}

impl Inspector for Spill {
    fn see(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let before = self.bytes;
        self.bytes += bytes.len() as u64;
        if self.open.is_none() || before / LOOK != self.bytes / LOOK {
            temp::ensure(&self.tools.folder)?;
            self.room(LOOK)?;
        }
        let (passing, file) = self.file()?;
        file.write_all(bytes).map_err(|e| conn::file_problem(&e, &passing.0))
    }

    fn finish(mut self: Box<Self>) -> Result<Looked, Problem> {
        let Some((passing, file)) = self.open.take() else { return Err(problem!("upload-truncated")) };
        drop(file);
        self.looked(&passing.0)
    }
}

impl Spill {
    fn looked(&self, path: &Path) -> Result<Looked, Problem> {
        header(path, self.bytes).map_err(|why| problem!("upload-truncated").detail(why))?;
        let work = self.tools.work(Progress::default());
        let found = contents::examine(&work, path).map_err(|why| {
            // The file it names is a passing one of ours.
            if why.is("sqlite-corrupt") {
                problem!("upload-broken").detail(why.detail.unwrap_or_default())
            } else {
                why
            }
        })?;
        let head = head(path).unwrap_or_default();
        let mut report = OutsideReport::new(KIND.as_str());
        report.tables = Some(found.rows.len() as u64);
        report.engine = EngineRef { server: version(&head), tool: String::new(), image: None };
        let page_size =
            u16::from_be_bytes([head.get(16).copied().unwrap_or(0), head.get(17).copied().unwrap_or(0)]);
        let facts = PartFacts {
            file: self.name.clone(),
            journal_mode: if head.get(18) == Some(&2) { "wal" } else { "delete" }.to_owned(),
            page_size: if page_size == 1 { 65_536 } else { page_size.into() },
            schema: found.schema,
            digests: found.digests,
            rights: None,
        };
        let counts = found.rows.into_iter().map(|(table, rows)| (format!("table:{table}"), rows)).collect();
        let sketch = Sketch {
            name: facts::PART.to_owned(),
            per_item: false,
            item: Some(self.name.clone()),
            media_type: facts::MEDIA_TYPE.to_owned(),
            suffix: "sqlite".to_owned(),
            compress: true,
            counts,
            facts: facts::store(&facts)?,
        };
        Ok(Looked { report, sketch })
    }
}

/// The file's header.
fn head(path: &Path) -> Option<Vec<u8>> {
    use std::io::Read;
    let mut head = vec![0; 100];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).ok()?;
    Some(head)
}

/// The SQLite that wrote last: `3.45.1` of 3045001.
fn version(head: &[u8]) -> String {
    let Some(bytes) = head.get(VERSION..VERSION + 4) else { return String::new() };
    let number = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    if number == 0 {
        return String::new();
    }
    format!("{}.{}.{}", number / 1_000_000, number / 1000 % 1000, number % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, sqlite::SqliteEngine};

    #[allow(clippy::disallowed_methods)] // a file of this test's own
    fn sample(mode: &str) -> (tempfile::TempDir, Vec<u8>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.db");
        #[allow(clippy::disallowed_methods)] // the test plays whoever made the file
        let db = rusqlite::Connection::open(&path).unwrap();
        db.execute_batch(&format!(
            "PRAGMA journal_mode = {mode}; CREATE TABLE a (b); INSERT INTO a VALUES (1), (2); CREATE TABLE c (d);"
        ))
        .unwrap();
        db.close().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        (dir, bytes)
    }

    fn looked(engine: &SqliteEngine, bytes: &[u8]) -> Result<Looked, Problem> {
        let mut inspector = engine.recognise("shop.db", &bytes[..bytes.len().min(100)]).unwrap();
        for chunk in bytes.chunks(1000) {
            inspector.see(chunk)?;
        }
        inspector.finish()
    }

    #[test]
    fn a_file_is_counted_and_leaves_nothing() {
        for mode in ["delete", "wal"] {
            let (dir, bytes) = sample(mode);
            let folder = dir.path().join("tmp");
            let engine = SqliteEngine::new(&folder);
            let found = looked(&engine, &bytes).unwrap();
            assert_eq!(found.report.tables, Some(2));
            assert!(found.report.engine.server.starts_with("3."), "{}", found.report.engine.server);
            assert_eq!(found.sketch.counts["table:a"], 2);
            assert_eq!(found.sketch.facts["journal_mode"], mode);
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        }
    }

    #[test]
    fn one_that_is_cut_or_broken_is_named_so() {
        let (dir, bytes) = sample("delete");
        let engine = SqliteEngine::new(dir.path().join("tmp"));
        for cut in [100, 1000, 4096, bytes.len() - 1] {
            assert!(looked(&engine, &bytes[..cut]).unwrap_err().is("upload-truncated"), "{cut}");
        }
        let mut broken = bytes.clone();
        let page = broken.len() - 4096;
        broken[page..page + 64].fill(0xee);
        assert!(looked(&engine, &broken).unwrap_err().is("upload-broken"));
        assert!(engine.recognise("x", b"-- PostgreSQL database dump").is_none());
    }
}
