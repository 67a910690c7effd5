//! The watch: looks every minute what runs in containers, so that a resource that
//! is gone is seen as missing, and what is new waits for an administrator.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::operation::{World, note_presence};

/// Between two looks. The first comes at once.
const LOOK: Duration = Duration::from_secs(60);

/// Looks until told to stop.
pub async fn watch(world: World, stop: CancellationToken) {
    let mut pause = Duration::ZERO;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = sleep(pause) => {}
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            looked = note_presence(&world) => if let Err(problem) = looked {
                tracing::warn!(%problem, "the watch could not look; it looks again later");
            }
        }
        pause = LOOK;
    }
}
