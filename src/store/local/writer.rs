//! A file on its way into a local store.

use std::{
    fs::File,
    io::Write as _,
    num::NonZeroU64,
    os::fd::OwnedFd,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use rustix::{
    fs::{Advice, AtFlags, FlockOperation, OFlags},
    io::Errno,
};

use super::{
    FileWriter, Reserve, StoreError, StorePath, TEMPORARY, blocking,
    tree::{FILE_MODE, Root, full, io, move_new, space, sync},
};

/// Between two looks at the disk's free space.
const LOOK: u64 = 64 << 20;
/// Written bytes are sent to the disk in pieces of this size while more are
/// being written: the sync at the end is short, and neither the database's cached
/// pages nor the verification that follows live off this file's.
const FLUSH: u64 = 8 << 20;

/// Tells the temporary files of one process apart.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A file under its temporary name.
pub(super) struct LocalWriter {
    open: Arc<Open>,
    path: StorePath,
    written: u64,
    looked_at: u64,
    flushed: u64,
}

struct Open {
    file: File,
    folder: OwnedFd,
    temporary: String,
    name: String,
    reserve: Reserve,
    state: Mutex<State>,
}

/// Who may still do what with the names.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// It has its temporary name.
    Temporary,
    /// It has its final name, and nobody knows yet.
    Named,
    /// The caller has been told.
    Done,
    /// Dropped before that.
    Abandoned,
}

impl LocalWriter {
    pub(super) fn create(root: &Root, path: &StorePath) -> Result<Self, StoreError> {
        let (folder, name) = root.made_parent(path)?;
        if rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok() {
            return Err(StoreError::Exists(path.clone()));
        }
        let (file, temporary) = temporary(root, &folder)?;
        let state = Mutex::new(State::Temporary);
        let open = Open { file, folder, temporary, name: name.to_owned(), reserve: root.reserve(), state };
        Ok(Self { open: Arc::new(open), path: path.clone(), written: 0, looked_at: 0, flushed: 0 })
    }
}

/// A new file no sweep will take, locked for as long as it is open.
fn temporary(root: &Root, folder: &OwnedFd) -> Result<(File, String), StoreError> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{TEMPORARY}{}-{number}", std::process::id());
        match rustix::fs::openat(folder, &*name, flags, FILE_MODE) {
            Ok(fd) => {
                let lock = rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive);
                let stat = rustix::fs::fstat(&fd).map_err(io)?;
                // Unless a sweep was faster (a file system without locks has none).
                if lock != Err(Errno::WOULDBLOCK) && stat.st_nlink > 0 {
                    return Ok((File::from(fd), name));
                }
            }
            // Left by a dead process that had our number.
            Err(Errno::EXIST) => {}
            Err(error) => return Err(root.failed(error)),
        }
    }
}

#[async_trait]
impl FileWriter for LocalWriter {
    async fn write(&mut self, chunk: Bytes) -> Result<(), StoreError> {
        let length = chunk.len() as u64;
        let look = self.written + length - self.looked_at >= LOOK;
        let flush = self.written + length - self.flushed >= FLUSH;
        let open = self.open.clone();
        let range = (self.flushed, self.written + length);
        blocking(move || {
            if look {
                open.reserve.check(space(&open.folder)?, length)?;
            }
            (&open.file).write_all(&chunk).map_err(|e| open.failed(e))?;
            if flush {
                send_to_disk(&open.file, range);
            }
            Ok(())
        })
        .await?;
        self.written += length;
        if look {
            self.looked_at = self.written;
        }
        if flush {
            self.flushed = self.written;
        }
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<u64, StoreError> {
        let (open, path) = (self.open.clone(), self.path.clone());
        let length = blocking(move || open.publish(&path)).await?;
        *self.open.state.lock().unwrap_or_else(PoisonError::into_inner) = State::Done;
        Ok(length)
    }
}

/// Begins to write a range to the disk and lets go of what is written already.
/// Advice only: what fails here fails again, loudly, at the sync.
fn send_to_disk(file: &File, (from, to): (u64, u64)) {
    // The piece before this one has been written by now: its pages can go.
    let start = from.saturating_sub(FLUSH);
    let _ = rustix::fs::fadvise(file, start, NonZeroU64::new(to - start), Advice::DontNeed);
}

impl Open {
    fn publish(&self, path: &StorePath) -> Result<u64, StoreError> {
        sync(&self.file).map_err(|e| self.failed(e.into()))?;
        let length = self.file.metadata()?.len();
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if *state != State::Temporary {
                return Err(StoreError::Io(std::io::Error::other("nobody waits for this file any more")));
            }
            match move_new(&self.folder, &self.temporary, &self.folder, &self.name) {
                Ok(()) => *state = State::Named,
                Err(Errno::EXIST) => return Err(StoreError::Exists(path.clone())),
                Err(error) => return Err(io(error)),
            }
        }
        sync(&self.folder).map_err(io)?;
        Ok(length)
    }

    fn failed(&self, error: std::io::Error) -> StoreError {
        match Errno::from_io_error(&error) {
            Some(Errno::NOSPC | Errno::DQUOT) => full(&self.folder, self.reserve),
            _ => StoreError::Io(error),
        }
    }
}

impl Drop for LocalWriter {
    /// Unless finished, it never was. Only a name goes here; the bytes go with the
    /// last descriptor.
    fn drop(&mut self) {
        let mut state = self.open.state.lock().unwrap_or_else(PoisonError::into_inner);
        let name = match *state {
            State::Temporary => &self.open.temporary,
            State::Named => &self.open.name,
            State::Done | State::Abandoned => return,
        };
        let _ = rustix::fs::unlinkat(&self.open.folder, &**name, AtFlags::empty());
        *state = State::Abandoned;
    }
}
