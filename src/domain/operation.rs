//! The states of an operation and the only ways between them.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What an operation does: `backup`, `restore`, `undo`, `delete`, `verify`…
/// The composers in `operation/` register themselves under it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpKind(Cow<'static, str>);

impl OpKind {
    /// A kind known when Zelo was built.
    pub const fn of(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A kind read from the catalogue.
    pub fn named(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OpKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpState {
    /// Waits for a worker; it holds its locks already.
    Queued,
    /// A runner holds its lease.
    Running,
    /// Done.
    Succeeded,
    /// Stopped before anything was changed.
    Failed,
    /// Something was changed and has been put back.
    RolledBack,
    /// A person stopped it; nothing is changed any more.
    Cancelled,
    /// An undo failed: a person must decide. No timer leaves this state.
    NeedsOperator,
    /// A person put things right by hand and said how (out of `NeedsOperator`).
    Resolved,
}

impl OpState {
    /// Every state, for tables and tests.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::RolledBack,
        Self::Cancelled,
        Self::NeedsOperator,
        Self::Resolved,
    ];

    /// Where it may go from here: the one transition table.
    pub const fn next(self) -> &'static [Self] {
        use OpState::*;
        match self {
            Queued => &[Running, Cancelled, Failed],
            Running => &[Succeeded, Failed, RolledBack, Cancelled, NeedsOperator],
            NeedsOperator => &[Running, Resolved],
            Succeeded | Failed | RolledBack | Cancelled | Resolved => &[],
        }
    }

    /// Whether it may become `to`.
    pub fn may_become(self, to: Self) -> bool {
        self.next().contains(&to)
    }

    /// Whether it is over: it holds no locks and nothing will change it.
    pub const fn is_final(self) -> bool {
        self.next().is_empty()
    }

    /// As stored and as programs see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::RolledBack => "rolled_back",
            Self::Cancelled => "cancelled",
            Self::NeedsOperator => "needs_operator",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for OpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a state of an operation: {0:?}")]
pub struct BadState(pub String);

impl FromStr for OpState {
    type Err = BadState;

    fn from_str(text: &str) -> Result<Self, BadState> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| BadState(text.to_owned()))
    }
}
