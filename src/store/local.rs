//! A folder of this machine as a store.
//!
//! The root carries a marker file, made once by [`LocalStore::init`]: a disk that
//! is not mounted is noticed instead of its mount point being filled. Files are
//! written under a temporary name, made durable, and named in one step that
//! replaces nothing. No symbolic link below the root is ever followed.

mod tree;
mod writer;

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;

use self::{tree::Root, writer::LocalWriter};
use super::{Entry, FileWriter, Store, StoreError, StorePath};
use crate::host::{Reader, Space};

/// What temporary names begin with. They are not listed; [`LocalStore::sweep`]
/// removes those whose writer died.
const TEMPORARY: &str = ".part-";

/// The file that says that a folder is a store.
const MARKER: &str = ".zelo-store";

const MARKER_TEXT: &str = "This folder is a Zelo store. Zelo refuses to use it without this file, so that a disk\n\
that is not mounted is noticed. Keep it when you copy the folder.\n";

/// What must stay free on a disk: the larger of a share of it and so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserve {
    /// Hundredths of the whole.
    pub percent: u32,
    /// Bytes.
    pub bytes: u64,
}

impl Default for Reserve {
    /// 5 % or 2 GiB.
    fn default() -> Self {
        Self { percent: 5, bytes: 2 << 30 }
    }
}

impl Reserve {
    /// Only a full disk stops writing.
    pub const fn none() -> Self {
        Self { percent: 0, bytes: 0 }
    }

    /// Bytes that must stay free on a disk of `total` bytes.
    pub fn of(&self, total: u64) -> u64 {
        (total / 100 * u64::from(self.percent.min(100))).max(self.bytes)
    }

    /// Whether `wanted` more bytes may be taken.
    pub fn check(&self, space: Space, wanted: u64) -> Result<(), StoreError> {
        let reserve = self.of(space.total);
        let enough = space.free.checked_sub(wanted).is_some_and(|left| left >= reserve);
        if enough { Ok(()) } else { Err(StoreError::Full { free: space.free, reserve }) }
    }
}

/// A store in a folder.
#[derive(Debug, Clone)]
pub struct LocalStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    reserve: Reserve,
}

impl LocalStore {
    /// Names a folder; touches nothing.
    pub fn new(root: impl Into<PathBuf>, reserve: Reserve) -> Self {
        Self { shared: Arc::new(Shared { root: root.into(), reserve }) }
    }

    /// Makes the folder a store, when a person adds it or at the very first
    /// start: creates it if need be, and its marker. Harmless on a store. Never
    /// called on a store that is known already: that is what would fill an
    /// unmounted disk's mount point.
    pub async fn init(&self) -> Result<(), StoreError> {
        let shared = self.shared.clone();
        blocking(move || Root::init(&shared.root)).await
    }

    /// Removes what dead writers left under temporary names; those of living
    /// writers, in this process or another, stay. Returns how many went.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        self.with_root(|root| root.sweep()).await
    }

    async fn with_root<T, F>(&self, act: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Root) -> Result<T, StoreError> + Send + 'static,
    {
        let shared = self.shared.clone();
        blocking(move || act(&Root::open(&shared.root, shared.reserve)?)).await
    }
}

#[async_trait]
impl Store for LocalStore {
    async fn create(&self, path: &StorePath, expect: u64) -> Result<Box<dyn FileWriter>, StoreError> {
        let path = path.clone();
        let writer = self
            .with_root(move |root| {
                root.reserve().check(root.space()?, expect)?;
                LocalWriter::create(root, &path)
            })
            .await?;
        Ok(Box::new(writer))
    }

    async fn read(&self, path: &StorePath, from: u64) -> Result<Reader, StoreError> {
        let path = path.clone();
        let file = self.with_root(move |root| root.read(&path, from)).await?;
        Ok(Box::pin(tokio::fs::File::from_std(file)))
    }

    async fn stat(&self, path: &StorePath) -> Result<Option<Entry>, StoreError> {
        let path = path.clone();
        self.with_root(move |root| root.stat(&path)).await
    }

    async fn list(&self, folder: Option<&StorePath>) -> Result<Vec<Entry>, StoreError> {
        let folder = folder.cloned();
        self.with_root(move |root| root.list(folder.as_ref())).await
    }

    async fn rename(&self, from: &StorePath, to: &StorePath) -> Result<(), StoreError> {
        let (from, to) = (from.clone(), to.clone());
        self.with_root(move |root| root.rename(&from, &to)).await
    }

    async fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        let path = path.clone();
        self.with_root(move |root| root.remove(&path)).await
    }

    async fn space(&self) -> Result<Option<Space>, StoreError> {
        self.with_root(|root| root.space().map(Some)).await
    }

    async fn room(&self, bytes: u64) -> Result<(), StoreError> {
        self.with_root(move |root| root.reserve().check(root.space()?, bytes)).await
    }
}

async fn blocking<T, F>(act: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, StoreError> + Send + 'static,
{
    tokio::task::spawn_blocking(act).await.map_err(|e| StoreError::Io(std::io::Error::other(e)))?
}

#[cfg(test)]
mod tests;
