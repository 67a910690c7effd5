//! Blocking work on a thread of its own: it can be told to stop, says how far it
//! is, waits for locks with a bound, and is over before an undo begins.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    domain::{id::OperationId, problem::Problem},
    problem,
    saga::Progress,
    store::Reserve,
};

/// A pause between two tries for a lock. Short: an application that writes
/// without a break leaves gaps of microseconds only.
const PAUSE: Duration = Duration::from_micros(500);

/// What a blocking function is given.
#[derive(Clone)]
pub(super) struct Work {
    stop: Arc<AtomicBool>,
    progress: Progress,
    /// How long to wait for a lock that others hold.
    pub(super) patience: Duration,
    /// What must stay free on every disk that is written to.
    pub(super) reserve: Reserve,
}

impl Work {
    pub(super) fn new(progress: Progress, patience: Duration) -> Self {
        Self { stop: Arc::default(), progress, patience, reserve: Reserve::none() }
    }

    /// The same with a reserve.
    pub(super) fn keeping(self, reserve: Reserve) -> Self {
        Self { reserve, ..self }
    }

    #[cfg(test)]
    pub(super) fn stopper(&self) -> Arc<AtomicBool> {
        self.stop.clone()
    }

    /// Fails once nobody waits for the result any more.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.stopped() { Err(problem!("sqlite-stopped")) } else { Ok(()) }
    }

    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn moved(&self, bytes: u64) {
        self.progress.add(bytes);
    }

    pub(super) fn beat(&self) {
        self.progress.beat();
    }

    pub(super) fn expect(&self, bytes: u64) {
        self.progress.expect(bytes);
    }

    /// Tries until it answers, fails otherwise than `sqlite-busy`, or patience
    /// ends. SQLite's own busy handler would sleep deaf to a cancel.
    pub(super) fn patiently<T>(&self, mut attempt: impl FnMut() -> Result<T, Problem>) -> Result<T, Problem> {
        let since = Instant::now();
        loop {
            self.check()?;
            match attempt() {
                Err(problem) if problem.is("sqlite-busy") && since.elapsed() < self.patience => self.pause(),
                other => return other,
            }
        }
    }

    /// A short sleep that counts as a sign of life.
    pub(super) fn pause(&self) {
        self.beat();
        std::thread::sleep(PAUSE);
    }
}

/// Sets the flag when the waiting future is dropped.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One gate an operation: its blocking work passes one at a time. A dropped step
/// leaves its thread behind for a moment; whoever undoes the step waits here
/// until that thread is gone, so that nothing is written behind the undo's back.
#[derive(Clone, Default)]
pub(super) struct Gates(Arc<Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>>);

impl Gates {
    fn of(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|_, gate| gate.strong_count() > 0);
        if let Some(gate) = gates.get(name).and_then(Weak::upgrade) {
            return gate;
        }
        let gate = Arc::default();
        gates.insert(name.to_owned(), Arc::downgrade(&gate));
        gate
    }

    /// Runs `work` for an operation on a blocking thread, alone.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        operation: &OperationId,
        work: Work,
        f: impl FnOnce(&Work) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = self.of(operation.as_str()).lock_owned().await;
        run(work, move |work| {
            let _permit = permit;
            f(work)
        })
        .await
    }
}

/// Runs `f` on a blocking thread; dropping the future tells it to stop.
pub(super) async fn run<T: Send + 'static>(
    work: Work,
    f: impl FnOnce(&Work) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let _stop = StopOnDrop(work.stop.clone());
    tokio::task::spawn_blocking(move || {
        work.check()?;
        f(&work)
    })
    .await
    .map_err(|e| problem!("sqlite-thread").detail(e))?
}
