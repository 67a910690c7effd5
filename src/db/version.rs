//! Whether anything was written since a moment, by whomever: a question that costs
//! next to nothing, so that what was read may be kept as long as it stands.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};

use super::{
    Db,
    conn::{Conn, DbTarget, Purpose},
    error::DbError,
};
use crate::domain::problem::Problem;

/// What the database was at a moment. Two that are equal: nothing was committed
/// between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Which connection saw it: SQLite counts for each anew.
    connection: u64,
    seen: String,
}

/// A connection that only looks whether others have written. Cheap to clone.
#[derive(Clone)]
pub(super) struct Watch(Arc<Mutex<Watching>>);

struct Watching {
    target: DbTarget,
    conn: Option<Conn>,
    opened: u64,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

#[derive(QueryableByName)]
struct Seen {
    #[diesel(sql_type = Text)]
    snapshot: String,
}

impl Watch {
    /// Of this database; it is opened when it is first asked.
    pub(super) fn of(target: DbTarget) -> Self {
        Self(Arc::new(Mutex::new(Watching { target, conn: None, opened: 0 })))
    }

    fn look(&self) -> Result<Version, DbError> {
        let mut watching = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A connection that was kept may have ended meanwhile: then a new one says.
        if let Some(mut conn) = watching.conn.take()
            && let Ok(seen) = seen(&mut conn)
        {
            watching.conn = Some(conn);
            return Ok(Version { connection: watching.opened, seen });
        }
        watching.opened += 1;
        let mut conn = watching.target.connect(Purpose::Look)?;
        let seen = seen(&mut conn)?;
        watching.conn = Some(conn);
        Ok(Version { connection: watching.opened, seen })
    }
}

/// SQLite counts what other connections commit; of PostgreSQL, a snapshot names the
/// transactions that had not ended.
fn seen(conn: &mut Conn) -> Result<String, DbError> {
    Ok(match conn {
        Conn::Sqlite(conn) => {
            let counted: Counted = sql_query("PRAGMA data_version").get_result(conn)?;
            counted.data_version.to_string()
        }
        Conn::Postgres(conn) => {
            let query = "SELECT pg_current_snapshot()::text AS snapshot";
            sql_query(query).get_result::<Seen>(conn)?.snapshot
        }
    })
}

impl Db {
    /// What the database is now. Ask before reading what is to be kept.
    pub async fn version(&self) -> Result<Version, Problem> {
        let watch = self.watch.clone();
        let looked = tokio::task::spawn_blocking(move || watch.look()).await;
        Ok(looked.map_err(|_| DbError::Stopped).and_then(|version| version)?)
    }
}
