//! Every step failed, every undo failed, every place a process can die at,
//! against a small world whose state can be looked at.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;

use super::*;
use crate::{
    domain::{
        clock::{Clock, SystemClock},
        id::{BackupId, SystemIds},
        msg::Msg,
        operation::OpKind,
    },
    msg,
    saga::{
        memory::{Memory, Nowhere},
        plan::AnyCommit,
        step::{Adds, Commit, Destroys, Effect, Limits, SafetyProof, Saves, Step, UndoRule},
    },
};

/// For so long a step that should move bytes may move none.
const STALL: Duration = Duration::from_millis(1200);

/// What the plan works on: names of what stands, and the journal.
#[derive(Default)]
struct World {
    standing: Mutex<Vec<String>>,
    journal: Arc<Memory>,
    trouble: Mutex<Option<(String, Trouble)>>,
    hang: AtomicBool,
    /// The swap has no undo.
    for_good: AtomicBool,
    /// Its last step removes the way back.
    one_way: AtomicBool,
}

/// What goes wrong at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// Fails before doing anything.
    Refuses,
    /// Does it, then fails.
    FailsAfter,
    /// Fails for a passing reason, once.
    Hiccup,
    /// Refuses, and its undo fails.
    UndoFails,
    /// Refuses, and its undo finds the engine away for so many tries.
    UndoAway(u32),
    /// Never ends.
    Hangs,
    /// Never ends, and should move bytes.
    Stalls,
    /// Moves a byte now and then, for longer than one that moves none is given.
    Trickles,
}

impl World {
    fn has(&self, name: &str) -> bool {
        self.standing.lock().unwrap().iter().any(|n| n == name)
    }
    fn put(&self, name: &str) {
        if !self.has(name) {
            self.standing.lock().unwrap().push(name.to_owned());
        }
    }
    fn take(&self, name: &str) {
        self.standing.lock().unwrap().retain(|n| n != name);
    }
    fn trouble(&self, name: &str) -> Option<Trouble> {
        self.trouble.lock().unwrap().as_ref().filter(|(step, _)| step == name).map(|(_, t)| *t)
    }
}

/// A step that puts its own name into the world.
struct Puts<E> {
    name: &'static str,
    world: Arc<World>,
    effect: std::marker::PhantomData<fn() -> E>,
}

fn puts<E>(name: &'static str, world: &Arc<World>) -> Puts<E> {
    Puts { name, world: world.clone(), effect: std::marker::PhantomData }
}

impl<E> Puts<E> {
    async fn act(&self, cx: &Cx) -> Result<(), Problem> {
        match self.world.trouble(self.name) {
            Some(Trouble::Refuses | Trouble::UndoFails | Trouble::UndoAway(_)) => {
                return Err(problem!("fault", step = self.name));
            }
            Some(Trouble::Hiccup) => {
                *self.world.trouble.lock().unwrap() = None;
                return Err(problem!("fault", step = self.name).transient());
            }
            Some(Trouble::Hangs | Trouble::Stalls) => {
                self.world.hang.store(true, Ordering::SeqCst);
                std::future::pending::<()>().await;
            }
            Some(Trouble::Trickles) => {
                for _ in 0..25 {
                    tokio::time::sleep(STALL / 12).await;
                    cx.progress().add(1);
                }
            }
            Some(Trouble::FailsAfter) | None => {}
        }
        self.world.put(self.name);
        if self.world.trouble(self.name) == Some(Trouble::FailsAfter) {
            return Err(problem!("fault", step = self.name));
        }
        Ok(())
    }

    fn unact(&self) -> Result<(), Problem> {
        match self.world.trouble(self.name) {
            Some(Trouble::UndoFails) => return Err(problem!("fault", step = self.name)),
            Some(Trouble::UndoAway(left @ 1..)) => {
                let less = Some((self.name.to_owned(), Trouble::UndoAway(left - 1)));
                *self.world.trouble.lock().unwrap() = less;
                return Err(problem!("docker-unreachable", at = "/run/docker.sock"));
            }
            _ => {}
        }
        self.world.take(self.name);
        Ok(())
    }
}

