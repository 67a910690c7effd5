//! One operation and its journal, which can stop answering at a chosen moment.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::rig::Rig;
use crate::{
    domain::{
        clock::SystemClock,
        id::{OperationId, SystemIds},
        msg::Msg,
    },
    host::{Hosts, ProcessRef},
    saga::{
        Fence, Journal, JournalError, Outcome, Plan, Runner, StepRecord, StepState, journal::Event,
        progress::NoSink, runner::Patience,
    },
};

/// One operation with its journal in memory.
pub(super) struct Run {
    pub(super) op: OperationId,
    pub(super) memory: Arc<Memory>,
    pub(super) hosts: Hosts,
}

/// A journal, and the moment at which it stops answering, as if its process died.
#[derive(Default)]
pub(super) struct Memory {
    steps: Mutex<Vec<StepRecord>>,
    pub(super) stop_at: Mutex<Option<(usize, StepState)>>,
    pub(super) stopped: Notify,
    meanwhile: Mutex<Option<Meanwhile>>,
    pub(super) lines: Mutex<Vec<Msg>>,
}

/// What happens, once, at the moment a step of this name comes into this state.
type Meanwhile = (String, StepState, Box<dyn FnOnce() + Send>);

impl Run {
    pub(super) fn new(rig: &Rig, plan: &Plan) -> Self {
        let record = |line: crate::saga::plan::PlanLine| StepRecord {
            index: line.index,
            name: line.name,
            state: StepState::Pending,
            tries: 0,
            started_at: None,
            ended_at: None,
            output: None,
            notes: Vec::new(),
            processes: Vec::new(),
            problem: None,
        };
        let memory = Memory::default();
        *memory.steps.lock().unwrap() = plan.lines().into_iter().map(record).collect();
        Self { op: OperationId::new(&SystemIds), memory: Arc::new(memory), hosts: rig.hosts.clone() }
    }

    pub(super) fn runner(&self) -> Runner {
        Runner {
            op: self.op.clone(),
            fence: Fence(1),
            journal: self.memory.clone(),
            clock: Arc::new(SystemClock),
            places: Arc::new(self.hosts.clone()),
            progress: Arc::new(NoSink),
            cancel: CancellationToken::new(),
            patience: Patience::default(),
        }
    }

    /// Lets something happen just before step `step` is `state`.
    pub(super) fn meanwhile(&self, step: &str, state: StepState, act: impl FnOnce() + Send + 'static) {
        *self.memory.meanwhile.lock().unwrap() = Some((step.to_owned(), state, Box::new(act)));
    }

    pub(super) async fn run(&self, plan: &Plan) -> Outcome {
        self.runner().run(plan).await.unwrap()
    }

    pub(super) fn output<T: serde::de::DeserializeOwned>(&self, step: &str) -> T {
        let steps = self.memory.steps.lock().unwrap();
        let record = steps.iter().find(|r| r.name == step).unwrap();
        serde_json::from_value(record.output.clone().unwrap()).unwrap()
    }
}

#[async_trait]
impl Journal for Memory {
    async fn steps(&self, _: &OperationId) -> Result<Vec<StepRecord>, JournalError> {
        Ok(self.steps.lock().unwrap().clone())
    }
    async fn record(&self, _: &OperationId, _: Fence, step: usize, event: Event) -> Result<(), JournalError> {
        let name = self.steps.lock().unwrap()[step].name.clone();
        let due = |(at, state, _): &mut Meanwhile| *at == name && *state == event.state();
        let act = self.meanwhile.lock().unwrap().take_if(due);
        if let Some((_, _, act)) = act {
            tokio::task::block_in_place(act);
        }
        let stop = *self.stop_at.lock().unwrap();
        if stop == Some((step, event.state())) && event.state() != StepState::Running {
            self.stopped.notify_one();
            std::future::pending::<()>().await;
        }
        {
            let mut steps = self.steps.lock().unwrap();
            let record = &mut steps[step];
            assert!(record.state.may_become(event.state()), "{} {event:?}", record.name);
            record.state = event.state();
            match event.clone() {
                Event::Began => record.tries += 1,
                Event::Finished(output) => record.output = Some(output),
                Event::Failed(problem) | Event::UndoFailed(problem) => record.problem = Some(problem),
                Event::UndoBegan | Event::UndoFinished => {}
            }
        }
        if stop == Some((step, event.state())) {
            self.stopped.notify_one();
        }
        Ok(())
    }
    async fn note(&self, _: &OperationId, _: Fence, step: usize, note: Value) -> Result<(), JournalError> {
        self.steps.lock().unwrap()[step].notes.push(note);
        Ok(())
    }
    async fn process(
        &self,
        _: &OperationId,
        _: Fence,
        step: usize,
        process: &ProcessRef,
    ) -> Result<(), JournalError> {
        self.steps.lock().unwrap()[step].processes.push(process.clone());
        Ok(())
    }
    async fn log(&self, _: &OperationId, _: Fence, line: &Msg) -> Result<(), JournalError> {
        eprintln!("log: {line:?}");
        self.lines.lock().unwrap().push(line.clone());
        Ok(())
    }
}
