//! The right to run operations in this data folder, and what comes with it:
//! first what a dead process left is finished or undone.

use async_trait::async_trait;

use super::{
    desk::{Desk, Stop},
    exit::Exit,
    signals::Signals,
};
use crate::{
    config::Database,
    domain::{id::OperationId, problem::Problem},
    jobs::{Dead, Execute, Recover, RunnerLock, reconcile},
    msg,
    operation::{self, World},
};

/// Runs and recovers operations in this process.
#[derive(Clone)]
pub(super) struct Here(pub(super) World);

#[async_trait]
impl Execute for Here {
    async fn execute(&self, id: OperationId) {
        operation::execute(&self.0, id).await;
    }
}

#[async_trait]
impl Recover for Here {
    async fn recover(&self, id: OperationId) {
        operation::recover(&self.0, id).await;
    }
}

/// Takes the right to run operations as `what`, and recovers what is left over,
/// which is said first: it may take long. `None` if another process has it.
pub(super) async fn try_become(
    desk: &Desk,
    world: &World,
    what: &str,
) -> Result<Option<RunnerLock>, Problem> {
    let settings = &desk.settings;
    let lock = RunnerLock::try_acquire(&settings.data, what, world.clock.now()).await?;
    if lock.is_some() {
        // On a database server others may run operations from other machines.
        let dead = match settings.database {
            Database::Sqlite(_) => Dead::Everyone,
            Database::Postgres(_) => Dead::Since(world.clock.now()),
        };
        let tell = |msg| desk.out.note(&desk.out.words().text(&msg));
        let left = dead.left(&world.db).await?.len();
        if left > 0 {
            tell(msg!("cli-recovering", count = left));
        }
        let count = reconcile(&world.db, &Here(world.clone()), dead).await?;
        if count > 0 {
            tell(msg!("cli-recovered", count = count));
        }
    }
    Ok(lock)
}

/// The same, left alone when a signal comes. What is being recovered then is as
/// after a crash, and the next start goes on with it.
pub(super) async fn become_or_leave(
    desk: &Desk,
    world: &World,
    what: &str,
) -> Result<Option<RunnerLock>, Stop> {
    let mut signals = Signals::listen()?;
    tokio::select! {
        lock = try_become(desk, world, what) => Ok(lock?),
        () = signals.any() => {
            desk.out.note(&desk.out.words().label("cli-recovery-left"));
            Err(Stop::Exit(Exit::Interrupted))
        }
    }
}
