//! What the databases of a cluster hold: rows of every table, where sequences stand, large
//! objects, extensions, and what else they are ([`super::shape`]). Looked at before and
//! after a cluster is copied as it lies on the disk, which has no snapshot one could count
//! in: what the copy holds lies between both looks ([`compare`]).
//!
//! A look keeps nobody waiting and has an end: tables are counted by themselves, the
//! smallest first, and those that are left when its time is over stay uncounted.

mod compare;

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

pub use self::compare::{Between, Compared};
use super::{
    PostgresEngine,
    counts::{self, Counts, Inventory},
    error::PgError,
    inspect,
    session::{By, Purpose, Session},
    shape::{self, Shape},
};
use crate::{domain::problem::Problem, engine::Access, saga::Cx};

/// The database from which the others are listed.
const FIRST: &str = "postgres";

/// When a look is taken: what was written since is counted from before the first and to
/// behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before the copy.
    Before,
    /// After it, or in it.
    After,
}

/// What a cluster's databases hold, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    databases: BTreeMap<String, Database>,
}

/// What one holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Database {
    /// Of what survives a crash; what could not be counted is not there.
    tables: BTreeMap<String, Table>,
    sequences: BTreeMap<String, Sequence>,
    /// Large objects and extensions, as [`counts`] has them.
    others: Counts,
    extensions: BTreeMap<String, String>,
    shape: Shape,
    /// How many tables were not counted.
    uncounted: usize,
}

/// A table or materialized view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Table {
    rows: i64,
    /// Rows inserted since its statistics began, by whoever came to an end.
    inserted: i64,
    /// The same deleted.
    deleted: i64,
}

/// A sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Sequence {
    last: i64,
    called: bool,
    increment: i64,
}

impl Held {
    /// Whether nothing at all was seen.
    pub fn is_empty(&self) -> bool {
        self.databases.is_empty()
    }

    /// How many tables were left uncounted.
    pub fn uncounted(&self) -> usize {
        self.databases.values().map(|database| database.uncounted).sum()
    }
}

impl PostgresEngine {
    /// Looks, by a step of an operation if `cx` is given, for `patience` at most (a statement
    /// that runs by then is ended). A single database that cannot be read is left out; nothing at all is
    /// an error. Reads only.
    pub async fn held(
        &self,
        access: &Access,
        moment: Moment,
        patience: Duration,
        cx: Option<&Cx>,
    ) -> Result<Held, Problem> {
        let server = inspect::with_tools(self.server(access)?).await?;
        let server = cx.map_or_else(|| server.clone(), |cx| server.during(cx.operation()));
        let by = cx.map_or(By::Look, By::Step);
        let look = Look { moment, until: Instant::now() + patience, cx };
        let mut first = Session::open(&server, FIRST, Purpose::Work, by).await?;
        let names = inspect::databases(&mut first).await?;
        first.close().await;
        let mut held = Held::default();
        for name in names.into_iter().filter(|d| d.open && !d.invalid).map(|d| d.name) {
            let seen = async {
                let mut session = Session::open(&server, &name, Purpose::Work, by).await?;
                let seen = look.database(&mut session).await?;
                session.close().await;
                Ok::<_, PgError>(seen)
            };
            match seen.await {
                Ok(seen) => drop(held.databases.insert(name, seen)),
                Err(error) => tracing::info!(%error, database = name, "what it holds was not counted"),
            }
        }
        Ok(held)
    }
}

/// One look into one database.
struct Look<'a> {
    moment: Moment,
    until: Instant,
    cx: Option<&'a Cx>,
}

/// What the statistics say of a table.
#[derive(Deserialize)]
struct Written {
    label: String,
    inserted: i64,
    deleted: i64,
}

