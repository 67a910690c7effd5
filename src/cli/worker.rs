//! `zelo worker`: runs operations without the pages. `zelo serve` stands on the
//! same.

use std::{sync::Arc, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{
    desk::{Desk, Done, Stop},
    exit::Exit,
    runner::{Here, try_become},
};
use crate::{
    domain::{id::OperationId, problem::Problem},
    jobs::{Janitor, Pace, Queue, Rounds, RunnerLock, Sweep},
    operation::World,
    problem,
};

/// After being told to stop, what runs has so long to end. What has not ended is
/// finished or undone by the next start.
const GRACE: Duration = Duration::from_secs(20);

/// Nothing to choose.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let running = Running::start(desk, "worker").await?;
        desk.out.line(&desk.out.words().label("cli-working"));
        told_to_stop(desk).await?;
        running.stop().await;
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
    /// The housekeeping, and its end.
    sweep: JoinHandle<()>,
    tidy: CancellationToken,
    _lock: RunnerLock,
}

impl Running {
    /// Opens the world, takes the runner's lock, recovers what a dead process
    /// left, starts the queue.
    pub(crate) async fn start(desk: &Desk, what: &str) -> Result<Self, Stop> {
        let world = desk.world().await?;
        let Some(lock) = try_become(desk, &world, what).await? else {
            return Err(taken(desk).await?.into());
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
        Ok(Self { world, queue, shutdown, janitor, sweep, tidy, _lock: lock })
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

    /// Takes no more, waits for what runs, then stops the housekeeping.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        let _ = self.janitor.await;
        if !self.queue.drain(GRACE).await {
            tracing::warn!("operations still run; the next start finishes or undoes them");
        }
        self.tidy.cancel();
        let _ = self.sweep.await;
    }
}

async fn taken(desk: &Desk) -> Result<Problem, Problem> {
    let path = desk.settings.data.display().to_string();
    let holder = RunnerLock::holder(&desk.settings.data).await?;
    let (what, pid) = holder.map_or_else(|| ("?".to_owned(), 0), |h| (h.what, i64::from(h.pid)));
    Ok(problem!("server-runs", path = path, what = what, pid = pid))
}

/// Waits for Ctrl-C or SIGTERM.
pub(crate) async fn told_to_stop(desk: &Desk) -> Result<(), Problem> {
    let failed = |e: std::io::Error| problem!("cli-signals").detail(e);
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    desk.out.note(&desk.out.words().label("cli-stopping"));
    Ok(())
}
