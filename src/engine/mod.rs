//! What is protected: one folder a kind, each an [`Engine`].
//!
//! An engine knows its database and nothing of operations: it detects, checks,
//! inspects, and **returns steps**, each with its undo. Planning happens twice
//! removed from running: `plan_*` looks at the real thing once and returns
//! *facts* (plain JSON, kept with the operation); the step makers build the same
//! steps from the same facts every time, so a new process can undo or finish what
//! a dead one began.

#[cfg(test)]
mod contract;
#[cfg(test)]
mod harm;
pub mod outside;
pub mod postgres;
#[cfg(test)]
mod rehearsal;
pub mod sqlite;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::outside::{Files, Inspector, Keyed};
use crate::{
    domain::{
        backup::Compression,
        clock::Moment,
        id::{BackupId, OperationId},
        kind::Kind,
        manifest::{ChangeMarker, EngineRef, Manifest, Part},
        msg::Msg,
        problem::Problem,
    },
    host::{Container, Reader},
    saga::{
        plan::{AnyCommit, AnyStep},
        step::{Adds, Destroys, Reads, Slot},
    },
    secret::Secret,
    store::{Store, StorePath, layout::Area},
};

/// How to reach a resource: field values an engine defined and understands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Access {
    /// Open values: `container`, `host`, `port`, `user`, `tls`, `path`…
    pub values: BTreeMap<String, String>,
    /// Secret values: `password`, `url`…; sealed where they are stored.
    pub secrets: BTreeMap<String, Secret>,
}

impl Access {
    /// An open value, if given and not empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// A secret value, if given and not empty.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name).filter(|s| !s.is_empty())
    }
}

/// One value asked for when a resource is added by hand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// Its key in [`Access`].
    pub name: &'static str,
    /// Its label.
    pub label: Msg,
    /// Whether it is kept sealed and never shown.
    pub secret: bool,
    /// Whether a resource cannot do without.
    pub required: bool,
    /// The values allowed, if not free.
    pub choices: &'static [&'static str],
}

/// Something found on a host, not yet claimed.
#[derive(Debug, Clone, PartialEq)]
pub struct Detected {
    /// Its kind.
    pub kind: Kind,
    /// What it would be called: Compose service or container name.
    pub name: String,
    /// The same for a recreated container: Compose project + service, else
    /// container name + volumes.
    pub identity: String,
    /// How to reach it.
    pub access: Access,
    /// What it may not be used for, and why (a Supabase stack's own database is
    /// backed up here and restored only as a whole instance).
    pub restore_refused: Option<Problem>,
}

/// One thing `check` looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Stable, for programs: `name`, `connect`, `tls`, `password`, `permission`, `tool`…
    pub id: String,
    /// What was looked at.
    pub title: Msg,
    /// What was found.
    pub verdict: Verdict,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be; perhaps with a word of what was seen.
    Good(Option<Msg>),
    /// Works, with a caveat.
    Caution(Problem),
    /// Does not work.
    Bad(Problem),
    /// Not looked at, because an earlier check failed.
    Skipped,
}

/// What is inside a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// Server, tool and image.
    pub engine: EngineRef,
    /// What can be backed up by name (databases), with sizes.
    pub items: Vec<Item>,
    /// Equal markers mean that nothing was written in between.
    pub marker: Option<ChangeMarker>,
}

/// One database, or whatever a backup of this kind chooses among.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// Its size on disk.
    pub bytes: u64,
}

/// What can be chosen for a backup of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offers {
    /// Formats, the usual one first; none or one: nothing to choose.
    pub formats: &'static [&'static str],
    /// Whether it has roles that may come along.
    pub roles: bool,
    /// Whether a restore may replace in place what it cannot load beside.
    pub in_place: bool,
    /// Whether it is restored whole or not at all, and only over what it was taken of or
    /// as something new.
    pub whole: bool,
    /// Whether its files can be saved while it is stopped for it, by the format [`COLD`],
    /// where nothing can be dumped.
    pub cold: bool,
}

/// The format that stops a database to copy its files.
pub const COLD: &str = "cold";

/// What a backup is asked to contain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupOptions {
    /// These items only; empty: all.
    pub items: Vec<String>,
    /// An engine's own format: `custom` or `plain`, of an instance `logical`, `physical`,
    /// `both` or [`COLD`]; `None`: its default.
    pub format: Option<String>,
    /// With the roles (users), where the kind has them; `None`: yes if permitted.
    pub roles: Option<bool>,
    /// How to compress.
    pub compression: Compression,
}

