//! The janitor: what a restore set aside, and what lies in the trash, goes when its
//! time is over; safety points beyond what is kept go to the trash. It only asks: each
//! removal is an operation with a plan of its own,
//! which looks again before it touches anything.
//!
//! One request has one key, made of what is to go, its date and the try. So nothing
//! is asked for twice, by however many runners, and what failed is asked for again
//! with the next try's key.

use std::{collections::HashSet, time::Duration};

use chrono::TimeDelta;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{
    db::Enqueued,
    domain::{
        clock::Moment,
        id::{AsideId, BackupId},
        problem::Problem,
    },
    operation::{
        Actor, DeleteRequest, FreeRequest, PurgeRequest, Request, World, enqueue, prepare, received_long_ago,
        surplus, sweep_uploads,
    },
};

/// How often it looks, and how soon it tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    /// Between two looks. The first comes at once.
    pub look: Duration,
    /// Between two tries of the same thing.
    pub again: TimeDelta,
}

impl Default for Rounds {
    fn default() -> Self {
        Self { look: Duration::from_secs(300), again: TimeDelta::hours(6) }
    }
}

/// The janitor of one runner.
pub struct Janitor {
    world: World,
    rounds: Rounds,
    /// The keys asked for already, by this process.
    asked: HashSet<String>,
    /// How much was in use in the last round.
    waiting: usize,
}

/// To the next round while something waits for what another removal has.
const SOON: Duration = Duration::from_secs(5);

/// Something whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Overdue {
    Aside(AsideId),
    Backup(BackupId),
    Surplus(BackupId),
}

impl Janitor {
    /// One that looks by the world's own clock.
    pub fn new(world: World, rounds: Rounds) -> Self {
        Self { world, rounds, asked: HashSet::new(), waiting: 0 }
    }

    /// Makes its rounds until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut pause = Duration::ZERO;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = sleep(pause) => {}
            }
            let done = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                done = self.round() => done,
            };
            if let Err(problem) = &done {
                tracing::warn!(%problem, "the janitor could not look; it looks again later");
            }
            if let Err(problem) = self.sweeps().await {
                tracing::warn!(%problem, "received files could not be looked through");
            }
            pause = self.pause(pause, done.unwrap_or(0));
        }
    }

    async fn sweeps(&self) -> Result<usize, Problem> {
        sweep_uploads(&self.world, received_long_ago(&self.world).await?).await
    }

    /// What one restore set aside goes one after another, since each removal has the
    /// resource to itself: while that gets on, the next round comes soon.
    fn pause(&self, last: Duration, created: usize) -> Duration {
        let soon = SOON.min(self.rounds.look);
        match self.waiting {
            0 => self.rounds.look,
            _ if created > 0 => soon,
            _ => (last * 2).clamp(soon, self.rounds.look),
        }
    }

    /// One round: asks once for everything whose time is over. Says how much was
    /// newly asked for. A problem with one thing is told and keeps no other waiting.
    pub async fn round(&mut self) -> Result<usize, Problem> {
        let now = self.world.clock.now();
        let overdue = self.overdue(now).await?;
        let keys: Vec<String> = overdue.iter().map(|(what, since)| self.key(what, *since, now)).collect();
        // What is over or was kept longer need not be remembered.
        self.asked.retain(|key| keys.contains(key));
        self.waiting = 0;
        let mut created = 0;
        for ((what, _), key) in overdue.into_iter().zip(keys) {
            if !self.asked.contains(&key) {
                created += usize::from(self.ask(&what, key).await);
            }
        }
        Ok(created)
    }

    async fn overdue(&self, now: Moment) -> Result<Vec<(Overdue, Moment)>, Problem> {
        let asides = self.world.db.asides_due(now).await?;
        let trash = self.world.db.trash_due(now).await?;
        // That these cannot be told keeps what is overdue from going no longer.
        let surplus = surplus(&self.world).await.unwrap_or_else(|problem| {
            tracing::warn!(%problem, "safety points could not be looked through");
            Vec::new()
        });
        let surplus = surplus.into_iter().map(|row| (Overdue::Surplus(row.id), row.taken_at));
        let asides = asides.into_iter().map(|row| (Overdue::Aside(row.id), row.keep_until));
        let trash = trash.into_iter().map(|row| (Overdue::Backup(row.id), row.keep_until.unwrap_or(now)));
        Ok(asides.chain(trash).chain(surplus).collect())
    }

    fn key(&self, what: &Overdue, since: Moment, now: Moment) -> String {
        let again = self.rounds.again.num_seconds().max(1);
        let attempt = (now - since).num_seconds() / again;
        match what {
            Overdue::Aside(id) => format!("free:{id}:{}:{attempt}", since.timestamp()),
            Overdue::Surplus(id) => format!("surplus:{id}:{}:{attempt}", since.timestamp()),
            Overdue::Backup(id) => format!("purge:{id}:{}:{attempt}", since.timestamp()),
        }
    }

    /// Whether it was newly asked for.
    async fn ask(&mut self, what: &Overdue, key: String) -> bool {
        match self.request(what, key.clone()).await {
            Ok(enqueued) => {
                self.asked.insert(key);
                matches!(enqueued, Enqueued::Created(_))
            }
            // Whoever has it lets go of it.
            Err(problem) if problem.is("locked") => {
                self.waiting += 1;
                tracing::debug!(?what, %problem, "in use; left to the next round");
                false
            }
            Err(problem) => {
                tracing::warn!(?what, %problem, "its time is over and it stays; tried again later");
                match self.tell(what, &problem).await {
                    Ok(()) => drop(self.asked.insert(key)),
                    Err(problem) => tracing::warn!(?what, %problem, "nobody could be told of it yet"),
                }
                false
            }
        }
    }

    async fn request(&self, what: &Overdue, key: String) -> Result<Enqueued, Problem> {
        let request = match what {
            Overdue::Aside(aside) => {
                Request::Free(FreeRequest { aside: aside.clone(), expired: true, without_safety: None })
            }
            Overdue::Backup(backup) => Request::Purge(PurgeRequest { backup: backup.clone(), expired: true }),
            Overdue::Surplus(backup) => {
                Request::Delete(DeleteRequest { backup: backup.clone(), surplus: true })
            }
        };
        let prepared = prepare(&self.world, request, &Actor::system()).await?;
        enqueue(&self.world, prepared, None, Some(key)).await
    }

    /// Without its safety backup something set aside may be the only copy of what
    /// people had: a person decides, and is told.
    async fn tell(&self, what: &Overdue, problem: &Problem) -> Result<(), Problem> {
        match what {
            Overdue::Aside(aside) if problem.is("free-no-safety") => {
                self.world.db.tell_overdue(aside, problem).await.map(drop)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_hurries_only_while_things_get_on() {
        let folder = tempfile::tempdir().unwrap();
        let clock = std::sync::Arc::new(crate::domain::clock::SystemClock);
        let world = crate::operation::testing::world(folder.path(), clock).await;
        let mut janitor = Janitor::new(world, Rounds::default());
        let seconds = Duration::from_secs;
        assert_eq!(janitor.pause(Duration::ZERO, 3), seconds(300));
        janitor.waiting = 2;
        assert_eq!(janitor.pause(seconds(300), 1), seconds(5));
        assert_eq!(janitor.pause(seconds(5), 0), seconds(10));
        assert_eq!(janitor.pause(seconds(300), 0), seconds(300), "held for long");
    }
}
