//! From a request to its end: plan, agreement, queue, run or follow.

use serde::Serialize;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{Instant, sleep},
};

use super::{
    args::{ConfirmArgs, RunArgs},
    ask,
    desk::{Desk, Done, Stop},
    exit::Exit,
    plan::{self, Shown},
    runner::try_become,
    watch::{BEAT, Watch, ended},
};
use crate::{
    db::{Enqueued, OperationRow},
    domain::{id::OperationId, operation::OpState, problem::Problem},
    jobs::{Execute, RunnerLock, wake},
    msg,
    operation::{self, PlanView, Prepared, Request, World},
    problem,
};

/// How often it tries to become the runner while another process is.
const TRY: std::time::Duration = std::time::Duration::from_secs(1);

/// Prepares a request, and with the plan shown and agreed to, runs it.
pub(super) async fn request(
    desk: &Desk,
    world: &World,
    request: Request,
    run: &RunArgs,
    agree: &ConfirmArgs,
) -> Done {
    let runner = begin(desk, world, run).await?;
    let prepared = operation::prepare(world, request, &desk.actor()).await?;
    go(desk, world, prepared, run, agree, runner).await
}

/// The same from a plan made already.
pub(super) async fn prepared_plan(
    desk: &Desk,
    world: &World,
    prepared: Prepared,
    run: &RunArgs,
    agree: &ConfirmArgs,
) -> Done {
    let runner = begin(desk, world, run).await?;
    go(desk, world, prepared, run, agree, runner).await
}

/// Becomes the runner if nobody is: then what a dead process left is out of the
/// way, its locks too. A dry run and `--no-wait` leave that to others.
async fn begin(desk: &Desk, world: &World, run: &RunArgs) -> Result<Option<RunnerLock>, Stop> {
    if run.dry_run {
        return Ok(None);
    }
    if !run.no_wait {
        return Ok(try_become(desk, world, "command").await?);
    }
    match RunnerLock::holder(&desk.settings.data).await? {
        Some(holder) if holder.what != "command" => Ok(None),
        _ => Err(problem!("cli-no-server").into()),
    }
}

async fn go(
    desk: &Desk,
    world: &World,
    prepared: Prepared,
    run: &RunArgs,
    agree: &ConfirmArgs,
    runner: Option<RunnerLock>,
) -> Done {
    let out = &desk.out;
    if run.dry_run {
        show(desk, &prepared.view);
        out.json(&prepared.view);
        out.line("");
        out.say(&msg!("cli-dry-run"));
        return Ok(Exit::Done);
    }
    let confirmed = match prepared.view.confirm.clone() {
        Some(name) => {
            if !agree.yes && !out.is_json() {
                show(desk, &prepared.view);
                out.line("");
            }
            Some(ask::confirm(out, agree, &name)?)
        }
        None => None,
    };
    let key = run.idempotency_key.clone();
    let enqueued = operation::enqueue(world, prepared, confirmed.as_deref(), key).await?;
    if matches!(enqueued, Enqueued::Existing(_)) {
        out.note(&out.words().label("cli-existing"));
    }
    let row = enqueued.row().clone();
    if runner.is_none() {
        wake(&desk.settings.data);
    }
    if run.no_wait {
        ended(out, &row);
        return Ok(report(desk, &row));
    }
    follow(desk, world, &row.id, runner).await
}

fn show(desk: &Desk, view: &PlanView) {
    plan::show(
        &desk.out,
        &Shown {
            title: &view.title,
            steps: &view.steps,
            warnings: &view.warnings,
            bytes: view.bytes,
            database_disk: view.database_disk,
            waiver: view.waiver.as_ref().map(|w| w.reason.as_str()),
        },
    );
}

/// Follows an operation somebody asked for to its end.
pub(super) async fn watch(desk: &Desk, world: &World, id: &OperationId) -> Done {
    follow(desk, world, id, None).await
}

async fn follow(desk: &Desk, world: &World, id: &OperationId, runner: Option<RunnerLock>) -> Done {
    let mut follow = Follow { desk, world, id, runner, started: false, tried: None, asked: false };
    let mut watch = Watch::new(&desk.out, &world.db, id);
    let end = follow.until_ended(&mut watch).await;
    watch.close();
    let row = end?;
    ended(&desk.out, &row);
    Ok(report(desk, &row))
}

/// One operation on its way, and what this process does for it.
struct Follow<'a> {
    desk: &'a Desk,
    world: &'a World,
    id: &'a OperationId,
    /// Held while this process runs operations.
    runner: Option<RunnerLock>,
    /// Whether this process has begun to run it.
    started: bool,
    /// When it last tried to become the runner.
    tried: Option<Instant>,
    /// Whether cancelling was asked for.
    asked: bool,
}

impl Follow<'_> {
    /// Looks until it is over. Ctrl-C asks it to stop, which undoes what it did; a
    /// second one leaves it to whoever runs it.
    async fn until_ended(&mut self, watch: &mut Watch<'_>) -> Result<OperationRow, Stop> {
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        loop {
            let row = watch.look().await?;
            if row.state.is_final() || row.state == OpState::NeedsOperator {
                return Ok(row);
            }
            self.help(&row, watch).await?;
            tokio::select! {
                () = sleep(BEAT) => continue,
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if self.asked {
                watch.close();
                let text = msg!("cli-left-alone", operation = self.id.as_str());
                self.desk.out.note(&self.desk.out.words().text(&text));
                return Err(Stop::Exit(Exit::Interrupted));
            }
            self.asked = true;
            operation::cancel(self.world, self.id, &self.desk.actor()).await?;
            watch.print(&self.desk.out.words().label("cli-cancelling"));
        }
    }

    /// Runs it here if nobody else runs operations: it waits in the queue, or its
    /// runner has died (then becoming the runner recovers it).
    async fn help(&mut self, row: &OperationRow, watch: &Watch<'_>) -> Result<(), Problem> {
        if self.runner.is_none() && self.tried.is_none_or(|at| at.elapsed() >= TRY) {
            let first = self.tried.replace(Instant::now()).is_none();
            self.runner = try_become(self.desk, self.world, "command").await?;
            if self.runner.is_none() && first && row.state == OpState::Queued {
                self.say_who_runs(watch).await?;
            }
        }
        if self.runner.is_some() && row.state == OpState::Queued && !self.started {
            self.started = true;
            let (here, id) = (super::runner::Here(self.world.clone()), self.id.clone());
            tokio::spawn(async move { here.execute(id).await });
        }
        Ok(())
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

fn listen(kind: SignalKind) -> Result<Signal, Problem> {
    signal(kind).map_err(|e| problem!("cli-signals").detail(e))
}

/// An operation's end as a program reads it.
#[derive(Serialize)]
struct Report<'a> {
    operation: &'a OperationRow,
    exit: u8,
}

fn report(desk: &Desk, row: &OperationRow) -> Exit {
    let exit = Exit::of_state(row.state);
    desk.out.json(&Report { operation: row, exit: exit.number() });
    exit
}
