//! Whole plans by the real runner, with a real store: backed up, damaged,
//! restored, undone, undone again; each step failed, dropped and taken over.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    super::{SqliteEngine, names},
    *,
};
use crate::{
    domain::{
        backup::{Compression, Origin},
        clock::{Clock, SystemClock},
        id::{BackupId, ResourceId},
        manifest::{self, Consistency, EngineRef, Manifest, ResourceRef},
        msg::Msg,
        operation::{OpKind, OpState},
        problem::Problem,
    },
    engine::{
        Access, Aside, BackupOptions, Captured, Engine, Replace, RestoreOptions, RestoreSteps, Shelf, Swapped,
    },
    host::{Place, PlaceId, Places, ProcessRef},
    problem,
    saga::{
        Cx, Plan, Runner,
        journal::{Event, Fence, Journal, JournalError, StepRecord, StepState},
        plan::{AnyCommit, PlanBuilder, Protected, Waiver},
        progress::NoSink,
        runner::{Outcome, Patience},
        step::{Adds, Commit, Limits, Reads, Step, UndoRule},
    },
    store::{LocalStore, Reserve, StorePath, part::open_part},
};

/// A journal in memory, with the runner's own rules.
#[derive(Default)]
struct Memory(Mutex<Vec<StepRecord>>);

impl Memory {
    fn of(plan: &Plan) -> Arc<Self> {
        let record = |(index, line): (usize, crate::saga::plan::PlanLine)| StepRecord {
            index,
            name: line.name,
            state: StepState::Pending,
            tries: 0,
            started_at: None,
            ended_at: None,
            output: None,
            notes: vec![],
            processes: vec![],
            problem: None,
        };
        Arc::new(Self(Mutex::new(plan.lines().into_iter().enumerate().map(record).collect())))
    }

    fn output<T: serde::de::DeserializeOwned>(&self, step: &str) -> T {
        let records = self.0.lock().unwrap();
        let output = records.iter().find(|r| r.name == step).unwrap().output.clone().unwrap();
        serde_json::from_value(output).unwrap()
    }
}

#[async_trait]
impl Journal for Memory {
    async fn steps(&self, _: &OperationId) -> Result<Vec<StepRecord>, JournalError> {
        Ok(self.0.lock().unwrap().clone())
    }
    async fn record(&self, _: &OperationId, _: Fence, step: usize, event: Event) -> Result<(), JournalError> {
        let record = &mut self.0.lock().unwrap()[step];
        assert!(record.state.may_become(event.state()), "{}: {:?}", record.name, record.state);
        record.state = event.state();
        match event {
            Event::Finished(output) => record.output = Some(output),
            Event::Failed(problem) | Event::UndoFailed(problem) => record.problem = Some(problem),
            _ => {}
        }
        Ok(())
    }
    async fn note(&self, _: &OperationId, _: Fence, step: usize, note: Value) -> Result<(), JournalError> {
        self.0.lock().unwrap()[step].notes.push(note);
        Ok(())
    }
    async fn process(&self, _: &OperationId, _: Fence, _: usize, _: &ProcessRef) -> Result<(), JournalError> {
        unreachable!("this engine starts no processes")
    }
    async fn log(&self, _: &OperationId, _: Fence, _: &Msg) -> Result<(), JournalError> {
        Ok(())
    }
}

struct Nowhere;
impl Places for Nowhere {
    fn place(&self, _: &PlaceId) -> Option<Arc<dyn Place>> {
        None
    }
}

