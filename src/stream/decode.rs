//! Compressed bytes in, raw bytes out, in bounded memory, with the digests of
//! both sides.
//!
//! A thread of its own decodes; a task feeds it from the store. Both end when the
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
    thread: Option<JoinHandle<Result<Ended, DecodeError>>>,
    _feeder: AbortOnDropHandle<()>,
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
    let (give, given) = mpsc::channel(QUEUE);
    let feeder = AbortOnDropHandle::new(tokio::spawn(feed_from(stored, feed)));
    let thread = tokio::task::spawn_blocking(move || run(codec, Fed::new(fed), raw, &give));
    Decoded { raw: given, thread: Some(thread), _feeder: feeder }
}

impl Decoded {
    /// More raw bytes, or the end. Not to be called again after the end or an error.
    pub async fn next(&mut self) -> Result<Next, DecodeError> {
        if let Some(bytes) = self.raw.recv().await {
            return Ok(Next::Bytes(bytes));
        }
        match self.thread.take() {
            Some(thread) => {
                let ended = thread.await.map_err(|e| DecodeError::Source(io::Error::other(e)))?;
                ended.map(Next::End)
            }
            None => Err(DecodeError::Source(io::Error::other("read on after its end"))),
        }
    }
}

/// `None` marks the end of the file: a channel that just closes is none.
type Chunk = Option<io::Result<Bytes>>;

async fn feed_from<R: AsyncRead + Unpin>(mut stored: R, feed: mpsc::Sender<Chunk>) {
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(CHUNK);
        let chunk = match stored.read_buf(&mut buffer).await {
            Ok(0) => None,
            Ok(_) => Some(Ok(buffer.split().freeze())),
            Err(error) => Some(Err(error)),
        };
        let last = !matches!(chunk, Some(Ok(_)));
        if feed.send(chunk).await.is_err() || last {
            return;
        }
    }
}

fn run(
    codec: Codec,
    mut fed: Fed,
    mut raw: Hasher,
    give: &mpsc::Sender<Bytes>,
) -> Result<Ended, DecodeError> {
    let decoded = match codec {
        Codec::Gzip => pass(&mut flate2::bufread::MultiGzDecoder::new(&mut fed), &mut raw, give),
        Codec::Zstd => zstd::stream::read::Decoder::with_buffer(&mut fed)
            .and_then(|mut decoder| pass(&mut decoder, &mut raw, give)),
        Codec::None => pass(&mut fed, &mut raw, give),
    };
    if !give.is_closed() {
        // What the decoder left: also bytes it does not understand are digested.
        fed.drain();
    }
    match (fed.failed, decoded) {
        (Some(error), _) => Err(DecodeError::Source(error)),
        (None, Ok(())) => Ok(Ended { stored: fed.hasher.finish(), raw }),
        (None, Err(error)) => {
            Err(DecodeError::Corrupt { codec, why: error.to_string(), stored: fed.hasher.finish() })
        }
    }
}

/// Decodes to the end, or until nobody takes any more.
fn pass(decoder: &mut dyn Read, raw: &mut Hasher, give: &mpsc::Sender<Bytes>) -> io::Result<()> {
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
        raw.update(&bytes);
        if length > 0 && give.blocking_send(bytes).is_err() {
            return Err(io::Error::other("nobody takes what is decoded"));
        }
        if ended? {
            return Ok(());
        }
    }
}

/// What the feeder sends, as a reader that digests what it gives.
struct Fed {
    chunks: mpsc::Receiver<Chunk>,
    now: Bytes,
    hasher: Hasher,
    ended: bool,
    failed: Option<io::Error>,
}

impl Fed {
    fn new(chunks: mpsc::Receiver<Chunk>) -> Self {
        Self { chunks, now: Bytes::new(), hasher: Hasher::default(), ended: false, failed: None }
    }

    /// Waits for the next chunk if the present one is used up.
    fn turn(&mut self) -> io::Result<()> {
        if !self.now.is_empty() || self.ended {
            return Ok(());
        }
        let error = match self.chunks.blocking_recv() {
            Some(Some(Ok(bytes))) => {
                self.hasher.update(&bytes);
                self.now = bytes;
                return Ok(());
            }
            Some(None) => {
                self.ended = true;
                return Ok(());
            }
            Some(Some(Err(error))) => error,
            None => io::Error::other("the reader is gone"),
        };
        let told = io::Error::new(error.kind(), error.to_string());
        self.ended = true;
        self.failed = Some(error);
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
