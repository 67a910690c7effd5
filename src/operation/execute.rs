//! Runs a queued operation: claim, compose, run under a kept lease, write the end.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{World, prepare::compose};
use crate::{
    db::{Finish, OperationRow},
    domain::{id::OperationId, operation::OpState, problem::Problem},
    problem,
    saga::{
        journal::Fence,
        plan::Plan,
        progress::{ProgressSink, Snapshot},
        runner::{Lost, Outcome, Runner},
    },
};

/// How often a running operation looks whether it is to be cancelled and writes
/// its progress.
const BEAT: Duration = Duration::from_millis(500);

/// Runs an operation if it is queued and nobody else has claimed it.
pub async fn execute(world: &World, id: OperationId) {
    let token = world.cancels.token(&id);
    execute_under(world, &id, token).await;
    world.cancels.forget(&id);
}

/// The same with a given cancel token: a child is cancelled with its parent.
pub(super) async fn execute_under(world: &World, id: &OperationId, cancel: CancellationToken) {
    let until = world.clock.now() + world.rules.lease;
    match world.db.claim(id, &world.rules.runner, until).await {
        Ok(Some((row, fence))) => run(world, row, fence, cancel, Mode::Run).await,
        Ok(None) => tracing::debug!(operation = %id, "already claimed or over"),
        Err(problem) => tracing::error!(operation = %id, %problem, "could not be claimed"),
    }
}

/// From the first step, or from wherever a dead runner left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Run,
    Recover,
}

/// Composes, runs or recovers, and writes the end down.
pub(super) async fn run(
    world: &World,
    row: OperationRow,
    fence: Fence,
    cancel: CancellationToken,
    mode: Mode,
) {
    let id = row.id.clone();
    let outcome = match compose(world, &row.kind, &id, row.facts.clone()).await {
        Ok(plan) => run_plan(world, &id, fence, &plan, cancel, mode).await,
        Err(problem) => Ok(uncomposed(problem, mode)),
    };
    let Ok(mut outcome) = outcome else {
        tracing::warn!(operation = %id, "lease lost; another runner has it");
        return;
    };
    if stopped(world, &id, &outcome).await {
        outcome.problem = Some(problem!("stopped"));
    }
    tracing::info!(operation = %id, kind = %row.kind, state = %outcome.state, problem = ?outcome.problem.as_ref().map(|p| &p.code), "operation ended");
    finish(world, &id, fence, outcome).await;
}

/// Whether it was cancelled because Zelo stops, and not by a person.
async fn stopped(world: &World, id: &OperationId, outcome: &Outcome) -> bool {
    outcome.problem.as_ref().is_some_and(|problem| problem.is("cancelled"))
        && world.cancels.is_stopping()
        && !world.db.cancel_requested(id).await.unwrap_or(true)
}

/// A plan that cannot be composed has run nothing yet; one that had begun cannot
/// be undone by this Zelo.
fn uncomposed(problem: Problem, mode: Mode) -> Outcome {
    let state = if mode == Mode::Run { OpState::Failed } else { OpState::NeedsOperator };
    Outcome { state, problem: Some(problem), result: None }
}

async fn run_plan(
    world: &World,
    id: &OperationId,
    fence: Fence,
    plan: &Plan,
    cancel: CancellationToken,
    mode: Mode,
) -> Result<Outcome, Lost> {
    let latest = Arc::new(Latest::default());
    let runner = Runner {
        op: id.clone(),
        fence,
        journal: Arc::new(world.db.clone()),
        clock: world.clock.clone(),
        places: Arc::new(world.hosts.clone()),
        progress: latest.clone(),
        cancel: cancel.clone(),
        patience: world.rules.patience,
    };
    let work = async {
        match mode {
            Mode::Run => runner.run(plan).await,
            Mode::Recover => runner.recover(plan).await,
        }
    };
    tokio::select! {
        outcome = work => outcome,
        () = keep(world, id, fence, &latest, &cancel) => Err(Lost),
    }
}

/// The newest progress, until the next beat writes it.
#[derive(Default)]
struct Latest(Mutex<Option<Snapshot>>);

impl ProgressSink for Latest {
    fn report(&self, snapshot: Snapshot) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
    }
}

/// Keeps the lease, passes cancel requests on, writes progress. Ends only when
/// the lease is lost for certain: then nothing may be touched any more. A database
/// that does not answer is not waited for: the lease would run out meanwhile.
async fn keep(world: &World, id: &OperationId, fence: Fence, latest: &Latest, cancel: &CancellationToken) {
    let (lease, third) = (world.rules.lease, world.rules.lease / 3);
    let mut renewed = Instant::now();
    loop {
        sleep(BEAT.min(third)).await;
        let _ = timeout(third / 4, tell(world, id, fence, latest, cancel)).await;
        if renewed.elapsed() < third {
            continue;
        }
        // Never past the end of the lease: then another runner may already be at work.
        let left = lease.saturating_sub(renewed.elapsed());
        match timeout(third.min(left), world.db.renew(id, fence, world.clock.now() + lease)).await {
            Ok(Ok(true)) => renewed = Instant::now(),
            Ok(Ok(false)) => return,
            _ if renewed.elapsed() >= lease => return,
            Ok(Err(problem)) => tracing::warn!(operation = %id, %problem, "lease not renewed"),
            Err(_) => tracing::warn!(operation = %id, "lease not renewed: the database does not answer"),
        }
    }
}

/// Writes the newest progress and asks whether to cancel.
async fn tell(world: &World, id: &OperationId, fence: Fence, latest: &Latest, cancel: &CancellationToken) {
    let snapshot = latest.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(snapshot) = snapshot
        && let Err(problem) = world.db.save_progress(id, fence, snapshot).await
    {
        tracing::debug!(operation = %id, %problem, "progress not written");
    }
    if !cancel.is_cancelled() && world.db.cancel_requested(id).await.unwrap_or(false) {
        cancel.cancel();
    }
}

/// Writes the end down. If the metadata database stays away, the lease runs out
/// and the next start recovers: the journal already has everything.
async fn finish(world: &World, id: &OperationId, fence: Fence, outcome: Outcome) {
    let mut pause = Duration::from_millis(200);
    for _ in 0..8 {
        let end = Finish {
            state: outcome.state,
            problem: outcome.problem.clone(),
            result: outcome.result.clone().unwrap_or(Value::Null),
        };
        match world.db.finish(id, fence, end).await {
            Ok(_) => return,
            Err(problem) if problem.is("lease-lost") => return,
            Err(problem) => tracing::error!(operation = %id, %problem, "the end could not be written"),
        }
        sleep(pause).await;
        pause *= 2;
    }
}
