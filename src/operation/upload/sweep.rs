//! Received files that nobody wants: an upload that broke off leaves one, and so does
//! an operation that failed (it may be asked for again with the same file). After a
//! day they go.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{Upload, UploadRequest};
use crate::{
    db::OperationFilter,
    domain::{operation::OpState, problem::Problem},
    operation::{World, prepare::Kind as _},
    problem,
};

/// For so long a received file is kept that no operation has.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Removes what lies in the folder of received files for more than a day and is not
/// that of an operation that is still to end; says how much.
pub async fn sweep_uploads(world: &World) -> Result<usize, Problem> {
    let folder = world.rules.uploads.clone();
    let wanted = wanted(world).await?;
    let now = SystemTime::from(world.clock.now());
    let swept = tokio::task::spawn_blocking(move || sweep(&folder, &wanted, now)).await;
    swept.map_err(|e| problem!("store-io").detail(e))
}

/// The files of operations that are still to end.
async fn wanted(world: &World) -> Result<BTreeSet<PathBuf>, Problem> {
    const MOST: i64 = 10_000;
    let filter = OperationFilter {
        states: vec![OpState::Queued, OpState::Running, OpState::NeedsOperator],
        kind: Some(Upload::KIND),
        limit: Some(MOST),
        ..OperationFilter::default()
    };
    let rows = world.db.operations(filter).await?.rows;
    let file = |request| serde_json::from_value::<UploadRequest>(request).ok().map(|request| request.file);
    Ok(rows.into_iter().filter_map(|row| file(row.request)).collect())
}

fn sweep(folder: &Path, wanted: &BTreeSet<PathBuf>, now: SystemTime) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let mut removed = 0;
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(meta) = entry.metadata() else { continue };
        let old =
            meta.modified().ok().and_then(|at| now.duration_since(at).ok()).is_some_and(|age| age > KEPT);
        if old && !meta.is_dir() && !wanted.contains(&path) && std::fs::remove_file(&path).is_ok() {
            removed += 1;
        }
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_old_and_wanted_by_nobody_goes() {
        let dir = tempfile::tempdir().unwrap();
        let paths = ["old", "wanted", "new"].map(|name| dir.path().join(name));
        for path in &paths {
            std::fs::write(path, "x").unwrap();
        }
        std::fs::create_dir(dir.path().join("folder")).unwrap();
        let wanted = BTreeSet::from([paths[1].clone()]);
        let now = std::fs::metadata(&paths[0]).unwrap().modified().unwrap();
        assert_eq!(sweep(dir.path(), &wanted, now), 0);
        let later = now + KEPT + Duration::from_secs(60);
        let file = std::fs::File::options().write(true).open(&paths[2]).unwrap();
        file.set_modified(later).unwrap();
        assert_eq!(sweep(dir.path(), &wanted, later), 1);
        assert_eq!(paths.map(|path| path.exists()), [false, true, true]);
        assert_eq!(sweep(&dir.path().join("gone"), &wanted, now), 0);
    }
}
