//! A change of configuration as one transaction: validate → diff and plan → safety backup
//! → write → recreate only what is affected → tell the database → prove the values in
//! force → gate → done; else everything back.

mod guided;
mod history;
mod preview;

use std::{collections::BTreeMap, path::PathBuf};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use self::preview::Preview;
pub use self::{
    guided::Guided,
    history::{Edited, history, set_back},
};
use super::{again, examine, locks, only_config, protect, resource, target, waived};
use crate::{
    domain::{
        finding::Severity,
        id::{OperationId, ResourceId},
        msg::Msg,
        operation::OpKind,
        problem::Problem,
    },
    engine::postgres::{ident, literal},
    msg,
    operation::{
        World,
        prepare::{Actor, Inspected, Kind, Sight},
    },
    problem,
    saga::{
        plan::{AnyCommit, Plan, Waiver},
        step::Step as _,
    },
    secret::Secret,
    supabase::{
        diagnose::Diagnosis,
        instance::Instance,
        keys::{Key, SqlEffect, accept, by_field, caution, check},
        order::start_order,
        scene::read_env,
        steps::{
            Done, Edits, ForgetEnv, Gate, InForce, LookBefore, NothingWorse, Recreate, Return, Target, Tell,
            Variable, WriteEnv, digest,
        },
    },
};

/// Asks for a change. What is entered is not kept with the request: its fingerprint is,
/// so that asking twice with one key is known; the facts have it sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigRequest {
    /// Of which instance.
    pub resource: ResourceId,
    /// Fingerprints of the entered values, by field.
    pub fields: BTreeMap<String, String>,
    /// What was entered, by field.
    #[serde(skip)]
    values: BTreeMap<String, Secret>,
    /// A procedure that finds the values itself, all that belong together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guided: Option<Guided>,
    /// An owner's reason to go without a safety backup.
    #[serde(default)]
    pub without_safety: Option<String>,
}

impl ConfigRequest {
    /// These values, by field, as a person entered them.
    pub fn new(world: &World, resource: ResourceId, values: BTreeMap<String, Secret>) -> Self {
        let owner = owner(&resource);
        let print = |(field, value): (&String, &Secret)| {
            (field.clone(), world.sealer.fingerprint(&format!("{owner}/{field}"), value))
        };
        let fields = values.iter().map(print).collect();
        Self { resource, fields, values, guided: None, without_safety: None }
    }

    /// A procedure, whose values it finds itself.
    pub fn guided(resource: ResourceId, guided: Guided) -> Self {
        let (fields, values) = (BTreeMap::new(), BTreeMap::new());
        Self { resource, fields, values, guided: Some(guided), without_safety: None }
    }
}

fn owner(resource: &ResourceId) -> String {
    format!("config:{resource}")
}

/// One changed value, as plans and the history show it: of a secret only that it changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Its field.
    pub field: String,
    /// Its key in `.env`.
    pub env: String,
    /// Whether it is hidden.
    pub secret: bool,
    /// What it was, unless hidden or unset.
    pub old: Option<String>,
    /// Whether it was set.
    pub was_set: bool,
    /// What it becomes, unless hidden.
    pub new: Option<String>,
}

/// What must change in the database with it; the values are sealed with the others.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sql {
    database: String,
    setting: String,
    /// Whether its value is hidden.
    secret: bool,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::operation) struct Facts {
    resource: ResourceId,
    file: PathBuf,
    planned_for: String,
    changes: Vec<Change>,
    /// Old and new values by key, sealed.
    sealed: String,
    services: Vec<String>,
    variables: Vec<Variable>,
    sql: Vec<Sql>,
    /// What was gravely wrong before, by its probe.
    known: Vec<String>,
    #[serde(default)]
    guided: Option<Guided>,
    waiver: Option<Waiver>,
}

/// The values themselves, as they are sealed.
#[derive(Default, Serialize, Deserialize)]
struct Values {
    /// Of `.env`, by key.
    env: BTreeMap<String, OldNew>,
    /// Of the database, by setting.
    settings: BTreeMap<String, OldNew>,
}

#[derive(Serialize, Deserialize)]
struct OldNew {
    old: Option<String>,
    new: String,
}

impl Facts {
    fn values(&self, world: &World) -> Result<Values, Problem> {
        let open = world.sealer.open(&owner(&self.resource), &self.sealed)?;
        serde_json::from_str(open.expose()).map_err(|_| problem!("secret-damaged", what = ".env"))
    }
}

pub(in crate::operation) struct Config;

#[async_trait]
impl Kind for Config {
    type Request = ConfigRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("config");

