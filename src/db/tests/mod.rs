//! The same suite on SQLite and on a private PostgreSQL server.

#![allow(clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod catalogue;
mod glance;
mod journal;
mod older;
mod operations;
mod people;
mod pg;
mod sharing;
mod version;
mod whole;

use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{
    domain::{
        clock::{Moment, SystemClock},
        id::{OperationId, SystemIds},
        operation::OpKind,
    },
    msg,
    saga::{plan::PlanLine, step::EffectName, step::UndoRule},
};

/// `both!(a, b)`: each function as a test on either database.
macro_rules! both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::db::tests::Bench::sqlite().await).await
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(bench) = crate::db::tests::Bench::postgres().await {
                    super::$name(bench).await
                }
            })+
        }
    };
}
use both;

/// A fresh database of one test.
pub(super) struct Bench {
    pub(super) db: Db,
    pub(super) target: DbTarget,
    _folder: Option<TempDir>,
}

impl Bench {
    pub(super) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = DbTarget::Sqlite(folder.path().join("zelo.db"));
        Self { db: open(&target).await, target, _folder: Some(folder) }
    }

    pub(super) async fn postgres() -> Option<Self> {
        let target = tokio::task::spawn_blocking(pg::database).await.unwrap()?;
        Some(Self { db: open(&target).await, target, _folder: None })
    }

    /// A statement past all rules, as somebody with access to the database
    /// could run it.
    pub(super) async fn tamper(&self, sql: &str) -> Result<usize, String> {
        run(&self.target, sql).await
    }
}

pub(super) async fn run(target: &DbTarget, sql: &str) -> Result<usize, String> {
    let (target, sql) = (target.clone(), sql.to_owned());
    let run = move || {
        use diesel::connection::SimpleConnection;
        let mut conn = target.connect(Purpose::Work).map_err(|e| e.to_string())?;
        match conn.batch_execute(&sql) {
            Ok(()) => Ok(1),
            Err(e) => Err(e.to_string()),
        }
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// A clock that stands until it is set.
pub(super) struct Stopped(std::sync::Mutex<Moment>);

impl Stopped {
    pub(super) fn at(moment: Moment) -> Arc<Self> {
        Arc::new(Self(std::sync::Mutex::new(moment)))
    }

    pub(super) fn set(&self, moment: Moment) {
        *self.0.lock().unwrap() = moment;
    }
}

impl crate::domain::clock::Clock for Stopped {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

/// The same database by another clock.
pub(super) async fn open_by(target: &DbTarget, clock: Arc<Stopped>) -> Db {
    Db::open(target.clone(), clock, Arc::new(SystemIds)).await.unwrap()
}

pub(super) fn newest(limit: i64) -> AuditFilter {
    AuditFilter { limit: Some(limit), ..AuditFilter::default() }
}

pub(super) async fn open(target: &DbTarget) -> Db {
    Db::open(target.clone(), Arc::new(SystemClock), Arc::new(SystemIds)).await.unwrap()
}

#[allow(clippy::disallowed_methods)] // tests may ask
pub(super) fn later(seconds: i64) -> Moment {
    use chrono::SubsecRound;
    chrono::Utc::now().trunc_subsecs(6) + chrono::TimeDelta::seconds(seconds)
}

/// A restore of two steps that wants `locks`.
pub(super) fn new_operation(locks: &[&str]) -> NewOperation {
    let line = |index: usize, name: &str| PlanLine {
        index,
        name: name.to_owned(),
        title: msg!("step-test"),
        effect: EffectName::Adds,
        undo: UndoRule::Nothing(msg!("step-test")),
        commits: index == 1,
    };
    NewOperation {
        id: OperationId::new(&SystemIds),
        kind: OpKind::of("restore"),
        resource: None,
        project: None,
        backup: None,
        parent: None,
        request: json!({"items": ["orders"]}),
        facts: json!({"server": 17}),
        plan: vec![line(0, "load"), line(1, "swap")],
        locks: locks.iter().map(|key| Lock::exclusive(*key)).collect(),
        holds: vec![],
        idempotency_key: None,
        actor: "cli:ada".to_owned(),
        waiver: None,
    }
}
