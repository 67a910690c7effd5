//! SQLite databases in files on this machine, copied both ways by SQLite's own
//! online backup: nothing needs to stop, and every process that has the file
//! open sees the change as one transaction.
//!
//! - [`copy`]: one consistent state of a database in use into a file.
//! - [`swap`]: a file's contents into a database in use, atomically, and how a
//!   new process tells whether it happened.
//! - [`conn`]: why nothing here opens a live file but through SQLite.

mod access;
mod beside;
mod capture;
mod check;
mod commit;
mod conn;
mod contents;
mod copy;
mod facts;
mod files;
mod free;
mod marker;
mod names;
mod outside;
mod plan;
mod recover;
mod restore;
mod settle;
mod swap;
mod temp;
#[cfg(test)]
mod tests;
mod tools;
mod validate;
mod work;

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde_json::Value;

use self::{
    beside::{Clear, Place},
    capture::Dump,
    commit::Swap,
    facts::{RestoreFacts, Way, recorded},
    restore::{Compare, Keep, Side},
    settle::{Answers, Settle},
    tools::Tools,
};
use super::{
    Access, Aside, BackupOptions, Capture, Check, Detected, Engine, Field, Inspection, Item, Planned,
    Replace, RestoreOptions, RestoreSteps, Shelf, outside::Inspector,
};
use crate::{
    domain::{
        id::OperationId,
        kind::Kind,
        manifest::{ChangeMarker, EngineRef, Manifest, Part},
        problem::Problem,
    },
    host::{Container, Reader},
    saga::{
        plan::{AnyCommit, AnyStep},
        step::{Adds, Destroys, Step},
    },
    store::Reserve,
};

/// The name of this kind.
pub const KIND: Kind = Kind::of("sqlite");

/// How long a lock held by others is waited for, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// The engine of SQLite databases.
#[derive(Clone)]
pub struct SqliteEngine {
    tools: Tools,
}

impl SqliteEngine {
    /// `folder` is Zelo's own, on a disk with room for a copy of the largest
    /// database: backups are copied there first. Copies left by processes that
    /// are gone are removed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        temp::sweep(&folder);
        Self {
            tools: Tools {
                gates: work::Gates::default(),
                patience: PATIENCE,
                reserve: Reserve::none(),
                folder,
            },
        }
    }

    /// The same, waiting so long for a lock before `sqlite-busy`.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.tools.patience = patience;
        self
    }

    /// The same, keeping so much free on every disk it writes to.
    #[must_use]
    pub fn keeping(mut self, reserve: Reserve) -> Self {
        self.tools.reserve = reserve;
        self
    }

    fn replacing(&self, facts: RestoreFacts, prepare: Vec<Replace>, part: Option<Part>) -> RestoreSteps {
        let tools = || self.tools.clone();
        let keep = Keep { tools: tools(), facts: facts.clone() };
        let kept = keep.slot();
        let mut prepare = prepare;
        prepare.push(Replace::Beside(AnyStep::new(keep)));
        let swap = Swap { tools: tools(), facts: facts.clone(), kept, part, unchanged: Arc::default() };
        let swapped = swap.slot();
        let answers = Answers { tools: tools(), live: facts.live.clone() };
        let settle = Settle { tools: tools(), facts };
        RestoreSteps::Replacing {
            before: vec![],
            prepare,
            commit: AnyCommit::new(swap),
            swapped,
            settle: vec![AnyStep::new(settle)],
            confirm: vec![AnyStep::new(answers)],
        }
    }

    fn beside(&self, facts: RestoreFacts, mut prepare: Vec<AnyStep<Adds>>, mode: String) -> RestoreSteps {
        let tools = || self.tools.clone();
        prepare.push(AnyStep::new(Clear { tools: tools(), facts: facts.clone() }));
        let place = Place { tools: tools(), facts, journal_mode: mode };
        RestoreSteps::Beside { prepare, commit: AnyCommit::new(place), settle: vec![] }
    }
}

#[async_trait]
impl Engine for SqliteEngine {
    fn kind(&self) -> Kind {
        KIND
    }

    fn fields(&self) -> Vec<Field> {
        access::fields()
    }

    fn accept(&self, input: Access) -> Result<Access, Vec<Problem>> {
        access::accept(input)
    }

    async fn target(&self, access: &Access) -> Result<String, Problem> {
        let access = access.clone();
        let live = self.tools.look(move |_| access::live(&access)).await?;
        Ok(format!("file:{}", live.display()))
    }

    /// A file in a container is not reached through its Docker Engine.
    fn detect(&self, _: &str, _: &Container) -> Option<Detected> {
        None
    }

