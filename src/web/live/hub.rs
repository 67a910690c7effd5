//! One look at an operation for everybody who watches it: a task a watched
//! operation, however many pages are open, and none when nobody looks.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::sync::watch::{Receiver, Sender, channel};

use crate::{
    db::{AsideState, Db, LogLine, OperationRow},
    domain::{id::OperationId, operation::OpState, problem::Problem},
    problem,
    saga::{Journal, Snapshot, StepRecord, StepState, step::EffectName},
};

/// How often it looks while something moves.
const BEAT: Duration = Duration::from_millis(500);
/// How often at most a page is told of bytes alone.
const BYTES: Duration = Duration::from_secs(1);
/// How many lines of the log are kept for whoever comes; the page has the rest.
pub(crate) const LINES: usize = 500;

/// An operation as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sight {
    pub(crate) row: OperationRow,
    pub(crate) steps: Vec<StepRecord>,
    /// Its safety backup, while that is what goes on: it moves the bytes.
    pub(crate) child: Option<(OperationRow, Vec<StepRecord>)>,
    /// The last lines of its log.
    pub(crate) log: Vec<LogLine>,
    /// Bytes a second, over the last seconds.
    pub(crate) rate: Option<u64>,
    /// Whether something lies aside that an undo would put back.
    pub(crate) kept: bool,
}

impl Sight {
    /// One look. Problems: `not-found-operation`, of the database.
    pub(crate) async fn take(db: &Db, id: &OperationId) -> Result<Self, Problem> {
        Self::after(db, id, &[]).await
    }

    /// The same, with the lines known already.
    async fn after(db: &Db, id: &OperationId, known: &[LogLine]) -> Result<Self, Problem> {
        // The row first: what it says is final has all its steps and lines written.
        let row = db.operation(id).await?;
        let steps = steps(db, id).await?;
        let mut log = known.to_vec();
        log.extend(db.operation_log(id, known.last().map_or(0, |line| line.seq)).await?);
        let over = log.len().saturating_sub(LINES);
        log.drain(..over);
        let child = child(db, &row, &steps).await?;
        // Written down by the last steps, and gone once it was used or freed.
        let kept = row.state == OpState::Succeeded && kept(db, id).await?;
        Ok(Self { row, steps, child, log, rate: None, kept })
    }

    /// How far what moves bytes now is: this operation, or its safety backup.
    pub(crate) fn progress(&self) -> Option<Snapshot> {
        match &self.child {
            Some((child, _)) => child.progress,
            None => self.row.progress,
        }
    }

    /// Whether nothing will change by itself any more.
    pub(crate) fn rests(&self) -> bool {
        self.row.state.is_final() || self.row.state == OpState::NeedsOperator
    }
}

async fn kept(db: &Db, id: &OperationId) -> Result<bool, Problem> {
    Ok(db.asides_of(id).await?.iter().any(|aside| aside.state == AsideState::Kept))
}

async fn steps(db: &Db, id: &OperationId) -> Result<Vec<StepRecord>, Problem> {
    db.steps(id).await.map_err(|e| problem!("internal-journal").detail(e))
}

async fn child(
    db: &Db,
    row: &OperationRow,
    own: &[StepRecord],
) -> Result<Option<(OperationRow, Vec<StepRecord>)>, Problem> {
    let saves = |step: &StepRecord| {
        step.state == StepState::Running
            && row.plan.get(step.index).is_some_and(|line| line.effect == EffectName::Saves)
    };
    if !own.iter().any(saves) {
        return Ok(None);
    }
    let going = db.children(&row.id).await?.into_iter().find(|child| child.state == OpState::Running);
    let Some(child) = going else { return Ok(None) };
    let below = steps(db, &child.id).await?;
    Ok(Some((child, below)))
}

type Seen = Result<Arc<Sight>, Problem>;

/// The operations that are watched.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Mutex<HashMap<OperationId, Weak<Sender<Seen>>>>>);

