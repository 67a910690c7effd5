//! Taking a database's place in its own file, and telling afterwards whether it
//! happened.
//!
//! The contents go into the live **file** through SQLite's backup interface, as
//! one transaction of SQLite: processes that have it open see the new contents
//! at their next statement, and after a crash whoever opens the file rolls the
//! hot journal back (or ignores the unfinished end of the write-ahead log).
//! Renaming a file over it would leave those processes writing into the old one.
//!
//! What SQLite permits, and what is done with it (all of it in the tests):
//!
//! - A destination of a backup may not be inside a transaction, so
//!   `BEGIN IMMEDIATE` cannot hold writers off. But **a lock can be held without
//!   a transaction**. In the rollback modes `locking_mode = EXCLUSIVE` keeps the
//!   file lock after `BEGIN EXCLUSIVE; COMMIT`; the same connection is then the
//!   source of one backup (keeping the last state) and the destination of the
//!   next, and nobody gets between.
//! - In WAL mode that lock needs every other connection closed, idle ones too.
//!   There `backup_step(0)` begins the destination's write transaction without
//!   copying a page: writers wait, readers go on, and a second connection of ours
//!   reads the last state and keeps it.
//! - Page sizes may differ in the rollback modes and may not in WAL mode
//!   (`SQLITE_READONLY`): then the source, a file of ours, is vacuumed to the
//!   live page size first.
//! - SQLite leaves schema cookie, change counter and WAL flag as the destination
//!   needs them; all else arrives as it is, `user_version` too.

use std::path::Path;

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};
use serde::{Deserialize, Serialize};

use super::{conn, copy, files, marker, work::Work};
use crate::domain::problem::Problem;

/// One exchange of contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Exchange<'a> {
    /// The file people use.
    pub(super) live: &'a Path,
    /// The file of ours whose contents go there.
    pub(super) source: &'a Path,
    /// Where the last state before is kept.
    pub(super) keep: &'a Path,
    /// The marker of the state `keep` holds already, if any.
    pub(super) kept: Option<&'a str>,
    /// The view that tells that it happened.
    pub(super) mark: &'a str,
}

/// Does it: when this returns `Ok`, live has the source's contents and `keep`
/// has what live had at that very moment. On `Err`, live is as it was.
pub(super) fn exchange(work: &Work, ex: &Exchange<'_>) -> Result<(), Problem> {
    let named = |e: rusqlite::Error| conn::named(&e, ex.live);
    copy::settle_modes(work, ex.source)?;
    set_mark(work, ex.source, ex.mark)?;
    let mut live = conn::writing(ex.live, work)?;
    conn::set(work, &live, "PRAGMA synchronous = EXTRA", ex.live)?;
    let mode = work.patiently(|| conn::pragma(&live, "journal_mode").map_err(named))?;
    let wal = mode == "wal";
    fit(work, &live, ex, wal)?;
    let source = conn::sealed(ex.source, work)?;
    if wal { through_log(work, ex, &source, &mut live) } else { under_lock(work, ex, &source, &mut live) }
}

/// In WAL mode: write transaction first, then keep, then copy.
fn through_log(
    work: &Work,
    ex: &Exchange<'_>,
    source: &Connection,
    live: &mut Connection,
) -> Result<(), Problem> {
    let backup = Backup::new(source, live).map_err(|e| conn::named(&e, ex.live))?;
    copy::step(work, &backup, 0, ex.live)?;
    if !keeps(ex) {
        let reader = conn::reading(ex.live, work)?;
        copy::copy(work, &reader, ex.live, ex.keep)?;
    }
    fill(work, ex, source, &backup)
}