    async fn check(&self, access: &Access) -> Vec<Check> {
        let access = access.clone();
        let looked = self.tools.look(move |work| Ok(check::check(work, access::live(&access)))).await;
        looked.unwrap_or_else(check::broken)
    }

    async fn inspect(&self, access: &Access) -> Result<Inspection, Problem> {
        let access = access.clone();
        self.tools
            .look(move |work| {
                let live = access::live(&access)?;
                let bytes = plan::bytes(work, &live)?;
                // After the connection is closed: closing may tidy up the log.
                let marker = marker::marker(&live).map(ChangeMarker);
                let version = rusqlite::version().to_owned();
                let engine = EngineRef { server: version.clone(), tool: version, image: None };
                Ok(Inspection { engine, items: vec![Item { name: names::file_name(&live), bytes }], marker })
            })
            .await
    }

    async fn plan_backup(&self, access: &Access, options: &BackupOptions) -> Result<Planned, Problem> {
        let (access, options) = (access.clone(), options.clone());
        self.tools.look(move |work| plan::backup(work, &access, &options)).await
    }

    fn capture(&self, _: &Access, facts: &Value, shelf: &Shelf) -> Result<Vec<Capture>, Problem> {
        let dump = Dump { tools: self.tools.clone(), facts: facts::load(facts)?, shelf: shelf.clone() };
        let slot = dump.slot();
        Ok(vec![Capture { step: AnyStep::new(dump), slot }])
    }

    async fn validate(&self, _: Option<&Access>, part: &Part, raw: Reader) -> Result<(), Problem> {
        validate::validate(&self.tools, part, raw).await
    }

    fn recover(&self, manifest: &Manifest) -> String {
        recover::recover(manifest)
    }

    fn recognise(&self, name: &str, head: &[u8]) -> Option<Box<dyn Inspector>> {
        outside::recognise(&self.tools, name, head)
    }

    async fn plan_restore(
        &self,
        access: &Access,
        _: &Shelf,
        manifest: &Manifest,
        options: &RestoreOptions,
        op: &OperationId,
    ) -> Result<Planned, Problem> {
        let (access, manifest, options, op) = (access.clone(), manifest.clone(), options.clone(), op.clone());
        self.tools.look(move |work| plan::restore(work, &access, &manifest, &options, &op)).await
    }

    fn restore(
        &self,
        _: &Access,
        facts: &Value,
        shelf: &Shelf,
        manifest: &Manifest,
    ) -> Result<RestoreSteps, Problem> {
        let facts: RestoreFacts = facts::load(facts)?;
        let part = facts::part(manifest)?.clone();
        let (known, _) = recorded(&part)?;
        let tools = || self.tools.clone();
        let side = AnyStep::new(Side {
            tools: tools(),
            facts: facts.clone(),
            shelf: shelf.clone(),
            part: part.clone(),
        });
        let compare =
            AnyStep::new(Compare { tools: tools(), side: facts.side.clone(), part: Some(part.clone()) });
        Ok(match facts.way {
            Way::Name => self.beside(facts, vec![side, compare], known.journal_mode),
            Way::Contents => {
                let prepare = vec![Replace::Beside(side), Replace::Beside(compare)];
                self.replacing(facts, prepare, Some(part))
            }
        })
    }

    async fn plan_undo(
        &self,
        access: &Access,
        asides: &[Aside],
        op: &OperationId,
    ) -> Result<Planned, Problem> {
        let (access, asides, op) = (access.clone(), asides.to_vec(), op.clone());
        self.tools.look(move |work| plan::undo(work, &access, &asides, &op)).await
    }

    fn undo(&self, _: &Access, facts: &Value) -> Result<RestoreSteps, Problem> {
        let facts: RestoreFacts = facts::load(facts)?;
        let compare =
            AnyStep::new(Compare { tools: self.tools.clone(), side: facts.side.clone(), part: None });
        Ok(match facts.way {
            Way::Name => self.beside(facts, vec![compare], String::new()),
            Way::Contents => self.replacing(facts, vec![Replace::Beside(compare)], None),
        })
    }

    async fn plan_free(&self, access: &Access, aside: &Aside, by: &OperationId) -> Result<Planned, Problem> {
        let (access, aside, by) = (access.clone(), aside.clone(), by.clone());
        self.tools.look(move |_| free::plan(&access, &aside, &by)).await
    }

    fn free(&self, _: &Access, facts: &Value) -> Result<AnyCommit<Destroys>, Problem> {
        Ok(AnyCommit::new(free::Free { tools: self.tools.clone(), facts: facts::load(facts)? }))
    }
}
