//! PostgreSQL, 12 to 18: in a container, or reached over the network.
//!
//! A backup is one `pg_dump` a database in an exported snapshot, with exact
//! counts taken in that same snapshot, plus the roles. A restore loads into a
//! side database, compares it with those counts, and swaps by renames in one
//! transaction; what was live stays beside until it is freed.

mod access;
mod archive;
mod ask;
mod check;
mod counts;
mod detect;
mod dress;
mod dump;
mod error;
mod held;
mod inspect;
mod local;
mod outside;
pub mod physical;
mod plain;
mod quote;
mod raw;
mod recover;
mod restore;
mod roles;
mod session;
mod settings;
mod shape;
mod toc;
mod validate;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::{
    access::Server,
    session::{By, Purpose},
};
pub use self::{
    access::Tuning,
    ask::{Ask, AskError, ident, literal, setting, shell},
    detect::is_supabase,
    held::{Between, Compared, Held, Moment},
    restore::in_place::{NoBackups, SAFETY_STEP},
};
use super::{
    Access, Aside, BackupOptions, Backups, Capture, Check, Detected, Engine, Field, Inspection, Item, Offers,
    Planned, RestoreOptions, RestoreSteps, Shelf,
    outside::{Files, Inspector, Keyed},
};
use crate::{
    domain::{
        id::{OperationId, SharedIds},
        kind::Kind,
        manifest::{Manifest, Part},
        problem::Problem,
    },
    host::{Container, Hosts, Reader},
    problem,
    saga::{plan::AnyCommit, step::Destroys},
};

/// The kind's name.
pub const KIND: Kind = Kind::of("postgres");

/// The engine of the kind `postgres`.
#[derive(Clone)]
pub struct PostgresEngine {
    hosts: Hosts,
    ids: SharedIds,
    tuning: Tuning,
    backups: Arc<dyn Backups>,
}

impl PostgresEngine {
    /// An engine that works on these hosts. `ids` is where session markers come
    /// from. Without [`PostgresEngine::with_backups`] it cannot restore in place.
    pub fn new(hosts: Hosts, ids: SharedIds, tuning: Tuning) -> Self {
        Self { hosts, ids, tuning, backups: Arc::new(NoBackups) }
    }

    /// The same, able to restore in place: the undo of a drop reads the safety
    /// backup through `backups`.
    #[must_use]
    pub fn with_backups(mut self, backups: Arc<dyn Backups>) -> Self {
        self.backups = backups;
        self
    }

    /// What [`Engine::plan_backup`] found, for a backup that shares what did not change with
    /// earlier ones.
    pub fn comparing(planned: Value) -> Result<Value, Problem> {
        dump::comparing(planned)
    }

    fn server(&self, access: &Access) -> Result<Server, Problem> {
        Server::new(access, &self.hosts, &self.ids, self.tuning)
    }
}

/// Facts as a plan wrote them.
fn facts<T: DeserializeOwned>(value: &Value) -> Result<T, Problem> {
    serde_json::from_value(value.clone()).map_err(|e| problem!("pg-facts").detail(e))
}

#[async_trait]
impl Engine for PostgresEngine {
    fn kind(&self) -> Kind {
        KIND
    }

    fn fields(&self) -> Vec<Field> {
        access::fields()
    }

    fn accept(&self, input: Access) -> Result<Access, Vec<Problem>> {
        access::accept(input)
    }

    async fn is_local(&self, access: &Access) -> bool {
        local::leads_here(access).await
    }

    async fn target(&self, access: &Access) -> Result<String, Problem> {
        Ok(access::target(access))
    }

    fn detect(&self, host: &str, container: &Container) -> Option<Detected> {
        detect::detect(host, container)
    }

    async fn check(&self, access: &Access) -> Vec<Check> {
        match self.server(access) {
            Ok(server) => check::check(&server, &self.hosts).await,
            Err(problem) => check::unreachable(problem),
        }
    }

    fn offers(&self) -> Offers {
        Offers { formats: &["custom", "plain"], roles: true, in_place: true, ..Offers::default() }
    }

    async fn inspect(&self, access: &Access) -> Result<Inspection, Problem> {
        let server = inspect::with_tools(self.server(access)?).await?;
        let (mut session, _) = inspect::admin(&server, Purpose::Look, By::Look, &[]).await?;
        let facts = inspect::facts(&mut session).await?;
        let databases = inspect::databases(&mut session).await?;
        // Last, so that nothing of this look comes after it.
        let marker = inspect::marker(&mut session).await;
        session.close().await;
        let engine = inspect::engine_ref(&server, &facts, &self.hosts).await?;
        let own = databases.into_iter().filter(inspect::Database::is_subject);
        let items = own.map(|d| Item { name: d.name, bytes: d.bytes }).collect();
        Ok(Inspection { engine, items, marker })
    }

    async fn plan_backup(&self, access: &Access, options: &BackupOptions) -> Result<Planned, Problem> {
        dump::plan(self.server(access)?, options).await
    }

    fn capture(&self, access: &Access, value: &Value, shelf: &Shelf) -> Result<Vec<Capture>, Problem> {
        Ok(dump::steps(&self.server(access)?, facts(value)?, shelf))
    }

    async fn validate(&self, access: Option<&Access>, part: &Part, raw: Reader) -> Result<(), Problem> {
        let server = match access {
            // Without its server a part is checked by itself.
            Some(access) => match self.server(access) {
                Ok(server) => inspect::with_tools(server).await.ok(),
                Err(_) => None,
            },
            None => None,
        };
        validate::validate(server.as_ref(), part, raw).await
    }

    fn recover(&self, manifest: &Manifest) -> String {
        recover::recover(manifest)
    }

    fn recognise(&self, _: &str, head: &[u8]) -> Option<Box<dyn Inspector>> {
        outside::recognise(head)
    }

    fn recognise_files(&self, names: &[&str]) -> Option<Keyed> {
        outside::recognise_files(names)
    }

    fn weave(&self, index: &str, files: Arc<dyn Files>) -> Result<Reader, Problem> {
        Ok(outside::weave(index, files))
    }

    async fn plan_restore(
        &self,
        access: &Access,
        shelf: &Shelf,
        manifest: &Manifest,
        options: &RestoreOptions,
        op: &OperationId,
    ) -> Result<Planned, Problem> {
        let way = restore::plan::Way {
            server: self.server(access)?,
            supabase: access.value("stack") == Some("supabase"),
            can_undo_drops: self.backups.available(),
        };
        restore::plan::plan(way, shelf, manifest, options, op).await
    }

    fn restore(
        &self,
        access: &Access,
        value: &Value,
        shelf: &Shelf,
        manifest: &Manifest,
    ) -> Result<RestoreSteps, Problem> {
        let server = self.server(access)?;
        restore::steps(&server, facts(value)?, shelf, manifest, &self.backups)
    }

    async fn plan_undo(
        &self,
        access: &Access,
        asides: &[Aside],
        op: &OperationId,
    ) -> Result<Planned, Problem> {
        restore::undo::plan(self.server(access)?, asides, op).await
    }

    fn undo(&self, access: &Access, value: &Value) -> Result<RestoreSteps, Problem> {
        restore::undo::steps(&self.server(access)?, facts(value)?)
    }

    async fn plan_free(&self, access: &Access, aside: &Aside, by: &OperationId) -> Result<Planned, Problem> {
        restore::free::plan(self.server(access)?, aside, by).await
    }

    fn free(&self, access: &Access, value: &Value) -> Result<AnyCommit<Destroys>, Problem> {
        Ok(restore::free::step(&self.server(access)?, facts(value)?))
    }
}
