//! Everything below a store's root, by file descriptors: each folder on the way is
//! opened by itself, without following links, so nothing put there can lead out.

use std::{
    ffi::CStr,
    fs::File,
    io::{Seek as _, SeekFrom, Write as _},
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
};

use chrono::{DateTime, SubsecRound as _, Utc};
use rustix::{
    fs::{AtFlags, CWD, Dir, FileType, FlockOperation, Mode, OFlags, RenameFlags, Stat},
    io::Errno,
};

use super::{Entry, MARKER, MARKER_TEXT, Reserve, Space, StoreError, StorePath, TEMPORARY};

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::RDONLY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// Owner only: backups hold everything the databases hold.
const FOLDER_MODE: Mode = Mode::RWXU;
pub(super) const FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR);

/// An open root, with its marker seen.
pub(super) struct Root {
    fd: OwnedFd,
    path: PathBuf,
    reserve: Reserve,
}

impl Root {
    /// Opens a store's root.
    pub(super) fn open(path: &Path, reserve: Reserve) -> Result<Self, StoreError> {
        // The root itself may be a link: it is an administrator's choice.
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(CWD, path, flags, Mode::empty()).map_err(|e| unusable(path, e))?;
        let root = Self { fd, path: path.to_owned(), reserve };
        match stat_at(&root.fd, MARKER)? {
            Some(stat) if is(&stat, FileType::RegularFile) => Ok(root),
            _ => Err(unusable(path, format!("{MARKER} is missing: is the disk mounted?"))),
        }
    }

