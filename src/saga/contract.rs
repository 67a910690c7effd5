//! What every [`Journal`] must keep, whatever it lies in: run on the one in
//! memory that tests use, and by `db/` on SQLite and on PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;

use super::journal::{Event, Fence, Journal, JournalError, StepRecord, StepState};
use crate::{
    domain::{id::OperationId, msg::Msg},
    host::{PlaceId, ProcessRef},
    problem,
};

/// The steps of every operation here.
pub(crate) const STEPS: [&str; 2] = ["load", "swap"];

/// An operation that runs, its journal, and the fence its runner writes under.
pub(crate) struct Running {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) op: OperationId,
    pub(crate) fence: Fence,
}

/// Where journals are kept.
#[async_trait]
pub(crate) trait Ground: Sync {
    /// A new operation of [`STEPS`] that runs and has done nothing yet.
    async fn running(&self) -> Running;
    /// Hands it to another runner, whose fence this is.
    async fn taken_over(&self, running: &Running) -> Fence;
    /// Its journal as another process opens it.
    async fn anew(&self, running: &Running) -> Arc<dyn Journal>;
}

/// The whole suite as tests of a module; `$ground` makes a fresh ground.
macro_rules! on {
    ($ground:expr) => { $crate::saga::contract::on!($ground;
        a_step_reads_back_with_all_it_wrote_down,
        every_legal_move_is_made_and_every_other_refused,
        beginning_again_forgets_how_the_last_try_ended,
        what_was_written_down_keeps_its_order_over_all_tries,
        an_undo_may_begin_again_as_often_as_it_must,
        an_old_runner_can_write_nothing,
        a_step_that_does_not_exist_is_refused,
    ); };
    ($ground:expr; $($check:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $check() {
            $crate::saga::contract::$check(&$ground).await;
        }
    )+};
}
pub(crate) use on;

impl Running {
    async fn try_record(&self, step: usize, event: Event) -> Result<(), JournalError> {
        self.journal.record(&self.op, self.fence, step, event).await
    }

    async fn record(&self, step: usize, event: Event) {
        self.try_record(step, event).await.unwrap();
    }

    async fn note(&self, step: usize, n: i32) {
        self.journal.note(&self.op, self.fence, step, json!({ "made": n })).await.unwrap();
    }

    async fn process(&self, step: usize, pid: i32) {
        self.journal.process(&self.op, self.fence, step, &process(pid)).await.unwrap();
    }

    async fn steps(&self) -> Vec<StepRecord> {
        self.journal.steps(&self.op).await.unwrap()
    }
}

fn process(pid: i32) -> ProcessRef {
    ProcessRef { place: PlaceId::local(), pid, started: 99, container: None }
}

fn event(state: StepState) -> Option<Event> {
    Some(match state {
        StepState::Pending => return None,
        StepState::Running => Event::Began,
        StepState::Done => Event::Finished(json!(1)),
        StepState::Failed => Event::Failed(problem!("fault", step = "x")),
        StepState::Undoing => Event::UndoBegan,
        StepState::Undone => Event::UndoFinished,
        StepState::UndoFailed => Event::UndoFailed(problem!("fault", step = "x")),
    })
}

/// The shortest legal way to each state.
fn way(state: StepState) -> &'static [StepState] {
    use StepState::*;
    match state {
        Pending => &[],
        Running => &[Running],
        Done => &[Running, Done],
        Failed => &[Running, Failed],
        Undoing => &[Running, Undoing],
        Undone => &[Running, Undoing, Undone],
        UndoFailed => &[Running, Undoing, UndoFailed],
    }
}

pub(crate) async fn a_step_reads_back_with_all_it_wrote_down(ground: &dyn Ground) {
    let it = ground.running().await;
    it.record(0, Event::Began).await;
    it.note(0, 1).await;
    it.process(0, 1).await;
    it.record(0, Event::Finished(json!({"bytes": 7, "of": [null, "é"]}))).await;
    it.record(1, Event::Began).await;
    it.record(1, Event::Failed(problem!("fault", step = "gone").detail("in words"))).await;
    let steps = ground.anew(&it).await.steps(&it.op).await.unwrap();
    assert_eq!(
        steps.iter().map(|s| (s.index, s.name.as_str())).collect::<Vec<_>>(),
        [(0, "load"), (1, "swap")]
    );
    let first = &steps[0];
    assert_eq!((first.state, first.tries), (StepState::Done, 1));
    assert_eq!(first.output, Some(json!({"bytes": 7, "of": [null, "é"]})));
    assert_eq!((&first.notes[..], &first.processes[..]), (&[json!({"made": 1})][..], &[process(1)][..]));
    assert!(first.started_at.is_some() && first.started_at <= first.ended_at);
    assert_eq!(steps[1].problem, Some(problem!("fault", step = "gone").detail("in words")));
    assert_eq!((steps[1].state, &steps[1].output, &steps[1].notes[..]), (StepState::Failed, &None, &[][..]));
}

