//! Plans that end done or undone.
//!
//! A [`Plan`] is a row of steps with one commit point. The [`runner`] runs them,
//! writing the [`journal`] before and after each; before the commit point any
//! failure, cancel or crash undoes what was done, after it a crash goes forward
//! and only the run still going may swap back. Nothing here knows what a
//! database is: engines write the steps, `operation/` composes them, `db/`
//! keeps the journal.

pub mod context;
#[cfg(test)]
pub(crate) mod contract;
pub mod faults;
pub mod journal;
#[cfg(test)]
pub(crate) mod memory;
pub mod plan;
pub mod progress;
pub mod runner;
pub mod step;

pub use context::Cx;
pub use journal::{Fence, Journal, JournalError, StepRecord, StepState};
pub use plan::{Plan, PlanBuilder, Waiver};
pub use progress::{Progress, ProgressSink, Snapshot};
pub use runner::{Outcome, Runner};
pub use step::{Commit, Effect, Harmless, Limits, SafetyProof, Slot, Step, UndoRule};
