//! When the queue looks for work: at once after a push, and every so often.
//!
//! apalis's own interval strategy forgets its waker when a fetch finishes in the
//! same poll, and then never looks again under load; this one polls both sources
//! until both are pending.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use apalis::prelude::{PollSnapshot, PollStrategy};
use tokio::{
    sync::{Notify, futures::OwnedNotified},
    time::{Interval, MissedTickBehavior, interval},
};

/// A push that comes while a fetch is under way may be missed by that fetch: it
/// looks once more so much later.
const AGAIN: Duration = Duration::from_millis(5);

/// Looks when told, shortly after that, and at intervals.
pub(super) struct Ear {
    pushed: Arc<Notify>,
    told: Pin<Box<OwnedNotified>>,
    ticks: Interval,
}

impl Ear {
    pub(super) fn new(pushed: &Arc<Notify>, every: Duration) -> Self {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { pushed: pushed.clone(), told: Box::pin(pushed.clone().notified_owned()), ticks }
    }
}

impl PollStrategy for Ear {
    fn poll_drive(&mut self, cx: &mut Context<'_>, _: &PollSnapshot) -> Poll<Option<()>> {
        let mut look = false;
        while self.told.as_mut().poll(cx).is_ready() {
            self.told.set(self.pushed.clone().notified_owned());
            self.ticks.reset_after(AGAIN);
            look = true;
        }
        while self.ticks.poll_tick(cx).is_ready() {
            look = true;
        }
        if look { Poll::Ready(Some(())) } else { Poll::Pending }
    }
}
