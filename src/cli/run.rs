//! From a request to its end: plan, agreement, queue, run or follow.

use serde::Serialize;
use tokio::{
    signal::unix::{SignalKind, signal},
    time::sleep,
};

use super::{
    args::{ConfirmArgs, RunArgs},
    ask,
    desk::{Desk, Done, Stop},
    exit::Exit,
    plan::{self, Shown},
    watch::{BEAT, Watch, ended},
};
use crate::{
    db::{Enqueued, OperationRow},
    domain::id::OperationId,
    msg,
    operation::{self, PlanView, Prepared, Request, World},
    problem,
};

/// Prepares a request, and with the plan shown and agreed to, runs it.
pub(super) async fn request(
    desk: &Desk,
    world: &World,
    request: Request,
    run: &RunArgs,
    agree: &ConfirmArgs,
) -> Done {
    let prepared = operation::prepare(world, request, &desk.actor()).await?;
    prepared_plan(desk, world, prepared, run, agree).await
}

/// The same from a plan made already.
pub(super) async fn prepared_plan(
    desk: &Desk,
    world: &World,
    prepared: Prepared,
    run: &RunArgs,
    agree: &ConfirmArgs,
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
            if !agree.yes {
                show(desk, &prepared.view);
                out.line("");
            }
            Some(ask::confirm(out, agree, &name)?)
        }
        None => None,
    };
    let served = crate::jobs::server_runs(&desk.settings)?;
    if run.no_wait && !served {
        return Err(problem!("cli-no-server").into());
    }
    let key = run.idempotency_key.clone();
    let enqueued = operation::enqueue(world, prepared, confirmed.as_deref(), key).await?;
    if matches!(enqueued, Enqueued::Existing(_)) {
        out.note(&out.words().label("cli-existing"));
    }
    let row = enqueued.row().clone();
    if run.no_wait {
        ended(out, &row);
        return Ok(report(desk, &row));
    }
    if !served {
        here(world, &row.id);
    }
    watch(desk, world, &row.id).await
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

/// Runs again an operation that has been put back into the queue.
pub(super) async fn again(desk: &Desk, world: &World, id: &OperationId) -> Done {
    if !crate::jobs::server_runs(&desk.settings)? {
        here(world, id);
    }
    watch(desk, world, id).await
}

/// Runs it in this process.
fn here(world: &World, id: &OperationId) {
    let (world, id) = (world.clone(), id.clone());
    tokio::spawn(async move { operation::execute(&world, id).await });
}

/// Follows an operation to its end. Ctrl-C asks it to stop, which undoes what it
/// did; a second one leaves it to whoever runs it.
pub(super) async fn watch(desk: &Desk, world: &World, id: &OperationId) -> Done {
    let mut watch = Watch::new(&desk.out, &world.db, id);
    let end = until_over(desk, world, &mut watch, id).await;
    watch.close();
    let row = end?;
    ended(&desk.out, &row);
    Ok(report(desk, &row))
}

async fn until_over(
    desk: &Desk,
    world: &World,
    watch: &mut Watch<'_>,
    id: &OperationId,
) -> Result<OperationRow, Stop> {
    let failed = |e: std::io::Error| Stop::from(problem!("cli-signals").detail(e));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut asked = false;
    loop {
        let row = watch.look().await?;
        if row.state.is_final() || row.state == crate::domain::operation::OpState::NeedsOperator {
            return Ok(row);
        }
        tokio::select! {
            () = sleep(BEAT) => continue,
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        if asked {
            watch.close();
            desk.out.note(&desk.out.words().text(&msg!("cli-left-alone", operation = id.as_str())));
            return Err(Stop::Exit(Exit::Interrupted));
        }
        asked = true;
        operation::cancel(world, id, &desk.actor()).await?;
        watch.print(&desk.out.words().label("cli-cancelling"));
    }
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
