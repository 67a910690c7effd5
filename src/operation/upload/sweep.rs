//! Received files that nobody wants: an upload that broke off leaves one, and so does
//! an operation that failed (it may be asked for again with the same file). They go at
//! the next start, when nothing is being received, and else after a day.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{Upload, UploadRequest, source::blocking};
use crate::{
    db::OperationFilter,
    domain::{operation::OpState, problem::Problem},
    operation::{World, prepare::Kind as _},
};

/// For so long a received file is kept that no operation has.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What lies in the folder of received files. Before the panel listens, nobody is
/// about to write one.
pub fn received(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// Those received more than a day ago. Problem: `store-io`.
pub async fn received_long_ago(world: &World) -> Result<Vec<PathBuf>, Problem> {
    let (folder, now) = (world.rules.uploads.clone(), SystemTime::from(world.clock.now()));
    blocking(move || Ok(received(&folder).into_iter().filter(|path| is_old(path, now)).collect())).await
}

fn is_old(path: &Path, now: SystemTime) -> bool {
    let changed = std::fs::symlink_metadata(path).and_then(|meta| meta.modified());
    changed.ok().and_then(|at| now.duration_since(at).ok()).is_some_and(|age| age > KEPT)
}

/// Removes of these received files what is not that of an operation that is still to
/// end; says how many.
pub async fn sweep_uploads(world: &World, files: Vec<PathBuf>) -> Result<usize, Problem> {
    if files.is_empty() {
        return Ok(0);
    }
    let wanted = wanted(world).await?;
    let mut removed = 0;
    for path in files.into_iter().filter(|path| !wanted.contains(path)) {
        match tokio::fs::remove_file(&path).await {
            Ok(()) => {
                tracing::info!(path = %path.display(), "removed a received file that nobody wants");
                removed += 1;
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a received file that nobody wants stays")
            }
        }
    }
    Ok(removed)
}

/// The files of all operations that are still to end.
async fn wanted(world: &World) -> Result<BTreeSet<PathBuf>, Problem> {
    let filter = OperationFilter {
        states: vec![OpState::Queued, OpState::Running, OpState::NeedsOperator],
        kind: Some(Upload::KIND),
        // All of them: the file of one left out would go.
        limit: Some(i64::MAX),
        ..OperationFilter::default()
    };
    let rows = world.db.operations(filter).await?.rows;
    let file = |request| serde_json::from_value::<UploadRequest>(request).ok().map(|request| request.file);
    Ok(rows.into_iter().filter_map(|row| file(row.request)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_is_more_than_a_day_and_a_folder_is_no_received_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, "x").unwrap();
        std::fs::create_dir(dir.path().join("folder")).unwrap();
        assert_eq!(received(dir.path()), std::slice::from_ref(&path));
        let now = std::fs::metadata(&path).unwrap().modified().unwrap();
        assert!(!is_old(&path, now));
        assert!(!is_old(&path, now + KEPT));
        assert!(is_old(&path, now + KEPT + Duration::from_secs(1)));
        assert!(!is_old(&path, now - KEPT), "of tomorrow");
        assert!(!is_old(&dir.path().join("gone"), now + 2 * KEPT));
        assert_eq!(received(&dir.path().join("gone")), Vec::<PathBuf>::new());
    }
}
