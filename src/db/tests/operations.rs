//! Operations: one winner, all locks or none, fences, the transition table.

use serde_json::{Value, json};

use super::{Bench, both, later, new_operation, open};
use crate::{
    db::{Db, Enqueued, Finish, OperationFilter, OperationRow},
    domain::{id::OperationId, operation::OpState, problem::Problem},
    problem,
    saga::{Fence, Snapshot},
};

both!(
    an_operation_reads_back_as_it_was_written,
    of_two_claimers_one_wins,
    of_two_on_one_lock_one_is_told_who_holds_it,
    a_locked_request_leaves_nothing,
    the_same_request_twice_is_one_operation,
    a_double_click_makes_one_operation,
    the_end_frees_locks_except_when_a_person_is_needed,
    only_the_highest_fence_may_write,
    every_illegal_transition_is_refused,
    a_queued_operation_is_cancelled_at_once_a_running_one_is_marked,
    a_person_resolves_an_operation_and_its_children,
    a_way_out_needs_a_stuck_operation_and_keeps_the_other_ways_shut,
    a_child_takes_no_locks_and_needs_a_running_parent,
    lists_are_filtered_and_paged,
    what_was_never_pushed_is_found,
);

const RUNNER: &str = "w-1";

async fn created(db: &Db, locks: &[&str]) -> OperationRow {
    match db.enqueue(new_operation(locks)).await.unwrap() {
        Enqueued::Created(row) => row,
        Enqueued::Existing(row) => panic!("existed: {row:?}"),
    }
}

async fn running(db: &Db, locks: &[&str]) -> (OperationId, Fence) {
    let row = created(db, locks).await;
    let (row, fence) = db.claim(&row.id, RUNNER, later(30)).await.unwrap().unwrap();
    (row.id, fence)
}

fn end(state: OpState) -> Finish {
    Finish { state, problem: None, result: json!({"rows": 3}) }
}

async fn an_operation_reads_back_as_it_was_written(b: Bench) {
    let mut new = new_operation(&["resource:1"]);
    new.idempotency_key = Some("k".to_owned());
    let created = b.db.enqueue(new.clone()).await.unwrap();
    let row = open(&b.target).await.operation(&new.id).await.unwrap();
    assert_eq!(row, *created.row());
    assert_eq!((row.state, row.fence, &row.result), (OpState::Queued, Fence(0), &Value::Null));
    assert_eq!((&row.request, &row.facts, &row.plan), (&new.request, &new.facts, &new.plan));
    let missing = OperationId::new(&crate::domain::id::SystemIds);
    assert_eq!(b.db.operation(&missing).await.unwrap_err().code, "not-found-operation");
    b.db.verify_audit().await.unwrap();
    let told = b.db.outbox_due(later(1), 10).await.unwrap();
    assert_eq!(told.iter().map(|t| t.topic.as_str()).collect::<Vec<_>>(), ["operation.queued"]);
}

async fn of_two_claimers_one_wins(b: Bench) {
    let other = open(&b.target).await;
    for _ in 0..20 {
        let id = created(&b.db, &[]).await.id;
        let (one, two) = tokio::join!(b.db.claim(&id, "a", later(30)), other.claim(&id, "b", later(30)));
        let won = [one.unwrap(), two.unwrap()];
        assert_eq!(won.iter().flatten().count(), 1);
        let (row, fence) = won.into_iter().flatten().next().unwrap();
        assert_eq!((row.state, fence), (OpState::Running, Fence(1)));
        assert!(row.started_at.is_some() && row.lease_until.is_some());
    }
}

async fn of_two_on_one_lock_one_is_told_who_holds_it(b: Bench) {
    let other = open(&b.target).await;
    for round in 0..20 {
        let key = format!("resource:{round}");
        let (one, two) = (new_operation(&[&key, "x"]), new_operation(&["a", &key]));
        let (one_id, two_id) = (one.id.clone(), two.id.clone());
        let (one, two) = tokio::join!(b.db.enqueue(one), other.enqueue(two));
        let (holder, refused) = match (one, two) {
            (Ok(_), Err(problem)) => (one_id, problem),
            (Err(problem), Ok(_)) => (two_id, problem),
            both => panic!("{both:?}"),
        };
        let want = problem!("locked", operation = holder.as_str(), kind = "restore", key = &key);
        assert_eq!(refused, want);
        b.db.request_cancel(&holder, "cli:ada").await.unwrap();
    }
}

