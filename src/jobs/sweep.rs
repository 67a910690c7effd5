//! The housekeeping beside the queue: operations that were queued by another
//! process are pushed, those a person asked to try again and those whose runner
//! died are recovered, handled jobs go.

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{Queue, Recover, reconcile::recover_all, wake::Wake};
use crate::{
    db::{Db, OperationRow},
    domain::{clock::Moment, id::OperationId, problem::Problem},
    saga::Fence,
};

/// How often what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks for operations nobody pushed.
    pub look: Duration,
    /// Between two clean-ups of the queue.
    pub purge: Duration,
    /// How long a lease must have stood still before its runner counts as dead:
    /// one that lives renews it three times as often as that.
    pub lease: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_millis(250),
            purge: Duration::from_secs(3600),
            lease: Duration::from_secs(45),
        }
    }
}

/// The housekeeper of one runner.
pub struct Sweep {
    /// The operations.
    pub db: Db,
    /// Where they are pushed.
    pub queue: Queue,
    /// Who recovers what was handed back.
    pub recover: Arc<dyn Recover>,
    /// The data folder, where others knock.
    pub folder: PathBuf,
    /// How often.
    pub pace: Pace,
}

impl Sweep {
    /// Keeps house until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut looks = interval(self.pace.look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut purges = tokio::time::interval_at(Instant::now() + self.pace.purge, self.pace.purge);
        let mut leases = tokio::time::interval(self.pace.lease / 3);
        leases.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut still = Still::default();
        let mut complaint = Complaint::default();
        let wake = self.listen();
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => return,
                () = heard(wake.as_ref()) => self.look().await,
                _ = looks.tick() => self.look().await,
                _ = leases.tick() => self.take_over(&mut still).await,
                _ = purges.tick() => self.queue.purge().await.map(|_| ()),
            };
            complaint.hear(done);
        }
    }

    /// Without a door to knock at, looking now and then has to do.
    fn listen(&self) -> Option<Wake> {
        Wake::listen(&self.folder)
            .inspect_err(|error| tracing::info!(%error, "nobody can knock; looking now and then instead"))
            .ok()
    }

    async fn look(&self) -> Result<(), Problem> {
        if self.queue.is_stopping() {
            return Ok(());
        }
        self.take_back().await?;
        for id in self.db.unpushed().await? {
            self.queue.push(&id).await?;
            self.db.mark_pushed(&id).await?;
        }
        Ok(())
    }

    /// Operations whose runner died beside this living one: it lost its database
    /// or its machine, or the work panicked.
    async fn take_over(&self, still: &mut Still) -> Result<(), Problem> {
        if self.queue.is_stopping() {
            return Ok(());
        }
        let dead = still.dead(self.db.running().await?, self.pace.lease);
        if !dead.is_empty() {
            let recover = self.recover.clone();
            tokio::spawn(async move { recover_all(&*recover, dead).await });
        }
        Ok(())
    }

    /// Operations handed back to be tried again run under nobody's name.
    async fn take_back(&self) -> Result<(), Problem> {
        for row in self.db.handed_back().await? {
            let recover = self.recover.clone();
            tokio::spawn(async move { recover.recover(row).await });
        }
        Ok(())
    }
}

/// Leases as they were last seen, and since when by this machine's steady clock:
/// the wall clock may jump, and then every lease would seem to have run out.
#[derive(Default)]
struct Still(HashMap<OperationId, (Fence, Option<Moment>, Instant)>);

impl Still {
    /// Those of `running` whose lease nobody has renewed for so long. A child of a
    /// living parent is that parent's to look after.
    fn dead(&mut self, running: Vec<OperationRow>, lease: Duration) -> Vec<OperationRow> {
        let now = Instant::now();
        let mut seen = HashMap::new();
        let mut dead = Vec::new();
        for row in running {
            let since = match self.0.get(&row.id) {
                Some((fence, until, since)) if (*fence, *until) == (row.fence, row.lease_until) => *since,
                _ => now,
            };
            seen.insert(row.id.clone(), (row.fence, row.lease_until, since));
            if now.duration_since(since) >= lease {
                dead.push(row);
            }
        }
        let is_dead = |id: &OperationId| dead.iter().any(|row| row.id == *id);
        let alive: Vec<bool> = dead
            .iter()
            .map(|row| row.parent.as_ref().is_some_and(|p| seen.contains_key(p) && !is_dead(p)))
            .collect();
        self.0 = seen;
        dead.into_iter().zip(alive).filter(|(_, alive)| !alive).map(|(row, _)| row).collect()
    }
}

async fn heard(wake: Option<&Wake>) {
    match wake {
        Some(wake) => wake.heard().await,
        None => std::future::pending().await,
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
