//! Cancelling, and the three ways out of `needs_operator`: try the undo again,
//! restore the safety backup, or say that it was put right by hand.

use serde::{Deserialize, Serialize};

use super::{Actor, World, prepare::Request, restore::RestoreRequest, safety};
use crate::{
    db::OperationRow,
    domain::{id::OperationId, operation::OpState, problem::Problem},
    engine::RestoreOptions,
    problem,
};

/// A way out of `needs_operator`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum Way {
    /// Finish or undo again what could not be finished or undone.
    Retry,
    /// Restore the safety backup this operation took.
    Restore,
    /// A person has put things right; the note says how.
    Resolved {
        /// In their words; not empty.
        note: String,
    },
}

/// What a way out leads to.
pub enum WayOut {
    /// It is over, or queued again: the same operation.
    Same(OperationId),
    /// A restore to be prepared, shown and enqueued; when it succeeds, the
    /// operation it came from is resolved.
    Restore(Request),
}

/// Asks an operation to stop. Queued: it is cancelled at once; running: it undoes
/// what it did, unless it is past its commit point.
pub async fn cancel(world: &World, id: &OperationId, by: &Actor) -> Result<(), Problem> {
    world.db.request_cancel(id, &by.0).await?;
    world.cancels.cancel(id);
    Ok(())
}

/// Takes one of the ways out of `needs_operator`.
pub async fn resolve(world: &World, id: &OperationId, way: Way, by: &Actor) -> Result<WayOut, Problem> {
    if way != Way::Restore {
        check_way_out(world, id, &way).await?;
    }
    match way {
        Way::Retry => {
            // Under no runner's name: whoever holds the worker takes it over.
            world.db.reopen(id, "", world.clock.now(), &by.0).await?;
            Ok(WayOut::Same(id.clone()))
        }
        Way::Resolved { note } => {
            world.db.resolve(id, None, &by.0, note.trim()).await?;
            Ok(WayOut::Same(id.clone()))
        }
        // Whether it needs one is looked at when the restore is prepared: the same
        // restore asked for again is not a second one.
        Way::Restore => Ok(WayOut::Restore(Request::Restore(RestoreRequest {
            backup: safety_backup(world, id).await?,
            into: world.db.operation(id).await?.resource,
            options: RestoreOptions { closed: true, ..RestoreOptions::default() },
            without_safety: Some(format!("restores the safety backup of operation {id}")),
            resolves: Some(id.clone()),
            parent: None,
        }))),
    }
}

/// Whether an operation can be left this way now; changes nothing.
pub async fn check_way_out(world: &World, id: &OperationId, way: &Way) -> Result<OperationRow, Problem> {
    let row = needs_operator(world, id).await?;
    match way {
        Way::Resolved { note } if note.trim().is_empty() => Err(problem!("resolve-note")),
        _ => Ok(row),
    }
}

/// The operation, if it waits for a person.
pub(super) async fn needs_operator(world: &World, id: &OperationId) -> Result<OperationRow, Problem> {
    let row = world.db.operation(id).await?;
    if row.state != OpState::NeedsOperator {
        return Err(problem!("resolve-not-needed", operation = id.as_str(), state = row.state.as_str()));
    }
    Ok(row)
}

async fn safety_backup(world: &World, id: &OperationId) -> Result<crate::domain::id::BackupId, Problem> {
    let backup = safety::proof_of(world, id).await?.and_then(|proof| proof.backups.into_iter().next());
    backup.ok_or_else(|| problem!("safety-none", operation = id.as_str()))
}
