//! From a request to its end: plan, agreement, queue, then run or follow.

use std::{pin::pin, time::Duration};

use tokio::time::timeout;

use super::{
    args::{ConfirmArgs, RunArgs},
    ask,
    desk::{Desk, Done, Stop},
    exit::Exit,
    follow::{Follow, report},
    plan::{self, Shown},
    runner::become_or_leave,
    signals::Signals,
    watch::ended,
};
use crate::{
    db::{Enqueued, OperationRow},
    domain::id::OperationId,
    jobs::{RunnerLock, wake},
    msg,
    operation::{self, PlanView, Prepared, Request, World},
    problem,
};

/// How long who is leaving on a signal may take to say so.
const HEARD: Duration = Duration::from_millis(250);

/// Prepares a request, and with the plan shown and agreed to, runs it.
pub(super) async fn request(
    desk: &Desk,
    world: &World,
    request: Request,
    run: &RunArgs,
    agree: &ConfirmArgs,
) -> Done {
    let mut signals = Signals::listen()?;
    let asking = Asking { desk, world, request, run, agree };
    let mut asked = pin!(asking.ready());
    let ready = tokio::select! {
        biased; // who was leaving on a signal already says so in its own words
        ready = &mut asked => ready?,
        () = signals.any() => {
            // It may have come after that one was looked at, and before this one; who is busy
            // hears it a moment later.
            if let Ok(Err(stop)) = timeout(HEARD, asked).await {
                return Err(stop);
            }
            desk.out.note(&desk.out.words().label("cli-left-early"));
            return Err(Stop::Exit(Exit::Cancelled));
        }
    };
    let (row, runner) = match ready {
        Ready::Shown => return Ok(Exit::Done),
        Ready::Known(row) => (*row, None),
        Ready::Agreed(agreed) => agreed.enqueue(desk, world, run).await?,
    };
    if run.no_wait || run.dry_run {
        ended(&desk.out, &row);
        return Ok(report(desk, &row));
    }
    Follow::new(desk, world, &row.id, signals).holding(runner).until_it_ends().await
}

/// Follows an operation somebody asked for to its end.
pub(super) async fn watch(desk: &Desk, world: &World, id: &OperationId) -> Done {
    Follow::new(desk, world, id, Signals::listen()?).until_it_ends().await
}

/// Asks an operation to stop and follows it to its end.
pub(super) async fn cancel(desk: &Desk, world: &World, id: &OperationId) -> Done {
    Follow::new(desk, world, id, Signals::listen()?).cancel().await
}

/// `--no-wait` leaves an operation to a server: there must be one.
pub(super) async fn needs_server(desk: &Desk) -> Result<(), Stop> {
    match RunnerLock::holder(&desk.settings.data).await? {
        Some(holder) if holder.what != "command" => Ok(()),
        _ => Err(problem!("cli-no-server").into()),
    }
}

/// A request on its way to the queue.
struct Asking<'a> {
    desk: &'a Desk,
    world: &'a World,
    request: Request,
    run: &'a RunArgs,
    agree: &'a ConfirmArgs,
}

/// What came of it.
enum Ready {
    /// A dry run: the plan was shown.
    Shown,
    /// It was asked for before, with the same key.
    Known(Box<OperationRow>),
    /// It may be enqueued.
    Agreed(Box<Agreed>),
}

/// A plan somebody agreed to.
struct Agreed {
    prepared: Prepared,
    confirmed: Option<String>,
    runner: Option<RunnerLock>,
}

impl Asking<'_> {
    /// Up to the moment before it is enqueued; may be dropped at any time.
    async fn ready(&self) -> Result<Ready, Stop> {
        let actor = self.desk.actor();
        let key = self.run.idempotency_key.as_deref();
        if let Some(row) = operation::asked_before(self.world, &self.request, &actor, key).await? {
            self.desk.out.note(&self.desk.out.words().label("cli-existing"));
            return Ok(Ready::Known(Box::new(row)));
        }
        let runner = if self.run.dry_run { None } else { self.begin().await? };
        let prepared = operation::prepare(self.world, self.request.clone(), &actor).await?;
        if self.run.dry_run {
            self.show(&prepared.view);
            self.desk.out.json(&prepared.view);
            self.desk.out.line("");
            self.desk.out.say(&msg!("cli-dry-run"));
            return Ok(Ready::Shown);
        }
        let agreed = match prepared.view.confirm.clone() {
            Some(name) => self.agreed(prepared, &name, runner).await?,
            None => Agreed { prepared, confirmed: None, runner },
        };
        Ok(Ready::Agreed(Box::new(agreed)))
    }

    /// Becomes the runner if nobody is: then what a dead process left is out of
    /// the way, its locks too. `--no-wait` leaves that to others.
    async fn begin(&self) -> Result<Option<RunnerLock>, Stop> {
        if self.run.no_wait {
            needs_server(self.desk).await?;
            return Ok(None);
        }
        become_or_leave(self.desk, self.world, "command").await
    }

    /// Shows the plan and gets the name it asks for. A person may take minutes,
    /// or leave the question open overnight: meanwhile others may run operations,
    /// so the plan is made again and must still be what was agreed to.
    async fn agreed(
        &self,
        mut prepared: Prepared,
        name: &str,
        mut runner: Option<RunnerLock>,
    ) -> Result<Agreed, Stop> {
        let (out, words) = (&self.desk.out, self.desk.out.words());
        if !self.agree.yes && !out.is_json() {
            self.show(&prepared.view);
            out.line("");
        }
        loop {
            let asks = ask::asks(out, self.agree);
            if asks {
                drop(runner.take());
            }
            let confirmed = Some(ask::confirm(out, self.agree, name).await?);
            if !asks {
                return Ok(Agreed { prepared, confirmed, runner });
            }
            runner = self.begin().await?;
            let again =
                operation::prepare_again(self.world, &prepared, self.request.clone(), &self.desk.actor())
                    .await?;
            if again.view.is_as_agreed(&prepared.view) {
                return Ok(Agreed { prepared: again, confirmed, runner });
            }
            prepared = again;
            out.note(&words.label("cli-plan-moved"));
            self.show(&prepared.view);
            out.line("");
        }
    }

    fn show(&self, view: &PlanView) {
        plan::show(
            &self.desk.out,
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
}

impl Agreed {
    /// Writes it down, and knocks where others run operations.
    async fn enqueue(
        self,
        desk: &Desk,
        world: &World,
        run: &RunArgs,
    ) -> Result<(OperationRow, Option<RunnerLock>), Stop> {
        let Self { prepared, confirmed, runner } = self;
        let key = run.idempotency_key.clone();
        let enqueued = operation::enqueue(world, prepared, confirmed.as_deref(), key).await?;
        if matches!(enqueued, Enqueued::Existing(_)) {
            desk.out.note(&desk.out.words().label("cli-existing"));
        }
        if runner.is_none() {
            wake(&desk.settings.data);
        }
        Ok((enqueued.row().clone(), runner))
    }
}