impl Look<'_> {
    async fn database(&self, session: &mut Session) -> Result<Database, PgError> {
        let before = match self.moment {
            Moment::Before => Some(written(session).await?),
            Moment::After => None,
        };
        session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let inventory = counts::inventory(session).await?.durable();
        let shape = self.attempt(session, async |s| shape::read(s).await).await?.unwrap_or_default();
        let others =
            self.attempt(session, async |s| counts::apart(s, &inventory).await).await?.unwrap_or_default();
        let (mut rows, mut uncounted) = (Counts::new(), 0);
        for relation in inventory.smallest_first() {
            match self.attempt(session, async |s| counts::of_one(s, relation).await).await? {
                Some(counted) => rows.extend(counted),
                None => uncounted += 1,
            }
            self.beat();
        }
        let sequences = self.attempt(session, async |s| sequences(s, &inventory).await).await?;
        session.run("COMMIT").await?;
        let written = match before {
            Some(before) => before,
            None => written(session).await?,
        };
        Ok(Database {
            tables: tables(rows, &written),
            sequences: sequences.unwrap_or_default(),
            others,
            extensions: inventory.extensions,
            shape,
            uncounted,
        })
    }

    fn beat(&self) {
        if let Some(cx) = self.cx {
            cx.progress().beat();
        }
    }

    /// Reads something in the time that is left, if that is possible: what is locked,
    /// damaged or too large leaves the session as it was.
    async fn attempt<T>(
        &self,
        session: &mut Session,
        read: impl AsyncFnOnce(&mut Session) -> Result<T, PgError>,
    ) -> Result<Option<T>, PgError> {
        let left = self.until.saturating_duration_since(Instant::now()).as_millis();
        if left == 0 {
            return Ok(None);
        }
        session.run("SAVEPOINT zelo_held").await?;
        session.run(&format!("SET LOCAL statement_timeout = {left}")).await?;
        session.run("SET LOCAL lock_timeout = 1000").await?;
        match read(session).await {
            Ok(read) => {
                session.run("RELEASE SAVEPOINT zelo_held").await?;
                Ok(Some(read))
            }
            Err(PgError::Sql { state, message }) => {
                tracing::debug!(state, message, "not counted");
                session.run("ROLLBACK TO SAVEPOINT zelo_held").await?;
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }
}

/// What was written to each table; views too, which are filled like tables.
async fn written(session: &mut Session) -> Result<BTreeMap<String, Written>, PgError> {
    let rows: Vec<Written> = session
        .rows(
            "SELECT format('%I.%I', s.schemaname, s.relname) AS label, s.n_tup_ins AS inserted, \
             s.n_tup_del AS deleted FROM pg_catalog.pg_stat_all_tables s",
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.label.clone(), row)).collect())
}

/// Rows by key (`table:public.orders`) with what was written.
fn tables(rows: Counts, written: &BTreeMap<String, Written>) -> BTreeMap<String, Table> {
    let table = |(key, rows): (String, i64)| {
        let of = key.split_once(':').and_then(|(_, label)| written.get(label));
        let (inserted, deleted) = of.map_or((0, 0), |w| (w.inserted, w.deleted));
        (key, Table { rows, inserted, deleted })
    };
    rows.into_iter().map(table).collect()
}

/// Where sequences stand, and by how much each moves.
async fn sequences(
    session: &mut Session,
    inventory: &Inventory,
) -> Result<BTreeMap<String, Sequence>, PgError> {
    #[derive(Deserialize)]
    struct Row {
        label: String,
        increment: i64,
    }
    let found = counts::sequences(session, inventory).await?;
    let rows: Vec<Row> = session
        .rows(
            "SELECT format('%I.%I', n.nspname, c.relname) AS label, s.seqincrement AS increment \
             FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
        )
        .await?;
    let sequence = |row: Row| {
        let last = *found.get(&format!("sequence:{}", row.label))?;
        let called = *found.get(&format!("sequence-called:{}", row.label))? != 0;
        Some((row.label, Sequence { last, called, increment: row.increment }))
    };
    Ok(rows.into_iter().filter_map(sequence).collect())
}