async fn a_locked_request_leaves_nothing(b: Bench) {
    let holder = created(&b.db, &["m"]).await;
    let (audit, _) = b.db.verify_audit().await.unwrap();
    let refused = new_operation(&["a", "m", "z"]);
    let id = refused.id.clone();
    b.db.enqueue(refused).await.unwrap_err();
    assert_eq!(b.db.operation(&id).await.unwrap_err().code, "not-found-operation");
    assert_eq!(b.db.verify_audit().await.unwrap().0, audit);
    // "a", taken before "m" was refused, is free.
    created(&b.db, &["a", "z"]).await;
    b.db.request_cancel(&holder.id, "cli:ada").await.unwrap();
    created(&b.db, &["m"]).await;
}

async fn the_same_request_twice_is_one_operation(b: Bench) {
    let keyed = |request: Value| {
        let mut new = new_operation(&["r"]);
        (new.request, new.idempotency_key) = (request, Some("key".to_owned()));
        new
    };
    let first = b.db.enqueue(keyed(json!({"a": 1, "b": 2}))).await.unwrap();
    let again = b.db.enqueue(keyed(json!({"b": 2, "a": 1}))).await.unwrap();
    assert_eq!(again, Enqueued::Existing(first.row().clone()));
    let other = b.db.enqueue(keyed(json!({"a": 2}))).await.unwrap_err();
    assert_eq!(other.code, "idempotency-key-reused");
    let mut someone_else = keyed(json!({"a": 1, "b": 2}));
    someone_else.actor = "cli:bob".to_owned();
    assert_eq!(b.db.enqueue(someone_else).await.unwrap_err().code, "locked");
}

async fn a_double_click_makes_one_operation(b: Bench) {
    let other = open(&b.target).await;
    let click = || {
        let mut new = new_operation(&["r"]);
        new.idempotency_key = Some("click".to_owned());
        new
    };
    let (one, two) = tokio::join!(b.db.enqueue(click()), other.enqueue(click()));
    assert_eq!(one.unwrap().row().id, two.unwrap().row().id);
}

async fn the_end_frees_locks_except_when_a_person_is_needed(b: Bench) {
    for state in [OpState::Succeeded, OpState::Failed, OpState::RolledBack, OpState::Cancelled] {
        let (id, fence) = running(&b.db, &["r"]).await;
        let row = b.db.finish(&id, fence, end(state)).await.unwrap();
        assert_eq!((row.state, &row.result), (state, &json!({"rows": 3})));
        assert!(row.ended_at.is_some() && row.lease_until.is_none());
    }
    let (id, fence) = running(&b.db, &["r"]).await;
    let why = problem!("undo-failed", step = "swap");
    let stop = Finish { state: OpState::NeedsOperator, problem: Some(why.clone()), result: Value::Null };
    let row = b.db.finish(&id, fence, stop).await.unwrap();
    assert_eq!(row.problem, Some(why));
    assert_eq!(b.db.enqueue(new_operation(&["r"])).await.unwrap_err().code, "locked");
    let (row, again) = b.db.reopen(&id, "w-2", later(30), "user:1").await.unwrap();
    assert_eq!((row.state, again, row.ended_at), (OpState::Running, Fence(fence.0 + 1), None));
    b.db.finish(&id, again, end(OpState::RolledBack)).await.unwrap();
    created(&b.db, &["r"]).await;
    b.db.verify_audit().await.unwrap();
}

async fn only_the_highest_fence_may_write(b: Bench) {
    let (id, old) = running(&b.db, &["r"]).await;
    assert_eq!(b.db.take_over(&id, Fence(7), "w-2", later(30)).await.unwrap(), None);
    let new = b.db.take_over(&id, old, "w-2", later(30)).await.unwrap().unwrap();
    assert_eq!(b.db.take_over(&id, old, "w-3", later(30)).await.unwrap(), None);
    assert!(new > old);
    assert!(!b.db.renew(&id, old, later(60)).await.unwrap());
    assert!(b.db.renew(&id, new, later(60)).await.unwrap());
    let snapshot = Snapshot { step: 1, bytes: 5, total: 9 };
    assert_eq!(b.db.save_progress(&id, old, snapshot).await.unwrap_err().code, "lease-lost");
    b.db.save_progress(&id, new, snapshot).await.unwrap();
    let lost = b.db.finish(&id, old, end(OpState::Succeeded)).await.unwrap_err();
    assert_eq!(lost.code, "lease-lost");
    let row = b.db.finish(&id, new, end(OpState::Succeeded)).await.unwrap();
    assert_eq!((row.state, row.progress), (OpState::Succeeded, Some(snapshot)));
}

