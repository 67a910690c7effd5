//! The journal: order kept, illegal moves and old fences refused.

use serde_json::json;

use super::{Bench, both, later, new_operation, open};
use crate::{
    db::{Db, Finish},
    domain::{id::OperationId, operation::OpState},
    host::{PlaceId, ProcessRef},
    msg, problem,
    saga::{Fence, Journal, JournalError, StepState, journal::Event},
};

both!(
    a_step_reads_back_with_all_it_wrote_down,
    every_illegal_move_of_a_step_is_refused,
    an_old_runner_can_write_nothing,
    log_lines_are_numbered,
);

async fn running(db: &Db) -> (OperationId, Fence) {
    let id = db.enqueue(new_operation(&[])).await.unwrap().row().id.clone();
    let (_, fence) = db.claim(&id, "w", later(30)).await.unwrap().unwrap();
    (id, fence)
}

fn process(pid: i32) -> ProcessRef {
    ProcessRef { place: PlaceId::local(), pid, started: 99, container: None }
}

async fn a_step_reads_back_with_all_it_wrote_down(b: Bench) {
    let (id, fence) = running(&b.db).await;
    b.db.record(&id, fence, 0, Event::Began).await.unwrap();
    b.db.note(&id, fence, 0, json!({"made": "a"})).await.unwrap();
    b.db.note(&id, fence, 0, json!({"made": "b"})).await.unwrap();
    b.db.process(&id, fence, 0, &process(1)).await.unwrap();
    b.db.process(&id, fence, 0, &process(2)).await.unwrap();
    b.db.record(&id, fence, 0, Event::Failed(problem!("gone"))).await.unwrap();
    b.db.record(&id, fence, 0, Event::Began).await.unwrap();
    b.db.record(&id, fence, 0, Event::Finished(json!(null))).await.unwrap();
    b.db.record(&id, fence, 1, Event::Began).await.unwrap();
    b.db.record(&id, fence, 1, Event::Failed(problem!("gone"))).await.unwrap();
    let steps = open(&b.target).await.steps(&id).await.unwrap();
    assert_eq!(
        steps.iter().map(|s| (s.index, s.name.as_str())).collect::<Vec<_>>(),
        [(0, "load"), (1, "swap")]
    );
    let first = &steps[0];
    assert_eq!((first.state, first.tries, &first.output), (StepState::Done, 2, &Some(json!(null))));
    assert_eq!(first.notes, [json!({"made": "a"}), json!({"made": "b"})]);
    assert_eq!(first.processes, [process(1), process(2)]);
    assert_eq!(first.problem, None, "what failed before was tried again");
    assert!(first.started_at <= first.ended_at);
    assert_eq!(steps[1].problem, Some(problem!("gone")));
    assert!(matches!(b.db.note(&id, fence, 2, json!(1)).await, Err(JournalError::Storage(_))));
}

fn event(state: StepState) -> Option<Event> {
    Some(match state {
        StepState::Pending => return None,
        StepState::Running => Event::Began,
        StepState::Done => Event::Finished(json!(1)),
        StepState::Failed => Event::Failed(problem!("x")),
        StepState::Undoing => Event::UndoBegan,
        StepState::Undone => Event::UndoFinished,
        StepState::UndoFailed => Event::UndoFailed(problem!("x")),
    })
}

/// The legal way to each state.
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

async fn every_illegal_move_of_a_step_is_refused(b: Bench) {
    for from in StepState::ALL {
        for to in StepState::ALL {
            let Some(last) = event(to) else { continue };
            let (id, fence) = running(&b.db).await;
            for state in way(from) {
                b.db.record(&id, fence, 1, event(*state).unwrap()).await.unwrap();
            }
            let before = b.db.steps(&id).await.unwrap();
            let moved = b.db.record(&id, fence, 1, last).await;
            let after = b.db.steps(&id).await.unwrap();
            if from.may_become(to) {
                moved.unwrap();
                assert_eq!(after[1].state, to);
            } else {
                assert!(matches!(moved, Err(JournalError::Illegal { .. })), "{from:?} → {to:?}");
                assert_eq!(before, after);
            }
        }
    }
}

async fn an_old_runner_can_write_nothing(b: Bench) {
    let (id, old) = running(&b.db).await;
    b.db.record(&id, old, 0, Event::Began).await.unwrap();
    let new = b.db.take_over(&id, old, "w-2", later(30)).await.unwrap().unwrap();
    let before = b.db.steps(&id).await.unwrap();
    let refused = [
        b.db.record(&id, old, 0, Event::Finished(json!(1))).await,
        b.db.note(&id, old, 0, json!(1)).await,
        b.db.process(&id, old, 0, &process(1)).await,
        b.db.log(&id, old, &msg!("log-test")).await,
    ];
    assert!(refused.iter().all(|r| matches!(r, Err(JournalError::Fenced))), "{refused:?}");
    assert_eq!(b.db.steps(&id).await.unwrap(), before);
    b.db.record(&id, new, 0, Event::UndoBegan).await.unwrap();
    let end = Finish { state: OpState::RolledBack, problem: None, result: json!(null) };
    b.db.finish(&id, new, end).await.unwrap();
    let late = b.db.record(&id, new, 0, Event::UndoFinished).await;
    assert!(matches!(late, Err(JournalError::Fenced)), "over is over");
}

async fn log_lines_are_numbered(b: Bench) {
    let (id, fence) = running(&b.db).await;
    for n in 1..=3 {
        b.db.log(&id, fence, &msg!("log-test", n = n)).await.unwrap();
    }
    let lines = b.db.operation_log(&id, 1).await.unwrap();
    assert_eq!(lines.iter().map(|l| l.seq).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(lines[1].line, msg!("log-test", n = 3));
}
