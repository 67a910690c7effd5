//! Raw bytes in, compressed bytes out, in order, in bounded memory.
//!
//! Two halves that run side by side in one task: a [`Feed`] reads the source
//! block by block, has each digested (in order) and compressed (on several
//! threads); an [`Encoded`] hands the compressed blocks out in order. Between
//! them are a few places: when all are taken, the source waits.

use std::{io, sync::Arc};

use bytes::{BufMut as _, Bytes};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    sync::mpsc,
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    BLOCK,
    block::{Block, Spares},
    compress::bench,
    digest::Hasher,
    pace::Pace,
};
use crate::domain::{backup::Compression, manifest::Digest};

/// Sees every raw byte, in order, off the async threads.
pub trait Watch: Send + 'static {
    /// The next bytes.
    fn see(&mut self, bytes: &[u8]);
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The source failed; its own error.
    #[error("the source failed: {0}")]
    Source(io::Error),
    /// The compressor failed: no memory, no thread.
    #[error("compressing failed: {0}")]
    Compress(io::Error),
    /// The other half is gone.
    #[error("nobody takes what is compressed")]
    Abandoned,
}

type Job = AbortOnDropHandle<io::Result<Bytes>>;

/// The half that reads.
pub struct Feed {
    jobs: mpsc::Sender<Job>,
    pace: Arc<Pace>,
}

/// The half that gives.
pub struct Encoded {
    jobs: mpsc::Receiver<Job>,
    pace: Arc<Pace>,
}

/// The two halves of one stream. Both must be polled together.
pub fn encode(compression: Compression) -> (Feed, Encoded) {
    let workers = bench().workers();
    // One being written to the store, and one more than there are workers.
    let (sender, receiver) = mpsc::channel(workers + 1);
    let pace = Arc::new(Pace::new(compression, workers));
    (Feed { jobs: sender, pace: pace.clone() }, Encoded { jobs: receiver, pace })
}