/// Brings a new operation into a state by legal moves.
async fn brought_to(db: &Db, state: OpState) -> (OperationId, Fence) {
    match state {
        OpState::Queued => (created(db, &[]).await.id, Fence(0)),
        OpState::Running => running(db, &[]).await,
        OpState::Resolved => {
            let (id, fence) = Box::pin(brought_to(db, OpState::NeedsOperator)).await;
            db.resolve(&id, None, "user:1", "by hand").await.unwrap();
            (id, fence)
        }
        other => {
            let (id, fence) = running(db, &[]).await;
            db.finish(&id, fence, end(other)).await.unwrap();
            (id, fence)
        }
    }
}

/// The verb that leads to a state, tried from wherever it is.
async fn attempt(db: &Db, id: &OperationId, fence: Fence, to: OpState) -> Result<bool, Problem> {
    let was = db.operation(id).await?.state;
    match to {
        OpState::Queued => return Ok(false), // no verb leads there
        OpState::Running if was == OpState::NeedsOperator => {
            db.reopen(id, RUNNER, later(30), "user:1").await?;
        }
        OpState::Running => return Ok(db.claim(id, RUNNER, later(30)).await?.is_some()),
        OpState::Resolved => {
            db.resolve(id, None, "user:1", "by hand").await?;
        }
        other => {
            db.finish(id, fence, end(other)).await?;
        }
    }
    Ok(true)
}

async fn every_illegal_transition_is_refused(b: Bench) {
    for from in OpState::ALL {
        for to in OpState::ALL {
            let (id, fence) = brought_to(&b.db, from).await;
            let moved = attempt(&b.db, &id, fence, to).await;
            let now = b.db.operation(&id).await.unwrap().state;
            if from.may_become(to) {
                assert_eq!((moved, now), (Ok(true), to), "{from} → {to}");
            } else {
                assert_eq!(now, from, "{from} → {to}");
                assert_ne!(moved, Ok(true), "{from} → {to}");
            }
            // No verb at all may end in "queued" or "running" by finishing.
            let odd = if to == OpState::Queued { OpState::Queued } else { OpState::Running };
            let fence = b.db.operation(&id).await.unwrap().fence;
            assert_eq!(b.db.finish(&id, fence, end(odd)).await.unwrap_err().code, "operation-state");
        }
    }
}

async fn a_queued_operation_is_cancelled_at_once_a_running_one_is_marked(b: Bench) {
    let queued = created(&b.db, &["r"]).await.id;
    let row = b.db.request_cancel(&queued, "user:1").await.unwrap();
    assert_eq!((row.state, row.cancel_by.as_deref()), (OpState::Cancelled, Some("user:1")));
    assert!(b.db.claim(&queued, RUNNER, later(30)).await.unwrap().is_none());
    let (id, fence) = running(&b.db, &["r"]).await;
    assert!(!b.db.cancel_requested(&id).await.unwrap());
    let row = b.db.request_cancel(&id, "user:1").await.unwrap();
    assert_eq!(row.state, OpState::Running);
    assert!(b.db.cancel_requested(&id).await.unwrap());
    let again = b.db.request_cancel(&id, "user:2").await.unwrap();
    assert_eq!((again.cancel_at, again.cancel_by), (row.cancel_at, row.cancel_by));
    b.db.finish(&id, fence, end(OpState::Succeeded)).await.unwrap();
    assert_eq!(b.db.request_cancel(&id, "user:1").await.unwrap_err().code, "operation-state");
}

async fn a_person_resolves_an_operation_and_its_children(b: Bench) {
    let (parent, fence) = running(&b.db, &["r"]).await;
    let mut new = new_operation(&[]);
    new.parent = Some(parent.clone());
    let child = b.db.enqueue(new).await.unwrap().row().id.clone();
    let (_, child_fence) = b.db.claim(&child, RUNNER, later(30)).await.unwrap().unwrap();
    b.db.finish(&child, child_fence, end(OpState::NeedsOperator)).await.unwrap();
    assert_eq!(b.db.resolve(&parent, None, "user:1", "x").await.unwrap_err().code, "operation-state");
    b.db.finish(&parent, fence, end(OpState::NeedsOperator)).await.unwrap();
    let row = b.db.resolve(&parent, None, "user:1", "renamed by hand").await.unwrap();
    assert_eq!((row.state, row.resolution.as_deref()), (OpState::Resolved, Some("renamed by hand")));
    assert_eq!(b.db.operation(&child).await.unwrap().state, OpState::Resolved);
    created(&b.db, &["r"]).await;
}

