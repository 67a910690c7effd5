//! How far a step is: counted by the step, read at most once a second by whoever
//! shows it, and by the runner to notice a stall.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};

use crate::domain::operation::OpKind;

/// Counters of one step. Cheap to clone and to add to from any thread.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    /// Whose they are: the operation's kind and the step's name.
    of: Option<(OpKind, String)>,
    bytes: AtomicU64,
    total: AtomicU64,
    beats: AtomicU64,
}

/// A step's counters at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The step's place in the plan.
    pub step: usize,
    /// Bytes moved so far.
    pub bytes: u64,
    /// Bytes expected, 0 if unknown; an estimate, bytes may pass it.
    pub total: u64,
}

impl Progress {
    /// The counters of a step of an operation.
    pub fn of(kind: &OpKind, step: &str) -> Self {
        Self(Arc::new(Counters { of: Some((kind.clone(), step.to_owned())), ..Counters::default() }))
    }

    /// So many more bytes have moved.
    pub fn add(&self, bytes: u64) {
        let now = self.0.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.beat();
        if let Some((kind, step)) = &self.0.of {
            super::faults::bytes_moved(kind, step, now);
        }
    }

    /// So many are expected in all.
    pub fn expect(&self, total: u64) {
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// Still alive, though no bytes moved (a long statement that reports).
    pub fn beat(&self) {
        self.0.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// Changes with every sign of life.
    pub fn pulse(&self) -> u64 {
        self.0.beats.load(Ordering::Relaxed)
    }

    /// The counters as step `step`'s.
    pub fn snapshot(&self, step: usize) -> Snapshot {
        Snapshot {
            step,
            bytes: self.0.bytes.load(Ordering::Relaxed),
            total: self.0.total.load(Ordering::Relaxed),
        }
    }
}

/// Who is told about progress, at most once a second.
pub trait ProgressSink: Send + Sync {
    /// Must not block: hand it on.
    fn report(&self, snapshot: Snapshot);
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSink;

impl ProgressSink for NoSink {
    fn report(&self, _: Snapshot) {}
}
