//! A journal in memory, for tests. It keeps every rule of [`Journal`] that the
//! metadata database keeps (one contract suite is run on both), and it can stop
//! answering at a chosen moment, as if its process had died there.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{
    Plan, Runner,
    journal::{Event, Fence, Journal, JournalError, StepRecord, StepState},
    progress::NoSink,
    runner::Patience,
};
use crate::{
    domain::{
        clock::{Clock, SystemClock},
        id::OperationId,
        msg::Msg,
    },
    host::{Place, PlaceId, Places, ProcessRef},
};

/// The journal of one operation, whatever its id.
#[derive(Default)]
pub(crate) struct Memory {
    steps: Mutex<Vec<StepRecord>>,
    fence: AtomicI64,
    stop_at: Mutex<Option<(usize, StepState)>>,
    stopped: Notify,
    meanwhile: Mutex<Option<Meanwhile>>,
    lines: Mutex<Vec<Msg>>,
}

/// What happens, once, just before a step of this name comes into this state.
type Meanwhile = (String, StepState, Box<dyn FnOnce() + Send>);

impl Memory {
    /// Of steps with these names, none begun.
    pub(crate) fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Arc<Self> {
        let record = |(index, name): (usize, S)| StepRecord {
            index,
            name: name.into(),
            state: StepState::Pending,
            tries: 0,
            started_at: None,
            ended_at: None,
            output: None,
            notes: Vec::new(),
            processes: Vec::new(),
            problem: None,
        };
        let steps = names.into_iter().enumerate().map(record).collect();
        Arc::new(Self { steps: Mutex::new(steps), ..Self::default() })
    }

    /// Of a plan's steps.
    pub(crate) fn of(plan: &Plan) -> Arc<Self> {
        Self::new(plan.lines().into_iter().map(|line| line.name))
    }

    /// A runner that writes here, under the fence of this moment.
    pub(crate) fn runner(self: &Arc<Self>, op: &OperationId, places: Arc<dyn Places>) -> Runner {
        Runner {
            op: op.clone(),
            fence: self.fence(),
            journal: self.clone(),
            clock: Arc::new(SystemClock),
            places,
            progress: Arc::new(NoSink),
            cancel: CancellationToken::new(),
            patience: Patience::default(),
        }
    }

    /// The rows, to look at them or to write them as nobody may.
    pub(crate) fn rows(&self) -> MutexGuard<'_, Vec<StepRecord>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a step stands.
    pub(crate) fn state(&self, step: &str) -> Option<StepState> {
        self.rows().iter().find(|row| row.name == step).map(|row| row.state)
    }

    /// What a step left.
    pub(crate) fn output<T: DeserializeOwned>(&self, step: &str) -> Option<T> {
        let rows = self.rows();
        let output = rows.iter().find(|row| row.name == step)?.output.clone()?;
        serde_json::from_value(output).ok()
    }

    fn fence(&self) -> Fence {
        Fence(self.fence.load(Ordering::SeqCst))
    }

