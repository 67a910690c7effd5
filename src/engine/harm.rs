//! Engines on a store and a host that go wrong at a chosen byte: a backup or a
//! restore then fails with a named problem, nothing is left over and what is live
//! is untouched; what only takes longer succeeds. The bytes come from
//! `ZELO_TEST_SEED`, by default the commit.

use std::{sync::Arc, time::Duration};

use super::{
    RestoreOptions,
    contract::{backed_up, largest, taken_back},
    rehearsal::{Backup, Change, Kept, Rig, What, asides, assert_same, files},
};
use crate::{
    domain::{operation::OpState, problem::Problem},
    host::faulty::{Fault, Faults, Harm},
    i18n::{Catalogue, Lang},
    saga::Outcome,
    store::{
        Store,
        faulty::{At, Call, FaultyStore, How},
    },
};

const DELAY: Duration = Duration::from_millis(300);

/// Chooses as a seed says: the same seed, the same choices.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let commit = || {
            let head = std::process::Command::new("git").args(["rev-parse", "HEAD"]).output().ok()?;
            u64::from_str_radix(String::from_utf8(head.stdout).ok()?.get(..8)?, 16).ok()
        };
        let given = std::env::var("ZELO_TEST_SEED").ok().map(|s| s.parse().unwrap());
        let seed = given.or_else(commit).unwrap_or(20_260_209);
        eprintln!("ZELO_TEST_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// Whether this harm to a restore is tried: one in two, by the seed; all of them
    /// with `ZELO_SOAK`. Harms to a backup take a fraction of the time and are all tried.
    fn takes(&mut self) -> bool {
        self.below(2) == 0 || std::env::var_os("ZELO_SOAK").is_some()
    }
}

/// How a harmed operation must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Fails,
    Succeeds,
    /// The step may be repeated, or the harm may come after all that mattered.
    Either,
}

/// What is wrong is told: in both languages, with what is safe and what to do.
#[track_caller]
fn assert_named(problem: Option<&Problem>, case: &str) {
    let problem = problem.unwrap_or_else(|| panic!("{case}: no problem"));
    assert!(!problem.code.starts_with("internal"), "{case}: {problem}");
    for lang in Lang::ALL {
        let told = Catalogue::of(lang).problem(problem);
        let all = [Some(told.what), told.safe, told.next];
        assert!(
            all.iter().all(|s| s.as_ref().is_some_and(|s| !s.is_empty())),
            "{case}: {problem} in {lang:?}"
        );
    }
}

/// Whether an operation ended well; one that needs a person first is ended by a
/// new process on a well machine.
async fn ended(first: Outcome, end: End, case: &str, recover: impl AsyncFnOnce() -> Outcome) -> Outcome {
    let last = if first.state == OpState::NeedsOperator {
        assert_named(first.problem.as_ref(), case);
        recover().await
    } else {
        first
    };
    let well = last.state == OpState::Succeeded;
    if !well {
        assert!(matches!(last.state, OpState::Failed | OpState::RolledBack), "{case}: {last:?}");
        assert_named(last.problem.as_ref(), case);
    }
    eprintln!("{case}: {} {:?}", last.state, last.problem.as_ref().map(|p| &p.code));
    assert!(end == End::Either || well == (end == End::Succeeds), "{case}: {last:?}");
    last
}

/// A backup that goes wrong leaves the store as it was; one that does not is whole.
async fn backup(
    rig: &dyn Rig,
    store: Arc<dyn Store>,
    end: End,
    case: &str,
    harm: impl FnOnce(),
    heal: impl FnOnce(),
) {
    let (before, live) = (files(&rig.root()), rig.contents(&rig.item()));
    let backup = Backup::planned(rig).await;
    harm();
    let first = backup.run(rig, store).await;
    heal();
    let last = ended(first, end, case, async || backup.recover(rig).await).await;
    if last.state == OpState::Succeeded {
        let kept = backup.kept(rig);
        restored(rig, &kept, case).await;
        let folder = kept.shelf.resource.join(&kept.shelf.folder).unwrap();
        rig.store().remove(&folder).await.unwrap();
    }
    assert_eq!(files(&rig.root()), before, "{case}");
    assert_same(&rig.contents(&rig.item()), &live, case);
    rig.assert_clean(case);
}

