//! Takes over what a dead runner left: called at start, children before parents,
//! and when a person asks for another try.

use super::{
    World,
    execute::{Mode, run},
};
use crate::domain::{id::OperationId, operation::OpState};

/// Takes a running operation over from its dead runner and finishes or undoes it.
pub async fn recover(world: &World, id: OperationId) {
    let row = match world.db.operation(&id).await {
        Ok(row) if row.state == OpState::Running => row,
        Ok(_) => return,
        Err(problem) => return tracing::error!(operation = %id, %problem, "cannot be recovered yet"),
    };
    let until = world.clock.now() + world.rules.lease;
    match world.db.take_over(&id, row.fence, &world.rules.runner, until).await {
        Ok(Some(fence)) => {
            tracing::info!(operation = %id, kind = %row.kind, "taking over from a runner that is gone");
            let token = world.cancels.token(&id);
            // Also where it was asked of the operation that wanted this one.
            if world.db.cancel_requested(&id).await.unwrap_or(row.cancel_at.is_some()) {
                token.cancel();
            }
            run(world, row, fence, token, Mode::Recover).await;
            world.cancels.forget(&id);
        }
        Ok(None) => tracing::debug!(operation = %id, "somebody else has it"),
        Err(problem) => tracing::error!(operation = %id, %problem, "cannot be recovered yet"),
    }
}
