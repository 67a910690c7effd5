//! Room on the database's disk. What a plan found free others may have filled by
//! the time a load begins, or while it goes on: a full disk stops the live
//! database too.

use tokio::time::sleep;

use super::{Work, names::Target};
use crate::{
    domain::{manifest::Part, problem::Problem},
    host::Space,
    problem,
};

/// Bytes a new database takes: what the live one takes, or what a dump of that size
/// usually unfolds to with its indexes.
pub(super) fn takes(part: &Part, target: &Target) -> u64 {
    target.bytes.max(part.raw.bytes / 2 * 3)
}

impl Work {
    /// Whether so many more bytes leave the reserve free.
    pub(super) async fn has_room(&self, need: u64) -> Result<(), Problem> {
        let Some(space) = self.space().await? else { return Ok(()) };
        let reserve = self.server.tuning.reserve(space);
        if space.free >= need.saturating_add(reserve) { Ok(()) } else { Err(short(need, space, reserve)) }
    }

    /// Returns once the reserve is no longer free, with the problem that names it.
    pub(super) async fn until_short(&self, need: u64) -> Problem {
        loop {
            sleep(self.server.tuning.watch).await;
            // A look that fails says nothing of the disk.
            let Ok(Some(space)) = self.space().await else { continue };
            let reserve = self.server.tuning.reserve(space);
            if space.free < reserve {
                return short(need, space, reserve);
            }
        }
    }

    async fn space(&self) -> Result<Option<Space>, Problem> {
        let Some(directory) = &self.data else { return Ok(None) };
        self.server.place.space(directory).await.map(Some).map_err(Problem::from)
    }
}

fn short(need: u64, space: Space, reserve: u64) -> Problem {
    problem!("pg-disk-short", bytes = need, free = space.free, reserve = reserve)
}
