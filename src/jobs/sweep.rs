//! The housekeeping beside the queue: operations that were queued by another
//! process are pushed, those a person asked to try again are recovered, handled
//! jobs go.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{Queue, Recover, wake::Wake};
use crate::{db::Db, domain::problem::Problem};

/// How often what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks for operations nobody pushed.
    pub look: Duration,
    /// Between two clean-ups of the queue.
    pub purge: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { look: Duration::from_millis(250), purge: Duration::from_secs(3600) }
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
        let mut complaint = Complaint::default();
        let wake = self.listen();
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => return,
                () = heard(wake.as_ref()) => self.look().await,
                _ = looks.tick() => self.look().await,
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

    /// Operations handed back to be tried again run under nobody's name.
    async fn take_back(&self) -> Result<(), Problem> {
        for row in self.db.handed_back().await? {
            let recover = self.recover.clone();
            tokio::spawn(async move { recover.recover(row).await });
        }
        Ok(())
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
