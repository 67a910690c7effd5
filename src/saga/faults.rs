//! Points at which tests make a step fail or the process die, for real.
//!
//! Without the feature `faults` every function here is empty. With it, the
//! environment variable `ZELO_FAULT` names points, separated by `;`:
//!
//! - `kill:<step>:<moment>` — SIGKILL to this process there;
//! - `fail:<step>:<moment>` — the step (or its undo) fails there;
//! - `panic:<step>:<moment>` — the run ends there in a panic, the process goes on;
//! - `kill-bytes:<step>:<n>` — SIGKILL once the step (or its undo) has moved so
//!   many bytes; `kill-bytes:<n>`: any step.
//!
//! moments: `before` (journalled as begun, not run), `after` (run, not yet
//! journalled as done), `done` (journalled), `undo-before`, `undo-after`. Each may
//! be given for one kind of operation: `restore/kill:swap:after`.

#[cfg(feature = "faults")]
mod real;
#[cfg(feature = "faults")]
pub use real::{bytes_moved, point};

use crate::domain::operation::OpKind;

/// Where in a step's life a fault may strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Journalled as begun, not yet run.
    Before,
    /// Run, not yet journalled as done.
    After,
    /// Journalled as done.
    Done,
    /// Its undo is journalled as begun, not yet run.
    UndoBefore,
    /// Undone, not yet journalled.
    UndoAfter,
}

/// A point named by operation, step and moment.
#[derive(Debug, Clone, Copy)]
pub struct Point<'a> {
    /// The kind of operation.
    pub kind: &'a OpKind,
    /// The step's name.
    pub step: &'a str,
    /// When.
    pub moment: Moment,
}

/// Nothing happens without the feature.
#[cfg(not(feature = "faults"))]
#[inline]
pub fn point(_: Point<'_>) -> Result<(), crate::domain::problem::Problem> {
    Ok(())
}

/// Nothing happens without the feature.
#[cfg(not(feature = "faults"))]
#[inline]
pub fn bytes_moved(_: &OpKind, _: &str, _: u64) {}