macro_rules! step {
    ($effect:ident, $output:ty, $value:expr) => {
        #[async_trait]
        impl Step for Puts<$effect> {
            type Effect = $effect;
            type Output = $output;
            fn name(&self) -> String {
                self.name.to_owned()
            }
            fn title(&self) -> Msg {
                msg!("fault")
            }
            fn undo_rule(&self) -> UndoRule {
                if self.name == "swap" && self.world.for_good.load(Ordering::SeqCst) {
                    return UndoRule::Nothing(msg!("fault"));
                }
                if self.name == "open" && self.world.one_way.load(Ordering::SeqCst) {
                    return UndoRule::Final(msg!("fault"));
                }
                UndoRule::Undoes(msg!("fault"))
            }
            fn limits(&self) -> Limits {
                match self.world.trouble(self.name) {
                    Some(Trouble::Stalls | Trouble::Trickles) => Limits::stream(),
                    _ => Limits::short().tries(3).deadline(Duration::from_millis(300)),
                }
            }
            async fn run(&self, cx: &Cx) -> Result<$output, Problem> {
                self.act(cx).await?;
                Ok($value)
            }
            async fn undo(&self, _: &Cx) -> Result<(), Problem> {
                self.unact()
            }
        }
    };
}
step!(Adds, (), ());
step!(Destroys, (), ());
step!(
    Saves,
    SafetyProof,
    SafetyProof { backups: vec![BackupId::new(&SystemIds)], verified_at: SystemClock.now(), reused: false }
);

#[async_trait]
impl Commit for Puts<Destroys> {
    async fn happened(&self, _: &Cx) -> Result<bool, Problem> {
        Ok(self.world.has(self.name))
    }
}

const STEPS: [&str; 6] = ["look", "safety", "side", "close", "swap", "open"];
const COMMIT: usize = 4;

fn plan(world: &Arc<World>) -> Plan {
    fn harmless<E: Effect>(_: &Puts<E>) {}
    let mut plan = Plan::builder(OpKind::of("restore"));
    let look = puts::<Adds>("look", world);
    harmless(&look);
    plan.add(look);
    let mut plan = plan.safety(puts::<Saves>("safety", world));
    plan.add(puts::<Adds>("side", world));
    plan.destroy(puts::<Destroys>("close", world));
    let mut plan = plan.commit_destroying(AnyCommit::new(puts::<Destroys>("swap", world)));
    plan.settle(puts::<Adds>("open", world));
    plan.finish()
}

fn world() -> Arc<World> {
    let world = World { journal: Memory::new(STEPS), ..World::default() };
    Arc::new(world)
}

fn runner(world: &Arc<World>) -> Runner {
    Runner {
        patience: Patience {
            tries: 2,
            pause: Duration::ZERO,
            longest: Duration::ZERO,
            grace: Duration::ZERO,
            stall: STALL,
            deadline: 10 * STALL,
            ..Patience::default()
        },
        ..world.journal.runner(&OperationId::new(&SystemIds), Arc::new(Nowhere))
    }
}

fn state_of(world: &World, step: &str) -> StepState {
    world.journal.state(step).unwrap()
}

#[tokio::test]
async fn a_plan_runs_to_its_end() {
    let world = world();
    let outcome = runner(&world).run(&plan(&world)).await.unwrap();
    assert_eq!(outcome.state, OpState::Succeeded);
    assert!(STEPS.iter().all(|s| world.has(s)));
}

#[tokio::test]
async fn an_undo_waits_for_an_engine_that_is_away_but_not_for_ever() {
    for (away, state) in
        [(Duration::from_secs(60), OpState::RolledBack), (Duration::ZERO, OpState::NeedsOperator)]
    {
        let world = world();
        *world.trouble.lock().unwrap() = Some(("close".to_owned(), Trouble::UndoAway(20)));
        let mut runner = runner(&world);
        runner.patience.away = away;
        let outcome = runner.run(&plan(&world)).await.unwrap();
        assert_eq!(outcome.state, state, "{away:?}: far more tries than any other passing problem is given");
    }
}