impl Feed {
    /// Reads `source` to its end; returns the digest of what it gave, and the
    /// watcher. `on_bytes` is told how many more raw bytes have come.
    pub async fn run<R, W>(
        self,
        mut source: R,
        watch: W,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(Digest, W), EncodeError>
    where
        R: AsyncRead + Send + Unpin,
        W: Watch,
    {
        let spares = Spares::default();
        let seen = Seen { hasher: Hasher::default(), watch, pace: self.pace.clone() };
        let mut digesting = tokio::task::spawn_blocking(|| seen);
        let mut first = true;
        loop {
            let buffer = fill(&mut source, spares.take(), on_bytes).await.map_err(EncodeError::Source)?;
            let last = buffer.len() < BLOCK;
            let block = Block::new(buffer, &spares);
            // An empty stream is one empty member, which every tool accepts.
            if first || !block.is_empty() {
                self.submit(block.clone()).await?;
            }
            let mut seen = digesting.await.map_err(stopped)?;
            digesting = tokio::task::spawn_blocking(move || {
                seen.see(&block);
                seen
            });
            if last {
                break;
            }
            first = false;
        }
        let seen = digesting.await.map_err(stopped)?;
        Ok((seen.hasher.finish(), seen.watch))
    }

    async fn submit(&self, block: Arc<Block>) -> Result<(), EncodeError> {
        let (place, waits) = match self.jobs.try_reserve() {
            Ok(place) => (place, false),
            Err(mpsc::error::TrySendError::Full(())) => {
                (self.jobs.reserve().await.map_err(|_| EncodeError::Abandoned)?, true)
            }
            Err(mpsc::error::TrySendError::Closed(())) => return Err(EncodeError::Abandoned),
        };
        let method = self.pace.method(waits);
        let working = Working::new(self.pace.clone());
        place.send(AbortOnDropHandle::new(tokio::spawn(async move {
            let _working = working;
            bench().compress(method, block).await
        })));
        Ok(())
    }
}

impl Encoded {
    /// The next compressed bytes; `None` when the feed has ended **or was
    /// dropped**: only the feed's own result says which.
    pub async fn next(&mut self) -> Result<Option<Bytes>, EncodeError> {
        let Some(job) = self.jobs.recv().await else { return Ok(None) };
        self.pace.taker_waits(!job.is_finished());
        let done = job.await;
        self.pace.taker_waits(false);
        done.map_err(stopped)?.map(Some).map_err(EncodeError::Compress)
    }
}

/// What digests and watches, moved from block to block.
struct Seen<W> {
    hasher: Hasher,
    watch: W,
    pace: Arc<Pace>,
}

impl<W: Watch> Seen<W> {
    fn see(&mut self, raw: &[u8]) {
        self.hasher.update(raw);
        self.watch.see(raw);
        self.pace.look();
    }
}

/// Counts a block as unfinished for as long as it lives.
struct Working(Arc<Pace>);

impl Working {
    fn new(pace: Arc<Pace>) -> Self {
        pace.began();
        Self(pace)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.ended();
    }
}

/// Fills a buffer up to [`BLOCK`]; less only at the end.
async fn fill<R: AsyncRead + Unpin>(
    source: &mut R,
    mut buffer: Vec<u8>,
    on_bytes: &(dyn Fn(u64) + Send + Sync),
) -> io::Result<Vec<u8>> {
    while buffer.len() < BLOCK {
        let room = BLOCK - buffer.len();
        let read = source.read_buf(&mut (&mut buffer).limit(room)).await?;
        if read == 0 {
            break;
        }
        on_bytes(read as u64);
    }
    Ok(buffer)
}

fn stopped(error: tokio::task::JoinError) -> EncodeError {
    EncodeError::Compress(io::Error::other(error))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::stream::digest;

    struct Nothing;

    impl Watch for Nothing {
        fn see(&mut self, _: &[u8]) {}
    }

    async fn whole(raw: &'static [u8], compression: Compression) -> (Digest, Vec<Bytes>) {
        let (feed, mut encoded) = encode(compression);
        let blocks = async {
            let mut blocks = Vec::new();
            while let Some(block) = encoded.next().await.unwrap() {
                blocks.push(block);
            }
            blocks
        };
        let (fed, blocks) = tokio::join!(feed.run(raw, Nothing, &|_| ()), blocks);
        (fed.unwrap().0, blocks)
    }

    #[tokio::test]
    async fn an_empty_source_is_one_empty_member() {
        let (raw, blocks) = whole(b"", Compression::Auto).await;
        assert_eq!(raw, digest::of(b""));
        assert_eq!(blocks.len(), 1);
        assert!(!blocks[0].is_empty());
    }

    #[tokio::test]
    async fn a_source_that_ends_on_a_block_leaves_no_empty_member() {
        let raw: &'static [u8] = vec![7; 2 * BLOCK].leak();
        let (digest, blocks) = whole(raw, Compression::Gzip(1)).await;
        assert_eq!((digest, blocks.len()), (digest::of(raw), 2));
    }

    /// Counts what was taken from an endless source.
    struct Endless(Arc<AtomicU64>);

    impl AsyncRead for Endless {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            buf: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            let room = buf.remaining();
            buf.initialize_unfilled().fill(1);
            buf.advance(room);
            self.0.fetch_add(room as u64, Ordering::Relaxed);
            std::task::Poll::Ready(Ok(()))
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_source_waits_for_whoever_takes() {
        for compression in [Compression::None, Compression::Auto, Compression::Zstd(1)] {
            let taken = Arc::new(AtomicU64::new(0));
            let (feed, encoded) = encode(compression);
            let feeding = feed.run(Endless(taken.clone()), Nothing, &|_| ());
            let waited = tokio::time::timeout(std::time::Duration::from_millis(300), feeding).await;
            assert!(waited.is_err(), "it waits for ever");
            let blocks = taken.load(Ordering::Relaxed) / BLOCK as u64;
            let places = bench().workers() as u64 + 1;
            assert!((places..=places + 1).contains(&blocks), "{blocks} blocks for {places} places");
            drop(encoded);
        }
    }

    #[tokio::test]
    async fn a_feed_whose_taker_is_gone_ends() {
        let (feed, encoded) = encode(Compression::None);
        drop(encoded);
        let ended = feed.run(Endless(Arc::default()), Nothing, &|_| ()).await;
        assert!(matches!(ended, Err(EncodeError::Abandoned)));
    }
}