    /// Makes a folder a store.
    pub(super) fn init(path: &Path) -> Result<(), StoreError> {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE.bits())
            .create(path)
            .map_err(|e| unusable(path, e))?;
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(CWD, path, flags, Mode::empty()).map_err(|e| unusable(path, e))?;
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&fd, MARKER, flags, FILE_MODE) {
            Ok(marker) => {
                let mut marker = File::from(marker);
                marker.write_all(MARKER_TEXT.as_bytes()).map_err(|e| unusable(path, e))?;
                sync(&marker).map_err(|e| unusable(path, e))?;
                sync(&fd).map_err(|e| unusable(path, e))?;
            }
            Err(Errno::EXIST) => {}
            Err(error) => return Err(unusable(path, error)),
        }
        Self::open(path, Reserve::none()).map(|_| ())
    }

    /// What must stay free on its disk.
    pub(super) fn reserve(&self) -> Reserve {
        self.reserve
    }

    /// Free and total bytes of its disk.
    pub(super) fn space(&self) -> Result<Space, StoreError> {
        space(&self.fd)
    }

    /// Opens a regular file at byte `from`.
    pub(super) fn read(&self, path: &StorePath, from: u64) -> Result<File, StoreError> {
        let missing = || StoreError::Missing(path.clone());
        let (parent, name) = self.parent(path, false)?.ok_or_else(missing)?;
        // NONBLOCK: a pipe someone put there must not hang us.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = match rustix::fs::openat(&parent, name, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Err(missing()),
            Err(Errno::LOOP) => return Err(link(path)),
            Err(error) => return Err(io(error)),
        };
        if !is(&rustix::fs::fstat(&fd).map_err(io)?, FileType::RegularFile) {
            return Err(StoreError::Io(std::io::Error::other(format!("{path} is no regular file"))));
        }
        let mut file = File::from(fd);
        if from > 0 {
            file.seek(SeekFrom::Start(from))?;
        }
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::Sequential);
        Ok(file)
    }

    /// What is there. A link or device counts as nothing.
    pub(super) fn stat(&self, path: &StorePath) -> Result<Option<Entry>, StoreError> {
        let Some((parent, name)) = self.parent(path, false)? else { return Ok(None) };
        Ok(stat_at(&parent, name)?.and_then(|stat| entry(path.clone(), &stat)))
    }

    /// What lies in a folder, by name, without temporary files and the marker.
    pub(super) fn list(&self, folder: Option<&StorePath>) -> Result<Vec<Entry>, StoreError> {
        let fd = match folder {
            Some(folder) => self.folder(pieces(folder), false)?,
            None => Some(reopen(&self.fd)?),
        };
        let Some(fd) = fd else { return Ok(Vec::new()) };
        let mut entries = Vec::new();
        for name in names(&fd)? {
            if name.starts_with(TEMPORARY) || (folder.is_none() && name == MARKER) {
                continue;
            }
            let path = match folder {
                Some(folder) => folder.join(&name),
                None => StorePath::new(name.clone()),
            };
            // A name that is no path of a store was not made by us.
            let (Ok(path), Some(stat)) = (path, stat_at(&fd, &name)?) else { continue };
            entries.extend(entry(path, &stat));
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    /// Moves, replacing nothing, and makes the move durable.
    pub(super) fn rename(&self, from: &StorePath, to: &StorePath) -> Result<(), StoreError> {
        let source = match self.parent(from, false)? {
            Some((parent, name)) => stat_at(&parent, name)?.map(|_| (parent, name)),
            None => None,
        };
        let Some((from_parent, from_name)) = source else {
            // Moved before, or never there.
            return match self.stat(to)? {
                Some(_) => Ok(()),
                None => Err(StoreError::Missing(from.clone())),
            };
        };
        let (to_parent, to_name) = self.made_parent(to)?;
        match move_new(&from_parent, from_name, &to_parent, to_name) {
            Ok(()) => {}
            Err(Errno::EXIST | Errno::NOTEMPTY) => return Err(StoreError::Exists(to.clone())),
            Err(error) => return Err(io(error)),
        }
        sync(&to_parent).map_err(io)?;
        sync(&from_parent).map_err(io)
    }

    /// Removes a file or a folder with all in it.
    pub(super) fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        let Some((parent, name)) = self.parent(path, false)? else { return Ok(()) };
        remove_at(&parent, name)?;
        sync(&parent).map_err(io)
    }

    /// Removes temporary files nobody holds.
    pub(super) fn sweep(&self) -> Result<usize, StoreError> {
        sweep_in(&reopen(&self.fd)?)
    }

    /// The folder a file is to be made in (made itself if need be), and its name.
    pub(super) fn made_parent<'p>(&self, path: &'p StorePath) -> Result<(OwnedFd, &'p str), StoreError> {
        self.parent(path, true)?.ok_or_else(|| StoreError::Missing(path.clone()))
    }

    fn parent<'p>(&self, path: &'p StorePath, make: bool) -> Result<Option<(OwnedFd, &'p str)>, StoreError> {
        let (folder, name) = path.as_str().rsplit_once('/').unwrap_or(("", path.as_str()));
        let folder = self.folder(folder.split('/').filter(|piece| !piece.is_empty()), make)?;
        Ok(folder.map(|folder| (folder, name)))
    }

    /// Walks down; `None` if a folder on the way does not exist (and is not to be
    /// made). A link or a file on the way is an error.
    fn folder<'p>(
        &self,
        pieces: impl Iterator<Item = &'p str>,
        make: bool,
    ) -> Result<Option<OwnedFd>, StoreError> {
        let mut at = reopen(&self.fd)?;
        for piece in pieces {
            if make {
                match rustix::fs::mkdirat(&at, piece, FOLDER_MODE) {
                    Ok(()) => sync(&at).map_err(io)?,
                    Err(Errno::EXIST) => {}
                    Err(error) => return Err(self.failed(error)),
                }
            }
            at = match rustix::fs::openat(&at, piece, FOLDER, Mode::empty()) {
                Ok(fd) => fd,
                Err(Errno::NOENT) => return Ok(None),
                Err(Errno::LOOP | Errno::NOTDIR) => {
                    return Err(StoreError::Io(std::io::Error::other(format!(
                        "{piece} is a link or a file where a folder of the store should be"
                    ))));
                }
                Err(error) => return Err(io(error)),
            };
        }
        Ok(Some(at))
    }

    /// A failure to make something: not writable is a matter of the whole store.
    pub(super) fn failed(&self, error: Errno) -> StoreError {
        match error {
            Errno::ROFS | Errno::ACCESS | Errno::PERM => unusable(&self.path, error),
            Errno::NOSPC | Errno::DQUOT => full(&self.fd, self.reserve),
            other => io(other),
        }
    }
}

/// Renames without ever replacing, also where the file system cannot say so.
pub(super) fn move_new(
    from_folder: &OwnedFd,
    from: &str,
    to_folder: &OwnedFd,
    to: &str,
) -> Result<(), Errno> {
    #[cfg(test)]
    super::tests::trace_move(from_folder, from);
    match rustix::fs::renameat_with(from_folder, from, to_folder, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP | Errno::PERM) => {
            move_reserved(from_folder, from, to_folder, to)
        }
        done => done,
    }
}