pub(crate) async fn every_legal_move_is_made_and_every_other_refused(ground: &dyn Ground) {
    for from in StepState::ALL {
        for to in StepState::ALL {
            let Some(last) = event(to) else { continue };
            let it = ground.running().await;
            for state in way(from) {
                it.record(1, event(*state).unwrap()).await;
            }
            let before = it.steps().await;
            let moved = it.try_record(1, last).await;
            let after = it.steps().await;
            if from.may_become(to) {
                moved.unwrap();
                assert_eq!(after[1].state, to);
                assert_eq!(after[0], before[0], "the other step is left alone");
            } else {
                let told = matches!(&moved, Err(JournalError::Illegal { step, from: a, to: b })
                    if step == "swap" && *a == from.as_str() && *b == to.as_str());
                assert!(told, "{from:?} → {to:?}: {moved:?}");
                assert_eq!(before, after, "{from:?} → {to:?}");
            }
        }
    }
}

pub(crate) async fn beginning_again_forgets_how_the_last_try_ended(ground: &dyn Ground) {
    let it = ground.running().await;
    it.record(0, Event::Began).await;
    let begun = it.steps().await[0].started_at;
    it.record(0, Event::Failed(problem!("fault", step = "gone"))).await;
    assert!(it.steps().await[0].problem.is_some());
    // After a failure, after a crash in the middle of a try, and after an undo.
    it.record(0, Event::Began).await;
    it.record(0, Event::Began).await;
    it.record(0, Event::UndoBegan).await;
    it.record(0, Event::UndoFinished).await;
    it.record(0, Event::Began).await;
    let step = &it.steps().await[0];
    assert_eq!((step.state, step.tries), (StepState::Running, 4));
    assert_eq!((&step.problem, &step.output), (&None, &None));
    assert_eq!(step.started_at, begun, "when its first try began");
    it.record(0, Event::Finished(json!(null))).await;
    assert_eq!(it.steps().await[0].output, Some(json!(null)), "an output of nothing is an output");
}

pub(crate) async fn what_was_written_down_keeps_its_order_over_all_tries(ground: &dyn Ground) {
    let it = ground.running().await;
    let order = [3, 1, 2, 2, 11, 10, -1];
    for (at, n) in order.into_iter().enumerate() {
        if at % 3 == 0 {
            it.record(0, Event::Began).await;
        }
        it.note(0, n).await;
        it.process(0, n).await;
        it.note(1, 100 + n).await;
    }
    it.record(0, Event::UndoBegan).await;
    it.note(0, 7).await;
    let steps = ground.anew(&it).await.steps(&it.op).await.unwrap();
    let made = |offset: i32| order.map(|n| json!({ "made": n + offset })).to_vec();
    assert_eq!(steps[0].notes, [made(0), vec![json!({"made": 7})]].concat());
    assert_eq!(steps[1].notes, made(100), "each step has its own");
    assert_eq!(steps[0].processes, order.map(process), "equal ones are kept as often as they were written");
    assert_eq!(steps[1].processes, []);
}

pub(crate) async fn an_undo_may_begin_again_as_often_as_it_must(ground: &dyn Ground) {
    let it = ground.running().await;
    it.record(0, Event::Began).await;
    it.note(0, 1).await;
    it.record(0, Event::Finished(json!("left"))).await;
    it.record(0, Event::UndoBegan).await;
    it.record(0, Event::UndoBegan).await;
    it.record(0, Event::UndoFailed(problem!("fault", step = "stuck"))).await;
    let stuck = &it.steps().await[0];
    assert_eq!(
        (stuck.state, &stuck.problem),
        (StepState::UndoFailed, &Some(problem!("fault", step = "stuck")))
    );
    // What the next try of the undo goes by is still there.
    assert_eq!((stuck.tries, &stuck.output, stuck.notes.len()), (1, &Some(json!("left")), 1));
    it.record(0, Event::UndoBegan).await;
    it.record(0, Event::UndoFinished).await;
    assert_eq!(it.steps().await[0].state, StepState::Undone);
}

pub(crate) async fn an_old_runner_can_write_nothing(ground: &dyn Ground) {
    let it = ground.running().await;
    it.record(0, Event::Began).await;
    let new = ground.taken_over(&it).await;
    assert!(new > it.fence);
    let before = it.steps().await;
    for fence in [it.fence, Fence(new.0 + 1)] {
        let (journal, op) = (&it.journal, &it.op);
        let refused = [
            journal.record(op, fence, 0, Event::Finished(json!(1))).await,
            // Refused for its fence, whatever else is wrong with it.
            journal.record(op, fence, 0, Event::UndoFinished).await,
            journal.note(op, fence, 0, json!(1)).await,
            journal.process(op, fence, 0, &process(1)).await,
            journal.log(op, fence, &Msg::new("test")).await,
        ];
        assert!(refused.iter().all(|r| matches!(r, Err(JournalError::Fenced))), "{fence:?}: {refused:?}");
    }
    assert_eq!(it.steps().await, before);
    let it = Running { fence: new, ..it };
    it.note(0, 1).await;
    it.record(0, Event::UndoBegan).await;
    it.journal.log(&it.op, new, &Msg::new("test")).await.unwrap();
}

pub(crate) async fn a_step_that_does_not_exist_is_refused(ground: &dyn Ground) {
    let it = ground.running().await;
    let before = it.steps().await;
    let (journal, op, fence) = (&it.journal, &it.op, it.fence);
    for step in [STEPS.len(), usize::MAX] {
        let refused = [
            journal.record(op, fence, step, Event::Began).await,
            journal.note(op, fence, step, json!(1)).await,
            journal.process(op, fence, step, &process(1)).await,
        ];
        assert!(refused.iter().all(|r| matches!(r, Err(JournalError::Storage(_)))), "{step}: {refused:?}");
    }
    assert_eq!(it.steps().await, before);
}
