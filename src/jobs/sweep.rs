//! The housekeeping beside the queue: operations that were queued by another
//! process are pushed, leases of what runs here are renewed, handled jobs go.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Queue;
use crate::{
    db::Db,
    domain::{clock::SharedClock, problem::Problem},
};

/// How often what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks for operations nobody pushed.
    pub look: Duration,
    /// How long a lease lasts; renewed at a third of it.
    pub lease: Duration,
    /// Between two clean-ups of the queue.
    pub purge: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_millis(250),
            lease: Duration::from_secs(30),
            purge: Duration::from_secs(3600),
        }
    }
}

/// The housekeeper of one runner.
pub struct Sweep {
    /// The operations.
    pub db: Db,
    /// Where they are pushed.
    pub queue: Queue,
    /// The name under which this process claims operations.
    pub runner: String,
    /// For the leases.
    pub clock: SharedClock,
    /// How often.
    pub pace: Pace,
}

impl Sweep {
    /// Keeps house until told to stop. Leases are renewed to the very end, since
    /// what runs is still waited for: stop it after the queue has drained.
    pub async fn run(self, stop: CancellationToken) {
        let mut looks = interval(self.pace.look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut leases = interval(self.pace.lease / 3);
        leases.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut purges = tokio::time::interval_at(Instant::now() + self.pace.purge, self.pace.purge);
        let mut complaint = Complaint::default();
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => return,
                _ = leases.tick() => self.renew().await,
                _ = looks.tick() => self.push().await,
                _ = purges.tick() => self.queue.purge().await.map(|_| ()),
            };
            complaint.hear(done);
        }
    }

    async fn push(&self) -> Result<(), Problem> {
        if self.queue.is_stopping() {
            return Ok(());
        }
        for id in self.db.unpushed().await? {
            self.queue.push(&id).await?;
            self.db.mark_pushed(&id).await?;
        }
        Ok(())
    }

    async fn renew(&self) -> Result<(), Problem> {
        let lease = TimeDelta::from_std(self.pace.lease).unwrap_or(TimeDelta::MAX);
        let running = self.db.running().await?;
        if running.iter().any(|row| row.runner.as_deref() == Some(&self.runner)) {
            self.db.renew_all(&self.runner, self.clock.now() + lease).await?;
        }
        Ok(())
    }
}

/// Says a problem when it comes and when it goes, not four times a second.
#[derive(Default)]
struct Complaint(Option<String>);

impl Complaint {
    fn hear(&mut self, done: Result<(), Problem>) {
        match (done, &self.0) {
            (Err(problem), said) if said.as_ref() != Some(&problem.code) => {
                tracing::warn!(%problem, "the sweep could not do its work; it goes on trying");
                self.0 = Some(problem.code);
            }
            (Ok(()), Some(_)) => {
                tracing::info!("the sweep works again");
                self.0 = None;
            }
            _ => {}
        }
    }
}