fn runner(op: &OperationId, journal: &Arc<Memory>) -> Runner {
    let patience = Patience { tries: 2, pause: Duration::from_millis(1), ..Patience::default() };
    Runner {
        op: op.clone(),
        fence: Fence(1),
        journal: journal.clone(),
        clock: Arc::new(SystemClock),
        places: Arc::new(Nowhere),
        progress: Arc::new(NoSink),
        cancel: CancellationToken::new(),
        patience,
    }
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

/// The commit point of a plan that is only a backup.
struct Publish;

#[async_trait]
impl Step for Publish {
    type Effect = Adds;
    type Output = ();
    fn name(&self) -> String {
        "publish".to_owned()
    }
    fn title(&self) -> Msg {
        Msg::new("test")
    }
    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(Msg::new("test"))
    }
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

/// An engine, a database and a store.
struct Whole {
    lab: Lab,
    store: TempDir,
    engine: SqliteEngine,
    access: Access,
    shelf: Shelf,
}

impl Whole {
    async fn new(mode: &str) -> Self {
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

    async fn backup_plan(&self, compression: Compression) -> Plan {
        let options = BackupOptions { compression, ..BackupOptions::default() };
        let planned = self.engine.plan_backup(&self.access, &options).await.unwrap();
        let mut captures = self.engine.capture(&self.access, &planned.facts, &self.shelf).unwrap();
        let mut plan = Plan::builder(OpKind::of("backup"));
        plan.add_any(captures.remove(0).step);
        plan.commit(AnyCommit::new(Publish)).finish()
    }

    async fn backup(&self, compression: Compression) -> Manifest {
        let plan = self.backup_plan(compression).await;
        let journal = Memory::of(&plan);
        let outcome = runner(&operation(), &journal).run(&plan).await.unwrap();
        assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
        self.manifest(journal.output("dump"))
    }

    fn manifest(&self, captured: Captured) -> Manifest {
        Manifest {
            version: manifest::VERSION,
            id: BackupId::new(&SystemIds),
            resource: ResourceRef {
                id: ResourceId::new(&SystemIds),
                name: "orders".to_owned(),
                kind: super::super::KIND,
                project: "p".to_owned(),
            },
            origin: Origin::Manual,
            name: None,
            note: None,
            operation: operation(),
            parent: None,
            taken_at: captured.taken_at,
            finished_at: SystemClock.now(),
            engine: EngineRef::default(),
            consistency: Consistency { snapshots: captured.snapshots, skew_ms: 0 },
            marker: None,
            parts: captured.parts,
            zelo: "test".to_owned(),
        }
    }

    async fn restore_steps(
        &self,
        manifest: &Manifest,
        options: &RestoreOptions,
        op: &OperationId,
    ) -> Result<RestoreSteps, Problem> {
        let planned = self.engine.plan_restore(&self.access, manifest, options, op).await?;
        self.engine.restore(&self.access, &planned.facts, &self.shelf, manifest)
    }

    async fn restore(&self, manifest: &Manifest) -> Vec<Aside> {
        let op = operation();
        let steps = self.restore_steps(manifest, &RestoreOptions::default(), &op).await.unwrap();
        self.finish(steps, &op).await
    }

    async fn undo(&self, asides: &[Aside]) -> Vec<Aside> {
        let op = operation();
        let planned = self.engine.plan_undo(&self.access, asides, &op).await.unwrap();
        self.finish(self.engine.undo(&self.access, &planned.facts).unwrap(), &op).await
    }

    async fn finish(&self, steps: RestoreSteps, op: &OperationId) -> Vec<Aside> {
        let plan = composed(steps, None);
        let journal = Memory::of(&plan);
        let outcome = runner(op, &journal).run(&plan).await.unwrap();
        assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
        serde_json::from_value::<Swapped>(outcome.result.unwrap()).map(|s| s.asides).unwrap_or_default()
    }

    /// What lies beside the database besides SQLite's own.
    fn sides(&self) -> BTreeSet<String> {
        let ours = |name: &String| name.contains("__zelo_");
        self.lab.files().into_iter().filter(ours).collect()
    }

    fn temps(&self) -> usize {
        std::fs::read_dir(self.store.path().join("tmp")).map_or(0, Iterator::count)
    }
}

/// Where a failing step is put into a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Where {
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

fn composed(steps: RestoreSteps, fault: Option<(Where, bool)>) -> Plan {
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

fn damage(live: &Path) {
    app(live).execute_batch("DROP TABLE orders; CREATE TABLE junk(a); INSERT INTO junk VALUES(1)").unwrap();
}

#[tokio::test]
async fn there_and_back_and_back_again() {
    for (mode, compression) in
        [("WAL", Compression::Auto), ("DELETE", Compression::Zstd(3)), ("TRUNCATE", Compression::None)]
    {
        let whole = Whole::new(mode).await;
        let live = whole.lab.live.clone();
        let good = seen(&live);
        let manifest = whole.backup(compression).await;
        assert_eq!(whole.temps(), 0);
        assert_eq!(manifest.parts[0].counts["table:orders"], 500);

        let open = app(&live);
        damage(&live);
        let damaged = seen(&live);
        let asides = whole.restore(&manifest).await;
        assert_eq!(seen(&live), good, "{mode}");
        assert_eq!(count(&open), 500, "{mode}: an open connection goes on");
        assert_eq!(whole.sides().len(), 1, "{:?}", whole.sides());

        add(&app(&live), 5);
        let later = seen(&live);
        let again = whole.undo(&asides).await;
        assert_eq!(seen(&live), damaged, "{mode}");
        let third = whole.undo(&again).await;
        assert_eq!(seen(&live), later, "{mode}");
        assert_eq!(whole.sides().len(), 1, "{:?}", whole.sides());
        whole.engine.free(&whole.access, &third[0]).await.unwrap();
        assert_eq!(whole.sides().len(), 0);
        self::whole(&live);
        let marks: i64 = app(&live)
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name GLOB '__zelo*'", [], |r| r.get(0))
            .unwrap();
        assert_eq!(marks, 0);
    }
}

fn whole(path: &Path) {
    super::whole(path);
}

#[tokio::test]
async fn a_failure_before_the_commit_point_leaves_nothing() {
    for place in 0..3 {
        let whole = Whole::new("DELETE").await;
        let manifest = whole.backup(Compression::Auto).await;
        damage(&whole.lab.live);
        let (before, files) = (seen(&whole.lab.live), whole.lab.files());
        let op = operation();
        let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
        let plan = composed(steps, Some((Where::Before(place), false)));
        let outcome = runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
        assert_eq!(outcome.state, OpState::Failed, "{outcome:?}");
        assert_eq!((seen(&whole.lab.live), whole.lab.files()), (before, files));
    }
}

#[tokio::test]
async fn a_failure_after_the_commit_point_swaps_back_and_drops_nothing() {
    for mode in ["WAL", "DELETE"] {
        for (place, written) in [
            (Where::Settling, false),
            (Where::Settling, true),
            (Where::Confirming, false),
            (Where::Confirming, true),
        ] {
            let whole = Whole::new(mode).await;
            let live = whole.lab.live.clone();
            let manifest = whole.backup(Compression::Auto).await;
            damage(&live);
            let before = seen(&live);
            let op = operation();
            let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
            let plan = composed(steps, Some((place, written)));
            let journal = Memory::of(&plan);
            let runner = runner(&op, &journal);
            // Somebody writes while the last step hangs, which its deadline ends.
            let writing = async {
                if written {
                    while !matches!(journal.0.lock().unwrap().iter().find(|r| r.name == "trip"), Some(r) if r.state == StepState::Running)
                    {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    add(&app(&live), 3);
                }
            };
            let (outcome, ()) = tokio::join!(runner.run(&plan), writing);
            assert_eq!(outcome.unwrap().state, OpState::RolledBack, "{mode} {place:?} {written}");
            assert_eq!(seen(&live), before, "{mode} {place:?} {written}");
            let sides = whole.sides();
            if written {
                let since = names::Sides::of(&live, &op).new;
                assert_eq!(sides, [names::file_name(&since)].into(), "what people wrote is kept");
                assert_eq!(count(&app(&since)), 503);
            } else {
                assert_eq!(sides, BTreeSet::new(), "{mode} {place:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_undo_that_fails_after_its_commit_point_keeps_the_aside_it_used() {
    for place in [Where::Settling, Where::Confirming] {
        let whole = Whole::new("WAL").await;
        let live = whole.lab.live.clone();
        let manifest = whole.backup(Compression::Auto).await;
        damage(&live);
        let damaged = seen(&live);
        let asides = whole.restore(&manifest).await;
        let restored = seen(&live);
        let op = operation();
        let planned = whole.engine.plan_undo(&whole.access, &asides, &op).await.unwrap();
        let steps = whole.engine.undo(&whole.access, &planned.facts).unwrap();
        let plan = composed(steps, Some((place, false)));
        let outcome = runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
        assert_eq!(outcome.state, OpState::RolledBack, "{outcome:?}");
        assert_eq!(seen(&live), restored);
        assert_eq!(whole.sides().len(), 1, "{:?}", whole.sides());
        whole.undo(&asides).await;
        assert_eq!(seen(&live), damaged, "the same aside can be put back later");
    }
}

#[tokio::test]
async fn dropped_at_any_moment_a_backup_or_restore_leaves_nothing_after_its_undo() {
    let whole = Whole::new("WAL").await;
    let live = whole.lab.live.clone();
    add(&app(&live), 4000);
    let manifest = whole.backup(Compression::Auto).await;
    let (before, files) = (seen(&live), whole.lab.files());
    for millis in [0, 2, 5, 10, 20, 40, 80, 160, 320] {
        let plan = whole.backup_plan(Compression::Auto).await;
        cancelled(&plan, &operation(), millis).await;
        assert_eq!(whole.temps(), 0, "{millis}");

        let op = operation();
        let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
        let plan = composed(steps, None);
        let outcome = cancelled(&plan, &op, millis).await;
        assert_eq!(seen(&live), before);
        if outcome.state == OpState::Succeeded {
            let aside: Swapped = serde_json::from_value(outcome.result.unwrap()).unwrap();
            whole.engine.free(&whole.access, &aside.asides[0]).await.unwrap();
        } else {
            assert_eq!(outcome.state, OpState::Cancelled, "{outcome:?}");
        }
        assert_eq!(whole.sides(), BTreeSet::new(), "{millis}");
        drop(app(&live));
        assert_eq!(whole.lab.files(), files, "{millis}");
    }
}

async fn cancelled(plan: &Plan, op: &OperationId, millis: u64) -> Outcome {
    let runner = runner(op, &Memory::of(plan));
    let cancel = runner.cancel.clone();
    let later = async {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(runner.run(plan), later);
    outcome.unwrap()
}

#[tokio::test]
async fn a_new_process_finishes_or_undoes_what_a_dead_one_began() {
    // The dead one is a run whose lease is lost: it stops without undoing.
    for mode in ["WAL", "DELETE"] {
        for millis in [1, 10, 30, 60, 100, 150, 250, 400] {
            let whole = Whole::new(mode).await;
            let live = whole.lab.live.clone();
            let good = seen(&live);
            let manifest = whole.backup(Compression::Auto).await;
            damage(&live);
            let damaged = seen(&live);
            let op = operation();
            let planned = whole
                .engine
                .plan_restore(&whole.access, &manifest, &RestoreOptions::default(), &op)
                .await
                .unwrap();
            let plan = || {
                composed(
                    whole.engine.restore(&whole.access, &planned.facts, &whole.shelf, &manifest).unwrap(),
                    None,
                )
            };
            let first = plan();
            let journal = Memory::of(&first);
            let dead =
                tokio::time::timeout(Duration::from_millis(millis), runner(&op, &journal).run(&first)).await;
            if dead.is_ok() {
                assert_eq!(seen(&live), good);
                continue;
            }
            let second = plan();
            let outcome = runner(&op, &journal).recover(&second).await.unwrap();
            match outcome.state {
                OpState::Succeeded => {
                    assert_eq!(seen(&live), good, "{mode} {millis}");
                    assert_eq!(whole.sides().len(), 1, "{:?}", whole.sides());
                }
                OpState::Failed | OpState::RolledBack => {
                    assert_eq!(seen(&live), damaged, "{mode} {millis}");
                    assert_eq!(whole.sides(), BTreeSet::new());
                }
                other => panic!("{other}: {outcome:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_busy_database_is_a_named_error_and_nothing_changes() {
    let whole = Whole::new("DELETE").await;
    let live = whole.lab.live.clone();
    let manifest = whole.backup(Compression::Auto).await;
    let before = seen(&live);
    let op = operation();
    let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
    let backup = whole.backup_plan(Compression::Auto).await;
    let writer = app(&live);
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let plan = composed(steps, None);
    for plan in [&plan, &backup] {
        let outcome = runner(&op, &Memory::of(plan)).run(plan).await.unwrap();
        assert_eq!(outcome.state, OpState::Failed, "{outcome:?}");
        assert!(outcome.problem.unwrap().is("sqlite-busy"));
    }
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(seen(&live), before);
    assert_eq!(whole.temps(), 0);
}

#[tokio::test]
async fn a_writer_that_never_ends_stops_the_swap_and_nothing_changes() {
    for mode in ["WAL", "DELETE"] {
        let whole = Whole::new(mode).await;
        let live = whole.lab.live.clone();
        let manifest = whole.backup(Compression::Auto).await;
        let before = seen(&live);
        let op = operation();
        let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
        let plan = composed(steps, None);
        // Readers get through, so only the swap is kept waiting.
        let writer = app(&live);
        writer.execute_batch("BEGIN IMMEDIATE").unwrap();
        let outcome = runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
        assert_eq!(outcome.state, OpState::RolledBack, "{outcome:?}");
        assert!(outcome.problem.unwrap().is("sqlite-busy"));
        writer.execute_batch("ROLLBACK").unwrap();
        assert_eq!(seen(&live), before);
        assert_eq!(whole.sides(), BTreeSet::new());
    }
}

#[tokio::test]
async fn into_a_new_name_and_into_the_place_of_a_lost_file() {
    use std::os::unix::fs::PermissionsExt;
    let whole = Whole::new("WAL").await;
    let live = whole.lab.live.clone();
    std::fs::set_permissions(&live, std::fs::Permissions::from_mode(0o640)).unwrap();
    let good = seen(&live);
    let manifest = whole.backup(Compression::Auto).await;

    let named =
        RestoreOptions { new_name: Some("it's \"new\" é.db".to_owned()), ..RestoreOptions::default() };
    let op = operation();
    let steps = whole.restore_steps(&manifest, &named, &op).await.unwrap();
    assert!(matches!(steps, RestoreSteps::Beside { .. }));
    let plan = composed(steps, None);
    assert_eq!(runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap().state, OpState::Succeeded);
    let new = whole.lab.beside("it's \"new\" é.db");
    assert_eq!(seen(&new), good);
    assert_eq!(std::fs::metadata(&new).unwrap().permissions().mode() & 0o777, 0o640);
    let mode: String = app(&new).query_row("PRAGMA journal_mode", [], |r| r.get(0)).unwrap();
    assert_eq!(mode, "wal");
    let problem = whole.restore_steps(&manifest, &named, &operation()).await.err().unwrap();
    assert!(problem.is("sqlite-exists"));
    for bad in ["a/b", "..", "x-wal", "x__zelo_old_01234567"] {
        let named = RestoreOptions { new_name: Some(bad.to_owned()), ..RestoreOptions::default() };
        assert!(whole.restore_steps(&manifest, &named, &operation()).await.is_err(), "{bad}");
    }

    // The file is lost and its log is not: it must not be played into the new one.
    let writer = app(&live);
    add(&writer, 7);
    let log = std::fs::read(names::companion(&live, "-wal")).unwrap();
    drop(writer);
    std::fs::remove_file(&live).unwrap();
    std::fs::write(names::companion(&live, "-wal"), log).unwrap();
    let op = operation();
    let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
    let plan = composed(steps, None);
    let outcome = runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
    assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
    assert_eq!(seen(&live), good);
    super::whole(&live);
    assert_eq!(std::fs::metadata(&live).unwrap().permissions().mode() & 0o777, 0o640);
}

#[tokio::test]
async fn every_damage_to_a_stored_backup_is_found() {
    let whole = Whole::new("DELETE").await;
    let manifest = whole.backup(Compression::None).await;
    let part = &manifest.parts[0];
    let file = whole.store.path().join("store/databases/p/orders").join(&part.files[0].path);
    let good = std::fs::read(&file).unwrap();
    let read = async || {
        let quiet = Arc::new(|_| ());
        match open_part(whole.shelf.store.clone(), &whole.shelf.resource, part, quiet).await {
            Ok(raw) => whole.engine.validate(None, part, raw).await,
            Err(problem) => Err(problem),
        }
    };
    read().await.unwrap();
    for at in [0, 17, 30, 5000, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        std::fs::write(&file, bad).unwrap();
        assert!(read().await.is_err(), "a flipped bit at {at}");
    }
    std::fs::write(&file, &good[..good.len() - 4096]).unwrap();
    assert!(read().await.is_err(), "a truncated file");

    // Damage that came in before the digests were taken is found by structure.
    for at in [3, 17, 30, good.len() / 8192 * 4096 + 4090] {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        let problem = whole.engine.validate(None, part, Box::pin(std::io::Cursor::new(bad))).await;
        assert!(problem.is_err(), "structure at {at}");
    }
    let cut = good[..good.len() - 4096].to_vec();
    let problem = whole.engine.validate(None, part, Box::pin(std::io::Cursor::new(cut))).await.unwrap_err();
    assert!(problem.is("sqlite-part-length"), "{problem}");
    assert_eq!(whole.temps(), 0);
}

#[tokio::test]
async fn recover_md_restores_without_zelo() {
    for compression in [Compression::Auto, Compression::None] {
        let whole = Whole::new("WAL").await;
        let good = seen(&whole.lab.live);
        let manifest = whole.backup(compression).await;
        let text = whole.engine.recover(&manifest);
        let folder = whole.store.path().join("store/databases/p/orders/backup-x");
        let commands: String =
            text.split("```sh\n").skip(1).take(2).map(|b| b.split("```").next().unwrap()).collect();
        let status = std::process::Command::new("sh")
            .arg("-euc")
            .arg(&commands)
            .current_dir(&folder)
            .status()
            .unwrap();
        assert!(status.success(), "{text}");
        assert_eq!(seen(&folder.join("restored.db")), good);
    }
}