/// A backup that says that it is one can be restored.
async fn restored(rig: &dyn Rig, kept: &Kept, case: &str) {
    let live = rig.contents(&rig.item());
    let change = Change::planned(rig, What::Restore(kept, RestoreOptions::default())).await.unwrap();
    let kept = asides(&change.run(rig, rig.store()).await);
    assert_same(&rig.contents(&rig.item()), &live, case);
    taken_back(rig, &kept).await;
}

/// A live item, a backup of other contents, and both told.
struct Restoring<'a> {
    rig: &'a dyn Rig,
    kept: &'a Kept,
    live: String,
    good: String,
}

impl Restoring<'_> {
    /// Wholly old or wholly new, as the operation says, and nothing left over.
    async fn run(
        &self,
        store: Arc<dyn Store>,
        end: End,
        case: &str,
        harm: impl FnOnce(),
        heal: impl FnOnce(),
    ) {
        let rig = self.rig;
        let what = What::Restore(self.kept, RestoreOptions::default());
        let change = Change::planned(rig, what).await.unwrap();
        harm();
        let first = change.run(rig, store).await;
        heal();
        let last = ended(first, end, case, async || change.recover(rig).await).await;
        if last.state == OpState::Succeeded {
            assert_same(&rig.contents(&rig.item()), &self.good, case);
            rig.assert_quiet(case);
            taken_back(rig, &asides(&last)).await;
        }
        assert_same(&rig.contents(&rig.item()), &self.live, case);
        rig.assert_clean(case);
    }
}

/// A backup, and contents that are different by now.
async fn arranged(rig: &dyn Rig) -> (Kept, String, String) {
    let good = rig.contents(&rig.item());
    let kept = backed_up(rig).await;
    rig.alter();
    let live = rig.contents(&rig.item());
    assert_ne!(live, good);
    (kept, live, good)
}

/// The engine on a store that goes wrong.
pub(super) async fn on_a_faulty_store(rig: &dyn Rig) {
    let mut random = Random::new();
    let (kept, live, good) = arranged(rig).await;
    // Compression adapts to the moment, so that the next file may be shorter.
    let size = largest(&kept.manifest).files.iter().map(|f| f.stored.bytes).max().unwrap() / 2;
    let hows = [How::Fail, How::Full, How::Disconnect, How::Truncate, How::Flip, How::Delay(DELAY)];
    let end = |how| if matches!(how, How::Delay(_)) { End::Succeeds } else { End::Fails };

    for how in hows {
        let at = At::Written(random.below(size));
        broken_backup(rig, at, how, end(how)).await;
    }
    for (call, how) in
        [(Call::Create, How::Fail), (Call::Finish, How::Disconnect), (Call::Finish, How::Delay(DELAY))]
    {
        broken_backup(rig, At::Call(call, 1), how, end(how)).await;
    }
    let restoring = Restoring { rig, kept: &kept, live, good };
    for how in hows {
        let at = At::Read(random.below(size));
        if !random.takes() {
            continue;
        }
        broken_restore(&restoring, at, how, end(how)).await;
    }
    for (call, how) in
        [(Call::Read, How::Disconnect), (Call::Stat, How::Fail), (Call::Read, How::Delay(DELAY))]
    {
        let end = if how == How::Fail { End::Either } else { end(how) };
        if !random.takes() {
            continue;
        }
        broken_restore(&restoring, At::Call(call, 1), how, end).await;
    }
}

async fn broken_backup(rig: &dyn Rig, at: At, how: How, end: End) {
    let faulty = Arc::new(FaultyStore::new(rig.store(), at, how));
    let case = format!("a backup, the store: {at:?} {how:?}");
    backup(rig, faulty.clone(), end, &case, || {}, || {}).await;
    assert!(faulty.struck(), "{case}: never happened");
}

async fn broken_restore(restoring: &Restoring<'_>, at: At, how: How, end: End) {
    let faulty = Arc::new(FaultyStore::new(restoring.rig.store(), at, how));
    let case = format!("a restore, the store: {at:?} {how:?}");
    restoring.run(faulty.clone(), end, &case, || {}, || {}).await;
    assert!(faulty.struck(), "{case}: never happened");
}

/// The programs of one kind whose streams are harmed.
pub(super) struct Programs {
    /// Writes a backup's bytes to its output.
    pub(super) dump: &'static str,
    /// Reads them from its input.
    pub(super) load: &'static str,
    /// Is talked with, in several sessions.
    pub(super) session: &'static str,
}

