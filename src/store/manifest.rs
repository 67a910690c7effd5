//! One backup's manifest, read from its folder and checked.

use tokio::io::AsyncReadExt as _;

use super::{Store, StoreError, StorePath};
use crate::{
    domain::{
        manifest::{FILE, Manifest},
        problem::Problem,
    },
    problem,
};

/// Longer than this no manifest is.
const LONGEST: u64 = 32 << 20;

/// Reads a backup's manifest. Problems: `part-missing` (the folder or its
/// manifest is gone), `scan-manifest` (it is none), and the store's own.
pub async fn manifest(store: &dyn Store, folder: &StorePath) -> Result<Manifest, Problem> {
    let path = folder.join(FILE)?;
    let reader = match store.read(&path, 0).await {
        Err(StoreError::Missing(path)) => return Err(problem!("part-missing", path = path.as_str())),
        other => other?,
    };
    let mut bytes = Vec::new();
    reader.take(LONGEST).read_to_end(&mut bytes).await.map_err(StoreError::from)?;
    Manifest::parse(&bytes).map_err(|e| problem!("scan-manifest", path = folder.as_str()).detail(e))
}
