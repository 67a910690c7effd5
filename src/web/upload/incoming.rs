//! A file on its way in. Written by a thread of its own, a few blocks behind the
//! network; whatever goes wrong, and whoever gives up, it is removed.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use actix_multipart::Field;
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use ulid::Ulid;

use super::{Room, broken, stalled, too_large};
use crate::{
    domain::{manifest::Digest, problem::Problem},
    host::Space,
    problem,
    stream::digest::Hasher,
    web::{Site, error::Refusal},
};

/// Bytes handed over at once.
const BLOCK: usize = 256 << 10;
/// Blocks the network may be ahead of the disk.
const AHEAD: usize = 4;
/// Bytes between two looks at the disk.
const BETWEEN_LOOKS: u64 = 64 << 20;

/// A file that is removed when it goes, unless it is kept.
#[derive(Debug)]
pub(crate) struct Incoming(Option<PathBuf>);

impl Incoming {
    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }

    /// It belongs to somebody else now.
    pub(super) fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(path) = &self.0
            && let Err(error) = fs::remove_file(path)
        {
            tracing::warn!(path = %path.display(), %error, "what was uploaded could not be removed");
        }
    }
}

/// Whether so many more bytes may come. Problem: `store-full`.
pub(super) async fn is_room(site: &Site, bytes: u64) -> Result<(), Refusal> {
    let (room, folder) = (site.room, site.world.rules.uploads.clone());
    let look = move || {
        make_folder(&folder)?;
        look(&room, &folder, bytes)
    };
    Ok(site.runtime.spawn_blocking(look).await.map_err(failed)??)
}

/// Receives a field into a new file. Problems: `upload-over-limit`, `store-full`,
/// `upload-stalled`, `upload-broken-off`, `upload-io`.
pub(super) async fn write(site: &Site, field: Field) -> Result<(Incoming, Digest), Refusal> {
    let (room, folder, id) = (site.room, site.world.rules.uploads.clone(), site.world.ids.next());
    let (to, blocks) = channel(AHEAD);
    let make = move || Writer::make(room, &folder, id);
    // Made by the thread that hands it over: whoever gives up waiting removes it.
    let writer = site.runtime.spawn_blocking(make).await.map_err(failed)??;
    let writing = site.runtime.spawn_blocking(move || writer.write(blocks));
    let sent = send(&room, field, to).await;
    let written = writing.await.map_err(failed)?;
    // Why the disk took no more is the better answer than that nobody listened.
    let (file, digest) = written?;
    sent?;
    Ok((file, digest))
}

fn failed(error: impl ToString) -> Problem {
    problem!("upload-io").detail(error)
}

/// Hands a field over in blocks. `Ok` too if the writer has given up.
async fn send(room: &Room, mut field: Field, to: Sender<Bytes>) -> Result<(), Refusal> {
    let (mut block, mut all) = (BytesMut::with_capacity(BLOCK), 0_u64);
    loop {
        let piece = tokio::time::timeout(room.stall, field.try_next()).await;
        let piece = piece.map_err(|_| stalled())?.map_err(|error| broken(&error))?;
        let Some(piece) = piece else { break };
        all += piece.len() as u64;
        if all > room.limit {
            return Err(too_large(room.limit));
        }
        block.extend_from_slice(&piece);
        if block.len() >= BLOCK {
            let full = std::mem::replace(&mut block, BytesMut::with_capacity(BLOCK));
            if to.send(full.freeze()).await.is_err() {
                return Ok(());
            }
        }
    }
    let _ = to.send(block.freeze()).await;
    Ok(())
}

/// Writes one file; runs on a thread that may block.
struct Writer {
    room: Room,
    folder: PathBuf,
    file: File,
    incoming: Incoming,
}

impl Writer {
    fn make(room: Room, folder: &Path, id: Ulid) -> Result<Self, Problem> {
        make_folder(folder)?;
        let path = folder.join(id.to_string().to_lowercase());
        let file = File::options().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
        Ok(Self { room, folder: folder.to_owned(), file, incoming: Incoming(Some(path)) })
    }

    fn write(mut self, mut blocks: Receiver<Bytes>) -> Result<(Incoming, Digest), Problem> {
        let (mut hash, mut looked) = (Hasher::default(), 0);
        while let Some(block) = blocks.blocking_recv() {
            hash.update(&block);
            self.file.write_all(&block).map_err(|error| self.full(&error))?;
            if hash.bytes() - looked >= BETWEEN_LOOKS {
                looked = hash.bytes();
                look(&self.room, &self.folder, 0)?;
            }
        }
        look(&self.room, &self.folder, 0)?;
        Ok((self.incoming, hash.finish()))
    }

    fn full(&self, error: &io::Error) -> Problem {
        match (error.kind(), space(&self.folder)) {
            (io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded, Ok(space)) => {
                problem!("store-full", free = space.free, reserve = self.room.reserve.of(space.total))
            }
            _ => failed(error),
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), Problem> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)
}

fn look(room: &Room, folder: &Path, wanted: u64) -> Result<(), Problem> {
    Ok(room.reserve.check(space(folder)?, wanted)?)
}

fn space(folder: &Path) -> Result<Space, Problem> {
    let found = rustix::fs::statvfs(folder).map_err(failed)?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Ok(Space { free: bytes(found.f_bavail), total: bytes(found.f_blocks) })
}
