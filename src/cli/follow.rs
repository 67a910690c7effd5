//! Following an operation to its end, and running it here if nobody else does.

use std::time::Duration;

use serde::Serialize;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::{
    desk::{Desk, Done, Stop},
    exit::Exit,
    runner::{Here, try_become},
    signals::Signals,
    watch::{BEAT, Watch, ended},
};
use crate::{
    db::OperationRow,
    domain::{id::OperationId, operation::OpState, problem::Problem},
    jobs::{Execute, RunnerLock},
    msg,
    operation::{self, World},
    problem,
};

/// How often it tries to become the runner while another process is.
const TRY: Duration = Duration::from_secs(1);

/// One operation on its way, and what this process does for it.
pub(super) struct Follow<'a> {
    desk: &'a Desk,
    world: &'a World,
    id: &'a OperationId,
    signals: Signals,
    /// Held while this process runs operations.
    runner: Option<RunnerLock>,
    /// Becoming the runner, which recovers what a dead one left and may take long.
    becoming: Option<JoinHandle<Result<Option<RunnerLock>, Problem>>>,
    /// Whether this process has begun to run it.
    started: bool,
    /// That run.
    running: Option<JoinHandle<()>>,
    /// When it last tried to become the runner.
    tried: Option<Instant>,
    /// Whether it was said who runs operations instead.
    told: bool,
    /// Whether cancelling was asked for.
    asked: bool,
}

impl<'a> Follow<'a> {
    pub(super) fn new(desk: &'a Desk, world: &'a World, id: &'a OperationId, signals: Signals) -> Self {
        Self {
            desk,
            world,
            id,
            signals,
            runner: None,
            becoming: None,
            started: false,
            running: None,
            tried: None,
            told: false,
            asked: false,
        }
    }

    /// The same, running operations here from the beginning.
    pub(super) fn holding(mut self, runner: Option<RunnerLock>) -> Self {
        self.runner = runner;
        self
    }

    /// Follows it to its end and tells that.
    pub(super) async fn until_it_ends(mut self) -> Done {
        let mut watch = Watch::new(&self.desk.out, &self.world.db, self.id);
        let end = self.until_ended(&mut watch).await;
        watch.close();
        let row = end?;
        ended(&self.desk.out, &row);
        Ok(report(self.desk, &row))
    }

    /// Asks it to stop, then follows it to its end.
    pub(super) async fn cancel(mut self) -> Done {
        self.asked = true;
        operation::cancel(self.world, self.id, &self.desk.actor()).await?;
        let mut watch = Watch::new(&self.desk.out, &self.world.db, self.id);
        watch.look().await?;
        self.say_cancelled(&watch);
        watch.close();
        self.until_it_ends().await
    }

    /// Looks until it is over. Ctrl-C asks it to stop, which undoes what it did; a
    /// second one leaves it to whoever runs it.
    async fn until_ended(&mut self, watch: &mut Watch<'_>) -> Result<OperationRow, Stop> {
        loop {
            // Before the look: one that has ended by then has written its end down.
            let gone = self.running.take_if(|run| run.is_finished()).is_some();
            let row = watch.look().await?;
            if row.state.is_final() || row.state == OpState::NeedsOperator {
                self.recover_to_the_end().await;
                return Ok(row);
            }
            // It gave up without an end (it lost its database, or has a fault), or
            // another machine's runner died: becoming the runner anew recovers it.
            if gone || self.is_left(&row) {
                self.runner = None;
            }
            self.help(&row, watch).await?;
            tokio::select! {
                () = sleep(BEAT) => continue,
                () = self.signals.any() => {}
            }
            if self.asked {
                watch.close();
                let text = msg!("cli-left-alone", operation = self.id.as_str());
                self.desk.out.note(&self.desk.out.words().text(&text));
                return Err(Stop::Exit(Exit::Interrupted));
            }
            self.asked = true;
            match operation::cancel(self.world, self.id, &self.desk.actor()).await {
                Ok(()) => {
                    watch.look().await?;
                    self.say_cancelled(watch);
                }
                // It has just ended, or waits for a person: the next look says how.
                Err(problem) if problem.is("operation-state") => {}
                Err(problem) => return Err(problem.into()),
            }
        }
    }

    /// Whether nobody runs it any more although it runs.
    fn is_left(&self, row: &OperationRow) -> bool {
        let ended = row.lease_until.is_some_and(|until| until < self.world.clock.now());
        row.state == OpState::Running && self.running.is_none() && self.becoming.is_none() && ended
    }

    /// Past the commit point cancelling is not heeded, and to say that anything
    /// is being undone would be wrong.
    fn say_cancelled(&self, watch: &Watch<'_>) {
        let id = if watch.is_past_commit() { "cli-cancel-late" } else { "cli-cancelling" };
        watch.print(&self.desk.out.words().label(id));
    }

    /// Runs it here if nobody else runs operations: it waits in the queue, or its
    /// runner has died (then becoming the runner recovers it). Never waits.
    async fn help(&mut self, row: &OperationRow, watch: &Watch<'_>) -> Result<(), Problem> {
        if let Some(becoming) = self.becoming.take_if(|task| task.is_finished()) {
            self.runner = becoming.await.map_err(|e| problem!("internal-journal").detail(e))??;
            if self.runner.is_none() && row.state == OpState::Queued && !self.told {
                self.told = true;
                self.say_who_runs(watch).await?;
            }
        }
        let due = self.tried.is_none_or(|at| at.elapsed() >= TRY);
        if self.runner.is_none() && self.becoming.is_none() && due {
            self.tried = Some(Instant::now());
            let (desk, world) = (self.desk.clone(), self.world.clone());
            self.becoming = Some(tokio::spawn(async move { try_become(&desk, &world, "command").await }));
        }
        if self.runner.is_some() && row.state == OpState::Queued && !self.started {
            self.started = true;
            let (here, id) = (Here(self.world.clone()), self.id.clone());
            self.running = Some(tokio::spawn(async move { here.execute(id).await }));
        }
        Ok(())
    }

    /// What is being recovered here beside it goes on to its end, unless a signal
    /// says otherwise.
    async fn recover_to_the_end(&mut self) {
        let Some(becoming) = self.becoming.take().filter(|_| !self.asked) else { return };
        tokio::select! {
            _ = becoming => {}
            () = self.signals.any() => self.desk.out.note(&self.desk.out.words().label("cli-recovery-left")),
        }
    }

    async fn say_who_runs(&self, watch: &Watch<'_>) -> Result<(), Problem> {
        if let Some(holder) = RunnerLock::holder(&self.desk.settings.data).await?
            && holder.what == "command"
        {
            let pid = i64::from(holder.pid);
            watch.print(&self.desk.out.words().text(&msg!("cli-waiting", what = holder.what, pid = pid)));
        }
        Ok(())
    }
}

/// An operation's end as a program reads it.
#[derive(Serialize)]
struct Report<'a> {
    operation: &'a OperationRow,
    exit: u8,
}

/// Tells how it stands when the command leaves it.
pub(super) fn report(desk: &Desk, row: &OperationRow) -> Exit {
    let exit = Exit::of_state(row.state);
    desk.out.json(&Report { operation: row, exit: exit.number() });
    exit
}