#[tokio::test]
async fn each_step_failing_leaves_nothing_of_what_came_before() {
    for trouble in [Trouble::Refuses, Trouble::FailsAfter] {
        for (index, step) in STEPS.iter().enumerate() {
            let world = world();
            *world.trouble.lock().unwrap() = Some(((*step).to_owned(), trouble));
            let outcome = runner(&world).run(&plan(&world)).await.unwrap();
            if index == COMMIT && trouble == Trouble::FailsAfter {
                // It had happened: the failure is not believed, but it cannot be redone either.
                assert_eq!(outcome.state, OpState::NeedsOperator, "{step} {trouble:?}");
                continue;
            }
            let touched = index >= 3;
            assert_eq!(outcome.state, if touched { OpState::RolledBack } else { OpState::Failed }, "{step}");
            assert!(!world.has("swap") && !world.has("open"), "{step}");
            // After the swap only the swap itself goes back: the side may hold new rows.
            assert_eq!(world.has("side"), index > COMMIT, "{step}");
        }
    }
}

#[tokio::test]
async fn a_hiccup_is_tried_again_after_its_undo() {
    for step in STEPS.iter().filter(|s| **s != "swap") {
        let world = world();
        *world.trouble.lock().unwrap() = Some(((*step).to_owned(), Trouble::Hiccup));
        let outcome = runner(&world).run(&plan(&world)).await.unwrap();
        assert_eq!(outcome.state, OpState::Succeeded, "{step}: {outcome:?}");
        assert_eq!(world.journal.rows().iter().map(|r| r.tries).sum::<u32>(), 7);
    }
}

#[tokio::test]
async fn an_undo_that_fails_needs_a_person_and_can_be_tried_again() {
    for (index, step) in STEPS.iter().enumerate() {
        let world = world();
        *world.trouble.lock().unwrap() = Some(((*step).to_owned(), Trouble::UndoFails));
        let outcome = runner(&world).run(&plan(&world)).await.unwrap();
        assert_eq!(outcome.state, OpState::NeedsOperator, "{step}");
        assert!(outcome.problem.unwrap().is("undo-failed"));
        assert_eq!(state_of(&world, step), StepState::UndoFailed);
        *world.trouble.lock().unwrap() = None;
        let again = runner(&world).recover(&plan(&world)).await.unwrap();
        assert_eq!(again.state, if index >= 3 { OpState::RolledBack } else { OpState::Failed }, "{step}");
        assert!(!world.has("swap"));
    }
}

#[tokio::test]
async fn where_the_way_back_was_removed_nothing_is_called_undone() {
    for trouble in [Trouble::Refuses, Trouble::FailsAfter, Trouble::Hangs] {
        let world = world();
        world.one_way.store(true, Ordering::SeqCst);
        *world.trouble.lock().unwrap() = Some(("open".to_owned(), trouble));
        let outcome = runner(&world).run(&plan(&world)).await.unwrap();
        assert_eq!(outcome.state, OpState::NeedsOperator, "{trouble:?}: {outcome:?}");
        assert!(outcome.problem.unwrap().is("settle-failed"), "{trouble:?}");
        assert!(STEPS[..=COMMIT].iter().all(|step| world.has(step)), "{trouble:?}: what was done stays");
        *world.trouble.lock().unwrap() = None;
        let again = runner(&world).recover(&plan(&world)).await.unwrap();
        assert_eq!(again.state, OpState::Succeeded, "{trouble:?}: {again:?}");
        // Before the commit point it is a plan like any other.
        let world = self::world();
        world.one_way.store(true, Ordering::SeqCst);
        *world.trouble.lock().unwrap() = Some(("close".to_owned(), trouble));
        assert_eq!(runner(&world).run(&plan(&world)).await.unwrap().state, OpState::RolledBack);
    }
}

#[tokio::test]
async fn what_was_removed_for_good_is_never_called_undone() {
    let world = world();
    world.for_good.store(true, Ordering::SeqCst);
    *world.trouble.lock().unwrap() = Some(("open".to_owned(), Trouble::Refuses));
    let outcome = runner(&world).run(&plan(&world)).await.unwrap();
    assert_eq!(outcome.state, OpState::NeedsOperator, "{outcome:?}");
    assert!(outcome.problem.unwrap().is("settle-failed"));
    assert!(world.has("swap") && state_of(&world, "swap") == StepState::Done);
    *world.trouble.lock().unwrap() = None;
    let again = runner(&world).recover(&plan(&world)).await.unwrap();
    assert_eq!(again.state, OpState::Succeeded, "{again:?}");
    // Before the commit point it is a plan like any other.
    let world = self::world();
    world.for_good.store(true, Ordering::SeqCst);
    *world.trouble.lock().unwrap() = Some(("swap".to_owned(), Trouble::Refuses));
    assert_eq!(runner(&world).run(&plan(&world)).await.unwrap().state, OpState::RolledBack);
}

