//! Compressed bytes in, raw bytes out, in bounded memory, with the digests of
//! both sides.
//!
//! A task reads the store and digests what it finds; a thread decodes; another
//! digests what came out: on two cores the digests cost no time. All end when the
//! [`Decoded`] is dropped. All members and frames are read, also of files that
//! other tools wrote.

use std::io::{self, BufRead, Read};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    sync::mpsc,
    task::JoinHandle,
};
use tokio_util::task::AbortOnDropHandle;

use super::digest::Hasher;
use crate::domain::manifest::{Codec, Digest};

/// Bytes moved at once, on either side.
const CHUNK: usize = 256 * 1024;
/// Chunks waiting on either side, at most.
const QUEUE: usize = 3;

/// Why there are no more bytes.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The store failed; its own error.
    #[error("reading failed: {0}")]
    Source(io::Error),
    /// The bytes are not what the codec says, or end too early.
    #[error("not readable as {codec:?}: {why}")]
    Corrupt {
        /// Read as what.
        codec: Codec,
        /// The decoder's words.
        why: String,
        /// The digest of the whole file as it was found, for telling a damaged
        /// file from one that was written wrong.
        stored: Digest,
    },
}

/// One file on its way out.
pub struct Decoded {
    raw: mpsc::Receiver<Bytes>,
    threads: Option<Threads>,
    _feeder: AbortOnDropHandle<()>,
}

/// What is still to be told when the last byte has come out.
struct Threads {
    decoding: JoinHandle<Result<Digest, DecodeError>>,
    digesting: JoinHandle<Hasher>,
}

/// Both sides of a file that was read to its end.
pub struct Ended {
    /// The file as it lies in the store.
    pub stored: Digest,
    /// What came out, on top of what `raw` had counted before.
    pub raw: Hasher,
}

/// What comes next.
pub enum Next {
    /// More raw bytes.
    Bytes(Bytes),
    /// The clean end.
    End(Ended),
}

/// Begins to decode `stored`. `raw` goes on from the file before it: files of one
/// part are one stream.
pub fn decode<R>(codec: Codec, stored: R, raw: Hasher) -> Decoded
where
    R: AsyncRead + Send + Unpin + 'static,
{
    let (feed, fed) = mpsc::channel(QUEUE);
    let (pass, passed) = mpsc::channel(QUEUE);
    let (give, given) = mpsc::channel(QUEUE);
    let feeder = AbortOnDropHandle::new(tokio::spawn(feed_from(stored, feed)));
    let threads = Threads {
        decoding: tokio::task::spawn_blocking(move || run(codec, Fed::new(fed), &pass)),
        digesting: tokio::task::spawn_blocking(move || digest(raw, passed, &give)),
    };
    Decoded { raw: given, threads: Some(threads), _feeder: feeder }
}

impl Decoded {
    /// More raw bytes, or the end. Not to be called again after the end or an error.
    pub async fn next(&mut self) -> Result<Next, DecodeError> {
        if let Some(bytes) = self.raw.recv().await {
            return Ok(Next::Bytes(bytes));
        }
        let Some(threads) = self.threads.take() else {
            return Err(DecodeError::Source(io::Error::other("read on after its end")));
        };
        let stopped = |e| DecodeError::Source(io::Error::other::<tokio::task::JoinError>(e));
        let stored = threads.decoding.await.map_err(stopped)??;
        let raw = threads.digesting.await.map_err(stopped)?;
        Ok(Next::End(Ended { stored, raw }))
    }
}

/// What the feeder sends. A channel that just closes is no end.
enum Chunk {
    Bytes(Bytes),
    Failed(io::Error),
    /// The end of the file, and the digest of all of it.
    End(Digest),
}

async fn feed_from<R: AsyncRead + Unpin>(mut stored: R, feed: mpsc::Sender<Chunk>) {
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

/// Decodes; returns the digest of the file as it lies in the store.
fn run(codec: Codec, mut fed: Fed, pass_on: &mpsc::Sender<Bytes>) -> Result<Digest, DecodeError> {
    let decoded = match codec {
        Codec::Gzip => pass(&mut flate2::bufread::MultiGzDecoder::new(&mut fed), pass_on),
        Codec::Zstd => zstd::stream::read::Decoder::with_buffer(&mut fed)
            .and_then(|mut decoder| pass(&mut decoder, pass_on)),
        Codec::None => pass(&mut fed, pass_on),
    };
    if !pass_on.is_closed() {
        // What the decoder left: also bytes it does not understand are digested.
        fed.drain();
    }
    match (fed.end, decoded) {
        (Some(Ok(stored)), Ok(())) => Ok(stored),
        (Some(Ok(stored)), Err(error)) => Err(DecodeError::Corrupt { codec, why: error.to_string(), stored }),
        (Some(Err(error)), _) | (None, Err(error)) => Err(DecodeError::Source(error)),
        (None, Ok(())) => Err(DecodeError::Source(io::Error::other("the reader is gone"))),
    }
}

/// Decodes to the end, or until nobody takes any more.
fn pass(decoder: &mut dyn Read, pass_on: &mpsc::Sender<Bytes>) -> io::Result<()> {
    let mut buffer = BytesMut::new();
    loop {
        buffer.resize(CHUNK, 0);
        let mut length = 0;
        let mut ended = Ok(false);
        while length < CHUNK {
            match decoder.read(&mut buffer[length..]) {
                Ok(0) => ended = Ok(true),
                Ok(read) => {
                    length += read;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => ended = Err(error),
            }
            break;
        }
        let bytes = buffer.split_to(length).freeze();
        if length > 0 && pass_on.blocking_send(bytes).is_err() {
            return Err(io::Error::other("nobody takes what is decoded"));
        }
        if ended? {
            return Ok(());
        }
    }
}

/// Digests what was decoded and gives it on, until nobody takes any more.
fn digest(mut raw: Hasher, mut passed: mpsc::Receiver<Bytes>, give: &mpsc::Sender<Bytes>) -> Hasher {
    while let Some(bytes) = passed.blocking_recv() {
        raw.update(&bytes);
        if give.blocking_send(bytes).is_err() {
            break;
        }
    }
    raw
}

/// What the feeder sends, as a reader.
struct Fed {
    chunks: mpsc::Receiver<Chunk>,
    now: Bytes,
    /// How the file ended: its digest, or why it could not be read on.
    end: Option<io::Result<Digest>>,
}

impl Fed {
    fn new(chunks: mpsc::Receiver<Chunk>) -> Self {
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

    fn drain(&mut self) {
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
