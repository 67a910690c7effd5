//! What Zelo itself knows of the instance, what its databases and roles are set to, and
//! how many users, identities, buckets and objects there were. Settings may be secrets: it
//! is written to the store and nowhere else.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Target, records::Record};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::{Captured, postgres::Ask},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Step, UndoRule},
    },
};

/// The part's name.
const NAME: &str = "instance";
/// How long a database may take to say what is set. One that is sick keeps nothing from
/// being saved.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long all the counting may take.
const COUNTING: Duration = Duration::from_secs(120);
/// What databases and roles are set to; a plain dump of a database has none of it.
const SETTINGS: &str = "SELECT coalesce(jsonb_agg(jsonb_build_object('database', d.datname, \
     'role', r.rolname, 'settings', s.setconfig) ORDER BY d.datname, r.rolname), '[]')::text \
     FROM pg_catalog.pg_db_role_setting s \
     LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase \
     LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole";
/// What is counted, and where it lies.
const COUNTED: [(&str, &str); 4] = [
    ("users", "auth.users"),
    ("identities", "auth.identities"),
    ("buckets", "storage.buckets"),
    ("objects", "storage.objects"),
];

/// Writes it.
pub(super) struct Row {
    pub(super) target: Target,
    /// How it is reached: host, project, folder, another manager's list.
    pub(super) access: BTreeMap<String, String>,
    /// Also how many there are of what: it takes its time where there are millions.
    pub(super) count: bool,
}

#[async_trait]
impl Step for Row {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-row")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let settings = said(PATIENCE, self.settings(cx)).await;
        if settings.is_none() {
            cx.log(msg!("instance-log-no-settings")).await;
        }
        let mut counts = BTreeMap::new();
        if self.count && settings.is_some() {
            let counted = said(COUNTING, self.counted(&mut counts, cx)).await;
            if counted.is_none() {
                cx.log(msg!("instance-log-no-counts")).await;
            }
        }
        let value = json!({ "access": self.access, "settings": settings });
        Record { name: NAME, value, counts, facts: Value::Null }.write(&self.target, cx).await
    }
}

/// What a database says in this time. Nothing, where it does not.
async fn said<T>(limit: Duration, asking: impl Future<Output = Result<T, Problem>>) -> Option<T> {
    match timeout(limit, asking).await {
        Ok(Ok(said)) => Some(said),
        Ok(Err(problem)) => {
            tracing::info!(%problem, "what a database says of itself was not saved");
            None
        }
        Err(_) => None,
    }
}

impl Row {
    async fn ask(&self, cx: &Cx) -> Result<Ask, Problem> {
        let instance = self.target.live.instance_named(&self.target.host, &self.target.project).await?;
        Ok(self.target.live.ask(&instance, "postgres", Some(cx)).await?)
    }

    async fn settings(&self, cx: &Cx) -> Result<Value, Problem> {
        let mut ask = self.ask(cx).await?;
        let settings = ask.text(SETTINGS).await?;
        ask.close().await;
        serde_json::from_str(&settings).map_err(|_| problem!("internal-journal"))
    }

    /// What was counted stays, where the rest takes too long.
    async fn counted(&self, counts: &mut BTreeMap<String, i64>, cx: &Cx) -> Result<(), Problem> {
        let mut ask = self.ask(cx).await?;
        for (name, table) in COUNTED {
            let there = format!("SELECT (to_regclass('{table}') IS NOT NULL)::text");
            if ask.text(&there).await? != "true" {
                continue;
            }
            let count = ask.text(&format!("SELECT count(*) FROM {table}")).await?;
            counts.extend(count.parse().ok().map(|count| (name.to_owned(), count)));
        }
        ask.close().await;
        Ok(())
    }
}
