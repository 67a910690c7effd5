//! The tables are made, and later changed, when the database is opened.

use diesel::{
    QueryableByName, RunQueryDsl,
    migration::{MigrationSource, MigrationVersion},
    sql_query,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{conn::Conn, error::DbError};
use crate::{domain::problem::Problem, problem};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Brings the tables to this Zelo's version; refuses a database that a newer one
/// has changed. Two processes may do it at once: the second waits and finds
/// nothing to do.
pub(super) fn migrate(conn: &mut Conn) -> Result<(), DbError> {
    // On PostgreSQL even looking makes diesel's own table, and two that make it
    // at once collide: so the writer's lock comes first there.
    if matches!(conn, Conn::Postgres(_)) {
        return conn.write(|conn| if pending(conn)? { run(conn) } else { Ok(()) });
    }
    if pending(conn)? { conn.write(run) } else { Ok(()) }
}

/// How a database's tables compare with this Zelo's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The newest migration it has had; `None`: it has no tables yet.
    pub version: Option<String>,
    /// The newest one this Zelo knows.
    pub known: String,
    /// Whether its next start changes the tables.
    pub pending: bool,
}

/// Looks at the tables' version. diesel's own way of asking would make its table.
/// Fails if a newer Zelo has changed them.
pub(super) fn schema(conn: &mut Conn) -> Result<Schema, DbError> {
    let (applied, known) = match conn {
        Conn::Sqlite(c) => {
            let there = "SELECT name AS version FROM sqlite_schema WHERE name = '__diesel_schema_migrations'";
            (versions(c, there)?, known::<diesel::sqlite::Sqlite>(&SQLITE))
        }
        Conn::Postgres(c) => {
            let there = "SELECT tablename::text AS version FROM pg_tables \
                         WHERE tablename = '__diesel_schema_migrations' AND schemaname = current_schema()";
            (versions(c, there)?, known::<diesel::pg::Pg>(&POSTGRES))
        }
    };
    let known = known.map_err(failed)?;
    if let Some(newer) = applied.iter().find(|v| !known.contains(v)) {
        return Err(problem!("db-newer", version = newer).into());
    }
    let pending = known.iter().any(|v| !applied.contains(v));
    let newest = |versions: Vec<String>| versions.into_iter().max();
    Ok(Schema { version: newest(applied), known: newest(known).unwrap_or_default(), pending })
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// The migrations that were applied, if `there` finds the table that lists them.
fn versions<C>(conn: &mut C, there: &str) -> Result<Vec<String>, DbError>
where
    C: diesel::Connection,
    diesel::query_builder::SqlQuery: for<'a> diesel::query_dsl::LoadQuery<'a, C, Version>,
{
    if sql_query(there).load(conn)?.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql_query("SELECT version FROM __diesel_schema_migrations").load(conn)?;
    Ok(rows.into_iter().map(|row: Version| row.version).collect())
}

fn run(conn: &mut Conn) -> Result<(), DbError> {
    let done = match conn {
        Conn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|_| ()),
        Conn::Postgres(c) => c.run_pending_migrations(POSTGRES).map(|_| ()),
    };
    Ok(done.map_err(failed)?)
}

/// Whether anything is to be done; fails if the database knows more than we do.
fn pending(conn: &mut Conn) -> Result<bool, DbError> {
    let (applied, known) = match conn {
        Conn::Sqlite(c) => (owned(c.applied_migrations()), known::<diesel::sqlite::Sqlite>(&SQLITE)),
        Conn::Postgres(c) => (owned(c.applied_migrations()), known::<diesel::pg::Pg>(&POSTGRES)),
    };
    let (applied, known) = (applied.map_err(failed)?, known.map_err(failed)?);
    if let Some(newer) = applied.iter().find(|v| !known.contains(v)) {
        return Err(problem!("db-newer", version = newer).into());
    }
    Ok(known.iter().any(|v| !applied.contains(v)))
}

fn owned(versions: Result<Vec<MigrationVersion<'_>>, AnyError>) -> Result<Vec<String>, AnyError> {
    Ok(versions?.into_iter().map(|v| v.to_string()).collect())
}

fn known<B: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Result<Vec<String>, AnyError>
where
    EmbeddedMigrations: MigrationSource<B>,
{
    Ok(MigrationSource::<B>::migrations(source)?.iter().map(|m| m.name().version().to_string()).collect())
}

/// A plain SQL error keeps its meaning (busy, full, no database); anything else
/// is a migration that failed, and was rolled back.
fn failed(error: AnyError) -> Problem {
    let words = error.to_string();
    let problem = match error.downcast::<diesel::result::Error>() {
        Ok(sql) => Problem::from(DbError::from(*sql)),
        Err(_) => problem!("db-failed"),
    };
    if problem.is("db-failed") { problem!("db-migration").detail(words) } else { problem }
}