    /// Hands the operation to another runner: the one before may write no more.
    pub(crate) fn take_over(&self) -> Fence {
        Fence(self.fence.fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// From now on it stops answering when a step reaches a state: before that is
    /// written, or, if the state is `Running`, as soon as it is.
    pub(crate) fn stop_at(&self, step: usize, state: StepState) {
        *self.stopping() = Some((step, state));
    }

    /// Lets something happen, once, just before a step is written to be in a state.
    pub(crate) fn meanwhile(&self, step: &str, state: StepState, act: impl FnOnce() + Send + 'static) {
        let mut meanwhile = self.meanwhile.lock().unwrap_or_else(PoisonError::into_inner);
        *meanwhile = Some((step.to_owned(), state, Box::new(act)));
    }

    fn happens(&self, step: usize, state: StepState) {
        let name = self.rows().get(step).map(|row| row.name.clone());
        let due = |(at, when, _): &mut Meanwhile| Some(&*at) == name.as_ref() && *when == state;
        let act = self.meanwhile.lock().unwrap_or_else(PoisonError::into_inner).take_if(due);
        if let Some((_, _, act)) = act {
            tokio::task::block_in_place(act);
        }
    }

    /// What the operation's log says.
    pub(crate) fn log_lines(&self) -> Vec<Msg> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns when it has stopped answering.
    pub(crate) async fn stopped(&self) {
        self.stopped.notified().await;
    }

    /// It answers again, to the next process.
    pub(crate) fn go_on(&self) {
        *self.stopping() = None;
    }

    fn stopping(&self) -> MutexGuard<'_, Option<(usize, StepState)>> {
        self.stop_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(
        &self,
        fence: Fence,
        step: usize,
        write: impl FnOnce(&mut StepRecord) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        self.guard(fence)?;
        let mut rows = self.rows();
        write(rows.get_mut(step).ok_or_else(|| JournalError::Storage(format!("no step {step}")))?)
    }

    fn guard(&self, fence: Fence) -> Result<(), JournalError> {
        if fence == self.fence() { Ok(()) } else { Err(JournalError::Fenced) }
    }
}

/// Moves a row along, if the table allows it.
fn advance(row: &mut StepRecord, event: Event) -> Result<(), JournalError> {
    let (from, to) = (row.state, event.state());
    if !from.may_become(to) {
        let (from, to) = (from.as_str(), to.as_str());
        return Err(JournalError::Illegal { step: row.name.clone(), from, to });
    }
    row.state = to;
    if !matches!(event, Event::Began | Event::UndoBegan) {
        row.ended_at = Some(SystemClock.now());
    }
    match event {
        Event::Began => {
            row.tries += 1;
            row.started_at.get_or_insert(SystemClock.now());
            (row.output, row.problem) = (None, None);
        }
        Event::Finished(output) => row.output = Some(output),
        Event::Failed(problem) | Event::UndoFailed(problem) => row.problem = Some(problem),
        Event::UndoBegan | Event::UndoFinished => {}
    }
    Ok(())
}

#[async_trait]
impl Journal for Memory {
    async fn steps(&self, _: &OperationId) -> Result<Vec<StepRecord>, JournalError> {
        Ok(self.rows().clone())
    }

    async fn record(
        &self,
        _: &OperationId,
        fence: Fence,
        step: usize,
        event: Event,
    ) -> Result<(), JournalError> {
        self.happens(step, event.state());
        let here = Some((step, event.state())) == *self.stopping();
        let begins = event.state() == StepState::Running;
        if here && !begins {
            self.stopped.notify_one();
            std::future::pending::<()>().await;
        }
        self.write(fence, step, |row| advance(row, event))?;
        if here {
            self.stopped.notify_one();
        }
        Ok(())
    }

    async fn note(
        &self,
        _: &OperationId,
        fence: Fence,
        step: usize,
        note: Value,
    ) -> Result<(), JournalError> {
        self.write(fence, step, |row| {
            row.notes.push(note);
            Ok(())
        })
    }

    async fn process(
        &self,
        _: &OperationId,
        fence: Fence,
        step: usize,
        process: &ProcessRef,
    ) -> Result<(), JournalError> {
        self.write(fence, step, |row| {
            row.processes.push(process.clone());
            Ok(())
        })
    }

    async fn log(&self, _: &OperationId, fence: Fence, line: &Msg) -> Result<(), JournalError> {
        self.guard(fence)?;
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
        Ok(())
    }
}

/// No place at all: for plans that start no process.
pub(crate) struct Nowhere;

impl Places for Nowhere {
    fn place(&self, _: &PlaceId) -> Option<Arc<dyn Place>> {
        None
    }
}

mod tests {
    use super::*;
    use crate::saga::contract::{self, Ground, Running};

    /// The newest operation's journal.
    #[derive(Default)]
    struct Newest(Mutex<Arc<Memory>>);

    #[async_trait]
    impl Ground for Newest {
        async fn running(&self) -> Running {
            let memory = Memory::new(contract::STEPS);
            *self.0.lock().unwrap() = memory.clone();
            let op = OperationId::new(&crate::domain::id::SystemIds);
            Running { fence: memory.take_over(), journal: memory, op }
        }

        async fn taken_over(&self, _: &Running) -> Fence {
            self.0.lock().unwrap().take_over()
        }

        /// Nothing outlives the process: the same one is read again.
        async fn anew(&self, running: &Running) -> Arc<dyn Journal> {
            running.journal.clone()
        }
    }

    contract::on!(Newest::default());
}