/// In the rollback modes: file lock first, then keep, then copy.
fn under_lock(
    work: &Work,
    ex: &Exchange<'_>,
    source: &Connection,
    live: &mut Connection,
) -> Result<(), Problem> {
    let named = |e: rusqlite::Error| conn::named(&e, ex.live);
    // The mode is set once the lock is ours: in it, a try that fails would keep
    // its shared lock, and the writer it waits for could never commit.
    conn::set(work, live, "BEGIN EXCLUSIVE", ex.live)?;
    conn::set(work, live, "PRAGMA locking_mode = EXCLUSIVE; COMMIT", ex.live)?;
    if !keeps(ex) {
        copy::copy(work, live, ex.live, ex.keep)?;
    }
    {
        let backup = Backup::new(source, live).map_err(named)?;
        fill(work, ex, source, &backup)?;
    }
    // Gives the lock back, and the journal its usual end, before the close.
    let _ = conn::pragma(live, "locking_mode = NORMAL");
    let _ = conn::pragma_number(live, "schema_version");
    Ok(())
}

/// Whether `keep` holds the state that is live now, under the lock: any doubt
/// means no, and it is taken again.
fn keeps(ex: &Exchange<'_>) -> bool {
    ex.kept.is_some() && marker::marker(ex.live).as_deref() == ex.kept
}

fn fill(work: &Work, ex: &Exchange<'_>, source: &Connection, backup: &Backup<'_, '_>) -> Result<(), Problem> {
    let page = copy::page_size(work, source, ex.source)?;
    work.expect(files::length(ex.source));
    loop {
        let done = copy::step(work, backup, copy::BATCH, ex.live)? == StepResult::Done;
        work.moved(page * u64::from(copy::BATCH.unsigned_abs()));
        if done {
            return Ok(());
        }
    }
}

/// In WAL mode the destination's page size cannot change.
fn fit(work: &Work, live: &Connection, ex: &Exchange<'_>, wal: bool) -> Result<(), Problem> {
    let source = conn::writing(ex.source, work)?;
    let wanted = copy::page_size(work, live, ex.live)?;
    if !wal || wanted == copy::page_size(work, &source, ex.source)? {
        return Ok(());
    }
    let vacuum = format!("PRAGMA page_size = {wanted}; VACUUM");
    source.execute_batch(&vacuum).map_err(|e| conn::named(&e, ex.source))?;
    source.close().map_err(|(_, e)| conn::named(&e, ex.source))
}

fn set_mark(work: &Work, path: &Path, mark: &str) -> Result<(), Problem> {
    let named = |e: rusqlite::Error| conn::named(&e, path);
    let conn = conn::writing(path, work)?;
    let view = format!(
        "PRAGMA synchronous = EXTRA; CREATE VIEW {} AS SELECT 'Zelo removes this when its operation ends' AS note",
        conn::quoted(mark)
    );
    conn.execute_batch(&view).map_err(named)?;
    conn.close().map_err(|(_, e)| conn::named(&e, path))
}

/// Whether the mark stands in a database others use. Rolls a hot journal back
/// first, as any reader does.
pub(super) fn marked(work: &Work, live: &Path, mark: &str) -> Result<bool, Problem> {
    let conn = conn::reading(live, work)?;
    work.patiently(|| has_mark(&conn, mark).map_err(|e| conn::named(&e, live)))
}

fn has_mark(conn: &Connection, mark: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND name = ?1";
    conn.query_row(sql, [mark], |row| row.get::<_, i64>(0)).map(|count| count > 0)
}

/// Removes the mark from a database others use; none there is fine.
pub(super) fn unmark(work: &Work, live: &Path, mark: &str) -> Result<(), Problem> {
    let conn = conn::writing(live, work)?;
    let named = |e: rusqlite::Error| conn::named(&e, live);
    if !work.patiently(|| has_mark(&conn, mark).map_err(named))? {
        return Ok(());
    }
    conn::set(work, &conn, "PRAGMA synchronous = EXTRA", live)?;
    let drop = format!("BEGIN IMMEDIATE; DROP VIEW IF EXISTS {}; COMMIT", conn::quoted(mark));
    work.patiently(|| {
        conn.execute_batch(&drop).map_err(|e| {
            if !conn.is_autocommit() {
                let _ = conn.execute_batch("ROLLBACK");
            }
            conn::named(&e, live)
        })
    })
}
