//! A whole operation as a step of another: written down, run under its parent's locks and
//! cancelled with it; put away as any operation is if its parent dies.

use serde::{Deserialize, Serialize};

use super::{
    Actor, World,
    execute::execute_under,
    prepare::{Request, prepare},
    recover::recover,
};
use crate::{
    db::OperationRow,
    domain::{id::OperationId, operation::OpState, problem::Problem},
    problem,
    saga::Cx,
};

/// Written down before it exists.
#[derive(Serialize, Deserialize)]
struct Child {
    child: OperationId,
}

/// Where its problem is only told as the cause of another, its id still stands there.
pub(super) fn stuck(child: &OperationId) -> Problem {
    problem!("child-needs-operator", operation = child.as_str()).detail(child.as_str())
}

/// Runs it to its end, whatever that is.
pub(super) async fn run(
    world: &World,
    cx: &Cx,
    request: Request,
    by: &Actor,
) -> Result<OperationRow, Problem> {
    let prepared = prepare(world, request, by).await?;
    let child = prepared.id().clone();
    cx.note(&Child { child: child.clone() }).await?;
    world.db.enqueue(prepared.new).await?;
    execute_under(world, &child, cx.cancel().child_token()).await;
    world.db.operation(&child).await
}

/// The one that has succeeded, after those that were cut short are put away as any
/// operation is; a finished one stays as it ended. Problem: `child-needs-operator`.
pub(super) async fn settle(world: &World, cx: &Cx) -> Result<Option<OperationRow>, Problem> {
    let mut done = None;
    for Child { child } in cx.notes() {
        let row = match world.db.operation(&child).await {
            Ok(row) => row,
            // Noted, and the process died before it was written down: nothing ran.
            Err(problem) if problem.is("not-found-operation") => continue,
            Err(problem) => return Err(problem),
        };
        match row.state {
            OpState::Queued => {
                world.db.request_cancel(&child, "system").await?;
            }
            OpState::Running => recover(world, child.clone()).await,
            _ => {}
        }
        let row = world.db.operation(&child).await?;
        match row.state {
            OpState::Running => {
                return Err(problem!("child-not-ended", operation = child.as_str()).transient());
            }
            // What it made is still there: it is nothing that could be called undone.
            OpState::NeedsOperator => {
                return Err(stuck(&child));
            }
            OpState::Succeeded => done = Some(row),
            _ => {}
        }
    }
    Ok(done)
}
