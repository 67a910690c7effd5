//! The queue, the reconciler, the leases: what makes operations run without
//! anyone watching.
//!
//! The `operations` table is the truth; the queue only carries ids and may be
//! lost or deliver twice: a runner claims an operation before it touches
//! anything. At start, holding the runner's lock: [`reconcile`], then
//! [`Queue::start`], then [`Sweep::run`], [`Janitor::run`] and [`watch`] beside it.

mod janitor;
mod lock;
mod poll;
mod queue;
mod reconcile;
mod sweep;
#[cfg(test)]
mod tests;
mod wake;
mod watch;

pub use janitor::{Janitor, Rounds};
pub use lock::{Holder, RunnerLock};
pub use queue::{Execute, Queue};
pub use reconcile::{Dead, Recover, reconcile};
pub use sweep::{Pace, Sweep};
pub use wake::wake;
pub use watch::watch;
