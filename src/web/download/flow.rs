//! Sends a download's bytes and checks them meanwhile: a file that is read whole is
//! compared with its digest before its last bytes leave. One that differs ends the
//! answer short, which every client takes for a failure, and the backup is marked
//! corrupt.

use std::{io, sync::Arc};

use bytes::Bytes;
use futures_util::Stream;
use tokio::{
    io::AsyncReadExt,
    sync::mpsc::{Receiver, Sender, channel},
};

use super::content::{Content, Segment, cut};
use crate::{
    domain::{manifest::Digest, problem::Problem},
    problem,
    store::{Store, StorePath},
    stream::digest::Hasher,
};

/// Bytes read at once.
const CHUNK: usize = 256 << 10;
/// Chunks read ahead of a slow client.
const AHEAD: usize = 4;

type Piece = Result<Bytes, io::Error>;

/// What is sent, and from where.
pub(super) struct Flow {
    pub(super) store: Arc<dyn Store>,
    pub(super) content: Content,
}

impl Flow {
    /// The bytes from `from` on, `length` of them. Read and checked on another
    /// thread than the one that sends. `failed` is told why they end early.
    pub(super) fn start<F, D>(
        self,
        runtime: &tokio::runtime::Handle,
        from: u64,
        length: u64,
        failed: F,
    ) -> impl Stream<Item = Piece> + use<F, D>
    where
        F: FnOnce(Problem) -> D + Send + 'static,
        D: Future<Output = ()> + Send,
    {
        let (to, pieces) = channel(AHEAD);
        runtime.spawn(async move {
            if let Err(problem) = self.send(&to, from, length).await {
                failed(problem.clone()).await;
                let _ = to.send(Err(io::Error::other(problem))).await;
            }
        });
        received(pieces)
    }

    async fn send(&self, to: &Sender<Piece>, from: u64, length: u64) -> Result<(), Problem> {
        let (segments, mut skip) = self.content.from(from);
        let mut left = length;
        for segment in segments {
            if left == 0 {
                break;
            }
            let take = (segment.len() - skip).min(left);
            let open = match segment {
                Segment::Bytes(bytes) => to.send(Ok(cut(bytes, skip, take))).await.is_ok(),
                Segment::File { path, stored } => self.file(to, path, stored, skip, take).await?,
            };
            // Nobody reads any more.
            if !open {
                break;
            }
            (left, skip) = (left - take, 0);
        }
        Ok(())
    }

    /// Sends `take` bytes of a file; whether somebody still reads.
    async fn file(
        &self,
        to: &Sender<Piece>,
        path: &StorePath,
        stored: &Digest,
        skip: u64,
        take: u64,
    ) -> Result<bool, Problem> {
        let broken = |e: io::Error| problem!("store-io").detail(e);
        let mut reader = self.store.read(path, skip).await?.take(take);
        let mut hash = (skip == 0 && take == stored.bytes).then(Hasher::default);
        let (mut held, mut got) = (Bytes::new(), 0_u64);
        loop {
            let mut chunk = bytes::BytesMut::with_capacity(CHUNK);
            while chunk.len() < CHUNK && reader.read_buf(&mut chunk).await.map_err(broken)? > 0 {}
            if chunk.is_empty() {
                break;
            }
            let chunk = chunk.freeze();
            got += chunk.len() as u64;
            if let Some(hash) = &mut hash {
                hash.update(&chunk);
            }
            // One chunk is always kept back: it leaves only once all was right.
            let ready = std::mem::replace(&mut held, chunk);
            if !ready.is_empty() && to.send(Ok(ready)).await.is_err() {
                return Ok(false);
            }
        }
        let right = hash.is_none_or(|hash| hash.finish() == *stored);
        if got != take || !right {
            return Err(problem!("part-digest", path = path.as_str()));
        }
        Ok(to.send(Ok(held)).await.is_ok())
    }
}

fn received(pieces: Receiver<Piece>) -> impl Stream<Item = Piece> {
    futures_util::stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.recv().await?;
        Some((piece, pieces))
    })
}
