//! What is in a database: rows and a digest of each table, a digest of the
//! schema, and whether SQLite itself finds it whole. Taken from quiet files of
//! ours, so all of it is of one moment.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, types::ValueRef};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{conn, files, names, work::Work};
use crate::{domain::problem::Problem, problem};

/// Files longer than this are compared by row counts and SQLite's own check
/// only: reading every value twice would double the time of a restore.
pub(super) const DIGEST_LIMIT: u64 = 8 << 30;

/// What was found in one state of a database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contents {
    /// By table: how many rows.
    pub(super) rows: BTreeMap<String, i64>,
    /// By table: sha256 over its rows in the order of its key; `None` for a file
    /// beyond [`DIGEST_LIMIT`].
    pub(super) digests: Option<BTreeMap<String, String>>,
    /// sha256 over all definitions and the settings that belong to the contents.
    pub(super) schema: String,
}

impl Contents {
    /// The first thing that differs: a table's name, or `schema`. Digests that one
    /// side lacks are not compared.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        let uneven = first_uneven(&self.rows, &other.rows);
        let deep = match (&self.digests, &other.digests) {
            (Some(a), Some(b)) => first_uneven(a, b),
            _ => None,
        };
        let schema = (self.schema != other.schema).then(|| "schema".to_owned());
        uneven.or(deep).or(schema)
    }
}

fn first_uneven<V: PartialEq>(a: &BTreeMap<String, V>, b: &BTreeMap<String, V>) -> Option<String> {
    a.keys().chain(b.keys()).find(|key| a.get(*key) != b.get(*key)).cloned()
}

/// Reads a quiet file of ours to its end: SQLite's integrity check, then counts
/// and digests.
pub(super) fn examine(work: &Work, path: &Path) -> Result<Contents, Problem> {
    let conn = conn::sealed(path, work)?;
    check(work, &conn, path, "integrity_check")?;
    let deep = files::length(path) <= DIGEST_LIMIT;
    contents(work, &conn, path, deep)
}

/// SQLite's own check (`integrity_check` or `quick_check`).
pub(super) fn check(work: &Work, conn: &Connection, path: &Path, pragma: &str) -> Result<(), Problem> {
    match work.patiently(|| lines(conn, pragma).map_err(|e| conn::named(&e, path))) {
        Ok(found) if found == ["ok"] => Ok(()),
        Ok(found) => {
            Err(problem!("sqlite-corrupt", path = path.display().to_string()).detail(found.join("\n")))
        }
        // The full check runs the application's own collations and functions,
        // which are not here; the quick one needs none of them.
        Err(problem) if problem.is("sqlite-failed") && pragma != "quick_check" => {
            check(work, conn, path, "quick_check")
        }
        Err(problem) => Err(problem),
    }
}

fn lines(conn: &Connection, pragma: &str) -> rusqlite::Result<Vec<String>> {
    let mut query = conn.prepare(&format!("PRAGMA {pragma}(20)"))?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// Counts, with digests if `deep`, of what `conn` sees.
pub(super) fn contents(work: &Work, conn: &Connection, path: &Path, deep: bool) -> Result<Contents, Problem> {
    let named = |e: rusqlite::Error| conn::named(&e, path);
    let mut found = Contents { schema: schema(conn).map_err(named)?, ..Contents::default() };
    let mut digests = BTreeMap::new();
    for table in tables(conn).map_err(named)? {
        work.check()?;
        let rows = if deep {
            let (rows, digest) = table_digest(work, conn, &table).map_err(named)?;
            digests.insert(table.clone(), digest);
            rows
        } else {
            table_rows(conn, &table).map_err(named)?
        };
        found.rows.insert(table, rows);
    }
    found.digests = deep.then_some(digests);
    Ok(found)
}

/// Every table that holds its rows itself: of virtual ones the shadow tables.
pub(super) fn tables(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut query =
        conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name")?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// Rows of one table.
pub(super) fn table_rows(conn: &Connection, table: &str) -> rusqlite::Result<i64> {
    conn.query_row(&format!("SELECT count(*) FROM {}", conn::quoted(table)), [], |row| row.get(0))
}

/// Rows and digest of one table. `NOT INDEXED` scans the table itself, which
/// lies in the order of its rowid or primary key; generated columns follow from
/// the others and may need functions that only the application has.
fn table_digest(work: &Work, conn: &Connection, table: &str) -> rusqlite::Result<(i64, String)> {
    let columns = columns(conn, table)?;
    let list: Vec<_> = columns.iter().map(|c| conn::quoted(c)).collect();
    let sql = format!("SELECT {} FROM {} NOT INDEXED", list.join(", "), conn::quoted(table));
    let mut query = conn.prepare(&sql)?;
    let mut rows = query.query([])?;
    let mut sum = Sha256::new();
    let (mut count, mut bytes) = (0, 0);
    while let Some(row) = rows.next()? {
        for index in 0..columns.len() {
            bytes += add(&mut sum, row.get_ref(index)?);
        }
        count += 1;
        if bytes > 1 << 20 {
            work.beat();
            bytes = 0;
        }
    }
    Ok((count, hex::encode(sum.finalize())))
}

fn columns(conn: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut query = conn.prepare("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid")?;
    query.query_map([table], |row| row.get(0))?.collect()
}

/// Type, length and bytes, so that no two rows give the same stream.
fn add(sum: &mut Sha256, value: ValueRef<'_>) -> usize {
    let (tag, bytes): (u8, &[u8]) = match value {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(number) => return add_bytes(sum, 1, &number.to_be_bytes()),
        ValueRef::Real(number) => return add_bytes(sum, 2, &number.to_bits().to_be_bytes()),
        ValueRef::Text(text) => (3, text),
        ValueRef::Blob(blob) => (4, blob),
    };
    add_bytes(sum, tag, bytes)
}

fn add_bytes(sum: &mut Sha256, tag: u8, bytes: &[u8]) -> usize {
    sum.update([tag]);
    sum.update((bytes.len() as u64).to_be_bytes());
    sum.update(bytes);
    bytes.len()
}

/// Digest of all definitions, without marks of ours, and of what else belongs to
/// the contents. Not of page size and journal mode: those are how it is kept.
fn schema(conn: &Connection) -> rusqlite::Result<String> {
    let mut sum = Sha256::new();
    for pragma in ["user_version", "application_id", "encoding"] {
        add_bytes(&mut sum, 5, conn::pragma(conn, pragma)?.as_bytes());
    }
    let mut query =
        conn.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name, tbl_name")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if row.get_ref(1)?.as_bytes_or_null()?.is_some_and(|name| name.starts_with(names::MARK.as_bytes())) {
            continue;
        }
        for index in 0..4 {
            add(&mut sum, row.get_ref(index)?);
        }
    }
    Ok(hex::encode(sum.finalize()))
}
