//! What can go wrong with the metadata database, and what a person is told.

use std::path::PathBuf;

use diesel::{
    ConnectionError,
    result::{DatabaseErrorKind, Error as SqlError},
};

use crate::{domain::problem::Problem, problem, saga::JournalError};

/// Why a call on the database failed; never leaves this room.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DbError {
    /// A statement failed.
    #[error("{0}")]
    Sql(#[from] SqlError),
    /// No connection could be made.
    #[error("{0}")]
    Connect(ConnectionError),
    /// No connection of the pool came free or could be made in time.
    #[error("{0}")]
    Pool(#[from] diesel::r2d2::PoolError),
    /// The path is no text.
    #[error("not a path SQLite can open: {0:?}")]
    Path(PathBuf),
    /// What is stored cannot be what was written.
    #[error("unreadable value in {0}")]
    Unreadable(String),
    /// A rule of the catalogue said no.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// A rule of the journal said no.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The blocking task was stopped, at shutdown.
    #[error("stopped")]
    Stopped,
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Problem(problem) => problem,
            DbError::Sql(error) => from_sql(&error),
            DbError::Connect(error) => from_words(&error.to_string(), problem!("db-unreachable").transient()),
            DbError::Pool(error) => from_words(&error.to_string(), problem!("db-unreachable").transient()),
            DbError::Path(path) => problem!("db-path", path = path.display().to_string()),
            DbError::Unreadable(what) => problem!("db-corrupt").detail(format!("unreadable value in {what}")),
            DbError::Journal(JournalError::Fenced) => problem!("lease-lost"),
            DbError::Journal(error) => problem!("db-failed").detail(error),
            DbError::Stopped => problem!("db-stopped").transient(),
        }
    }
}

impl From<DbError> for JournalError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Journal(error) => error,
            other => Self::Storage(other.to_string()),
        }
    }
}

fn from_sql(error: &SqlError) -> Problem {
    match error {
        SqlError::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
            problem!("db-unreachable").transient().detail(info.message())
        }
        SqlError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info) => {
            problem!("db-reference").detail(info.message())
        }
        SqlError::DatabaseError(_, info) => from_words(info.message(), problem!("db-failed")),
        other => from_words(&other.to_string(), problem!("db-failed")),
    }
}

/// A problem for some words of the server.
type Known = (&'static str, fn() -> Problem);

/// Neither library hands out the server's own codes, so its words must do.
fn from_words(words: &str, other: Problem) -> Problem {
    const KNOWN: &[Known] = &[
        ("database is locked", || problem!("db-busy").transient()),
        ("lock timeout", || problem!("db-busy").transient()),
        ("disk image is malformed", || problem!("db-corrupt")),
        ("file is not a database", || problem!("db-corrupt")),
        ("disk is full", || problem!("db-full")),
        ("No space left on device", || problem!("db-full")),
        ("readonly database", || problem!("db-readonly")),
        ("read-only transaction", || problem!("db-readonly")),
        ("password authentication failed", || problem!("db-password")),
        ("server closed the connection", || problem!("db-unreachable").transient()),
        ("terminating connection", || problem!("db-unreachable").transient()),
    ];
    let known = KNOWN.iter().find(|(part, _)| words.contains(part)).map(|(_, make)| make());
    known.unwrap_or(other).detail(words)
}