#[tokio::test]
async fn a_process_that_dies_anywhere_is_finished_or_undone_by_the_next() {
    // Died at step n, having done its work or not, before the journal knew.
    for died in 0..STEPS.len() {
        for done in [false, true] {
            let world = world();
            for (index, step) in STEPS.iter().enumerate().take(died + 1) {
                let mut journal = world.journal.rows();
                journal[index].state = if index < died { StepState::Done } else { StepState::Running };
                journal[index].output = (index < died).then_some(Value::Null);
                drop(journal);
                if index < died || done {
                    world.put(step);
                }
            }
            world.journal.take_over();
            let outcome = runner(&world).recover(&plan(&world)).await.unwrap();
            let forward = died > COMMIT || (died == COMMIT && done);
            let expected = match died {
                _ if forward => OpState::Succeeded,
                3.. => OpState::RolledBack,
                _ => OpState::Failed,
            };
            assert_eq!(outcome.state, expected, "died at {died}, done {done}: {outcome:?}");
            assert_eq!(world.has("swap"), forward);
            assert_eq!(world.has("open"), forward);
            assert_eq!(world.has("close"), forward, "{died}");
        }
    }
}

#[tokio::test]
async fn cancelling_before_the_commit_point_undoes_everything() {
    for step in ["look", "safety", "side", "close"] {
        let world = world();
        *world.trouble.lock().unwrap() = Some((step.to_owned(), Trouble::Hangs));
        let runner = runner(&world);
        let cancel = runner.cancel.clone();
        let watched = world.clone();
        tokio::spawn(async move {
            while !watched.hang.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            cancel.cancel();
        });
        let outcome = runner.run(&plan(&world)).await.unwrap();
        assert_eq!(outcome.state, OpState::Cancelled, "{step}");
        assert!(world.standing.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_step_that_never_ends_meets_its_deadline() {
    let world = world();
    *world.trouble.lock().unwrap() = Some(("side".to_owned(), Trouble::Hangs));
    let outcome = runner(&world).run(&plan(&world)).await.unwrap();
    assert_eq!(outcome.state, OpState::Failed);
    assert!(outcome.problem.unwrap().is("step-deadline"));
}

#[tokio::test]
async fn a_step_that_moves_nothing_is_stopped_and_undone_and_a_slow_one_is_not() {
    let run = async |step: &str, trouble| {
        let world = world();
        *world.trouble.lock().unwrap() = Some((step.to_owned(), trouble));
        (runner(&world).run(&plan(&world)).await.unwrap(), world)
    };
    let (made, closed, slow) = tokio::join!(
        run("side", Trouble::Stalls),
        run("close", Trouble::Stalls),
        run("side", Trouble::Trickles)
    );
    for ((outcome, world), state) in [(made, OpState::Failed), (closed, OpState::RolledBack)] {
        assert_eq!(outcome.state, state, "{outcome:?}");
        assert!(outcome.problem.unwrap().is("step-stalled"));
        assert!(world.standing.lock().unwrap().is_empty());
    }
    assert_eq!(slow.0.state, OpState::Succeeded, "{:?}", slow.0);
}

#[tokio::test]
async fn a_runner_whose_lease_was_taken_touches_nothing_more() {
    let world = world();
    let old = runner(&world);
    world.journal.take_over();
    assert!(old.run(&plan(&world)).await.is_err());
    assert!(world.standing.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_journal_of_another_plan_is_not_guessed_at() {
    let world = world();
    world.journal.rows()[2].name = "other".to_owned();
    world.journal.rows()[2].state = StepState::Running;
    let outcome = runner(&world).recover(&plan(&world)).await.unwrap();
    assert_eq!(outcome.state, OpState::NeedsOperator);
    assert!(outcome.problem.unwrap().is("plan-changed"));
}

#[test]
fn only_the_table_s_moves_are_legal() {
    use StepState::*;
    for state in StepState::ALL {
        assert_eq!(StepState::parse(state.as_str()), Some(state));
        assert!(!state.may_become(Pending), "{state:?}");
    }
    assert!(!Done.may_become(Running), "what is done is not done twice");
    assert!(!Undone.may_become(Done));
}