    async fn inspect(
        world: &World,
        id: &OperationId,
        request: ConfigRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let row = resource(world, &request.resource).await?;
        let access = world.access(&row)?;
        let target = target(world, &row)?;
        let instance = target.now().await?;
        let (_, diagnosis) = examine(world, &row).await?;
        let preview = Preview::of(world, id, &target, &instance, &request).await?;
        let sealed = serde_json::to_string(&preview.values).map_err(|_| problem!("internal-journal"))?;
        let facts = Facts {
            resource: row.id.clone(),
            file: preview.file,
            planned_for: preview.planned_for,
            sealed: world.sealer.seal(&owner(&row.id), &Secret::new(sealed))?,
            services: start_order(&instance, &preview.services)
                .into_iter()
                .filter(|service| preview.services.contains(service))
                .collect(),
            variables: preview.variables,
            sql: preview.sql,
            known: grave(&diagnosis),
            guided: request.guided,
            waiver: waived(world, request.without_safety, by)?,
            changes: preview.changes,
        };
        let view = Sight {
            title: Some(msg!("plan-config", resource = &row.name, count = facts.changes.len())),
            warnings: facts.changes.iter().map(told).chain(preview.warnings).collect(),
            ..Sight::default()
        };
        Ok(Inspected {
            locks: locks(world, &row, &access, &instance).await?,
            facts,
            resource: Some(row.id),
            project: row.project,
            backup: None,
            parent: None,
            holds: vec![],
            view,
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let (row, target) = again(world, &facts.resource).await?;
        let Values { env, mut settings } = facts.values(world)?;
        let values = env.into_iter().map(|(key, value)| (key, Secret::new(value.new))).collect();
        let edits = Edits { values, planned_for: facts.planned_for.clone() };
        let mut plan = Plan::builder(Self::KIND);
        let look = LookBefore { target: target.clone() };
        let before = look.slot();
        plan.add(look);
        let mut plan = protect(world, plan, &row.id, only_config(), facts.waiver);
        let services = facts.services;
        if !services.is_empty() {
            plan.destroy(Return {
                target: target.clone(),
                services: services.clone(),
                before: before.clone(),
            });
        }
        plan.destroy(WriteEnv { target: target.clone(), file: facts.file.clone(), edits });
        if !services.is_empty() {
            plan.destroy(Recreate { target: target.clone(), services, force: false });
        }
        for sql in facts.sql {
            let value = settings.remove(&sql.setting).ok_or_else(|| problem!("plan-changed"))?;
            plan.destroy(sql.step(&target, value));
        }
        plan.add(InForce { target: target.clone(), variables: facts.variables });
        plan.add(Gate { target: target.clone(), before });
        plan.add(NothingWorse { target, known: facts.known, seen: None });
        let mut plan = plan.commit(AnyCommit::new(Done));
        plan.settle(ForgetEnv { file: facts.file });
        Ok(plan.finish())
    }
}

impl Sql {
    fn step(self, target: &Target, value: OldNew) -> Tell {
        let database = ident(&self.database);
        let setting = ident(&self.setting);
        let set = |value: &str| format!("ALTER DATABASE {database} SET {setting} TO {}", literal(value));
        let back = match &value.old {
            Some(former) => set(former),
            None => format!("ALTER DATABASE {database} RESET {setting}"),
        };
        let title = if self.secret {
            msg!("instance-step-setting-secret", setting = &self.setting)
        } else {
            msg!("instance-step-setting", setting = &self.setting, value = &value.new)
        };
        Tell {
            target: target.clone(),
            name: format!("tell:{}", self.setting),
            title,
            apply: vec![set(&value.new)],
            back: vec![back],
            expect: Some((setting_query(&self.database, &self.setting), value.new)),
            database: self.database,
        }
    }
}

/// What a database's own setting is; nothing if it has none.
fn setting_query(database: &str, setting: &str) -> String {
    format!(
        "SELECT pg_catalog.substr(s, {at}) FROM pg_catalog.pg_db_role_setting r \
         JOIN pg_catalog.pg_database d ON d.oid = r.setdatabase, pg_catalog.unnest(r.setconfig) AS s \
         WHERE r.setrole = 0 AND d.datname = {database} AND pg_catalog.starts_with(s, {prefix})",
        at = setting.chars().count() + 2,
        database = literal(database),
        prefix = literal(&format!("{setting}=")),
    )
}

/// The probes whose findings are grave.
fn grave(diagnosis: &Diagnosis) -> Vec<String> {
    let grave = diagnosis.findings.iter().filter(|finding| finding.severity >= Severity::Serious);
    grave.map(|finding| finding.probe.clone()).collect()
}

/// A change, for the plan.
fn told(change: &Change) -> Msg {
    let env = change.env.as_str();
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => msg!("config-change", key = env, old = old, new = new),
        (None, Some(new)) if !change.secret => msg!("config-change-new", key = env, new = new),
        _ => msg!("config-change-secret", key = env),
    }
}
