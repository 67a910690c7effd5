//! Nothing is dropped in place that the safety backup does not hold: what was
//! written is counted before that backup, and again when everyone has been sent
//! away. A restore beside needs none of this: it keeps the old database.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::{
    super::{error::PgError, session::Session},
    Work, swap,
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx, Limits, Slot, Step, UndoRule,
        step::{Destroys, Reads},
    },
};

/// The first version that keeps its counters in shared memory: a session that is
/// gone has left them there.
const SHARED_COUNTERS: u32 = 15;
/// What an older one is given to collect what sessions sent when they ended.
const COLLECTING: Duration = Duration::from_secs(1);

/// What was ever written to a database, as its server counts it. Equal counts
/// mean that nothing was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Writes {
    /// When counting began: a crash and a reset begin anew.
    since: String,
    /// Rows of the catalogue: every change of structure adds to them, also one
    /// that takes a table's own counter away.
    catalogue: i64,
    /// Rows of people's tables.
    rows: i64,
}

/// The counters by database.
pub(super) type Counted = BTreeMap<String, Writes>;

/// Reads the counters, from inside the database. Left out is what the server
/// writes by itself (the planner's statistics) and what all databases share.
async fn writes(session: &mut Session) -> Result<Writes, PgError> {
    session
        .row(
            "WITH own AS (SELECT c.oid, c.reltoastrelid FROM pg_class c \
             WHERE c.oid IN ('pg_statistic'::regclass, 'pg_statistic_ext_data'::regclass)), \
             counted AS (SELECT c.oid >= 16384 AS people, pg_stat_get_tuples_inserted(c.oid) \
             + pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid) AS n \
             FROM pg_class c WHERE c.relkind IN ('r', 'm', 't') AND NOT c.relisshared \
             AND c.oid NOT IN (SELECT oid FROM own UNION ALL SELECT reltoastrelid FROM own)) \
             SELECT concat_ws('/', \
             (SELECT max(backend_start) FROM pg_stat_activity WHERE backend_type = 'checkpointer'), \
             (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database())) AS since, \
             coalesce(sum(n) FILTER (WHERE NOT people), 0)::bigint AS catalogue, \
             coalesce(sum(n) FILTER (WHERE people), 0)::bigint AS rows FROM counted",
        )
        .await
}

/// The databases that will be dropped.
fn live(works: &[Work]) -> impl Iterator<Item = &Work> {
    works.iter().filter(|w| w.target.old.is_some())
}

/// Counts, before the safety backup.
pub(super) struct Count {
    pub(super) works: Vec<Work>,
}

#[async_trait]
impl Step for Count {
    type Effect = Reads;
    type Output = Counted;

    fn name(&self) -> String {
        "count-writes".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-count-writes", databases = swap::listed(&self.works))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("pg-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<Counted, Problem> {
        let mut counted = Counted::new();
        for work in live(&self.works) {
            let name = work.target.name.as_str();
            let mut session = work.inside(cx, name).await?;
            if session.text("SELECT current_setting('track_counts')").await? != "on" {
                return Err(problem!("pg-writes-uncounted", database = name));
            }
            counted.insert(name.to_owned(), writes(&mut session).await?);
            session.close().await;
        }
        Ok(counted)
    }
}

/// Closes the live databases and counts again.
pub(super) struct Close {
    pub(super) works: Vec<Work>,
    pub(super) before: Slot<Counted>,
}

#[async_trait]
impl Step for Close {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "close".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("pg-step-close-quiet", databases = swap::listed(&self.works))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("pg-undo-close"))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(Duration::from_secs(120))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let before = cx.get(&self.before)?;
        let Some(first) = self.works.first() else { return Ok(()) };
        let mut admin = first.admin(cx).await?;
        // Inside before the doors close: nobody comes in afterwards.
        let mut inside = Vec::new();
        for work in live(&self.works) {
            inside.push((work, work.inside(cx, &work.target.name).await?));
        }
        for (work, session) in &mut inside {
            admin.run(&swap::allow(&work.target.name, false)).await?;
            swap::evict(session, &[&work.target.name], work.server.tuning.drain).await?;
        }
        if first.major < SHARED_COUNTERS {
            sleep(COLLECTING).await;
        }
        for (work, mut session) in inside {
            let (name, now) = (work.target.name.as_str(), writes(&mut session).await?);
            if before.get(name) != Some(&now) {
                return Err(problem!("pg-written-since-safety", database = name));
            }
            session.close().await;
        }
        admin.close().await;
        Ok(())
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        swap::Close { works: self.works.clone() }.undo(cx).await
    }
}
