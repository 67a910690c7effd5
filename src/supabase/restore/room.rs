//! Whether the disks have room for what is brought back, with the reserve left: where files
//! are laid out, before and meanwhile; and where Docker keeps volumes.

use std::{path::Path, time::Duration};

use tokio::time::sleep;

use super::super::live::Live;
use crate::{domain::problem::Problem, problem};

/// Between two looks while files are laid out.
const LOOK: Duration = Duration::from_secs(5);

/// Whether there is room for so many bytes. Problem: `restore-no-room`.
pub(super) async fn room(live: &Live, folder: &Path, bytes: u64) -> Result<(), Problem> {
    let space = live.local().space(&folder.display().to_string()).await?;
    let (free, reserve) = (space.free, live.postgres().reserve(space));
    if free < bytes.saturating_add(reserve) {
        let folder = folder.display().to_string();
        return Err(problem!(
            "restore-no-room",
            folder = folder,
            free = free,
            bytes = bytes,
            reserve = reserve
        ));
    }
    Ok(())
}

/// The same where Docker keeps volumes, if that can be seen from here. Problem:
/// `restore-no-room`.
pub(in crate::supabase) async fn docker_room(live: &Live, host: &str, bytes: u64) -> Result<(), Problem> {
    let root = live.engine(host)?.info().await?.root;
    match tokio::fs::metadata(&root).await {
        Ok(about) if about.is_dir() => room(live, &root, bytes).await,
        // An engine on another machine, or in one of its own.
        _ => Ok(()),
    }
}

/// Ends when the disk of a folder has come below the reserve: somebody else may write
/// there too.
pub(super) async fn crowded(live: &Live, folder: &Path) -> Problem {
    loop {
        sleep(LOOK).await;
        match room(live, folder, 0).await {
            Err(full) if full.is("restore-no-room") => return full,
            _ => {}
        }
    }
}
