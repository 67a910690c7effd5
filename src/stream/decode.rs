//! Compressed bytes in, raw bytes out, in bounded memory, with the digests of
//! both sides.
//!
//! A task reads the store and digests what it finds; a thread decodes; another
//! digests what came out: on two cores the digests cost no time. Gzip members that
//! say how long they are (see `member`) are only cut by the decoding thread and
//! decompressed side by side. All end when the [`Decoded`] is dropped. All members
//! and frames are read, also of files that other tools wrote.

mod fed;
#[cfg(test)]
mod tests;

use std::io::{self, Read};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::AsyncRead,
    runtime::Handle,
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tokio_util::task::AbortOnDropHandle;

use self::fed::{Fed, feed_from};
use super::{block::Spares, compress::bench, digest::Hasher, member};
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
    codec: Codec,
    decoding: JoinHandle<io::Result<Whole>>,
    digesting: JoinHandle<Result<Hasher, Bad>>,
}

/// A file that was read to its end.
struct Whole {
    stored: Digest,
    /// Whether it was what its codec says, as far as the decoding thread saw.
    decoded: io::Result<()>,
}

/// What the decoding thread passes on.
enum Piece {
    Bytes(Bytes),
    /// A member being decompressed.
    Member(oneshot::Receiver<io::Result<Bytes>>),
}

/// Why a member was not decompressed.
enum Bad {
    Corrupt(io::Error),
    Stopped,
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
    let (pass, passed) = mpsc::channel(QUEUE.max(bench().workers()));
    let (give, given) = mpsc::channel(QUEUE);
    let feeder = AbortOnDropHandle::new(tokio::spawn(feed_from(stored, feed)));
    let runtime = Handle::current();
    let threads = Threads {
        codec,
        decoding: tokio::task::spawn_blocking(move || run(codec, Fed::new(fed), &Pass { pass, runtime })),
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
        threads.end().await.map(Next::End)
    }
}

impl Threads {
    async fn end(self) -> Result<Ended, DecodeError> {
        let stopped = |e| DecodeError::Source(io::Error::other::<tokio::task::JoinError>(e));
        let whole = self.decoding.await.map_err(stopped)?;
        let raw = self.digesting.await.map_err(stopped)?;
        let Whole { stored, decoded } = whole.map_err(DecodeError::Source)?;
        // Members come in order: what stopped the digest came before what stopped the thread.
        let why = match (raw, decoded) {
            (Ok(raw), Ok(())) => return Ok(Ended { stored, raw }),
            (Err(Bad::Stopped), _) => {
                return Err(DecodeError::Source(io::Error::other("a decompressor stopped")));
            }
            (Err(Bad::Corrupt(error)), _) | (Ok(_), Err(error)) => error.to_string(),
        };
        Err(DecodeError::Corrupt { codec: self.codec, why, stored })
    }
}

/// Decodes; then reads on to the end of the file, for its digest.
fn run(codec: Codec, mut fed: Fed, pass: &Pass) -> io::Result<Whole> {
    let decoded = match codec {
        Codec::Gzip => gzip(&mut fed, pass),
        Codec::Zstd => {
            zstd::stream::read::Decoder::with_buffer(&mut fed).and_then(|mut decoder| pass.all(&mut decoder))
        }
        Codec::None => pass.all(&mut fed),
    };
    // What the decoder left: also bytes it does not understand are digested. If it
    // is because nobody takes any more, then nobody feeds any more either.
    fed.drain();
    match (fed.end, decoded) {
        (Some(Ok(stored)), decoded) => Ok(Whole { stored, decoded }),
        (Some(Err(error)), _) | (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(io::Error::other("the reader is gone")),
    }
}

/// Cuts off members for as long as they say how long they are. From the first on
/// that does not, it is one stream as any tool may have written it.
fn gzip(fed: &mut Fed, pass: &Pass) -> io::Result<()> {
    let spares = Spares::default();
    let mut first = true;
    loop {
        let mut member = Vec::new();
        fed.move_to(&mut member, member::HEADER)?;
        if member.is_empty() && !first {
            return Ok(());
        }
        let Some(length) = member::length(&member)? else {
            return pass.all(&mut flate2::bufread::MultiGzDecoder::new(io::Cursor::new(member).chain(fed)));
        };
        member.reserve_exact(length - member::HEADER);
        fed.move_to(&mut member, length - member::HEADER)?;
        if member.len() < length {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file ends within a member"));
        }
        pass.on(Piece::Member(bench().decompress(&pass.runtime, member, &spares)?))?;
        first = false;
    }
}

/// Where the decoding thread puts what it has.
struct Pass {
    pass: mpsc::Sender<Piece>,
    runtime: Handle,
}

impl Pass {
    fn on(&self, piece: Piece) -> io::Result<()> {
        self.pass.blocking_send(piece).map_err(|_| io::Error::other("nobody takes what is decoded"))
    }

    /// Decodes to the end, or until nobody takes any more.
    fn all(&self, decoder: &mut dyn Read) -> io::Result<()> {
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
            if length > 0 {
                self.on(Piece::Bytes(bytes))?;
            }
            if ended? {
                return Ok(());
            }
        }
    }
}

/// Digests what was decoded and gives it on, until nobody takes any more or a
/// member turns out to be none. Then the decoding thread finds nobody who takes.
fn digest(
    mut raw: Hasher,
    mut passed: mpsc::Receiver<Piece>,
    give: &mpsc::Sender<Bytes>,
) -> Result<Hasher, Bad> {
    while let Some(piece) = passed.blocking_recv() {
        let bytes = match piece {
            Piece::Bytes(bytes) => bytes,
            Piece::Member(member) => {
                member.blocking_recv().map_err(|_| Bad::Stopped)?.map_err(Bad::Corrupt)?
            }
        };
        raw.update(&bytes);
        if !bytes.is_empty() && give.blocking_send(bytes).is_err() {
            break;
        }
    }
    Ok(raw)
}
