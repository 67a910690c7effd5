//! Files of our own beside a database: made empty and private, made durable,
//! removed with whatever SQLite put beside them.

use std::{
    fs::{self, File, OpenOptions},
    io::ErrorKind,
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{conn::file_problem, names};
use crate::{domain::problem::Problem, problem, store::Reserve};

/// Makes an empty file that only this user can read, in place of one of the same
/// name that an earlier try left.
pub(super) fn fresh(path: &Path) -> Result<File, Problem> {
    remove(path)?;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|e| beside_problem(&e, path))
}

/// The same for errors of files we make: a folder that cannot be written is the
/// folder's fault.
fn beside_problem(error: &std::io::Error, path: &Path) -> Problem {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            problem!("sqlite-folder-readonly", folder = names::folder(path).display().to_string())
                .detail(error)
        }
        _ => file_problem(error, path),
    }
}

/// Makes a file of ours and its name durable. Not for files others use: see
/// [`super::conn`].
pub(super) fn sync(path: &Path) -> Result<(), Problem> {
    File::open(path).and_then(|f| f.sync_all()).map_err(|e| file_problem(&e, path))?;
    sync_folder(path)
}

/// Makes the names in a file's folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<(), Problem> {
    let folder = names::folder(path);
    File::open(folder).and_then(|f| f.sync_all()).map_err(|e| file_problem(&e, folder))
}

/// Removes a file and its companions; none there is fine.
pub(super) fn remove(path: &Path) -> Result<(), Problem> {
    // The database first: companions without it are nobody's.
    remove_one(path)?;
    for ending in names::COMPANIONS {
        remove_one(&names::companion(path, ending))?;
    }
    Ok(())
}

fn remove_one(path: &Path) -> Result<(), Problem> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(beside_problem(&error, path)),
        _ => Ok(()),
    }
}

/// Removes a file of ours beside a database, durably, and never one whose name
/// is not ours.
pub(super) fn remove_side(path: &Path) -> Result<(), Problem> {
    if !names::is_ours(path) {
        return Err(problem!("sqlite-not-ours", path = path.display().to_string()));
    }
    let there = exists(path)?;
    remove(path)?;
    if there { sync_folder(path) } else { Ok(()) }
}

/// Whether something is there.
pub(super) fn exists(path: &Path) -> Result<bool, Problem> {
    path.try_exists().map_err(|e| file_problem(&e, path))
}

/// Length in bytes; 0 for nothing there.
pub(super) fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |meta| meta.len())
}

/// Who may use a file: kept in the manifest, given to a restored file that takes
/// no living one's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rights {
    mode: u32,
    uid: u32,
    gid: u32,
}

impl Rights {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok()?;
        Some(Self { mode: meta.mode() & 0o777, uid: meta.uid(), gid: meta.gid() })
    }

    /// Gives them to a file of ours as far as this user may: an owner that cannot
    /// be set leaves the file private to this user, never open to more.
    pub(super) fn give(self, path: &Path) -> Result<(), Problem> {
        use rustix::fs::{Gid, Uid};
        let owned =
            rustix::fs::chown(path, Some(Uid::from_raw(self.uid)), Some(Gid::from_raw(self.gid))).is_ok();
        let mode = if owned { self.mode } else { self.mode & 0o600 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|e| file_problem(&e, path))
    }
}

/// What is free on a disk, and what of that stays free.
pub(super) struct Room {
    pub(super) free: u64,
    pub(super) reserve: u64,
}

impl Room {
    /// For this user on the file system that holds `path`.
    pub(super) fn of(path: &Path, reserve: Reserve) -> Result<Self, Problem> {
        let stat = rustix::fs::statvfs(path).map_err(|e| file_problem(&e.into(), path))?;
        let total = stat.f_blocks.saturating_mul(stat.f_frsize);
        Ok(Self { free: stat.f_bavail.saturating_mul(stat.f_frsize), reserve: reserve.of(total) })
    }

    pub(super) fn holds(&self, bytes: u64) -> bool {
        self.free.checked_sub(bytes).is_some_and(|left| left >= self.reserve)
    }
}

/// One file of one file system, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    dev: u64,
    ino: u64,
}

impl Identity {
    /// Of what has that name now; `None` for nothing.
    pub(super) fn of(path: &Path) -> Result<Option<Self>, Problem> {
        match fs::metadata(path) {
            Ok(meta) => Ok(Some(Self { dev: meta.dev(), ino: meta.ino() })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(file_problem(&error, path)),
        }
    }
}

/// Renames within a folder, durably, and never over something.
pub(super) fn rename_new(from: &Path, to: &Path) -> Result<(), Problem> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => sync_folder(to),
        Err(rustix::io::Errno::EXIST) => Err(problem!("sqlite-exists", path = to.display().to_string())),
        Err(error) => Err(beside_problem(&error.into(), from)),
    }
}
