//! Copying a database in use, page by page, by SQLite's online backup.

use std::path::Path;

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use super::{conn, files, names, work::Work};
use crate::domain::problem::Problem;

/// Pages copied between two looks at the clock and at a cancel.
pub(super) const BATCH: i32 = 256;

/// How often a copy starts over because others wrote, before it holds them off.
const RESTARTS: u32 = 3;

/// Copies what `from` sees into a new file of ours: one state, that of one
/// moment. Durable when it returns.
///
/// In WAL mode a read transaction gives that state and hinders nobody. In the
/// rollback modes it would keep writers from committing for as long as the copy
/// takes, so the first tries let go between batches; SQLite then starts over
/// when somebody wrote. After [`RESTARTS`] of these the lock is kept, so that a
/// busy database is copied all the same.
pub(super) fn copy(work: &Work, from: &Connection, live: &Path, to: &Path) -> Result<(), Problem> {
    drop(files::fresh(to)?);
    let mut dest = conn::writing(to, work)?;
    // A copy that breaks off is thrown away whole: it needs no journal of its own,
    // and is made durable once, at its end.
    conn::pragma(&dest, "journal_mode = OFF").map_err(|e| conn::named(&e, to))?;
    dest.execute_batch("PRAGMA synchronous = OFF").map_err(|e| conn::named(&e, to))?;
    let named = |e: &rusqlite::Error| conn::named(e, live);

    let mode = work.patiently(|| conn::pragma(from, "journal_mode").map_err(|e| named(&e)))?;
    let mut held = mode == "wal";
    if held {
        hold(work, from, live)?;
    }
    let outcome = pages(work, from, live, &mut dest, &mut held);
    if held {
        let _ = from.execute_batch("COMMIT");
    }
    outcome?;
    dest.close().map_err(|(_, e)| conn::named(&e, to))?;
    files::sync(to)
}

/// Takes a read transaction and its snapshot.
fn hold(work: &Work, from: &Connection, live: &Path) -> Result<(), Problem> {
    let named = |e: &rusqlite::Error| conn::named(e, live);
    conn::set(work, from, "BEGIN", live)?;
    let held = work.patiently(|| conn::pragma_number(from, "schema_version").map_err(|e| named(&e)));
    if held.is_err() {
        let _ = from.execute_batch("ROLLBACK");
    }
    held.map(drop)
}

fn pages(
    work: &Work,
    from: &Connection,
    live: &Path,
    dest: &mut Connection,
    held: &mut bool,
) -> Result<(), Problem> {
    let named = |e: &rusqlite::Error| conn::named(e, live);
    let page = page_size(work, from, live)?;
    let backup = Backup::new(from, dest).map_err(|e| named(&e))?;
    let (mut done, mut restarts) = (0, 0);
    loop {
        match step(work, &backup, BATCH, live)? {
            StepResult::Done => return Ok(()),
            _ => {
                let progress = backup.progress();
                let now = progress.pagecount - progress.remaining;
                work.expect(page * u64::try_from(progress.pagecount).unwrap_or(0));
                if now <= done {
                    restarts += 1;
                }
                done = now;
            }
        }
        work.moved(page * BATCH.unsigned_abs() as u64);
        if restarts >= RESTARTS && !*held {
            hold(work, from, live)?;
            *held = true;
        }
    }
}

/// One batch, waiting for locks with patience.
pub(super) fn step(
    work: &Work,
    backup: &Backup<'_, '_>,
    pages: i32,
    live: &Path,
) -> Result<StepResult, Problem> {
    work.patiently(|| match backup.step(pages) {
        Ok(StepResult::Busy | StepResult::Locked) => Err(busy(live)),
        Ok(other) => Ok(other),
        Err(error) => Err(conn::named(&error, live)),
    })
}

/// Somebody else holds the lock needed.
pub(super) fn busy(live: &Path) -> Problem {
    crate::problem!("sqlite-busy", path = live.display().to_string()).transient()
}

/// Bytes in a page.
pub(super) fn page_size(work: &Work, conn: &Connection, path: &Path) -> Result<u64, Problem> {
    let size =
        work.patiently(|| conn::pragma_number(conn, "page_size").map_err(|e| conn::named(&e, path)))?;
    Ok(u64::try_from(size).unwrap_or(4096))
}

/// Makes a file of ours ready to be compared or swapped in: rollback mode, so
/// that it has no companions, and none of our marks left in it.
pub(super) fn settle_modes(work: &Work, path: &Path) -> Result<(), Problem> {
    let conn = conn::writing(path, work)?;
    let named = |e: rusqlite::Error| conn::named(&e, path);
    conn::pragma(&conn, "journal_mode = DELETE").map_err(named)?;
    conn.execute_batch("PRAGMA synchronous = EXTRA").map_err(named)?;
    for mark in marks(&conn).map_err(named)? {
        conn.execute_batch(&format!("DROP VIEW IF EXISTS {}", conn::quoted(&mark))).map_err(named)?;
    }
    conn.close().map_err(|(_, e)| conn::named(&e, path))?;
    files::sync(path)
}

fn marks(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut query = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'")?;
    let names = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().filter(|name| name.starts_with(names::MARK)).collect())
}
