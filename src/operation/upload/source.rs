//! A file or folder of this machine, opened so that it can be nothing else: no link
//! is followed, nothing but plain files is read, and what was looked at once is known
//! again.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        manifest::{Codec, Digest},
        problem::Problem,
    },
    problem,
    saga::Progress,
    stream::digest::Hasher,
};

/// Bytes read at a time.
pub(super) const CHUNK: usize = 256 * 1024;

/// By what a file is known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    pub(super) folder: bool,
    pub(super) bytes: u64,
    device: u64,
    inode: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
}

impl Seal {
    fn of(meta: &Metadata) -> Self {
        let folder = meta.is_dir();
        Self {
            folder,
            bytes: if folder { 0 } else { meta.len() },
            device: meta.dev(),
            inode: meta.ino(),
            // A folder's own time changes with whatever is put beside its files.
            modified: if folder { (0, 0) } else { (meta.mtime(), meta.mtime_nsec()) },
        }
    }

    /// What nobody else may use meanwhile.
    pub(super) fn key(&self) -> String {
        format!("upload:{}:{}", self.device, self.inode)
    }

    /// Whether the path still leads to the same thing, unchanged. Problems:
    /// `upload-missing`, `upload-changed`.
    pub(super) fn still(&self, path: &Path) -> Result<(), Problem> {
        let now = std::fs::symlink_metadata(path).map_err(|e| missing(path, &e))?;
        if Self::of(&now) == *self { Ok(()) } else { Err(changed(path)) }
    }
}

/// The real path of what a person named, and what it is. Links are followed here,
/// once, and never again.
pub(super) fn find(path: &Path) -> Result<(PathBuf, Seal), Problem> {
    let real = path.canonicalize().map_err(|e| missing(path, &e))?;
    let meta = std::fs::symlink_metadata(&real).map_err(|e| missing(path, &e))?;
    if !meta.is_file() && !meta.is_dir() {
        return Err(problem!("upload-not-a-file", file = shown(path)));
    }
    Ok((real, Seal::of(&meta)))
}

/// Opens a plain file; what stands there is asked after it is open.
pub(super) fn open(path: &Path) -> Result<File, Problem> {
    // A pipe would be waited for, a link followed.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let opened = File::options().read(true).custom_flags(flags.bits().cast_signed()).open(path);
    let file = opened.map_err(|e| missing(path, &e))?;
    let meta = file.metadata().map_err(|e| missing(path, &e))?;
    if meta.is_file() { Ok(file) } else { Err(problem!("upload-not-a-file", file = shown(path))) }
}

/// The plain files in a folder, by name; what lies deeper is not looked at. Problem
/// `upload-archive` for a link or anything else that is no file.
pub(super) fn listed(folder: &Path, most: usize) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| missing(folder, &e))? {
        let entry = entry.map_err(|e| missing(folder, &e))?;
        let kind = entry.file_type().map_err(|e| missing(folder, &e))?;
        if kind.is_dir() {
            continue;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        if !kind.is_file() {
            return Err(problem!(
                "upload-archive",
                why = if kind.is_symlink() { "link" } else { "device" },
                entry = name
            ));
        }
        if names.len() == most {
            return Err(problem!("upload-archive", why = "count", entry = most));
        }
        names.push(name);
    }
    names.sort();
    Ok(names)
}

/// Work on a thread that may block. Problem `store-io` if that thread is gone.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|e| problem!("store-io").detail(e))?
}

/// Ends a reading nobody waits for any more.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(super) fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::Relaxed) { Err(io::Error::other("nobody waits")) } else { Ok(()) }
    }
}

/// Sets it when dropped.
pub(super) struct StopOnDrop(pub(super) Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Digests what passes.
pub(super) struct Seen<R> {
    inner: R,
    hasher: Hasher,
    stop: Stop,
    progress: Progress,
}

impl<R: Read> Seen<R> {
    pub(super) fn new(inner: R, stop: Stop) -> Self {
        Self { inner, hasher: Hasher::default(), stop, progress: Progress::default() }
    }

    /// Tells how far it is.
    pub(super) fn told(self, progress: &Progress) -> Self {
        Self { progress: progress.clone(), ..self }
    }

    /// Reads what is left, and says what all of it was.
    pub(super) fn end(mut self) -> io::Result<Digest> {
        let mut chunk = vec![0; CHUNK];
        while self.read(&mut chunk)? > 0 {}
        Ok(self.hasher.finish())
    }
}

impl<R: Read> Read for Seen<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stop.check()?;
        let read = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.progress.add(read as u64);
        Ok(read)
    }
}

/// Reads `source` decoded. Give it `&mut` of what is to be asked afterwards.
pub(super) fn decoded<'a>(codec: Codec, source: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let source = io::BufReader::with_capacity(CHUNK, source);
    Ok(match codec {
        Codec::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(source)),
        Codec::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(source)?),
        Codec::None => Box::new(source),
    })
}

/// A path in a message.
pub(super) fn shown(path: &Path) -> String {
    crate::domain::outside::shown(&path.display().to_string())
}

/// It is not as it was looked at.
pub(super) fn changed(path: &Path) -> Problem {
    problem!("upload-changed", file = shown(path))
}

pub(super) fn missing(path: &Path, error: &io::Error) -> Problem {
    problem!("upload-missing", file = shown(path)).detail(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link, pipe) = (dir.path().join("f"), dir.path().join("l"), dir.path().join("p"));
        std::fs::write(&file, "x").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
        assert!(open(&file).is_ok());
        assert!(open(&link).unwrap_err().is("upload-missing"));
        assert!(open(&pipe).unwrap_err().is("upload-not-a-file"));
        assert!(open(dir.path()).unwrap_err().is("upload-not-a-file"));
        assert!(find(&pipe).unwrap_err().is("upload-not-a-file"));
        assert_eq!(find(&link).unwrap().0, file.canonicalize().unwrap());
        assert!(find(&dir.path().join("gone")).unwrap_err().is("upload-missing"));
        assert!(listed(dir.path(), 9).unwrap_err().is("upload-archive"));
        std::fs::remove_file(&link).unwrap();
        std::fs::remove_file(&pipe).unwrap();
        std::fs::create_dir(dir.path().join("below")).unwrap();
        assert_eq!(listed(dir.path(), 9).unwrap(), ["f"]);
    }

    #[test]
    fn a_file_that_was_changed_is_not_taken_for_itself() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, "one").unwrap();
        let (real, seal) = find(&path).unwrap();
        assert_eq!(seal.still(&real), Ok(()));
        std::fs::write(&path, "four").unwrap();
        assert!(seal.still(&real).unwrap_err().is("upload-changed"));
        std::fs::remove_file(&path).unwrap();
        assert!(seal.still(&real).unwrap_err().is("upload-missing"));
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        assert!(seal.still(&real).unwrap_err().is("upload-changed"));
    }
}
