//! What the demo has begun on the machine and must end: noted before it is begun,
//! so that nothing stays, wherever the demo fails or is stopped.

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    domain::problem::Problem,
    host::{Command, ContainerHost, Held, Place, ProcessRef},
    problem,
};

/// How long one command of the sample may take: the slowest, initdb, takes a second
/// on a machine at rest.
const LIMIT: Duration = Duration::from_secs(120);
/// How long a command that is ended may take to go by itself.
const GRACE: Duration = Duration::from_secs(5);

/// Something that must be ended.
pub(super) enum End {
    /// A server below a data folder: `pg_ctl -D <data>`, and that folder.
    Server { place: Arc<dyn Place>, pg_ctl: Command, data: PathBuf },
    /// A container, with its volumes.
    Container { host: Arc<dyn ContainerHost>, name: String },
}

/// What is to be ended, and the work that may still be making more of it.
#[derive(Default)]
pub(super) struct Remains {
    ends: Mutex<Vec<End>>,
    stop: Mutex<CancellationToken>,
    tasks: TaskTracker,
}

impl Remains {
    /// From now on this is ended at the end, whether it exists by then or not.
    pub(super) fn note(&self, end: End) {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).push(end);
    }

    /// Runs a command to its end and returns what it said; anything but exit 0 is a
    /// problem with its words. Ended if it takes too long or the demo stops.
    pub(super) async fn run(
        &self,
        place: &Arc<dyn Place>,
        command: Command,
        input: &str,
    ) -> Result<String, Problem> {
        let stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.whole(run(place.clone(), command, input.to_owned(), stop)).await?
    }

    /// The same for a command that must not be ended half-way, because what it
    /// starts outlives it.
    pub(super) async fn run_whole(
        &self,
        place: &Arc<dyn Place>,
        command: Command,
    ) -> Result<String, Problem> {
        self.whole(run(place.clone(), command, String::new(), CancellationToken::new())).await?
    }

    /// Carries something out even if nobody waits for it any more; `end` waits.
    pub(super) async fn whole<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.tasks.spawn(work).await.map_err(|e| problem!("demo-sample").detail(e))
    }

    /// Ends everything, the last first, and says what could not be ended. More may
    /// be begun afterwards.
    pub(super) async fn end(&self) -> Vec<Problem> {
        std::mem::take(&mut *self.stop.lock().unwrap_or_else(PoisonError::into_inner)).cancel();
        self.tasks.close();
        let idle = timeout(LIMIT, self.tasks.wait()).await;
        self.tasks.reopen();
        let mut wrong = Vec::new();
        if idle.is_err() {
            wrong.push(problem!("demo-sample").detail("a command does not end"));
        }
        let mut ends = std::mem::take(&mut *self.ends.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some(end) = ends.pop() {
            wrong.extend(end.end().await.err());
        }
        wrong
    }
}

impl End {
    async fn end(self) -> Result<(), Problem> {
        match self {
            Self::Container { host, name } => Ok(host.discard(&name).await?),
            Self::Server { place, pg_ctl, data } => stop_server(&place, &pg_ctl, &data).await,
        }
    }
}

/// Stops a server, harder the second time. One without a pid file does not run.
async fn stop_server(place: &Arc<dyn Place>, pg_ctl: &Command, data: &Path) -> Result<(), Problem> {
    let mut stopped = Ok(());
    for mode in ["fast", "immediate"] {
        if !tokio::fs::try_exists(data.join("postmaster.pid")).await.unwrap_or(true) {
            return Ok(());
        }
        let stop = pg_ctl.clone().arg("-m").arg(mode).arg("stop");
        stopped = run(place.clone(), stop, String::new(), CancellationToken::new()).await.map(drop);
        if stopped.is_ok() {
            break;
        }
    }
    stopped
}

async fn run(
    place: Arc<dyn Place>,
    command: Command,
    input: String,
    stop: CancellationToken,
) -> Result<String, Problem> {
    let program = command.program().to_owned();
    if stop.is_cancelled() {
        return Err(problem!("demo-interrupted"));
    }
    let held = place.start(command).await?;
    let process = held.process().clone();
    let why = tokio::select! {
        said = follow(held, &program, &input) => return said,
        () = tokio::time::sleep(LIMIT) => {
            problem!("demo-sample-slow", program = &program, seconds = LIMIT.as_secs())
        }
        () = stop.cancelled() => problem!("demo-interrupted"),
    };
    end_process(&*place, &process).await?;
    Err(why)
}

async fn end_process(place: &dyn Place, process: &ProcessRef) -> Result<(), Problem> {
    Ok(place.end(process, GRACE).await?)
}

async fn follow(held: Box<dyn Held>, program: &str, input: &str) -> Result<String, Problem> {
    let failed = |words: String| problem!("demo-sample-command", program = program).detail(words);
    let mut running = held.release().await?;
    if let Some(mut stdin) = running.stdin.take() {
        // A program that ends early closes its input: its exit code says why.
        let _ = stdin.write_all(input.as_bytes()).await;
        let _ = stdin.shutdown().await;
    }
    let mut said = String::new();
    running.stdout.read_to_string(&mut said).await.map_err(|e| failed(e.to_string()))?;
    let exit = running.exit.wait().await?;
    if exit.ok() { Ok(said) } else { Err(failed(exit.stderr)) }
}
