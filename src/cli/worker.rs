//! `zelo worker`: runs operations without the pages. `zelo serve` stands on the
//! same.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    desk::{Desk, Done, Stop},
    exit::Exit,
    runner::{Here, become_or_leave},
    signals::Signals,
};
use crate::{
    domain::{id::OperationId, problem::Problem},
    jobs::{Janitor, Pace, Queue, Rounds, RunnerLock, Sweep, watch},
    msg,
    operation::World,
    problem,
};

/// What is cancelled at a stop has so long to be undone and its processes to be
/// ended: longer than those are given between SIGTERM and SIGKILL. With the grace
/// before it this must stay below the unit's `TimeoutStopSec`.
const UNDOING: Duration = Duration::from_secs(15);

/// Nothing to choose.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let mut signals = Signals::listen()?;
        let running = Running::start(desk, "worker").await?;
        desk.out.line(&desk.out.words().label("cli-working"));
        desk.out.json(&json!({ "runner": "worker", "data": desk.settings.data, "pid": std::process::id() }));
        told_to_stop(desk, &mut signals).await;
        running.stop(&mut signals).await;
        Ok(Exit::Done)
    }
}

/// A process that runs operations until it is stopped.
pub(crate) struct Running {
    /// What it works with.
    pub(crate) world: World,
    queue: Queue,
    /// Takes no more operations.
    shutdown: CancellationToken,
    /// Removes what is overdue; asks for nothing more once `shutdown` is told.
    janitor: JoinHandle<()>,
    /// Looks what is there, until `shutdown` is told.
    watch: JoinHandle<()>,
    /// The housekeeping, and its end.
    sweep: JoinHandle<()>,
    tidy: CancellationToken,
    /// How long what runs may go on after the stop.
    grace: Duration,
    _lock: RunnerLock,
}

impl Running {
    /// Opens the world, takes the runner's lock, recovers what a dead process
    /// left, starts the queue.
    pub(crate) async fn start(desk: &Desk, what: &str) -> Result<Self, Stop> {
        let world = desk.world().await?;
        let lock = match become_or_leave(desk, &world, what).await {
            Ok(Some(lock)) => lock,
            Ok(None) => return Err(taken(desk).await?.into()),
            // A service that is told to stop while it starts has not failed.
            Err(Stop::Exit(Exit::Interrupted)) => return Err(Stop::Exit(Exit::Done)),
            Err(stop) => return Err(stop),
        };
        let (shutdown, tidy) = (CancellationToken::new(), CancellationToken::new());
        let queue = Queue::start(
            &desk.settings.data,
            Arc::new(Here(world.clone())),
            desk.settings.operation.concurrency,
            world.ids.clone(),
            shutdown.clone(),
        )
        .await?;
        let sweep = Sweep {
            db: world.db.clone(),
            queue: queue.clone(),
            recover: Arc::new(Here(world.clone())),
            folder: desk.settings.data.clone(),
            pace: Pace::default(),
        };
        let sweep = tokio::spawn(sweep.run(tidy.clone()));
        let janitor = Janitor::new(world.clone(), Rounds::default());
        let janitor = tokio::spawn(janitor.run(shutdown.clone()));
        let watch = tokio::spawn(watch(world.clone(), shutdown.clone()));
        let grace = desk.settings.operation.grace;
        Ok(Self { world, queue, shutdown, janitor, watch, sweep, tidy, grace, _lock: lock })
    }

    /// Hands an operation over at once, without waiting for the next look.
    pub(crate) async fn push(&self, id: &OperationId) {
        let pushed = match self.queue.push(id).await {
            Ok(()) => self.world.db.mark_pushed(id).await,
            Err(problem) => Err(problem),
        };
        if let Err(problem) = pushed {
            tracing::debug!(operation = %id, %problem, "left to the sweep");
        }
    }

    /// Takes no more and waits for what runs; what has not ended after the grace,
    /// or when another signal comes, is cancelled and undone, so that no process of
    /// it is left in a container. Then stops the housekeeping.
    pub(crate) async fn stop(mut self, signals: &mut Signals) {
        self.shutdown.cancel();
        let _ = (&mut self.janitor).await;
        let _ = (&mut self.watch).await;
        let ended = tokio::select! {
            ended = self.quiet(self.grace) => ended,
            () = signals.any() => false,
        };
        if !ended {
            self.world.cancels.cancel_all();
            if !self.quiet(UNDOING).await {
                tracing::warn!("operations still run; the next start finishes or undoes them");
            }
        }
        self.tidy.cancel();
        let _ = self.sweep.await;
    }

    /// Waits until nothing runs any more, whether the queue or the housekeeping
    /// began it; says whether that came in time.
    async fn quiet(&self, within: Duration) -> bool {
        let idle = tokio::time::timeout(within, self.world.cancels.idle());
        let (drained, idle) = tokio::join!(self.queue.drain(within), idle);
        drained && idle.is_ok()
    }
}

async fn taken(desk: &Desk) -> Result<Problem, Problem> {
    let path = desk.settings.data.display().to_string();
    let holder = RunnerLock::holder(&desk.settings.data).await?;
    let (what, pid) = holder.map_or_else(|| ("?".to_owned(), 0), |h| (h.what, i64::from(h.pid)));
    Ok(problem!("server-runs", path = path, what = what, pid = pid))
}

/// Waits for a signal.
pub(crate) async fn told_to_stop(desk: &Desk, signals: &mut Signals) {
    signals.any().await;
    let seconds = desk.settings.operation.grace.as_secs();
    desk.out.note(&desk.out.words().text(&msg!("cli-stopping", seconds = seconds)));
}
