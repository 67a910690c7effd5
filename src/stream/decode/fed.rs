//! The file as it lies in the store: read and digested by a task, and given to a
//! thread as a plain reader.

use std::io::{self, BufRead, Read};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    sync::mpsc,
};

use super::CHUNK;
use crate::{domain::manifest::Digest, stream::digest::Hasher};

/// What the feeder sends. A channel that just closes is no end.
pub(super) enum Chunk {
    Bytes(Bytes),
    Failed(io::Error),
    /// The end of the file, and the digest of all of it.
    End(Digest),
}

/// Reads `stored` to its end, as fast as chunks are taken.
pub(super) async fn feed_from<R: AsyncRead + Unpin>(mut stored: R, feed: mpsc::Sender<Chunk>) {
    let mut buffer = BytesMut::new();
    let mut hasher = Hasher::default();
    loop {
        buffer.reserve(CHUNK);
        let bytes = match stored.read_buf(&mut buffer).await {
            Ok(0) => return drop(feed.send(Chunk::End(hasher.finish())).await),
            Ok(_) => buffer.split().freeze(),
            Err(error) => return drop(feed.send(Chunk::Failed(error)).await),
        };
        let seen = bytes.clone();
        let digesting = tokio::task::spawn_blocking(move || {
            hasher.update(&seen);
            hasher
        });
        if feed.send(Chunk::Bytes(bytes)).await.is_err() {
            return;
        }
        hasher = match digesting.await {
            Ok(hasher) => hasher,
            Err(error) => return drop(feed.send(Chunk::Failed(io::Error::other(error))).await),
        };
    }
}

/// What the feeder sends, as a reader.
pub(super) struct Fed {
    chunks: mpsc::Receiver<Chunk>,
    now: Bytes,
    /// How the file ended: its digest, or why it could not be read on.
    pub(super) end: Option<io::Result<Digest>>,
}

impl Fed {
    pub(super) fn new(chunks: mpsc::Receiver<Chunk>) -> Self {
        Self { chunks, now: Bytes::new(), end: None }
    }

    /// Waits for the next chunk if the present one is used up.
    fn turn(&mut self) -> io::Result<()> {
        if !self.now.is_empty() || self.end.is_some() {
            return Ok(());
        }
        let error = match self.chunks.blocking_recv() {
            Some(Chunk::Bytes(bytes)) => {
                self.now = bytes;
                return Ok(());
            }
            Some(Chunk::End(digest)) => {
                self.end = Some(Ok(digest));
                return Ok(());
            }
            Some(Chunk::Failed(error)) => error,
            None => io::Error::other("the reader is gone"),
        };
        let told = io::Error::new(error.kind(), error.to_string());
        self.end = Some(Err(error));
        Err(told)
    }

    /// Moves the next `amount` bytes to the end of `to`; fewer only at the file's end.
    pub(super) fn move_to(&mut self, to: &mut Vec<u8>, amount: usize) -> io::Result<()> {
        let full = to.len() + amount;
        while to.len() < full {
            self.turn()?;
            let piece = self.now.split_to(self.now.len().min(full - to.len()));
            if piece.is_empty() {
                break;
            }
            to.extend_from_slice(&piece);
        }
        Ok(())
    }

    /// Lets the rest go, for its digest.
    pub(super) fn drain(&mut self) {
        while self.turn().is_ok() && !self.now.is_empty() {
            self.now.clear();
        }
    }
}

impl Read for Fed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.turn()?;
        let length = buffer.len().min(self.now.len());
        self.now.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

impl BufRead for Fed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.turn()?;
        Ok(&self.now)
    }

    fn consume(&mut self, amount: usize) {
        self.now.advance(amount);
    }
}
