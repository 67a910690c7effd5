//! Rehearsals for engines: operations composed from an engine's steps as
//! `operation/` composes them, run by the real runner on a real store, and ended
//! by a new process when the first one could not.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use chrono::SubsecRound;
use serde_json::Value;

use super::{
    Access, Aside, BackupOptions, Captured, Engine, Inspection, Replace, RestoreOptions, RestoreSteps, Shelf,
    Swapped,
};
use crate::{
    domain::{
        backup::Origin,
        clock::{Clock, SystemClock},
        id::{BackupId, OperationId, ProjectId, ResourceId, SystemIds},
        kind::Kind,
        manifest::{Consistency, Manifest, ResourceRef, VERSION},
        msg::Msg,
        operation::{OpKind, OpState},
        problem::Problem,
    },
    host::Places,
    saga::{
        Cx, Outcome, Plan, Runner, SafetyProof, Step, UndoRule,
        memory::Memory,
        plan::AnyCommit,
        runner::Patience,
        step::{Adds, Commit, Reads, Saves, Slot},
    },
    store::{Store, StorePath, part::check_part},
};

/// A resource of an engine, and ways to it that are not what is tested.
pub(super) trait Rig: Send + Sync {
    /// The engine, made anew: as another process has it.
    fn engine(&self) -> Arc<dyn Engine>;
    /// The way to the resource, with a secret in it.
    fn access(&self) -> Access;
    /// Where the engine's processes can be ended.
    fn places(&self) -> Arc<dyn Places>;
    /// Where backups go.
    fn store(&self) -> Arc<dyn Store>;
    /// The store's folder on this machine.
    fn root(&self) -> PathBuf;
    /// The one item that is backed up.
    fn item(&self) -> String;
    /// What it is called when it is restored beside.
    fn new_name(&self) -> String;
    /// Changes the item's contents, as people do; never twice to the same.
    fn alter(&self);
    /// The contents of an item: equal texts exactly if they are equal.
    fn contents(&self, item: &str) -> String;
    /// Whether what was set aside lies where it should.
    fn has(&self, aside: &Aside) -> bool;
    /// Takes an item away, by other means than the engine's.
    fn remove(&self, item: &str);
    /// Nothing half-made is left, and nothing of Zelo's runs.
    fn assert_quiet(&self, when: &str);
    /// The same, and nothing is set aside.
    fn assert_clean(&self, when: &str);
}

/// A finished backup.
pub(super) struct Kept {
    pub(super) shelf: Shelf,
    pub(super) manifest: Manifest,
}

/// A backup under way: what its row in the metadata database would say of it.
pub(super) struct Backup {
    id: BackupId,
    op: OperationId,
    inspection: Inspection,
    pub(super) facts: Value,
    journal: OnceLock<Arc<Memory>>,
}

impl Backup {
    /// Looks, as `operation/` does before anything is shown.
    pub(super) async fn planned(rig: &dyn Rig) -> Self {
        let (engine, access) = (rig.engine(), rig.access());
        let options = BackupOptions { items: vec![rig.item()], ..BackupOptions::default() };
        Self {
            id: BackupId::new(&SystemIds),
            op: OperationId::new(&SystemIds),
            inspection: engine.inspect(&access).await.unwrap(),
            facts: engine.plan_backup(&access, &options).await.unwrap().facts,
            journal: OnceLock::new(),
        }
    }

    fn shelf(&self, store: Arc<dyn Store>) -> Shelf {
        let resource = StorePath::new("databases/shop/orders").unwrap();
        Shelf { store, resource, folder: format!("backup-{}", self.id.short()) }
    }

    /// Its steps, made from the facts alone, and where they leave their parts.
    pub(super) fn plan(&self, rig: &dyn Rig, store: Arc<dyn Store>) -> (Plan, Vec<Slot<Captured>>) {
        let shelf = self.shelf(store);
        let captures = rig.engine().capture(&rig.access(), &read_back(&self.facts), &shelf).unwrap();
        let mut plan = Plan::builder(OpKind::of("backup"));
        plan.add(Stage(shelf.clone()));
        let mut slots = Vec::new();
        for capture in captures {
            plan.add_any(capture.step);
            slots.push(capture.slot);
        }
        plan.add(Verify(shelf, slots.clone()));
        (plan.commit(AnyCommit::new(Publish)).finish(), slots)
    }

    /// Runs it; its parts go to `store`.
    pub(super) async fn run(&self, rig: &dyn Rig, store: Arc<dyn Store>) -> Outcome {
        let (plan, _) = self.plan(rig, store);
        let journal = self.journal.get_or_init(|| Memory::of(&plan));
        runner(rig, journal, &self.op).run(&plan).await.unwrap()
    }

    /// A new process, on a well machine, ends what the first one could not.
    pub(super) async fn recover(&self, rig: &dyn Rig) -> Outcome {
        let (plan, _) = self.plan(rig, rig.store());
        runner(rig, self.journal(), &self.op).recover(&plan).await.unwrap()
    }

    /// What has been written down.
    pub(super) fn journal(&self) -> &Arc<Memory> {
        self.journal.get().unwrap()
    }

