//! A store and a reader that go wrong where a test says. Whoever writes or reads
//! through them must notice.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::{
    io::{AsyncRead, ReadBuf},
    time::Sleep,
};

use super::{Entry, FileWriter, Store, StoreError, StorePath};
use crate::host::{Reader, Space};

/// What goes wrong. [`How::Truncate`] and [`How::Flip`] concern bytes, not calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// An error of the system.
    Fail,
    /// No space left.
    Full,
    /// An error, and the same for every later call.
    Disconnect,
    /// All bytes from there on are lost; every call claims success.
    Truncate,
    /// One bit is another.
    Flip,
    /// It takes this much longer, and goes well.
    Delay(Duration),
}

/// Where it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// At this byte of a file being written (of the first file that gets so far).
    Written(u64),
    /// At this byte of a file being read.
    Read(u64),
    /// At the n-th call of this name, from 1.
    Call(Call, u64),
}

/// The calls of a store and its writers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Call {
    Create,
    Finish,
    Read,
    Stat,
    List,
    Rename,
    Remove,
    Space,
}

const CALLS: usize = 8;

/// A store that goes wrong once, at one place.
pub struct FaultyStore {
    inner: Arc<dyn Store>,
    plan: Arc<Plan>,
}

struct Plan {
    at: At,
    how: How,
    struck: AtomicBool,
    broken: AtomicBool,
    calls: [AtomicU64; CALLS],
}

impl FaultyStore {
    /// `inner`, going wrong there.
    pub fn new(inner: Arc<dyn Store>, at: At, how: How) -> Self {
        let plan = Plan {
            at,
            how,
            struck: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            calls: Default::default(),
        };
        Self { inner, plan: Arc::new(plan) }
    }

    /// Whether the fault was reached: a test whose fault never struck proves
    /// nothing.
    pub fn struck(&self) -> bool {
        self.plan.struck.load(Ordering::SeqCst)
    }
}

impl Plan {
    async fn call(&self, call: Call) -> Result<(), StoreError> {
        self.alive()?;
        let number = self.calls[call as usize].fetch_add(1, Ordering::SeqCst) + 1;
        if self.at == At::Call(call, number) { self.strike().await } else { Ok(()) }
    }

    /// What a fault does to a call as a whole.
    async fn strike(&self) -> Result<(), StoreError> {
        self.struck.store(true, Ordering::SeqCst);
        match self.how {
            How::Fail => Err(StoreError::Io(io::Error::other("injected failure"))),
            How::Full => Err(StoreError::Full { free: 0, reserve: 0 }),
            How::Disconnect => {
                self.broken.store(true, Ordering::SeqCst);
                self.alive()
            }
            How::Delay(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
            How::Truncate | How::Flip => Ok(()),
        }
    }

    fn alive(&self) -> Result<(), StoreError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Io(io::Error::new(io::ErrorKind::BrokenPipe, "injected disconnect")));
        }
        Ok(())
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn create(&self, path: &StorePath, expect: u64) -> Result<Box<dyn FileWriter>, StoreError> {
        self.plan.call(Call::Create).await?;
        let inner = self.inner.create(path, expect).await?;
        Ok(Box::new(FaultyWriter { inner, plan: self.plan.clone(), claimed: 0, torn: false }))
    }

    async fn read(&self, path: &StorePath, from: u64) -> Result<Reader, StoreError> {
        self.plan.call(Call::Read).await?;
        let inner = self.inner.read(path, from).await?;
        match self.plan.at {
            At::Read(at) => {
                let plan = self.plan.clone();
                let mut reader = FaultyReader::new(inner, at.saturating_sub(from), self.plan.how);
                reader.struck = Some(Box::new(move || plan.struck.store(true, Ordering::SeqCst)));
                Ok(Box::pin(reader))
            }
            _ => Ok(inner),
        }
    }

    async fn stat(&self, path: &StorePath) -> Result<Option<Entry>, StoreError> {
        self.plan.call(Call::Stat).await?;
        self.inner.stat(path).await
    }

    async fn list(&self, folder: Option<&StorePath>) -> Result<Vec<Entry>, StoreError> {
        self.plan.call(Call::List).await?;
        self.inner.list(folder).await
    }

    async fn rename(&self, from: &StorePath, to: &StorePath) -> Result<(), StoreError> {
        self.plan.call(Call::Rename).await?;
        self.inner.rename(from, to).await
    }

    async fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        self.plan.call(Call::Remove).await?;
        self.inner.remove(path).await
    }

    async fn space(&self) -> Result<Option<Space>, StoreError> {
        self.plan.call(Call::Space).await?;
        self.inner.space().await
    }

    async fn room(&self, bytes: u64) -> Result<(), StoreError> {
        self.plan.call(Call::Space).await?;
        self.inner.room(bytes).await
    }
}

