//! The journal: what a plan has done so far, written before and after every
//! step. `db/` keeps it; every write names the fence under which it is made, and
//! a runner whose lease was taken over gets [`JournalError::Fenced`] and stops
//! touching anything.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    domain::{clock::Moment, id::OperationId, msg::Msg, problem::Problem},
    host::ProcessRef,
};

/// Grows each time an operation is taken over; only the highest may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fence(pub i64);

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Begun; after a crash nobody knows how far it came.
    Running,
    /// Its output is in the journal.
    Done,
    /// Stopped with a problem.
    Failed,
    /// Its undo has begun.
    Undoing,
    /// Put back.
    Undone,
    /// Its undo failed: a person must look.
    UndoFailed,
}

impl StepState {
    /// Every state, for tables and tests.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Undoing,
        Self::Undone,
        Self::UndoFailed,
    ];

    /// Where it may go from here: the one transition table.
    pub const fn next(self) -> &'static [Self] {
        use StepState::*;
        match self {
            Pending => &[Running],
            // Running again: a repeatable step after a crash past the commit point.
            Running => &[Running, Done, Failed, Undoing],
            Done => &[Undoing],
            // Running: another try of a transient failure, or of a settling step.
            Failed => &[Running, Undoing],
            Undoing => &[Undoing, Undone, UndoFailed],
            // Running: the next try after a transient failure.
            Undone => &[Running],
            UndoFailed => &[Undoing],
        }
    }

    /// Whether it may become `to`.
    pub fn may_become(self, to: Self) -> bool {
        self.next().contains(&to)
    }

    /// As stored and as programs see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::UndoFailed => "undo_failed",
        }
    }

    /// From its word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// One step as the journal has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its place in the plan, from 0.
    pub index: usize,
    /// Its name; must equal the plan's.
    pub name: String,
    /// Where it stands.
    pub state: StepState,
    /// How often its run began.
    pub tries: u32,
    /// When its first run began.
    pub started_at: Option<Moment>,
    /// When it last reached `Done`, `Failed`, `Undone` or `UndoFailed`.
    pub ended_at: Option<Moment>,
    /// What it left for later steps.
    pub output: Option<Value>,
    /// What it wrote down while running, oldest first.
    pub notes: Vec<Value>,
    /// The processes it started, in order; written before bytes flowed.
    pub processes: Vec<ProcessRef>,
    /// Why it or its undo stopped.
    pub problem: Option<Problem>,
}

/// Why the journal could not be written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another runner has taken this operation over.
    #[error("this operation was taken over by another runner")]
    Fenced,
    /// The step is not in a state that may become the new one.
    #[error("step {step} may not go from {from} to {to}")]
    Illegal {
        /// The step's name.
        step: String,
        /// The state it is in.
        from: &'static str,
        /// The state asked for.
        to: &'static str,
    },
    /// The metadata database failed.
    #[error("the journal could not be written: {0}")]
    Storage(String),
}

/// A change of one step's state.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// `Running` (one more try).
    Began,
    /// `Done` with this output.
    Finished(Value),
    /// `Failed` with this problem.
    Failed(Problem),
    /// `Undoing`.
    UndoBegan,
    /// `Undone`.
    UndoFinished,
    /// `UndoFailed` with this problem.
    UndoFailed(Problem),
}

impl Event {
    /// The state it leads to.
    pub const fn state(&self) -> StepState {
        match self {
            Self::Began => StepState::Running,
            Self::Finished(_) => StepState::Done,
            Self::Failed(_) => StepState::Failed,
            Self::UndoBegan => StepState::Undoing,
            Self::UndoFinished => StepState::Undone,
            Self::UndoFailed(_) => StepState::UndoFailed,
        }
    }
}

/// Keeps the journal. Every method is durable when it returns, and checks the
/// fence in the same transaction.
#[async_trait]
pub trait Journal: Send + Sync {
    /// All steps of an operation, by index.
    async fn steps(&self, op: &OperationId) -> Result<Vec<StepRecord>, JournalError>;

    /// Moves one step along; an illegal move is refused and changes nothing.
    async fn record(
        &self,
        op: &OperationId,
        fence: Fence,
        step: usize,
        event: Event,
    ) -> Result<(), JournalError>;

    /// Adds a note to a step.
    async fn note(
        &self,
        op: &OperationId,
        fence: Fence,
        step: usize,
        note: Value,
    ) -> Result<(), JournalError>;

    /// Adds a process to a step, before it is let run.
    async fn process(
        &self,
        op: &OperationId,
        fence: Fence,
        step: usize,
        process: &ProcessRef,
    ) -> Result<(), JournalError>;

    /// Adds a line to the operation's log.
    async fn log(&self, op: &OperationId, fence: Fence, line: &Msg) -> Result<(), JournalError>;
}
