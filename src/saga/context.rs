//! What a step is given: the outputs of earlier steps, its place in the journal,
//! progress, cancelling, the clock. Nothing else of the runner is visible to it.

use std::{collections::HashMap, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    journal::{Fence, Journal, JournalError},
    progress::Progress,
    step::Slot,
};
use crate::{
    domain::{
        clock::{Moment, SharedClock},
        id::OperationId,
        msg::Msg,
        problem::Problem,
    },
    host::{Held, HostError, ProcessRef, Running},
    problem,
};

/// A step's view of the run it belongs to.
#[derive(Clone)]
pub struct Cx {
    pub(super) op: OperationId,
    pub(super) fence: Fence,
    pub(super) step: usize,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: SharedClock,
    pub(super) outputs: Arc<HashMap<String, Value>>,
    pub(super) notes: Arc<Vec<Value>>,
    pub(super) progress: Progress,
    pub(super) cancel: CancellationToken,
}

impl Cx {
    /// The operation this step belongs to: side names carry it.
    pub fn operation(&self) -> &OperationId {
        &self.op
    }

    /// The fence under which this run may write.
    pub fn fence(&self) -> Fence {
        self.fence
    }

    /// Now.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// What an earlier step left. A step that did not finish has left nothing.
    pub fn get<T: DeserializeOwned>(&self, slot: &Slot<T>) -> Result<T, Problem> {
        self.find(slot)?.ok_or_else(|| problem!("internal-step-output", step = &slot.step))
    }

    /// The same, `None` if that step has not finished: for undos.
    pub fn find<T: DeserializeOwned>(&self, slot: &Slot<T>) -> Result<Option<T>, Problem> {
        let Some(value) = self.outputs.get(&slot.step) else { return Ok(None) };
        serde_json::from_value(value.clone())
            .map(Some)
            .map_err(|e| problem!("internal-step-output", step = &slot.step).detail(e))
    }

    /// Writes something down in the journal, durably, before acting on it; this
    /// step's undo finds it in [`Cx::notes`], also after a crash. No secrets.
    pub async fn note<T: Serialize + Sync>(&self, note: &T) -> Result<(), Problem> {
        let value = serde_json::to_value(note).map_err(|e| problem!("internal-journal").detail(e))?;
        self.journal.note(&self.op, self.fence, self.step, value).await.map_err(journal_problem)
    }

    /// What this step wrote down in its run (undo only), oldest first; notes of
    /// another shape are passed over.
    pub fn notes<T: DeserializeOwned>(&self) -> Vec<T> {
        self.notes.iter().filter_map(|v| serde_json::from_value(v.clone()).ok()).collect()
    }

    /// Journals a held process, then lets it run. The only way a step should
    /// start one: whatever happens next, recovery knows what to end.
    pub async fn launch(&self, held: Result<Box<dyn Held>, HostError>) -> Result<Running, LaunchError> {
        let held = held?;
        self.started(held.process()).await?;
        Ok(held.release().await?)
    }

    async fn started(&self, process: &ProcessRef) -> Result<(), Problem> {
        self.journal.process(&self.op, self.fence, self.step, process).await.map_err(journal_problem)
    }

    /// Adds a line to the operation's log; a log that cannot be written does not
    /// stop the step.
    pub async fn log(&self, line: Msg) {
        if let Err(error) = self.journal.log(&self.op, self.fence, &line).await {
            tracing::warn!(operation = %self.op, %error, "log line lost");
        }
    }

    /// Bytes and items done so far; also what keeps the stall timer quiet.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Told when a person cancels. The runner drops the step anyway; only steps
    /// that must wind down by themselves look at it.
    pub fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }
}

/// Why a process was not started.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The host said no.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The journal could not be written; the held process was dropped unrun.
    #[error(transparent)]
    Journal(#[from] Problem),
}

pub(super) fn journal_problem(error: JournalError) -> Problem {
    match error {
        JournalError::Fenced => problem!("lease-lost"),
        other => problem!("internal-journal").detail(other),
    }
}
