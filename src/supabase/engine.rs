//! The kind `supabase`: an instance as a resource. It is found by Compose's labels,
//! saved as a recovery point, checked; what changes it are operations of their own.

use async_trait::async_trait;
use serde_json::Value;

use super::{
    capture::{self, CLUSTER, CONFIG, DATABASE, JSON, STORAGE, TAR},
    check,
    instance::is_auth,
    live::Live,
    recover, restore,
};
use crate::{
    domain::{
        clock::Moment,
        id::OperationId,
        kind::Kind,
        manifest::{EngineRef, Manifest, Part},
        msg::Msg,
        problem::Problem,
    },
    engine::{
        Access, Aside, BackupOptions, Capture, Check, Detected, Engine, Field, Inspection, Item, Offers,
        Planned, RestoreOptions, RestoreSteps, Shelf, postgres,
    },
    host::{Container, Reader},
    msg, problem,
    saga::{plan::AnyCommit, step::Destroys},
    store::layout::Area,
};

/// The kind's name.
pub const KIND: Kind = Kind::of("supabase");

/// The access value that says which list of another manager names the instance.
pub const LISTING: &str = "instances_json";

/// The access value that says in which folder the project lies: it is known there without
/// any container.
pub const FOLDER: &str = "folder";

/// The engine of the kind `supabase`.
#[derive(Clone)]
pub struct SupabaseEngine {
    live: Live,
}

impl SupabaseEngine {
    /// An engine that reaches instances this way.
    pub fn new(live: Live) -> Self {
        Self { live }
    }

    /// The database's own access, if its container is there.
    async fn db_access(&self, access: &Access) -> Result<Access, Problem> {
        let instance = self.live.instance(access).await?;
        Ok(self.live.db_access(&instance.host, &instance.db()?.name))
    }
}

fn facts(value: &Value) -> Result<capture::Facts, Problem> {
    serde_json::from_value(value.clone()).map_err(|e| problem!("plan-changed").detail(e))
}

/// A project of a host, as it is detected.
pub fn detected(host: &str, project: &str) -> Detected {
    let mut access = Access::default();
    access.values.insert("project".to_owned(), project.to_owned());
    access.values.insert("host".to_owned(), host.to_owned());
    Detected {
        kind: KIND,
        name: project.to_owned(),
        identity: format!("{host}/compose/{project}"),
        access,
        restore_refused: None,
    }
}

#[async_trait]
impl Engine for SupabaseEngine {
    fn kind(&self) -> Kind {
        KIND
    }

    fn area(&self) -> Area {
        Area::Instances
    }

