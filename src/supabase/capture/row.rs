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
    engine::Captured,
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Step, UndoRule},
    },
};

/// The part's name.
const NAME: &str = "instance";
/// How long a database may take to say all this. One that is sick keeps nothing from
/// being saved.
const PATIENCE: Duration = Duration::from_secs(20);
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
        let said = match timeout(PATIENCE, self.ask(cx)).await {
            Ok(Ok(said)) => Some(said),
            Ok(Err(problem)) => {
                tracing::info!(%problem, "the settings of a database were not saved");
                None
            }
            Err(_) => None,
        };
        if said.is_none() {
            cx.log(msg!("instance-log-no-settings")).await;
        }
        let (settings, counts) = said.unzip();
        let value = json!({ "access": self.access, "settings": settings });
        Record { name: NAME, value, counts: counts.unwrap_or_default(), facts: Value::Null }
            .write(&self.target, cx)
            .await
    }
}

impl Row {
    async fn ask(&self, cx: &Cx) -> Result<(Value, BTreeMap<String, i64>), Problem> {
        let instance = self.target.live.instance_named(&self.target.host, &self.target.project).await?;
        let mut ask = self.target.live.ask(&instance, "postgres", Some(cx)).await?;
        let settings = ask.text(SETTINGS).await?;
        let mut counts = BTreeMap::new();
        for (name, table) in COUNTED.iter().filter(|_| self.count) {
            let there = format!("SELECT (to_regclass('{table}') IS NOT NULL)::text");
            if ask.text(&there).await? != "true" {
                continue;
            }
            let count = ask.text(&format!("SELECT count(*) FROM {table}")).await?;
            counts.extend(count.parse().ok().map(|count| ((*name).to_owned(), count)));
        }
        ask.close().await;
        let settings = serde_json::from_str(&settings).map_err(|_| problem!("internal-journal"))?;
        Ok((settings, counts))
    }
}