impl Hub {
    /// Watches an operation: what it is now, and each change.
    pub(crate) async fn watch(
        &self,
        db: &Db,
        id: &OperationId,
        runtime: &tokio::runtime::Handle,
    ) -> Result<Receiver<Seen>, Problem> {
        if let Some(there) = self.there(id) {
            return Ok(there);
        }
        let first = Arc::new(Sight::take(db, id).await?);
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = watched.get(id).and_then(Weak::upgrade) {
            return Ok(there.subscribe());
        }
        watched.retain(|_, sender| sender.strong_count() > 0);
        let (sender, receiver) = channel(Ok(first));
        let sender = Arc::new(sender);
        watched.insert(id.clone(), Arc::downgrade(&sender));
        runtime.spawn(look_on(db.clone(), id.clone(), sender));
        Ok(receiver)
    }

    fn there(&self, id: &OperationId) -> Option<Receiver<Seen>> {
        let watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watched.get(id).and_then(Weak::upgrade).map(|sender| sender.subscribe())
    }
}

/// Looks until nobody watches or the operation rests.
async fn look_on(db: Db, id: OperationId, sender: Arc<Sender<Seen>>) {
    let mut rate = Rate::default();
    loop {
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            () = sender.closed() => return,
        }
        let last = sender.borrow().as_ref().ok().cloned();
        let known = last.as_ref().map(|last| last.log.clone()).unwrap_or_default();
        match Sight::after(&db, &id, &known).await {
            Ok(mut sight) => {
                sight.rate = rate.see(sight.progress());
                let rests = sight.rests();
                let news = last.as_deref().is_none_or(|last| rate.worth_telling(last, &sight));
                if news || rests {
                    let _ = sender.send(Ok(Arc::new(sight)));
                }
                if rests {
                    return;
                }
            }
            Err(problem) => {
                tracing::warn!(operation = %id, %problem, "could not be looked at");
                let _ = sender.send(Err(problem));
                return;
            }
        }
    }
}

/// Bytes a second from what was seen in the last seconds.
#[derive(Default)]
struct Rate {
    seen: std::collections::VecDeque<(tokio::time::Instant, Snapshot)>,
    told: Option<tokio::time::Instant>,
}

/// Over how long the rate is taken.
const SPAN: Duration = Duration::from_secs(10);

impl Rate {
    #[allow(clippy::disallowed_methods)] // a stopwatch, not a clock: it is never stored
    fn see(&mut self, progress: Option<Snapshot>) -> Option<u64> {
        let now = tokio::time::Instant::now();
        let Some(progress) = progress else {
            self.seen.clear();
            return None;
        };
        let another = |last: &Snapshot| last.step != progress.step || last.bytes > progress.bytes;
        if self.seen.back().is_some_and(|(_, last)| another(last)) {
            self.seen.clear();
        }
        self.seen.push_back((now, progress));
        while self.seen.len() > 2 && self.seen.front().is_some_and(|(at, _)| now - *at > SPAN) {
            self.seen.pop_front();
        }
        let (from, first) = self.seen.front()?;
        let millis = u64::try_from((now - *from).as_millis()).ok().filter(|ms| *ms >= 500)?;
        Some((progress.bytes - first.bytes).saturating_mul(1000) / millis)
    }

    /// Whether a page should hear of it: any change at once, bytes once a second.
    fn worth_telling(&mut self, last: &Sight, now: &Sight) -> bool {
        let state = |sight: &Sight| {
            let steps: Vec<_> = sight.steps.iter().map(|step| (step.state, step.tries)).collect();
            let line = sight.log.last().map(|line| line.seq);
            (
                sight.row.state,
                sight.row.cancel_at,
                steps,
                line,
                sight.child.as_ref().map(|(c, _)| c.id.clone()),
            )
        };
        if state(last) != state(now) {
            return true;
        }
        let moved = last.progress() != now.progress();
        let due = self.told.is_none_or(|told| told.elapsed() >= BYTES);
        if moved && due {
            self.told = self.seen.back().map(|(at, _)| *at);
        }
        moved && due
    }
}
