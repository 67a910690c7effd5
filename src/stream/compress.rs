//! One block → one gzip member or zstd frame, and such a member back into its
//! block, on a few threads for the whole process, with compressors that are kept.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use bytes::Bytes;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, oneshot},
};

use super::{
    block::{Block, Shared, Spares},
    member,
};
use crate::domain::{backup::Compression, manifest::Codec};

/// How many blocks are worked on at once, at most: more cores than this would
/// not be kept busy by one dump, and each costs memory.
const MOST_WORKERS: usize = 8;

/// What is done to one block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Gzip(i32),
    Zstd(i32),
    None,
}

/// The codec a file compressed like this is read with.
pub const fn codec(compression: Compression) -> Codec {
    match compression {
        Compression::Auto | Compression::Gzip(_) => Codec::Gzip,
        Compression::Zstd(_) => Codec::Zstd,
        Compression::None => Codec::None,
    }
}

/// The machine's share for compressing and decompressing, whatever the number of
/// streams.
pub(super) struct Bench {
    permits: Arc<Semaphore>,
    workers: usize,
    kept: Mutex<Vec<(Method, Machine)>>,
}

/// A compressor with its output buffer.
struct Machine {
    engine: Engine,
    out: Vec<u8>,
}

enum Engine {
    Gzip(libdeflater::Compressor),
    Zstd(zstd::bulk::Compressor<'static>),
}

static BENCH: LazyLock<Bench> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Bench::new(cores.min(MOST_WORKERS))
});

/// The one of this process.
pub(super) fn bench() -> &'static Bench {
    &BENCH
}

impl Bench {
    fn new(workers: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(workers)), workers, kept: Mutex::default() }
    }

    /// How many blocks it works on at once.
    pub(super) fn workers(&self) -> usize {
        self.workers
    }

    /// Compresses a block on a thread of its own, once it is its turn. Dropped,
    /// it stops at the latest at the end of that block.
    pub(super) async fn compress(&'static self, method: Method, block: Arc<Block>) -> std::io::Result<Bytes> {
        if method == Method::None {
            return Ok(Bytes::from_owner(Shared(block)));
        }
        let permit = self.permits.clone().acquire_owned().await.map_err(std::io::Error::other)?;
        let job = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            self.run(method, &block)
        });
        job.await.map_err(std::io::Error::other)?
    }

    /// Begins to decompress a member (see [`member`]) once it is its turn, which is
    /// waited for: not on an async thread. Nobody waiting for it any more, it stops at
    /// the latest at the member's end.
    pub(super) fn decompress(
        &'static self,
        runtime: &Handle,
        member: Vec<u8>,
        spares: &Spares,
    ) -> std::io::Result<oneshot::Receiver<std::io::Result<Bytes>>> {
        let permit = runtime.block_on(self.permits.clone().acquire_owned()).map_err(std::io::Error::other)?;
        let (tell, told) = oneshot::channel();
        let spares = spares.clone();
        runtime.spawn_blocking(move || {
            let _permit = permit;
            if tell.is_closed() {
                return;
            }
            let mut raw = spares.take_full();
            let length = member::decompress(&member, &mut raw);
            let raw = Block::new(raw, &spares);
            let _ = tell.send(length.map(|length| Bytes::from_owner(Shared(raw)).slice(..length)));
        });
        Ok(told)
    }

    fn run(&self, method: Method, raw: &[u8]) -> std::io::Result<Bytes> {
        let mut machine = match self.kept(method) {
            Some(machine) => machine,
            None => Machine::new(method)?,
        };
        let bytes = machine.run(raw)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= self.workers {
            kept.remove(0);
        }
        kept.push((method, machine));
        Ok(bytes)
    }

    fn kept(&self, method: Method) -> Option<Machine> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(m, _)| *m == method)?;
        Some(kept.swap_remove(at).1)
    }
}

impl Machine {
    fn new(method: Method) -> std::io::Result<Self> {
        let engine = match method {
            Method::Zstd(level) => {
                let mut compressor = zstd::bulk::Compressor::new(level.clamp(1, 19))?;
                compressor.include_checksum(true)?;
                Engine::Zstd(compressor)
            }
            Method::Gzip(level) => {
                let level = libdeflater::CompressionLvl::new(level.clamp(1, 9)).unwrap_or_default();
                Engine::Gzip(libdeflater::Compressor::new(level))
            }
            Method::None => return Err(std::io::Error::other("nothing compresses nothing")),
        };
        Ok(Self { engine, out: Vec::new() })
    }

    fn run(&mut self, raw: &[u8]) -> std::io::Result<Bytes> {
        let length = match &mut self.engine {
            Engine::Gzip(compressor) => member::compress(compressor, raw, &mut self.out)?,
            Engine::Zstd(compressor) => {
                let bound = zstd::zstd_safe::compress_bound(raw.len());
                self.out.resize(bound.max(self.out.len()), 0);
                compressor.compress_to_buffer(raw, &mut self.out[..])?
            }
        };
        Ok(Bytes::copy_from_slice(&self.out[..length]))
    }
}