    /// What it has become.
    pub(super) fn kept(&self, rig: &dyn Rig) -> Kept {
        let (_, slots) = self.plan(rig, rig.store());
        let captured = slots.iter().map(|slot| self.journal().output(&slot.step).unwrap()).collect();
        let (kind, op) = (rig.engine().kind(), self.op.clone());
        let manifest = manifest(kind, self.id.clone(), op, self.inspection.clone(), captured);
        Kept { shelf: self.shelf(rig.store()), manifest }
    }
}

/// What a restore or an undo is asked for.
pub(super) enum What<'a> {
    Restore(&'a Kept, RestoreOptions),
    Undo(&'a [Aside]),
}

/// A restore or an undo under way.
pub(super) struct Change<'a> {
    op: OperationId,
    what: What<'a>,
    pub(super) facts: Value,
    journal: OnceLock<Arc<Memory>>,
}

impl<'a> Change<'a> {
    /// Looks.
    pub(super) async fn planned(rig: &dyn Rig, what: What<'a>) -> Result<Self, Problem> {
        let (engine, access, op) = (rig.engine(), rig.access(), OperationId::new(&SystemIds));
        let planned = match &what {
            What::Restore(kept, options) => {
                engine.plan_restore(&access, &kept.shelf, &kept.manifest, options, &op).await?
            }
            What::Undo(asides) => engine.plan_undo(&access, asides, &op).await?,
        };
        Ok(Self { op, what, facts: planned.facts, journal: OnceLock::new() })
    }

    /// Its steps, made from the facts alone; they read from `store`.
    pub(super) fn plan(&self, rig: &dyn Rig, store: Arc<dyn Store>) -> Plan {
        let (engine, access, facts) = (rig.engine(), rig.access(), read_back(&self.facts));
        let steps = match &self.what {
            What::Restore(kept, _) => {
                engine.restore(&access, &facts, &Shelf { store, ..kept.shelf.clone() }, &kept.manifest)
            }
            What::Undo(_) => engine.undo(&access, &facts),
        };
        compose(steps.unwrap(), None)
    }

    /// Runs it.
    pub(super) async fn run(&self, rig: &dyn Rig, store: Arc<dyn Store>) -> Outcome {
        let plan = self.plan(rig, store);
        let journal = self.journal.get_or_init(|| Memory::of(&plan));
        runner(rig, journal, &self.op).run(&plan).await.unwrap()
    }

    /// Runs it in a process that dies when its journal stops answering.
    pub(super) async fn dies(&self, rig: &dyn Rig, step: usize, state: crate::saga::StepState) {
        let plan = self.plan(rig, rig.store());
        let journal = self.journal.get_or_init(|| Memory::of(&plan));
        journal.stop_at(step, state);
        let runner = runner(rig, journal, &self.op);
        tokio::select! {
            outcome = runner.run(&plan) => panic!("it ended: {outcome:?}"),
            () = journal.stopped() => journal.go_on(),
        }
    }

    /// A new process, on a well machine, ends what the first one could not.
    pub(super) async fn recover(&self, rig: &dyn Rig) -> Outcome {
        let plan = self.plan(rig, rig.store());
        runner(rig, self.journal.get().unwrap(), &self.op).recover(&plan).await.unwrap()
    }
}

/// Contents are equal; else the lines that one has and the other has not.
#[track_caller]
pub(super) fn assert_same(now: &str, wanted: &str, case: &str) {
    let but = |a: &str, b: &str| {
        let other: Vec<&str> = b.lines().collect();
        a.lines().filter(|line| !other.contains(line)).collect::<Vec<_>>().join("\n")
    };
    assert!(now == wanted, "{case}\n--- now\n{}\n--- wanted\n{}", but(now, wanted), but(wanted, now));
}

/// Facts as the metadata database gives them back.
fn read_back(facts: &Value) -> Value {
    serde_json::from_str(&facts.to_string()).unwrap()
}

/// What a restore or an undo that succeeded has set aside.
pub(super) fn asides(outcome: &Outcome) -> Vec<Aside> {
    assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
    serde_json::from_value::<Swapped>(outcome.result.clone().unwrap()).unwrap().asides
}

/// Removes something set aside.
pub(super) async fn free(rig: &dyn Rig, aside: &Aside) -> Outcome {
    let plan = removal(&*rig.engine(), &rig.access(), aside).await.unwrap();
    runner(rig, &Memory::of(&plan), &OperationId::new(&SystemIds)).run(&plan).await.unwrap()
}

fn runner(rig: &dyn Rig, journal: &Arc<Memory>, op: &OperationId) -> Runner {
    let patience = Patience {
        tries: 3,
        pause: Duration::from_millis(20),
        grace: Duration::from_secs(2),
        stall: Duration::from_secs(20),
        ..Patience::default()
    };
    Runner { patience, ..journal.runner(op, rig.places()) }
}

