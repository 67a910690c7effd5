//! The queue: apalis on a SQLite file of its own, as a thin trigger. A job is an
//! operation's id; its handler starts the work beside the queue and is done. What
//! limits how many run, what waits and what is over stands here and in
//! `operations`, never in the queue's rows: the file is thrown away at each start.

use std::{path::Path, sync::Arc, time::Duration};

use apalis::prelude::{BackendExt, Data, Monitor, TaskBuilder, TaskSink, WorkerBuilder};
use apalis_sqlite::{Config, SqliteStorage};
use async_trait::async_trait;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::sync::{Notify, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::poll::Ear;
use crate::{
    domain::{
        id::{OperationId, SharedIds},
        problem::Problem,
    },
    problem,
};

/// The file's name in the data folder.
const FILE: &str = "queue.db";
/// The queue's name in it.
const NAME: &str = "operations";
/// How often it looks for work nobody told it of.
pub(super) const EVERY: Duration = Duration::from_millis(200);

/// Runs one operation to its end. Called at least once for each pushed id, so it
/// claims the operation before it touches anything. `operation/` implements it.
#[async_trait]
pub trait Execute: Send + Sync {
    /// Runs it; whatever happens is written down there.
    async fn execute(&self, id: OperationId);
}

/// A running queue. Cheap to clone.
#[derive(Clone)]
pub struct Queue {
    storage: SqliteStorage<String>,
    pushed: Arc<Notify>,
    work: Work,
}

/// What a handler needs: who runs operations, and how many at once.
#[derive(Clone)]
struct Work {
    executor: Arc<dyn Execute>,
    places: Arc<Semaphore>,
    running: TaskTracker,
    shutdown: CancellationToken,
}

impl Queue {
    /// Starts a queue in a data folder whose runner's lock the caller holds.
    /// At most `concurrency` operations run at once; the others wait their turn.
    /// Takes no more once `shutdown` is cancelled. Problem: `queue-open`.
    pub async fn start(
        folder: &Path,
        executor: Arc<dyn Execute>,
        concurrency: usize,
        ids: SharedIds,
        shutdown: CancellationToken,
    ) -> Result<Self, Problem> {
        Self::start_looking(folder, executor, concurrency, ids, shutdown, EVERY).await
    }

    /// The same, looking so often for work nobody told it of.
    pub(super) async fn start_looking(
        folder: &Path,
        executor: Arc<dyn Execute>,
        concurrency: usize,
        ids: SharedIds,
        shutdown: CancellationToken,
        every: Duration,
    ) -> Result<Self, Problem> {
        let pool = open(folder).await.map_err(|e| problem!("queue-open").detail(e))?;
        let config = Config::default().queue(NAME).batch_size(1).lock_tasks(false);
        let work = Work {
            executor,
            places: Arc::new(Semaphore::new(concurrency.max(1))),
            running: TaskTracker::new(),
            shutdown,
        };
        let queue = Self {
            storage: SqliteStorage::new(&pool).with_config(config),
            pushed: Arc::new(Notify::new()),
            work,
        };
        queue.clone().listen(ids, every);
        Ok(queue)
    }

    /// Hands an operation to the queue. Problem: `queue-push`; the sweep tries
    /// again.
    pub async fn push(&self, id: &OperationId) -> Result<(), Problem> {
        let task = TaskBuilder::new(id.to_string()).max_attempts(1).build();
        let mut storage = self.storage.clone();
        storage.push_task(task).await.map_err(|e| problem!("queue-push").transient().detail(e))?;
        self.pushed.notify_one();
        Ok(())
    }

    /// Waits for what runs, at most `grace`; says whether all of it ended. What
    /// did not is taken over at the next start. Call it after `shutdown` was
    /// cancelled.
    pub async fn drain(&self, grace: Duration) -> bool {
        self.work.running.close();
        let ended = tokio::time::timeout(grace, self.work.running.wait()).await.is_ok();
        self.storage.pool().close().await;
        ended
    }

    /// Whether it takes no more.
    pub(super) fn is_stopping(&self) -> bool {
        self.work.shutdown.is_cancelled()
    }

    /// Removes rows of jobs that were handed on.
    pub(super) async fn purge(&self) -> Result<u64, Problem> {
        let purged = sqlx::query("DELETE FROM Jobs WHERE status IN ('Done', 'Failed', 'Killed')")
            .execute(self.storage.pool())
            .await;
        Ok(purged.map_err(|e| problem!("queue-push").transient().detail(e))?.rows_affected())
    }

    /// Runs apalis's worker, restarted whenever it fails, until shutdown.
    fn listen(self, ids: SharedIds, every: Duration) {
        let shutdown = self.work.shutdown.clone();
        let stopping = shutdown.clone();
        let factory = move |restarts: usize| {
            // A name used before is refused, or keeps a dead worker's jobs.
            let name = format!("w-{}-{}-{restarts}", std::process::id(), ids.next());
            let ear = Ear::new(&self.pushed, every);
            WorkerBuilder::new(name)
                .backend(self.storage.clone().poll_with_strategy(ear))
                .data(self.work.clone())
                .build(handle)
        };
        tokio::spawn(async move {
            let monitor = Monitor::new()
                .register(factory)
                // Once the pool is closed a worker fails as soon as it is made: made
                // again and again, it would keep the process from ending.
                .should_restart(move |_, _| !stopping.is_cancelled())
                .shutdown_timeout(Duration::from_secs(1));
            let signal = async move {
                shutdown.cancelled().await;
                Ok(())
            };
            if let Err(error) = monitor.run_with_signal(signal).await {
                tracing::warn!(%error, "the queue's worker did not end cleanly");
            }
        });
    }
}

/// A job: starts the operation beside the queue and is done, always well.
async fn handle(id: String, work: Data<Work>) -> Result<(), std::convert::Infallible> {
    match id.parse::<OperationId>() {
        Ok(id) => work.start(id),
        Err(error) => tracing::error!(%error, "a job of the queue names no operation"),
    }
    Ok(())
}

impl Work {
    fn start(&self, id: OperationId) {
        let work = self.clone();
        self.running.spawn(async move {
            let _place = tokio::select! {
                biased;
                () = work.shutdown.cancelled() => return,
                place = work.places.clone().acquire_owned() => place,
            };
            let log = id.clone();
            let running = tokio::spawn(async move { work.executor.execute(id).await });
            if let Err(error) = running.await {
                tracing::error!(operation = %log, %error, "an operation's runner died");
            }
        });
    }
}

/// A fresh file, mode 0600: what the last one still held is pushed again from the
/// `operations` table. It may lose its last rows with the power for the same
/// reason.
async fn open(folder: &Path) -> Result<SqlitePool, Box<dyn std::error::Error + Send + Sync>> {
    use std::os::unix::fs::OpenOptionsExt;
    let path = folder.join(FILE);
    for suffix in ["", "-wal", "-shm"] {
        match tokio::fs::remove_file(folder.join(format!("{FILE}{suffix}"))).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    let mut fresh = std::fs::OpenOptions::new();
    fresh.create_new(true).write(true).mode(0o600);
    tokio::fs::OpenOptions::from(fresh).open(&path).await?;
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Off)
        .busy_timeout(Duration::from_secs(10));
    // One connection: pushing and fetching take turns instead of colliding.
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    // Not `setup`: it sets pragmas on one connection of somebody's pool.
    SqliteStorage::migrations().run(&pool).await?;
    Ok(pool)
}
