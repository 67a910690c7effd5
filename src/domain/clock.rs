//! Time as a parameter. Only [`SystemClock`] may ask the machine; everything
//! else takes a [`Clock`], so tests can make it jump.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

/// A moment in UTC, cut to microseconds (what both metadata databases keep).
pub type Moment = DateTime<Utc>;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in UTC, cut to microseconds.
    fn now(&self) -> Moment;
}

/// A clock that can be handed around.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // the one place that may ask
    fn now(&self) -> Moment {
        Utc::now().trunc_subsecs(6)
    }
}
