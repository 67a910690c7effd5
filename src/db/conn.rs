//! A connection to either database, and the pool of them. The only file that
//! knows how the two differ.

// What the derive makes is public inside this private module, and connects.
#![allow(unreachable_pub, missing_docs, clippy::disallowed_methods)]

use std::{path::PathBuf, time::Duration};

use diesel::{
    Connection, MultiConnection, PgConnection, RunQueryDsl, SqliteConnection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    r2d2::{ManageConnection, R2D2Connection},
    sql_query,
};

use super::error::DbError;
use crate::secret::Secret;

/// How long a writer waits for another process's transaction.
pub(super) const BUSY: Duration = Duration::from_secs(10);

/// The key of the PostgreSQL advisory lock under which every write is made:
/// "zelo" and a number, as one integer.
const WRITER: i64 = 0x7a65_6c6f_0000_0001;

/// Either database.
#[derive(MultiConnection)]
pub enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Where Zelo's own database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbTarget {
    /// A SQLite file; made if it is missing.
    Sqlite(PathBuf),
    /// A PostgreSQL connection string (`postgres://…` or `key=value …`). It may
    /// hold a password. TLS is not available.
    Postgres(Secret),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Everything.
    Work,
    /// Reading; the database itself refuses all else.
    Look,
}

impl DbTarget {
    /// Opens one connection and sets it up.
    pub(super) fn connect(&self, purpose: Purpose) -> Result<Conn, DbError> {
        match self {
            Self::Sqlite(path) => {
                let text = path.to_str().ok_or_else(|| DbError::Path(path.clone()))?;
                let mut conn = SqliteConnection::establish(text).map_err(DbError::Connect)?;
                conn.batch_execute(&pragmas(purpose))?;
                Ok(Conn::Sqlite(conn))
            }
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(url.expose()).map_err(DbError::Connect)?;
                conn.batch_execute(&session())?;
                if purpose == Purpose::Look {
                    conn.batch_execute("SET default_transaction_read_only = on")?;
                }
                Ok(Conn::Postgres(conn))
            }
        }
    }
}

/// `synchronous=FULL`: with WAL, NORMAL may lose the last commits when the power
/// goes, and a journal that forgets a step it has promised is worth nothing.
/// The busy timeout comes first: switching to WAL needs the lock.
fn pragmas(purpose: Purpose) -> String {
    if purpose == Purpose::Look {
        return format!("PRAGMA busy_timeout = {}; PRAGMA query_only = ON;", BUSY.as_millis());
    }
    format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 16777216;",
        BUSY.as_millis()
    )
}

fn session() -> String {
    let busy = BUSY.as_millis();
    format!(
        "SET TIME ZONE 'UTC'; SET lock_timeout = {busy}; SET statement_timeout = 60000; \
         SET idle_in_transaction_session_timeout = 60000; SET synchronous_commit = on; \
         SET client_min_messages = warning;"
    )
}

impl Conn {
    /// Runs `work` in a transaction that is the only writing one from its first
    /// statement: `BEGIN IMMEDIATE` on SQLite (a deferred one that reads first
    /// gets "database is locked" without waiting), an advisory lock on PostgreSQL.
    /// One writer at a time on both, so what is proven on one holds on the other,
    /// and the audit chain needs no lock of its own.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        type Manager = <Conn as Connection>::TransactionManager;
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")?,
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn)?,
        }
        match self.lock_writer().and_then(|()| work(self)) {
            Ok(value) => {
                Manager::commit_transaction(self)?;
                Ok(value)
            }
            Err(error) => {
                if let Err(rollback) = Manager::rollback_transaction(self) {
                    tracing::warn!(%rollback, "rollback failed; the connection is dropped");
                }
                Err(error)
            }
        }
    }

    fn lock_writer(&mut self) -> Result<(), DbError> {
        if let Self::Postgres(conn) = self {
            sql_query(format!("SELECT pg_advisory_xact_lock({WRITER})")).execute(conn)?;
        }
        Ok(())
    }

    /// Several reads that see one state of the database.
    pub(super) fn snapshot<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        if let Self::Postgres(conn) = self {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            AnsiTransactionManager::begin_transaction_sql(conn, begin)?;
            let result = work(self);
            <Conn as Connection>::TransactionManager::rollback_transaction(self)?;
            return result;
        }
        self.transaction(work)
    }
}

/// Makes and checks the pool's connections.
#[derive(Debug)]
pub(super) struct Manager(pub(super) DbTarget, pub(super) Purpose);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = DbError;

    fn connect(&self) -> Result<Conn, DbError> {
        self.0.connect(self.1)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), DbError> {
        Ok(conn.ping()?)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}
