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

/// Time that passes only when a test says so.
#[cfg(test)]
pub(crate) struct Jumping(std::sync::Mutex<Moment>);

#[cfg(test)]
impl Jumping {
    /// Stands still so far from the machine's time.
    pub(crate) fn from_now(ahead: chrono::TimeDelta) -> Self {
        Self(std::sync::Mutex::new(SystemClock.now() + ahead))
    }

    /// So much time passes.
    pub(crate) fn pass(&self, time: chrono::TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

#[cfg(test)]
impl Clock for Jumping {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}
