//! A cheap proof that nothing was written: what `stat` says of the database and
//! of the files SQLite keeps beside it.
//!
//! The change counter in the file's own header would be one more witness, but
//! reading it means opening the file beside SQLite (see [`super::conn`]). The
//! change time cannot be set by programs and moves with every write; only a
//! write within the same tick of the kernel's clock would leave it, so a file
//! changed within the last moments has no marker at all.

use std::{os::unix::fs::MetadataExt, path::Path, time::SystemTime};

use super::names;

/// A change this recent, in nanoseconds, may share its time stamp with a later
/// one: some file systems keep whole seconds, FAT two.
const DOUBT: i128 = 2_500_000_000;

/// The marker of the file at `path` now, or `None` for any doubt.
pub(super) fn marker(path: &Path) -> Option<String> {
    let mut marker = String::from("sqlite1");
    let now = now();
    marker.push_str(&witness(path, now)??);
    // The shared memory is rebuilt at will and says nothing.
    for ending in ["-wal", "-journal"] {
        if let Some(seen) = witness(&names::companion(path, ending), now)? {
            marker.push_str(ending);
            marker.push_str(&seen);
        }
    }
    Some(marker)
}

/// Outer `None`: doubt; inner `None`: no such file, or an empty one.
fn witness(path: &Path, now: i128) -> Option<Option<String>> {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Some(None),
        Err(_) => return None,
    };
    let changed = i128::from(meta.ctime()) * 1_000_000_000 + i128::from(meta.ctime_nsec());
    if meta.len() == 0 {
        // An empty log is what a reader leaves; it holds nothing.
        return Some(None);
    }
    if !(0..).contains(&(now - changed - DOUBT)) {
        return None;
    }
    let written = i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec());
    Some(Some(format!(":{}:{}:{}:{written}:{changed}", meta.dev(), meta.ino(), meta.len())))
}

/// The kernel's own clock: the one that stamps files, so it is not a parameter.
#[allow(clippy::disallowed_methods)]
fn now() -> i128 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i128::try_from(since.as_nanos()).unwrap_or(0)
}
