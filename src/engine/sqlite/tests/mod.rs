//! Real files, real locks, real processes.

mod contract;
mod copying;
mod killing;
mod looking;
mod rig;
mod running;
mod swapping;
mod trouble;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{contents, files, work::Work};
use crate::{
    domain::id::{OperationId, SystemIds},
    saga::Progress,
};

/// A database in a folder of its own.
struct Lab {
    dir: TempDir,
    live: PathBuf,
}

impl Lab {
    fn new(mode: &str) -> Self {
        Self::named("orders.db", mode)
    }

    fn named(name: &str, mode: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let live = dir.path().join(name);
        fill(&live, mode, 4096, 500);
        Self { dir, live }
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Names of everything in the folder.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn work() -> Work {
    Work::new(Progress::default(), Duration::from_millis(300))
}

fn operation() -> OperationId {
    OperationId::new(&SystemIds)
}

/// A connection like an application's.
#[allow(clippy::disallowed_methods)]
fn app(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.busy_timeout(Duration::from_secs(5)).unwrap();
    conn
}

/// Two tables with an index, blobs, a view and a trigger.
fn fill(path: &Path, mode: &str, page_size: u32, rows: i64) {
    let conn = app(path);
    conn.execute_batch(&format!(
        "PRAGMA page_size = {page_size}; PRAGMA journal_mode = {mode}; PRAGMA user_version = 7;
         PRAGMA application_id = 42;
         CREATE TABLE orders(id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT, price REAL, raw BLOB);
         CREATE TABLE tags(name TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;
         CREATE INDEX by_note ON orders(note);
         CREATE VIEW cheap AS SELECT * FROM orders WHERE price < 10;
         CREATE TRIGGER tag AFTER INSERT ON orders BEGIN
           INSERT INTO tags VALUES('n' || (new.id % 7), 1) ON CONFLICT(name) DO UPDATE SET n = n + 1; END;"
    ))
    .unwrap();
    add(&conn, rows);
}

fn add(conn: &Connection, rows: i64) {
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    for n in 0..rows {
        conn.execute(
            "INSERT INTO orders(note, price, raw) VALUES(?1, ?2, randomblob(300))",
            (format!("order {n}"), n as f64 / 3.0),
        )
        .unwrap();
    }
    conn.execute_batch("COMMIT").unwrap();
}

fn count(conn: &Connection) -> i64 {
    conn.query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).unwrap()
}

/// What a fresh reader sees in a database in use, digests and all.
fn seen(path: &Path) -> contents::Contents {
    let conn = app(path);
    contents::contents(&work(), &conn, path, true).unwrap()
}

fn whole(path: &Path) {
    let found: String = app(path).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(found, "ok", "{}", path.display());
    assert!(files::length(path) > 0);
}
