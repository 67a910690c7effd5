//! What uploads left that were broken off by the end of the process: at the next
//! start, what no operation needs is removed.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::incoming::folder;
use crate::{
    db::{Db, OperationFilter},
    domain::{
        operation::{OpKind, OpState},
        problem::Problem,
    },
};

/// More uploads than this do not wait at once.
const MOST: i64 = 10_000;

/// What lies there at the start, before anything new can come in.
pub(in crate::web) fn leftovers(data: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(data)).into_iter().flatten();
    entries.flatten().map(|entry| entry.path()).collect()
}

/// Removes of these what no operation needs that is not over.
pub(in crate::web) async fn sweep(db: Db, left: Vec<PathBuf>) {
    if left.is_empty() {
        return;
    }
    let needed = match needed(&db).await {
        Ok(needed) => needed,
        Err(problem) => return tracing::warn!(%problem, "what uploads left could not be looked through"),
    };
    for path in left.into_iter().filter(|path| !needed.contains(path)) {
        match tokio::fs::remove_file(&path).await {
            Ok(()) => {
                tracing::info!(path = %path.display(), "removed what an upload left that was broken off")
            }
            Err(error) => tracing::warn!(path = %path.display(), %error, "what an upload left stays"),
        }
    }
}

async fn needed(db: &Db) -> Result<BTreeSet<PathBuf>, Problem> {
    let filter = OperationFilter {
        states: vec![OpState::Queued, OpState::Running, OpState::NeedsOperator],
        kind: Some(OpKind::of("upload")),
        limit: Some(MOST),
        ..OperationFilter::default()
    };
    let rows = db.operations(filter).await?.rows;
    let file = |row: &crate::db::OperationRow| row.request.get("file")?.as_str().map(PathBuf::from);
    Ok(rows.iter().filter_map(file).collect())
}
