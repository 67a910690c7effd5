//! A change of configuration as one transaction: validate → diff and plan → safety backup
//! → write → recreate only what is affected → tell the database → prove the values in
//! force → gate → done; else everything back.

mod guided;
mod history;
mod name;
mod password;
mod preview;
mod schemas;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub(super) use self::preview::entered_values;
pub use self::{
    guided::Guided,
    history::{Edited, history, set_back},
    preview::wrong_values,
};
use self::{
    name::{Naming, check_name},
    password::Passwords,
    preview::Preview,
};
use super::{again, examine, locks, only_config, protect, resource, savable, target, waived};
use crate::{
    domain::{
        finding::Severity,
        id::{OperationId, ResourceId},
        msg::Msg,
        operation::OpKind,
        problem::Problem,
    },
    engine::{
        BackupOptions,
        postgres::{ident, literal},
    },
    msg,
    operation::{
        World,
        prepare::{Actor, Inspected, Kind, Sight},
    },
    problem,
    saga::{
        plan::{AnyCommit, Plan, PlanBuilder, Protected, Waiver},
        step::{Slot, Step as _},
    },
    secret::Secret,
    supabase::{
        diagnose::Diagnosis,
        instance::Instance,
        keys::{Group, Key, SqlEffect, accept, by_field, caution, check},
        order::start_order,
        scene::read_env,
        steps::{
            Before, Done, Edits, ForgetEnv, Gate, InForce, LookBefore, NothingWorse, Recreate, Return,
            Target, Tell, Variable, WriteEnv, digest,
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
    /// Fields that have no value any more, as before they were first given one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    unset: BTreeSet<String>,
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
        Self { resource, fields, values, unset: BTreeSet::new(), guided: None, without_safety: None }
    }

    /// A procedure, with the one value of it that a person chose. Problem:
    /// `config-not-guided` (it finds its values itself).
    pub fn guided_by(
        world: &World,
        resource: ResourceId,
        guided: Guided,
        value: Secret,
    ) -> Result<Self, Problem> {
        let field = guided.typed().ok_or_else(|| problem!("config-not-typed"))?;
        let request = Self::new(world, resource, BTreeMap::from([(field.to_owned(), value)]));
        Ok(Self { guided: Some(guided), ..request })
    }

    /// A procedure, whose values it finds itself.
    pub fn guided(resource: ResourceId, guided: Guided) -> Self {
        let (fields, values, unset) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { resource, fields, values, unset, guided: Some(guided), without_safety: None }
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
    /// What it becomes, unless hidden or taken out.
    pub new: Option<String>,
    /// Whether it is taken out of the file.
    #[serde(default)]
    pub removed: bool,
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
    /// Zelo's own name for it, if that changes.
    #[serde(default)]
    naming: Option<Naming>,
    /// What a new password of the database touches.
    #[serde(default)]
    passwords: Option<Passwords>,
    waiver: Option<Waiver>,
    /// What is saved first.
    #[serde(default = "only_config")]
    save: BackupOptions,
}

/// The values themselves, as they are sealed.
#[derive(Default, Serialize, Deserialize)]
struct Values {
    /// Of `.env`, by key.
    env: BTreeMap<String, OldNew>,
    /// Of the database, by setting.
    settings: BTreeMap<String, OldNew>,
    /// Verifiers of the database's roles, by role.
    #[serde(default)]
    roles: BTreeMap<String, OldNew>,
    /// Records of the log service, by id.
    #[serde(default)]
    backends: BTreeMap<String, OldNew>,
    /// Keys of `.env` that are taken out.
    #[serde(default)]
    unset: BTreeMap<String, String>,
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
        let (scene, diagnosis) = examine(world, &row).await?;
        let mut preview = Preview::of(world, id, &target, &instance, &row, &request).await?;
        preview.warnings.extend(schemas::exist(&scene, &preview.values).await?);
        let passwords = match request.guided {
            Some(Guided::PostgresPassword) => Some(preview.add_passwords(world, &scene).await?),
            _ => None,
        };
        let naming = match &preview.named {
            Some(name) => Some(Naming::of(world, &row, &instance, name, by).await?),
            None => None,
        };
        preview.changes.extend(naming.as_ref().map(Naming::change));
        let waiver = waived(world, request.without_safety, by)?;
        let (save, unsaved) = match passwords {
            // Roles change: all of the database belongs to what is saved.
            Some(_) => savable(world, &row, BackupOptions::default(), &waiver).await?,
            None => (only_config(), Vec::new()),
        };
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
            naming,
            passwords,
            waiver,
            save,
            changes: preview.changes,
        };
        let view = Sight {
            title: Some(msg!("plan-config", resource = &row.name, count = facts.changes.len())),
            warnings: facts.changes.iter().map(told).chain(preview.warnings).chain(unsaved).collect(),
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

    async fn compose(world: &World, id: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let (row, target) = again(world, &facts.resource).await?;
        let values = facts.values(world)?;
        let mut plan = Plan::builder(Self::KIND);
        let look = LookBefore { target: target.clone() };
        let before = look.slot();
        plan.add(look);
        if !facts.writes() {
            if let Some(naming) = &facts.naming {
                plan.add(naming.rename(world, &row.id));
            }
            return Ok(plan.commit(AnyCommit::new(Done)).finish());
        }
        let mut plan = protect(world, plan, &row.id, facts.save.clone(), facts.waiver.clone());
        if facts.touches_env() {
            facts.change_env(&mut plan, id, &target, values, &before)?;
        }
        if let Some(naming) = &facts.naming {
            if let Some(write) = naming.write() {
                plan.destroy(write);
            }
            plan.add(naming.rename(world, &row.id));
        }
        let mut plan = plan.commit(AnyCommit::new(Done));
        if let Some(forget) = facts.passwords.as_ref().and_then(|passwords| passwords.forget(&target, id)) {
            plan.settle(forget);
        }
        if let Some(forget) = facts.naming.as_ref().and_then(Naming::forget) {
            plan.settle(forget);
        }
        if facts.touches_env() {
            plan.settle(ForgetEnv { file: facts.file });
        }
        Ok(plan.finish())
    }
}

impl Facts {
    fn touches_env(&self) -> bool {
        !self.planned_for.is_empty()
    }

    /// Whether anything is changed but Zelo's own row.
    fn writes(&self) -> bool {
        self.touches_env() || self.naming.as_ref().is_some_and(Naming::writes)
    }

    /// Whether a change decides if and where sign-ups need a mail server.
    fn is_of_mail(&self) -> bool {
        let keys = self.changes.iter().filter_map(|change| by_field(&change.field));
        keys.into_iter().any(|key| matches!(key.group, Group::Smtp | Group::SignIn))
    }

    /// The steps that put new values of `.env` in force, and prove it.
    fn change_env(
        &self,
        plan: &mut PlanBuilder<Protected>,
        id: &OperationId,
        target: &Target,
        mut all: Values,
        before: &Slot<Before>,
    ) -> Result<(), Problem> {
        let env = std::mem::take(&mut all.env);
        let values = env.into_iter().map(|(key, value)| (key, Secret::new(value.new))).collect();
        let unset = std::mem::take(&mut all.unset).into_keys().collect();
        let edits = Edits { values, unset, planned_for: self.planned_for.clone() };
        let (target, services) = (|| target.clone(), || self.services.clone());
        let recreates = !self.services.is_empty();
        if recreates {
            plan.destroy(Return { target: target(), services: services(), before: before.clone() });
        }
        plan.destroy(WriteEnv { target: target(), file: self.file.clone(), edits });
        if let Some(passwords) = &self.passwords {
            for tell in passwords.tell(&target(), id, &all) {
                plan.destroy(tell);
            }
            plan.destroy(passwords.keep(&target()));
        }
        if recreates {
            let force = self.passwords.is_some();
            plan.destroy(Recreate { target: target(), services: services(), force });
        }
        for sql in self.sql.clone() {
            let value = all.settings.remove(&sql.setting).ok_or_else(|| problem!("plan-changed"))?;
            plan.destroy(sql.step(&target(), value));
        }
        plan.add(InForce { target: target(), variables: self.variables.clone() });
        if let Some(passwords) = &self.passwords {
            plan.add(passwords.fits(&target(), self.file.clone()));
        }
        plan.add(Gate { target: target(), before: before.clone() });
        let (known, outside) = (self.known.clone(), self.is_of_mail());
        plan.add(NothingWorse { target: target(), known, seen: None, outside });
        Ok(())
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
    if change.removed {
        return match &change.old {
            Some(old) => msg!("config-change-gone", key = env, old = old),
            None => msg!("config-change-gone-secret", key = env),
        };
    }
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => msg!("config-change", key = env, old = old, new = new),
        (None, Some(new)) if !change.secret => msg!("config-change-new", key = env, new = new),
        _ => msg!("config-change-secret", key = env),
    }
}