/// Steps as an operation would compose them; `saved` is the safety backup.
pub(super) fn compose(steps: RestoreSteps, saved: Option<BackupId>) -> Plan {
    match steps {
        RestoreSteps::Beside { prepare, commit, settle } => {
            let mut plan = Plan::builder(OpKind::of("restore"));
            for step in prepare {
                plan.add_any(step);
            }
            let mut plan = plan.commit(commit);
            for step in settle {
                plan.settle_any(step);
            }
            plan.finish()
        }
        RestoreSteps::Replacing { before, prepare, commit, settle, confirm, .. } => {
            let mut plan = Plan::builder(OpKind::of("restore"));
            for step in before {
                plan.add_any(step);
            }
            let mut plan = plan.safety(Safety(saved));
            for step in prepare {
                match step {
                    Replace::Beside(step) => plan.add_any(step),
                    Replace::Destroy(step) => plan.destroy_any(step),
                };
            }
            let mut plan = plan.commit_destroying(commit);
            for step in settle {
                plan.settle_any(step);
            }
            for step in confirm {
                plan.confirm_any(step);
            }
            plan.finish()
        }
    }
}

/// The operation that set something aside: its name ends with that one's short id.
pub(super) fn maker(aside: &Aside) -> OperationId {
    let locator = &aside.locator;
    let named = locator["database"].as_str().or(locator["role"]["holder"].as_str());
    let name = named.or(locator["path"].as_str()).unwrap();
    format!("01arz3ndektsv4rrff{}", &name[name.len() - 8..]).parse().unwrap()
}

/// The plan that removes something set aside.
pub(super) async fn removal(engine: &dyn Engine, access: &Access, aside: &Aside) -> Result<Plan, Problem> {
    let planned = engine.plan_free(access, aside, &maker(aside)).await?;
    let commit = engine.free(access, &planned.facts)?;
    Ok(Plan::builder(OpKind::of("free")).safety(Safety(None)).commit_destroying(commit).finish())
}

/// The manifest of what was captured.
pub(super) fn manifest(
    kind: Kind,
    id: BackupId,
    operation: OperationId,
    inspection: Inspection,
    captured: Vec<Captured>,
) -> Manifest {
    Manifest {
        version: VERSION,
        id,
        resource: ResourceRef {
            id: ResourceId::new(&SystemIds),
            name: "orders".to_owned(),
            kind,
            project: ProjectId::new(&SystemIds).to_string(),
        },
        origin: Origin::Manual,
        name: None,
        note: None,
        operation,
        parent: None,
        taken_at: captured[0].taken_at.trunc_subsecs(6),
        finished_at: SystemClock.now().trunc_subsecs(6),
        engine: inspection.engine,
        consistency: Consistency {
            snapshots: captured.iter().flat_map(|c| c.snapshots.clone()).collect(),
            skew_ms: 0,
        },
        marker: inspection.marker,
        parts: captured.into_iter().flat_map(|c| c.parts).collect(),
        zelo: "test".to_owned(),
    }
}

/// Every file below a folder, with its length.
pub(super) fn files(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let mut all = BTreeMap::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let found = entry.metadata().unwrap();
            if found.is_dir() {
                todo.push(entry.path());
            } else {
                all.insert(entry.path(), found.len());
            }
        }
    }
    all
}

/// The names of a step that only stands in for one of `operation/`.
macro_rules! named {
    ($name:expr) => {
        fn name(&self) -> String {
            $name.to_owned()
        }
        fn title(&self) -> Msg {
            Msg::new("test")
        }
        fn undo_rule(&self) -> UndoRule {
            UndoRule::Nothing(Msg::new("test"))
        }
    };
}

/// Takes the staging folder away when the backup is undone.
struct Stage(Shelf);

#[async_trait]
impl Step for Stage {
    type Effect = Adds;
    type Output = ();
    named!("stage");
    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        self.undo(cx).await
    }
    async fn undo(&self, _: &Cx) -> Result<(), Problem> {
        let folder = self.0.resource.join(&self.0.folder)?;
        Ok(self.0.store.remove(&folder).await?)
    }
}

/// Reads back every byte that was written.
struct Verify(Shelf, Vec<Slot<Captured>>);

#[async_trait]
impl Step for Verify {
    type Effect = Reads;
    type Output = ();
    named!("verify");
    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        for slot in &self.1 {
            for part in cx.get(slot)?.parts {
                check_part(self.0.store.clone(), &self.0.resource, &part, Arc::new(|_| {})).await?;
            }
        }
        Ok(())
    }
}

/// The commit point of a backup.
pub(super) struct Publish;

#[async_trait]
impl Step for Publish {
    type Effect = Adds;
    type Output = ();
    named!("publish");
    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        Ok(())
    }
}

#[async_trait]
impl Commit for Publish {
    async fn happened(&self, _: &Cx) -> Result<bool, Problem> {
        Ok(false)
    }
}

/// The safety backup of a restore.
struct Safety(Option<BackupId>);

#[async_trait]
impl Step for Safety {
    type Effect = Saves;
    type Output = SafetyProof;
    named!("safety");
    async fn run(&self, cx: &Cx) -> Result<SafetyProof, Problem> {
        Ok(SafetyProof { backups: self.0.iter().cloned().collect(), verified_at: cx.now(), reused: true })
    }
}
