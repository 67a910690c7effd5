//! The same suite on SQLite and on a private PostgreSQL server.

#![allow(clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod catalogue;
mod journal;
mod operations;
mod pg;
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
    pub(super) async fn tamper(&self, sql: &'static str) -> Result<usize, String> {
        let target = self.target.clone();
        let run = move || {
            use diesel::connection::SimpleConnection;
            let mut conn = target.connect(Purpose::Work).map_err(|e| e.to_string())?;
            match conn.batch_execute(sql) {
                Ok(()) => Ok(1),
                Err(e) => Err(e.to_string()),
            }
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }
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
