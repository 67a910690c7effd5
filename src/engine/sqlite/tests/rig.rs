//! What the tests of whole plans share: a real store, and plans composed as
//! `operation/` composes them, with a fault put in.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;

use super::{super::SqliteEngine, *};
use crate::{
    domain::{
        backup::Compression,
        clock::{Clock, SystemClock},
        id::BackupId,
        manifest::{EngineRef, Manifest},
        msg::Msg,
        operation::{OpKind, OpState},
        problem::Problem,
    },
    engine::{
        Access, Aside, BackupOptions, Captured, Engine, Inspection, Replace, RestoreOptions, RestoreSteps,
        Shelf, Swapped, rehearsal,
    },
    problem,
    saga::{
        Cx, Plan, Runner,
        memory::{Memory, Nowhere},
        plan::{AnyCommit, PlanBuilder, Protected, Waiver},
        runner::Patience,
        step::{Adds, Limits, Reads, Step, UndoRule},
    },
    store::{LocalStore, Reserve, StorePath},
};

pub(super) fn runner(op: &OperationId, journal: &Arc<Memory>) -> Runner {
    let patience = Patience { tries: 2, pause: Duration::from_millis(1), ..Patience::default() };
    Runner { patience, ..journal.runner(op, Arc::new(Nowhere)) }
}

/// A step that fails where a test wants one; with `hang` it never ends.
struct Trip<E>(&'static str, bool, std::marker::PhantomData<fn() -> E>);

fn trip<E>(hang: bool) -> Trip<E> {
    Trip("trip", hang, std::marker::PhantomData)
}

#[async_trait]
impl<E: crate::saga::Effect> Step for Trip<E> {
    type Effect = E;
    type Output = ();
    fn name(&self) -> String {
        self.0.to_owned()
    }
    fn title(&self) -> Msg {
        Msg::new("test")
    }
    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(Msg::new("test"))
    }
    fn limits(&self) -> Limits {
        Limits::short().deadline(Duration::from_secs(2))
    }
    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        if self.1 {
            std::future::pending::<()>().await;
        }
        Err(problem!("fault", step = "trip", moment = "run"))
    }
}

/// An engine, a database and a store.
pub(super) struct Whole {
    pub(super) lab: Lab,
    pub(super) store: TempDir,
    pub(super) engine: SqliteEngine,
    pub(super) access: Access,
    pub(super) shelf: Shelf,
}

impl Whole {
    pub(super) async fn new(mode: &str) -> Self {
        let (lab, store) = (Lab::new(mode), tempfile::tempdir().unwrap());
        let local = LocalStore::new(store.path().join("store"), Reserve::none());
        local.init().await.unwrap();
        let shelf = Shelf {
            store: Arc::new(local),
            resource: StorePath::new("databases/p/orders").unwrap(),
            folder: "backup-x".to_owned(),
        };
        let values = [("path".to_owned(), lab.live.to_str().unwrap().to_owned())];
        let access = Access { values: values.into(), ..Access::default() };
        let engine = SqliteEngine::new(store.path().join("tmp")).patience(Duration::from_millis(400));
        Self { lab, store, engine, access, shelf }
    }

    pub(super) async fn backup_plan(&self, compression: Compression) -> Plan {
        let options = BackupOptions { compression, ..BackupOptions::default() };
        let planned = self.engine.plan_backup(&self.access, &options).await.unwrap();
        let mut captures = self.engine.capture(&self.access, &planned.facts, &self.shelf).unwrap();
        let mut plan = Plan::builder(OpKind::of("backup"));
        plan.add_any(captures.remove(0).step);
        plan.commit(AnyCommit::new(rehearsal::Publish)).finish()
    }

    pub(super) async fn backup(&self, compression: Compression) -> Manifest {
        let plan = self.backup_plan(compression).await;
        let journal = Memory::of(&plan);
        let outcome = runner(&operation(), &journal).run(&plan).await.unwrap();
        assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
        self.manifest(journal.output("dump").unwrap())
    }

    pub(super) fn manifest(&self, captured: Captured) -> Manifest {
        let nothing = Inspection { engine: EngineRef::default(), items: Vec::new(), marker: None };
        let (id, kind) = (BackupId::new(&SystemIds), super::super::KIND);
        rehearsal::manifest(kind, id, operation(), nothing, vec![captured])
    }