struct FaultyWriter {
    inner: Box<dyn FileWriter>,
    plan: Arc<Plan>,
    claimed: u64,
    torn: bool,
}

#[async_trait]
impl FileWriter for FaultyWriter {
    async fn write(&mut self, chunk: Bytes) -> Result<(), StoreError> {
        self.plan.alive()?;
        let begin = self.claimed;
        self.claimed += chunk.len() as u64;
        if self.torn {
            return Ok(());
        }
        let At::Written(at) = self.plan.at else { return self.inner.write(chunk).await };
        let Some(inside) = at.checked_sub(begin).and_then(|n| usize::try_from(n).ok()) else {
            return self.inner.write(chunk).await;
        };
        if inside >= chunk.len() || self.plan.struck.load(Ordering::SeqCst) {
            return self.inner.write(chunk).await;
        }
        let mut bytes = chunk.to_vec();
        let rest = bytes.split_off(inside);
        self.inner.write(bytes.into()).await?;
        self.plan.strike().await?;
        match self.plan.how {
            How::Truncate => {
                self.torn = true;
                Ok(())
            }
            How::Flip => self.inner.write(flipped(rest).into()).await,
            _ => self.inner.write(rest.into()).await,
        }
    }

    async fn finish(self: Box<Self>) -> Result<u64, StoreError> {
        self.plan.call(Call::Finish).await?;
        let length = self.inner.finish().await?;
        Ok(if self.torn { self.claimed } else { length })
    }
}

fn flipped(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(first) = bytes.first_mut() {
        *first ^= 0x10;
    }
    bytes
}

/// A reader that goes wrong at one byte.
pub struct FaultyReader {
    inner: Reader,
    left: u64,
    how: How,
    after: bool,
    sleep: Option<Pin<Box<Sleep>>>,
    struck: Option<Box<dyn Fn() + Send>>,
}

impl FaultyReader {
    /// `inner`, going wrong at byte `at`. [`How::Full`] is an error like any other
    /// here.
    pub fn new(inner: Reader, at: u64, how: How) -> Self {
        Self { inner, left: at, how, after: false, sleep: None, struck: None }
    }

    /// At the byte; `Some` is what the caller gets now.
    fn strike(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Option<io::Result<()>>> {
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
            self.after = true;
            return Poll::Ready(None);
        }
        if let (How::Delay(time), true) = (self.how, self.sleep.is_none()) {
            self.told();
            self.sleep = Some(Box::pin(tokio::time::sleep(time)));
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let done = match self.how {
            How::Truncate => Ok(()),
            How::Flip => {
                let before = buf.filled().len();
                ready!(self.inner.as_mut().poll_read(cx, buf))?;
                let Some(byte) = buf.filled_mut().get_mut(before) else { return Poll::Ready(Some(Ok(()))) };
                *byte ^= 0x10;
                self.after = true;
                Ok(())
            }
            _ => Err(io::Error::new(io::ErrorKind::ConnectionReset, "injected failure")),
        };
        self.told();
        Poll::Ready(Some(done))
    }

    fn told(&self) {
        if let Some(struck) = &self.struck {
            struck();
        }
    }
}

impl AsyncRead for FaultyReader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0
            && !self.after
            && let Some(done) = ready!(self.strike(cx, buf))
        {
            return Poll::Ready(done);
        }
        if self.after {
            return self.inner.as_mut().poll_read(cx, buf);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.remaining()).min(64 * 1024);
        let mut own = vec![0; most];
        let mut part = ReadBuf::new(&mut own);
        ready!(self.inner.as_mut().poll_read(cx, &mut part))?;
        self.left -= part.filled().len() as u64;
        buf.put_slice(part.filled());
        Poll::Ready(Ok(()))
    }
}