async fn a_way_out_needs_a_stuck_operation_and_keeps_the_other_ways_shut(b: Bench) {
    let (stuck, fence) = running(&b.db, &["r"]).await;
    let key = format!("way-out:{stuck}");
    let code = |refused: Result<Enqueued, Problem>| refused.unwrap_err().code;
    assert_eq!(code(b.db.enqueue(new_operation(&[&key])).await), "operation-state", "it still runs");
    b.db.finish(&stuck, fence, end(OpState::NeedsOperator)).await.unwrap();
    let way = created(&b.db, &[&key]).await.id;
    assert_eq!(code(b.db.enqueue(new_operation(&[&key])).await), "locked", "one at a time");
    assert_eq!(b.db.reopen(&stuck, "", later(30), "user:1").await.unwrap_err().code, "locked");
    assert_eq!(b.db.resolve(&stuck, None, "user:1", "x").await.unwrap_err().code, "locked");
    b.db.resolve(&stuck, Some(&way), "system", "restored").await.unwrap();
    b.db.request_cancel(&way, "user:1").await.unwrap();
    assert_eq!(code(b.db.enqueue(new_operation(&[&key])).await), "operation-state", "it is over");
}

async fn a_child_takes_no_locks_and_needs_a_running_parent(b: Bench) {
    let (parent, fence) = running(&b.db, &["r"]).await;
    let child = || {
        let mut new = new_operation(&["r"]);
        new.parent = Some(parent.clone());
        new
    };
    let first = b.db.enqueue(child()).await.unwrap().row().id.clone();
    b.db.request_cancel(&parent, "user:1").await.unwrap();
    assert!(b.db.cancel_requested(&first).await.unwrap(), "a child stops with its parent");
    let children = b.db.children(&parent).await.unwrap();
    assert_eq!(children.iter().map(|c| &c.id).collect::<Vec<_>>(), [&first]);
    b.db.finish(&parent, fence, end(OpState::Succeeded)).await.unwrap();
    assert_eq!(b.db.enqueue(child()).await.unwrap_err().code, "operation-state");
}

async fn lists_are_filtered_and_paged(b: Bench) {
    let mut all = vec![];
    for _ in 0..5 {
        all.push(created(&b.db, &[]).await.id);
    }
    all.sort();
    b.db.request_cancel(&all[0], "user:1").await.unwrap();
    let ids = |rows: Vec<OperationRow>| rows.into_iter().map(|r| r.id).collect::<Vec<_>>();
    let list = |filter: OperationFilter| {
        let db = b.db.clone();
        async move { ids(db.operations(filter).await.unwrap().rows) }
    };
    let newest: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(list(OperationFilter::default()).await, newest);
    let page = OperationFilter { limit: Some(2), before: Some(newest[1].clone()), ..Default::default() };
    assert_eq!(list(page).await, newest[2..4]);
    let states = vec![OpState::Cancelled, OpState::Failed];
    assert_eq!(list(OperationFilter { states, ..Default::default() }).await, [all[0].clone()]);
    let kind = Some(crate::domain::operation::OpKind::of("backup"));
    assert!(list(OperationFilter { kind, ..Default::default() }).await.is_empty());
}

async fn what_was_never_pushed_is_found(b: Bench) {
    let pushed = created(&b.db, &[]).await.id;
    let waiting = created(&b.db, &[]).await.id;
    let (run, _) = running(&b.db, &[]).await;
    b.db.mark_pushed(&pushed).await.unwrap();
    assert_eq!(b.db.unpushed().await.unwrap(), std::slice::from_ref(&waiting));
    b.db.forget_pushes().await.unwrap();
    let mut both = vec![pushed, waiting];
    both.sort();
    assert_eq!(b.db.unpushed().await.unwrap(), both);
    assert!(b.db.stale(later(0)).await.unwrap().is_empty());
    assert_eq!(b.db.stale(later(31)).await.unwrap()[0].id, run);
}