    /// Most of an instance is as it was a day ago.
    fn shares(&self) -> bool {
        true
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field {
                name: "project",
                label: msg!("instance-field-project"),
                secret: false,
                required: true,
                choices: &[],
            },
            Field {
                name: "host",
                label: msg!("instance-field-host"),
                secret: false,
                required: false,
                choices: &[],
            },
        ]
    }

    fn accept(&self, mut input: Access) -> Result<Access, Vec<Problem>> {
        input.values.retain(|_, value| !value.trim().is_empty());
        if let Some(unknown) =
            input.values.keys().find(|k| !matches!(k.as_str(), "project" | "host" | LISTING | FOLDER))
        {
            return Err(vec![problem!("instance-field-unknown", field = unknown)]);
        }
        if input.value("project").is_none() {
            return Err(vec![problem!("instance-project-missing")]);
        }
        input.values.entry("host".to_owned()).or_insert_with(|| "local".to_owned());
        Ok(input)
    }

    async fn target(&self, access: &Access) -> Result<String, Problem> {
        let (host, project) =
            (access.value("host").unwrap_or("local"), access.value("project").unwrap_or(""));
        Ok(format!("instance:{host}/{project}"))
    }

    /// By the database or what signs people in: an instance that lacks one of them is
    /// still one.
    fn detect(&self, host: &str, container: &Container) -> Option<Detected> {
        let (project, _) = container.compose()?;
        let is_one = postgres::is_supabase(container) || is_auth(container);
        is_one.then(|| detected(host, project))
    }

    async fn check(&self, access: &Access) -> Vec<Check> {
        check::check(&self.live, access).await
    }

    /// No marker: there is none that covers files and stored objects, so a safety backup
    /// is always taken anew. A database that is away hides only its version.
    async fn inspect(&self, access: &Access) -> Result<Inspection, Problem> {
        let instance = self.live.instance(access).await?;
        let db = instance.db()?.clone();
        let inner = self.live.postgres().inspect(&self.live.db_access(&instance.host, &db.name)).await;
        let (engine, bytes) = match inner {
            Ok(found) => (found.engine, found.items.iter().map(|item| item.bytes).sum()),
            Err(problem) => {
                tracing::debug!(%problem, "the database of an instance was not looked into");
                (EngineRef { image: Some(db.image_id), ..EngineRef::default() }, 0)
            }
        };
        let items = [(CONFIG, 0), (DATABASE, bytes), (STORAGE, 0)];
        let items = items.map(|(name, bytes)| Item { name: name.to_owned(), bytes }).to_vec();
        Ok(Inspection { engine, items, marker: None })
    }

    /// `cold` stops the database, so it is no way to choose among: operations take it
    /// where nothing else is left.
    fn offers(&self) -> Offers {
        Offers { formats: &["logical", "physical", "both"], cold: true, whole: true, ..Offers::default() }
    }

    async fn plan_backup(&self, access: &Access, options: &BackupOptions) -> Result<Planned, Problem> {
        capture::plan(&self.live, &self.live.instance(access).await?, access, options).await
    }

    fn capture(&self, _: &Access, value: &Value, shelf: &Shelf) -> Result<Vec<Capture>, Problem> {
        capture::steps(&self.live, facts(value)?, shelf)
    }

    async fn validate(&self, access: Option<&Access>, part: &Part, raw: Reader) -> Result<(), Problem> {
        match part.media_type.as_str() {
            TAR if part.name == CLUSTER => capture::read_cluster(part, raw).await,
            TAR => capture::read_tar(raw).await.map(drop),
            JSON => capture::read_json(raw).await,
            _ => {
                let inner = match access {
                    Some(access) => self.db_access(access).await.ok(),
                    None => None,
                };
                self.live.postgres().validate(inner.as_ref(), part, raw).await
            }
        }
    }

    fn recover(&self, manifest: &Manifest) -> String {
        recover::recover(manifest)
    }

    async fn plan_restore(
        &self,
        access: &Access,
        shelf: &Shelf,
        manifest: &Manifest,
        options: &RestoreOptions,
        op: &OperationId,
    ) -> Result<Planned, Problem> {
        restore::plan(&self.live, access, shelf, manifest, options, op).await
    }

    fn restore(
        &self,
        access: &Access,
        value: &Value,
        shelf: &Shelf,
        manifest: &Manifest,
    ) -> Result<RestoreSteps, Problem> {
        restore::steps(&self.live, access, value, shelf, manifest)
    }

    fn made(&self, facts: &Value) -> Option<Detected> {
        restore::made(facts).map(|(host, project)| detected(&host, &project))
    }

    async fn plan_undo(
        &self,
        access: &Access,
        asides: &[Aside],
        op: &OperationId,
    ) -> Result<Planned, Problem> {
        restore::plan_undo(&self.live, access, asides, op).await
    }

    async fn written_since(&self, access: &Access, since: Moment) -> Vec<Msg> {
        vec![restore::written_since(&self.live, access, since).await]
    }

    fn undo(&self, access: &Access, value: &Value) -> Result<RestoreSteps, Problem> {
        restore::undo(&self.live, access, value)
    }

    async fn plan_free(&self, _: &Access, aside: &Aside, _: &OperationId) -> Result<Planned, Problem> {
        restore::plan_free(aside).await
    }

    fn free(&self, _: &Access, value: &Value) -> Result<AnyCommit<Destroys>, Problem> {
        restore::free(value)
    }
}