/// The engine on a host that goes wrong; `faults` are those of the rig's hosts.
pub(super) async fn on_a_faulty_host(rig: &dyn Rig, faults: &Faults, programs: &Programs) {
    let mut random = Random::new();
    let (kept, live, good) = arranged(rig).await;
    let size = largest(&kept.manifest).raw.bytes * 9 / 10;
    let harms = [
        (Harm::Fail, End::Fails),
        (Harm::Truncate, End::Fails),
        (Harm::Disconnect, End::Fails),
        (Harm::Delay(DELAY), End::Succeeds),
    ];
    for (harm, end) in harms {
        let fault = Fault::Output(random.below(size), harm);
        broken_host(rig, None, faults, 1, programs.dump, fault, end).await;
    }
    for fault in calls() {
        broken_host(rig, None, faults, 1, programs.dump, fault, End::Fails).await;
    }
    for harm in [Harm::Fail, Harm::Disconnect] {
        let (nth, fault) = (1 + random.below(2) as u32, Fault::Output(random.below(200), harm));
        broken_host(rig, None, faults, nth, programs.session, fault, End::Either).await;
    }
    let restoring = Restoring { rig, kept: &kept, live, good };
    for (harm, end) in harms {
        let fault = Fault::Input(random.below(size), harm);
        if !random.takes() {
            continue;
        }
        broken_host(rig, Some(&restoring), faults, 1, programs.load, fault, end).await;
    }
    for fault in calls() {
        if !random.takes() {
            continue;
        }
        broken_host(rig, Some(&restoring), faults, 1, programs.load, fault, End::Fails).await;
    }
    // Sessions are told apart by their number: some are before the swap, some
    // make it, some come after it.
    for harm in [Harm::Fail, Harm::Disconnect, Harm::Disconnect, Harm::Disconnect] {
        let (nth, fault) = (1 + random.below(8) as u32, Fault::Output(random.below(200), harm));
        if !random.takes() {
            continue;
        }
        broken_host(rig, Some(&restoring), faults, nth, programs.session, fault, End::Either).await;
    }
    a_process_that_cannot_be_ended(&restoring, faults, programs, random.below(size)).await;
}

/// What goes wrong with a process as a whole.
fn calls() -> [Fault; 4] {
    [Fault::Start, Fault::Release, Fault::Exit(1, "a fault of the test".to_owned()), Fault::ExitLost]
}

/// One harm to one program of a backup, or of a restore.
async fn broken_host(
    rig: &dyn Rig,
    restoring: Option<&Restoring<'_>>,
    faults: &Faults,
    nth: u32,
    program: &str,
    fault: Fault,
    end: End,
) {
    let kind = if restoring.is_some() { "restore" } else { "backup" };
    let case = format!("a {kind}, {program} {nth}: {fault:?}");
    let struck = std::cell::Cell::new(false);
    let harm = || faults.harm(nth, program, fault);
    let heal = || {
        struck.set(faults.struck());
        faults.heal();
    };
    match restoring {
        Some(restoring) => restoring.run(rig.store(), end, &case, harm, heal).await,
        None => backup(rig, rig.store(), end, &case, harm, heal).await,
    }
    assert!(struck.get() || end == End::Either, "{case}: never happened");
}

/// What cannot be proven gone is not undone beside: a person is asked, and once
/// the machine is well the next process ends it.
async fn a_process_that_cannot_be_ended(
    restoring: &Restoring<'_>,
    faults: &Faults,
    programs: &Programs,
    at: u64,
) {
    let rig = restoring.rig;
    let what = What::Restore(restoring.kept, RestoreOptions::default());
    let change = Change::planned(rig, what).await.unwrap();
    faults.harm(1, programs.load, Fault::Input(at, Harm::Disconnect));
    faults.harm(1, "what nobody runs", Fault::End);
    let first = change.run(rig, rig.store()).await;
    faults.heal();
    assert_eq!(first.state, OpState::NeedsOperator, "{first:?}");
    assert_named(first.problem.as_ref(), "a process that cannot be ended");
    assert_same(&rig.contents(&rig.item()), &restoring.live, "a process that cannot be ended");
    let last = change.recover(rig).await;
    assert!(matches!(last.state, OpState::Failed | OpState::RolledBack), "{last:?}");
    assert_same(&rig.contents(&rig.item()), &restoring.live, "a process that cannot be ended");
    rig.assert_clean("after it could be ended");
}
