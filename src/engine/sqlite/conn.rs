//! Opening databases and naming what SQLite answers.
//!
//! POSIX locks belong to a process, not to a descriptor: closing **any**
//! descriptor of a file gives up every lock this process holds on it. So nothing
//! here opens a database that others may use, or its `-wal` and `-shm`, but
//! through SQLite, which knows this; of such files only `stat` is asked.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use super::{names, work::Work};
use crate::{domain::problem::Problem, problem};

/// Instructions of SQLite's machine between two looks at the stop flag.
const LOOK: i32 = 20_000;

/// Opens a database that others use, for reading. Like any client it rolls back
/// what a crashed writer left, which needs write permission; without it, it
/// opens read-only.
pub(super) fn reading(path: &Path, work: &Work) -> Result<Connection, Problem> {
    let conn = match open(path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        Ok(conn) => conn,
        Err(_) => open(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|e| named(&e, path))?,
    };
    prepare(conn, path, work)
}

/// Opens an existing database for writing.
pub(super) fn writing(path: &Path, work: &Work) -> Result<Connection, Problem> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|e| named(&e, path))?;
    prepare(conn, path, work)
}

/// Opens a finished file of ours that nobody writes: no locks, no companions,
/// and nothing its schema says is trusted.
pub(super) fn sealed(path: &Path, work: &Work) -> Result<Connection, Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let conn =
        open(Path::new(&names::uri(path, "mode=ro&immutable=1")), flags).map_err(|e| named(&e, path))?;
    prepare(conn, path, work)
}

#[allow(clippy::disallowed_methods)] // the one place that opens other people's databases
fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

fn prepare(conn: Connection, path: &Path, work: &Work) -> Result<Connection, Problem> {
    let watch = work.clone();
    let set = || -> rusqlite::Result<()> {
        // `Work::patiently` waits instead: SQLite's own wait cannot be stopped.
        conn.busy_timeout(std::time::Duration::ZERO)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        // Long checks report themselves alive, and end when nobody waits.
        conn.progress_handler(
            LOOK,
            Some(move || {
                watch.beat();
                watch.stopped()
            }),
        )
    };
    set().map_err(|e| named(&e, path))?;
    Ok(conn)
}

/// Leaves the write-ahead log as it is when this connection is the last to close.
pub(super) fn leave_log(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(drop)
}

/// What SQLite answered, as a problem about the file at `path`.
pub(super) fn named(error: &rusqlite::Error, path: &Path) -> Problem {
    let shown = path.display().to_string();
    let problem = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            problem!("sqlite-busy", path = shown).transient()
        }
        Some(ErrorCode::NotADatabase) => problem!("sqlite-not-a-database", path = shown),
        Some(ErrorCode::DatabaseCorrupt) => problem!("sqlite-corrupt", path = shown),
        Some(ErrorCode::DiskFull) => problem!("sqlite-disk-full", path = shown),
        Some(ErrorCode::CannotOpen) => unopened(path),
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            problem!("sqlite-permission", path = shown)
        }
        Some(ErrorCode::SystemIoFailure) => problem!("sqlite-io", path = shown),
        Some(ErrorCode::OperationInterrupted) => problem!("sqlite-stopped"),
        _ => problem!("sqlite-failed", path = shown),
    };
    problem.detail(error)
}

/// SQLite says only "unable to open": the file system knows more.
fn unopened(path: &Path) -> Problem {
    match std::fs::metadata(path) {
        Err(error) => file_problem(&error, path),
        Ok(meta) if !meta.is_file() => problem!("sqlite-not-a-file", path = path.display().to_string()),
        Ok(_) => problem!("sqlite-permission", path = path.display().to_string()),
    }
}

/// What the system answered, as a problem about the file at `path`.
pub(super) fn file_problem(error: &std::io::Error, path: &Path) -> Problem {
    use std::io::ErrorKind::{
        NotADirectory, NotFound, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    let shown = path.display().to_string();
    let problem = match error.kind() {
        NotFound | NotADirectory => problem!("sqlite-missing", path = shown),
        PermissionDenied | ReadOnlyFilesystem => problem!("sqlite-permission", path = shown),
        StorageFull | QuotaExceeded => problem!("sqlite-disk-full", path = shown),
        _ => problem!("sqlite-io", path = shown),
    };
    problem.detail(error)
}

/// Runs statements that may have to wait for a lock, even to read the schema.
pub(super) fn set(work: &Work, conn: &Connection, sql: &str, path: &Path) -> Result<(), Problem> {
    work.patiently(|| conn.execute_batch(sql).map_err(|e| named(&e, path)))
}

/// A pragma's one value as text.
pub(super) fn pragma(conn: &Connection, name: &str) -> rusqlite::Result<String> {
    conn.query_row(&format!("PRAGMA {name}"), [], |row| {
        Ok(match row.get_ref(0)? {
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            _ => String::new(),
        })
    })
}

/// A pragma's one value as a number.
pub(super) fn pragma_number(conn: &Connection, name: &str) -> rusqlite::Result<i64> {
    conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
}

/// A name quoted as an identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