/// What a restore is asked to do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RestoreOptions {
    /// These items only; empty: all in the backup.
    pub items: Vec<String>,
    /// Into a new item of this name instead of replacing (one item only).
    pub new_name: Option<String>,
    /// Drop first, then load: for a disk that cannot hold both. Chosen by the
    /// plan where needed if `allow_in_place`.
    pub in_place: bool,
    /// Change roles that exist already to what the backup says.
    pub replace_roles: bool,
    /// What is replaced may be closed to people: set for a way out of an operation
    /// that closed it and could not open it again.
    pub closed: bool,
    /// Which form of a database that was saved in several; `None`: as the engine advises.
    #[serde(default)]
    pub format: Option<String>,
    /// An engine's own choices of where something new goes, by name: `folder` and `port`
    /// of an instance. No secrets.
    pub place: BTreeMap<String, String>,
}

/// What was planned: facts for the step makers, and what a person should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// The engine's own; no secrets. Kept with the operation.
    pub facts: Value,
    /// What a person should know before it runs.
    pub warnings: Vec<Msg>,
    /// Bytes that will move, roughly.
    pub bytes: u64,
    /// Bytes needed on the database's disk besides what it uses now.
    pub database_disk: u64,
}

/// Where the parts of one backup are written or read.
#[derive(Clone)]
pub struct Shelf {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The resource's folder: part paths are relative to it.
    pub resource: StorePath,
    /// The backup's folder (staging while it is written), relative to the
    /// resource's: new parts go there.
    pub folder: String,
}

/// What a capture step leaves: finished parts whose paths still name the
/// staging folder; publishing rewrites them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Captured {
    /// In the order they are restored.
    pub parts: Vec<Part>,
    /// The moment of the snapshot.
    pub taken_at: Moment,
    /// When reading ended, of what is read while it may change.
    #[serde(default)]
    pub until: Option<Moment>,
    /// Snapshot ids or other proof, by part.
    pub snapshots: BTreeMap<String, String>,
}

/// A step that writes parts.
pub struct Capture {
    /// The step.
    pub step: AnyStep<Adds>,
    /// What it leaves.
    pub slot: Slot<Captured>,
}

/// The steps that put a backup's contents back.
pub enum RestoreSteps {
    /// Into something new: takes nothing away, needs no safety backup.
    Beside {
        /// Before the commit point.
        prepare: Vec<AnyStep<Adds>>,
        /// Gives it its final name.
        commit: AnyCommit<Adds>,
        /// After it; repeatable.
        settle: Vec<AnyStep<Adds>>,
    },
    /// In place of what is there.
    Replacing {
        /// Before the safety backup: looks that later steps compare with.
        before: Vec<AnyStep<Reads>>,
        /// Before the commit point, in order.
        prepare: Vec<Replace>,
        /// The swap.
        commit: AnyCommit<Destroys>,
        /// What the swap set aside.
        swapped: Slot<Swapped>,
        /// After it; repeatable.
        settle: Vec<AnyStep<Adds>>,
        /// Last looks; if one fails while the operation still runs, the swap is undone.
        confirm: Vec<AnyStep<Reads>>,
    },
}

/// A step of a replacing restore before its commit point.
pub enum Replace {
    /// Looks or makes something beside.
    Beside(AnyStep<Adds>),
    /// Already touches what people use (refuses connections, drops in place).
    Destroy(AnyStep<Destroys>),
}

/// What a swap leaves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Swapped {
    /// Everything set aside, undropped.
    pub asides: Vec<Aside>,
}

/// The former contents of something, kept beside it under another name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aside {
    /// The item it was: a database's name.
    pub item: String,
    /// Where it lies now, in the engine's own terms.
    pub locator: Value,
    /// Its size on disk.
    pub bytes: u64,
}