    pub(super) async fn restore_steps(
        &self,
        manifest: &Manifest,
        options: &RestoreOptions,
        op: &OperationId,
    ) -> Result<RestoreSteps, Problem> {
        let planned = self.engine.plan_restore(&self.access, &self.shelf, manifest, options, op).await?;
        self.engine.restore(&self.access, &planned.facts, &self.shelf, manifest)
    }

    pub(super) async fn restore(&self, manifest: &Manifest) -> Vec<Aside> {
        let op = operation();
        let steps = self.restore_steps(manifest, &RestoreOptions::default(), &op).await.unwrap();
        self.finish(steps, &op).await
    }

    pub(super) async fn undo(&self, asides: &[Aside]) -> Vec<Aside> {
        let op = operation();
        let planned = self.engine.plan_undo(&self.access, asides, &op).await.unwrap();
        self.finish(self.engine.undo(&self.access, &planned.facts).unwrap(), &op).await
    }

    /// Removes something set aside, by the real step.
    pub(super) async fn free(&self, aside: &Aside) -> Result<(), Problem> {
        let plan = rehearsal::removal(&self.engine, &self.access, aside).await?;
        let outcome = runner(&operation(), &Memory::of(&plan)).run(&plan).await.unwrap();
        outcome.problem.map_or(Ok(()), Err)
    }

    pub(super) async fn finish(&self, steps: RestoreSteps, op: &OperationId) -> Vec<Aside> {
        let plan = composed(steps, None);
        let journal = Memory::of(&plan);
        let outcome = runner(op, &journal).run(&plan).await.unwrap();
        assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
        serde_json::from_value::<Swapped>(outcome.result.unwrap()).map(|s| s.asides).unwrap_or_default()
    }

    /// What lies beside the database besides SQLite's own.
    pub(super) fn sides(&self) -> BTreeSet<String> {
        let ours = |name: &String| name.contains("__zelo_");
        self.lab.files().into_iter().filter(ours).collect()
    }

    pub(super) fn temps(&self) -> usize {
        std::fs::read_dir(self.store.path().join("tmp")).map_or(0, Iterator::count)
    }
}

/// Where a failing step is put into a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Where {
    /// After so many of the steps before the commit point.
    Before(usize),
    /// Right after the commit point.
    Settling,
    /// After everything.
    Confirming,
}

fn waived() -> PlanBuilder<Protected> {
    let at = SystemClock.now();
    let waiver = Waiver { user: None, actor: "test".to_owned(), reason: "test".to_owned(), at };
    Plan::builder(OpKind::of("restore")).waive(waiver)
}

pub(super) fn composed(steps: RestoreSteps, fault: Option<(Where, bool)>) -> Plan {
    let at = |place: Where| fault.is_some_and(|(at, _)| at == place);
    let hang = fault.is_some_and(|(_, hang)| hang);
    match steps {
        RestoreSteps::Beside { prepare, commit, settle } => {
            let mut plan = Plan::builder(OpKind::of("restore"));
            for (index, step) in prepare.into_iter().enumerate() {
                plan.add_any(step);
                if at(Where::Before(index)) {
                    plan.add(trip::<Adds>(hang));
                }
            }
            let mut plan = plan.commit(commit);
            for step in settle {
                plan.settle_any(step);
            }
            if at(Where::Settling) {
                plan.settle(trip::<Adds>(hang));
            }
            plan.finish()
        }
        RestoreSteps::Replacing { prepare, commit, settle, confirm, .. } => {
            let mut plan = waived();
            for (index, step) in prepare.into_iter().enumerate() {
                match step {
                    Replace::Beside(step) => plan.add_any(step),
                    Replace::Destroy(step) => plan.destroy_any(step),
                };
                if at(Where::Before(index)) {
                    plan.add(trip::<Adds>(hang));
                }
            }
            let mut plan = plan.commit_destroying(commit);
            if at(Where::Settling) {
                plan.settle(trip::<Adds>(hang));
            }
            for step in settle {
                plan.settle_any(step);
            }
            for step in confirm {
                plan.confirm_any(step);
            }
            if at(Where::Confirming) {
                plan.confirm_any(crate::saga::plan::AnyStep::new(trip::<Reads>(hang)));
            }
            plan.finish()
        }
    }
}
