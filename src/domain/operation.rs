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

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;
    use OpState::*;

    #[test]
    fn a_state_reads_back_and_no_two_read_alike() {
        for state in OpState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        assert!("Queued".parse::<OpState>().is_err());
    }

    #[test]
    fn every_state_can_be_reached() {
        let mut reached = vec![Queued];
        let mut next = 0;
        while let Some(state) = reached.get(next).copied() {
            reached.extend(state.next().iter().filter(|s| !reached.contains(s)).copied().collect::<Vec<_>>());
            next += 1;
        }
        assert_eq!(reached.len(), OpState::ALL.len(), "{reached:?}");
    }

    proptest! {
        /// Whatever is asked for in whatever order, an operation keeps to its table.
        #[test]
        fn a_life_is_begun_once_and_ended_once(wishes in prop::collection::vec(select(&OpState::ALL[..]), 0..40)) {
            let mut life = vec![Queued];
            for wish in wishes {
                let now = *life.last().unwrap();
                if now.may_become(wish) {
                    prop_assert!(!now.is_final(), "{:?} left {:?}", life, now);
                    life.push(wish);
                }
            }
            prop_assert_eq!(life.iter().filter(|s| **s == Queued).count(), 1);
            prop_assert!(life.iter().filter(|s| s.is_final()).count() <= 1);
            for pair in life.windows(2) {
                match (pair[0], pair[1]) {
                    // What never ran has changed nothing, and nothing needs a person but a run.
                    (Queued, to) => prop_assert!(matches!(to, Running | Cancelled | Failed)),
                    (from, Resolved) => prop_assert_eq!(from, NeedsOperator),
                    (from, NeedsOperator | Succeeded | RolledBack) => prop_assert_eq!(from, Running),
                    (from, to) => prop_assert!(from == Running || (from, to) == (NeedsOperator, Running)),
                }
            }
        }
    }
}