/// A kind of resource.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Its kind.
    fn kind(&self) -> Kind;

    /// Which part of a store its backups lie in.
    fn area(&self) -> Area {
        Area::Databases
    }

    /// Whether the backups of a resource share the parts that did not change: each
    /// part then lies in the resource's `objects/`, once.
    fn shares(&self) -> bool {
        false
    }

    /// What `resource add` asks for.
    fn fields(&self) -> Vec<Field>;

    /// Turns what a person typed into an access, or says everything that is
    /// wrong with it at once. Connects to nothing.
    fn accept(&self, input: Access) -> Result<Access, Vec<Problem>>;

    /// Whether this leads to something on a machine of Zelo's own (a container, a
    /// file, a socket) and not to an address that anybody could have: then it is an
    /// administrator's to give. Names are looked up. Where in doubt it does.
    async fn is_local(&self, _access: &Access) -> bool {
        true
    }

    /// What this leads to, by a name that is the same however it was written down: two
    /// resources may lead to one place, and only one operation at a time changes it.
    /// Connects to nothing.
    async fn target(&self, access: &Access) -> Result<String, Problem>;

    /// Recognises a container as one of its kind.
    fn detect(&self, host: &str, container: &Container) -> Option<Detected>;

    /// Looks whether a resource can be reached, read and dumped, and says
    /// precisely what is wrong.
    async fn check(&self, access: &Access) -> Vec<Check>;

    /// Versions, contents, marker.
    async fn inspect(&self, access: &Access) -> Result<Inspection, Problem>;

    /// What can be chosen for backups and restores besides what [`Engine::inspect`] lists.
    fn offers(&self) -> Offers {
        Offers::default()
    }

    /// Looks once, for a backup.
    async fn plan_backup(&self, access: &Access, options: &BackupOptions) -> Result<Planned, Problem>;

    /// The steps that write a backup's parts to `shelf`.
    fn capture(&self, access: &Access, facts: &Value, shelf: &Shelf) -> Result<Vec<Capture>, Problem>;

    /// Reads a decoded part to its end and checks its structure (not its digest:
    /// the caller does that), as deeply as can be done without restoring it. May
    /// use the resource's tools if `access` is given.
    async fn validate(&self, access: Option<&Access>, part: &Part, raw: Reader) -> Result<(), Problem>;

    /// RECOVER.md: how to restore this backup with gunzip or zstd and the
    /// engine's own client, command by command. Paths relative to the backup's
    /// folder.
    fn recover(&self, manifest: &Manifest) -> String;

    /// Something that can read a stream from elsewhere that begins like this, if this
    /// kind can restore it. `name` is the file's.
    fn recognise(&self, name: &str, head: &[u8]) -> Option<Box<dyn Inspector>> {
        let _ = (name, head);
        None
    }

    /// The same of a set of files, by their paths.
    fn recognise_files(&self, names: &[&str]) -> Option<Keyed> {
        let _ = names;
        None
    }

    /// One stream, the part, of such a set: `index` as [`Keyed`] named it. What is
    /// read is decoded nowhere before.
    fn weave(&self, index: &str, files: Arc<dyn Files>) -> Result<Reader, Problem> {
        let _ = (index, files);
        Err(crate::problem!("kind-unknown", kind = self.kind().as_str()))
    }

    /// Looks once, for a restore from `shelf` by operation `op` into `access`.
    async fn plan_restore(
        &self,
        access: &Access,
        shelf: &Shelf,
        manifest: &Manifest,
        options: &RestoreOptions,
        op: &OperationId,
    ) -> Result<Planned, Problem>;

    /// The steps that restore from `shelf`.
    fn restore(
        &self,
        access: &Access,
        facts: &Value,
        shelf: &Shelf,
        manifest: &Manifest,
    ) -> Result<RestoreSteps, Problem>;

    /// What a restore of these facts makes that is a resource of its own, as it will be
    /// detected.
    fn made(&self, facts: &Value) -> Option<Detected> {
        let _ = facts;
        None
    }

    /// Looks once, for putting `asides` back.
    async fn plan_undo(
        &self,
        access: &Access,
        asides: &[Aside],
        op: &OperationId,
    ) -> Result<Planned, Problem>;

    /// What is known to have been written since something was set aside; nothing where an
    /// engine cannot tell.
    async fn written_since(&self, access: &Access, since: Moment) -> Vec<Msg> {
        let _ = (access, since);
        Vec::new()
    }

    /// The steps that put what was set aside back, setting aside what is live now.
    fn undo(&self, access: &Access, facts: &Value) -> Result<RestoreSteps, Problem>;

    /// Looks once, for removing for good what operation `by` set aside. One that is
    /// gone already is nothing to do; what is not exactly the one that was set
    /// aside is refused.
    async fn plan_free(&self, access: &Access, aside: &Aside, by: &OperationId) -> Result<Planned, Problem>;

    /// The step that removes it: the commit point of its plan, without an undo.
    fn free(&self, access: &Access, facts: &Value) -> Result<AnyCommit<Destroys>, Problem>;
}

/// Finds backups again: an engine reads the safety backup through it where that is
/// the only way back.
#[async_trait]
pub trait Backups: Send + Sync {
    /// Whether there is anything behind it.
    fn available(&self) -> bool {
        true
    }

    /// A complete backup's shelf and manifest.
    async fn open(&self, id: &BackupId) -> Result<(Shelf, Manifest), Problem>;
}

/// The kinds this Zelo knows. The only list of them.
#[derive(Clone, Default)]
pub struct Engines(BTreeMap<Kind, Arc<dyn Engine>>);

impl Engines {
    /// With one more kind.
    #[must_use]
    pub fn with(mut self, engine: Arc<dyn Engine>) -> Self {
        self.0.insert(engine.kind(), engine);
        self
    }

    /// The engine of a kind.
    pub fn get(&self, kind: &Kind) -> Result<&Arc<dyn Engine>, Problem> {
        self.0.get(kind).ok_or_else(|| crate::problem!("kind-unknown", kind = kind.as_str()))
    }

    /// All of them, by kind.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Engine>> {
        self.0.values()
    }
}