/// The same without help: whoever makes an empty file or folder of that name
/// first has it, and may then replace that.
pub(super) fn move_reserved(
    from_folder: &OwnedFd,
    from: &str,
    to_folder: &OwnedFd,
    to: &str,
) -> Result<(), Errno> {
    let stat = rustix::fs::statat(from_folder, from, AtFlags::SYMLINK_NOFOLLOW)?;
    let folder = is(&stat, FileType::Directory);
    if folder {
        rustix::fs::mkdirat(to_folder, to, FOLDER_MODE)?;
    } else {
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(to_folder, to, flags, FILE_MODE)?;
    }
    rustix::fs::renameat(from_folder, from, to_folder, to).inspect_err(|_| {
        let flags = if folder { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        let _ = rustix::fs::unlinkat(to_folder, to, flags);
    })
}

/// Makes a file or folder durable. The only way here, so that the tests can tell
/// that nothing is named before it is on the disk.
pub(super) fn sync(fd: impl AsFd) -> Result<(), Errno> {
    #[cfg(test)]
    super::tests::trace(&fd);
    rustix::fs::fsync(fd)
}

/// Free and total bytes of the disk `fd` lies on.
pub(super) fn space(fd: &OwnedFd) -> Result<Space, StoreError> {
    let stat = rustix::fs::fstatvfs(fd).map_err(io)?;
    Ok(Space {
        free: stat.f_bavail.saturating_mul(stat.f_frsize),
        total: stat.f_blocks.saturating_mul(stat.f_frsize),
    })
}

/// The disk itself said that it is full.
pub(super) fn full(fd: &OwnedFd, reserve: Reserve) -> StoreError {
    let space = space(fd).unwrap_or(Space { free: 0, total: 0 });
    StoreError::Full { free: space.free, reserve: reserve.of(space.total) }
}

pub(super) fn io(error: Errno) -> StoreError {
    StoreError::Io(error.into())
}

fn link(path: &StorePath) -> StoreError {
    StoreError::Io(std::io::Error::other(format!("{path} is a link: links are not followed")))
}

fn unusable(path: &Path, why: impl ToString) -> StoreError {
    StoreError::Unusable { at: path.display().to_string(), why: why.to_string() }
}

fn pieces(path: &StorePath) -> impl Iterator<Item = &str> {
    path.as_str().split('/')
}

fn reopen(fd: &OwnedFd) -> Result<OwnedFd, StoreError> {
    rustix::fs::openat(fd, ".", FOLDER, Mode::empty()).map_err(io)
}

fn stat_at(folder: &OwnedFd, name: &str) -> Result<Option<Stat>, StoreError> {
    match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(io(error)),
    }
}

fn is(stat: &Stat, kind: FileType) -> bool {
    FileType::from_raw_mode(stat.st_mode) == kind
}

fn entry(path: StorePath, stat: &Stat) -> Option<Entry> {
    let folder = is(stat, FileType::Directory);
    if !folder && !is(stat, FileType::RegularFile) {
        return None;
    }
    let bytes = if folder { 0 } else { u64::try_from(stat.st_size).unwrap_or(0) };
    let nanos = u32::try_from(stat.st_mtime_nsec).unwrap_or(0);
    let modified = DateTime::<Utc>::from_timestamp(stat.st_mtime, nanos).map(|t| t.trunc_subsecs(6));
    Some(Entry { path, folder, bytes, modified })
}

/// The names in a folder that are text.
fn names(folder: &OwnedFd) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        match CStr::to_str(entry.file_name()) {
            Ok("." | "..") | Err(_) => {}
            Ok(name) => names.push(name.to_owned()),
        }
    }
    Ok(names)
}

fn remove_at<P: rustix::path::Arg + Copy>(folder: &OwnedFd, name: P) -> Result<(), StoreError> {
    match rustix::fs::unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(error) => return Err(io(error)),
    }
    let inner = match rustix::fs::openat(folder, name, FOLDER, Mode::empty()) {
        Ok(inner) => inner,
        Err(Errno::NOENT) => return Ok(()),
        Err(error) => return Err(io(error)),
    };
    // Read to the end first: what is removed while reading may hide what follows.
    let entries: Vec<_> = Dir::read_from(&inner).map_err(io)?.collect::<Result<_, _>>().map_err(io)?;
    for entry in entries.iter().filter(|e| !matches!(e.file_name().to_bytes(), b"." | b"..")) {
        remove_at(&inner, entry.file_name())?;
    }
    match rustix::fs::unlinkat(folder, name, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(io(error)),
    }
}

fn sweep_in(folder: &OwnedFd) -> Result<usize, StoreError> {
    let mut gone = 0;
    for name in names(folder)? {
        let Some(stat) = stat_at(folder, &name)? else { continue };
        if is(&stat, FileType::Directory) {
            gone += sweep_in(&rustix::fs::openat(folder, &*name, FOLDER, Mode::empty()).map_err(io)?)?;
        } else if name.starts_with(TEMPORARY) && is(&stat, FileType::RegularFile) {
            gone += usize::from(sweep_file(folder, &name)?);
        }
    }
    Ok(gone)
}

/// A writer locks its file for as long as it lives; where there are no locks,
/// nothing is swept.
fn sweep_file(folder: &OwnedFd, name: &str) -> Result<bool, StoreError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::openat(folder, name, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(false),
        Err(error) => return Err(io(error)),
    };
    if rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(false);
    }
    // Still locked: a writer that was about to lock it sees that and takes another.
    rustix::fs::unlinkat(folder, name, AtFlags::empty()).map_err(io)?;
    Ok(true)
}
