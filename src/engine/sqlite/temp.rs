//! Passing copies in Zelo's own folder: made, named after who made them, and
//! removed whatever happens.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use super::{conn::file_problem, files};
use crate::domain::{id::OperationId, problem::Problem};

const PREFIX: &str = "zelo-sqlite-";

/// The copy a backup streams from: its name follows from the operation, so that
/// a new process finds it.
pub(super) fn of(folder: &Path, operation: &OperationId) -> PathBuf {
    folder.join(format!("{PREFIX}{operation}.db"))
}

/// Makes Zelo's own folder, private, if it is not there yet.
pub(super) fn ensure(folder: &Path) -> Result<(), Problem> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|e| file_problem(&e, folder))
}

/// A copy that lasts as long as this value; what a killed process left goes at
/// the next [`sweep`].
pub(super) struct Passing(pub(super) PathBuf);

impl Passing {
    pub(super) fn new(folder: &Path) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(folder.join(format!("{PREFIX}pid-{}-{count}.db", std::process::id())))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        if let Err(problem) = files::remove(&self.0) {
            tracing::warn!(path = %self.0.display(), %problem, "a passing copy stays");
        }
    }
}

/// Removes the passing copies of processes that are gone.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|n| n.strip_prefix(PREFIX)?.strip_prefix("pid-")) else {
            continue;
        };
        let pid = rest.split('-').next().unwrap_or_default();
        let gone = pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists();
        if gone {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
