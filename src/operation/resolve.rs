//! Cancelling, and the three ways out of `needs_operator`: try the undo again,
//! restore the safety backup, or say that it was put right by hand.

use serde::{Deserialize, Serialize};

use super::{
    Actor, World,
    prepare::{Prepared, Request, prepare},
    restore::RestoreRequest,
    safety,
};
use crate::{
    db::{OperationFilter, OperationRow},
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
    /// A restore to be shown and enqueued; when it succeeds, the operation it
    /// came from is resolved.
    Restore(Box<Prepared>),
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
    let row = world.db.operation(id).await?;
    if row.state != OpState::NeedsOperator {
        return Err(problem!("resolve-not-needed", operation = id.as_str(), state = row.state.as_str()));
    }
    match way {
        Way::Retry => {
            // Under no runner's name: whoever holds the worker takes it over.
            world.db.reopen(id, "", world.clock.now(), &by.0).await?;
            Ok(WayOut::Same(id.clone()))
        }
        Way::Resolved { note } if note.trim().is_empty() => Err(problem!("resolve-note")),
        Way::Resolved { note } => {
            no_way_out_running(world, &row).await?;
            world.db.resolve(id, &by.0, note.trim()).await?;
            Ok(WayOut::Same(id.clone()))
        }
        Way::Restore => {
            let request = RestoreRequest {
                backup: safety_backup(world, id).await?,
                into: row.resource.clone(),
                options: RestoreOptions::default(),
                without_safety: Some(format!("restores the safety backup of operation {id}")),
                resolves: Some(id.clone()),
            };
            Ok(WayOut::Restore(Box::new(prepare(world, Request::Restore(request), by).await?)))
        }
    }
}

/// A restore that is on its way holds what the operation holds: it must not let
/// go of it now.
async fn no_way_out_running(world: &World, stuck: &OperationRow) -> Result<(), Problem> {
    let filter = OperationFilter {
        states: vec![OpState::Queued, OpState::Running],
        resource: stuck.resource.clone(),
        ..OperationFilter::default()
    };
    let resolving = |row: &OperationRow| {
        serde_json::from_value::<RestoreRequest>(row.request.clone())
            .is_ok_and(|request| request.resolves.as_ref() == Some(&stuck.id))
    };
    match world.db.operations(filter).await?.iter().find(|row| resolving(row)) {
        Some(row) => {
            let key = format!("way-out:{}", stuck.id);
            Err(problem!("locked", operation = row.id.as_str(), kind = row.kind.as_str(), key = key))
        }
        None => Ok(()),
    }
}

async fn safety_backup(world: &World, id: &OperationId) -> Result<crate::domain::id::BackupId, Problem> {
    let backup = safety::proof_of(world, id).await?.and_then(|proof| proof.backups.into_iter().next());
    backup.ok_or_else(|| problem!("safety-none", operation = id.as_str()))
}
