//! Where backups lie. A store holds folders of resources; a backup appears in one
//! by a single rename of a staging folder, or not at all.
//!
//! Paths are relative to the store's root, with `/`, checked by [`StorePath`].

#[cfg(test)]
mod contract;
#[cfg(any(test, feature = "faults"))]
pub mod faulty;
pub mod layout;
mod local;
pub mod manifest;
pub mod objects;
pub mod part;
pub mod scan;

pub use local::{LocalStore, Reserve};

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{clock::Moment, manifest::is_inner_path, problem::Problem},
    host::{Reader, Space},
    problem,
};

/// A path inside a store: relative, `/`-separated, never leaving it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StorePath(String);

/// The text is no path inside a store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a path inside a store: {0:?}")]
pub struct BadPath(pub String);

impl StorePath {
    /// Checks and wraps a path.
    pub fn new(path: impl Into<String>) -> Result<Self, BadPath> {
        let path = path.into();
        if is_inner_path(&path) { Ok(Self(path)) } else { Err(BadPath(path)) }
    }

    /// This path with one more part below it.
    pub fn join(&self, below: &str) -> Result<Self, BadPath> {
        Self::new(format!("{}/{below}", self.0))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for StorePath {
    type Error = BadPath;

    fn try_from(path: String) -> Result<Self, BadPath> {
        Self::new(path)
    }
}

impl From<StorePath> for String {
    fn from(path: StorePath) -> Self {
        path.0
    }
}

impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What lies under a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the store.
    pub path: StorePath,
    /// Whether it is a folder.
    pub folder: bool,
    /// A file's length in bytes; 0 for a folder.
    pub bytes: u64,
    /// When it was last written, as far as the store knows.
    pub modified: Option<Moment>,
}

/// A file being written; invisible under its final name until [`finish`]ed.
/// Dropped without it, nothing stays.
///
/// [`finish`]: FileWriter::finish
#[async_trait]
pub trait FileWriter: Send {
    /// Appends. Fails with [`StoreError::Full`] when the disk or its reserve is
    /// reached.
    async fn write(&mut self, chunk: bytes::Bytes) -> Result<(), StoreError>;
    /// Makes it durable (file, then folder) and gives it its name; returns its
    /// length. A name already taken is [`StoreError::Exists`].
    async fn finish(self: Box<Self>) -> Result<u64, StoreError>;
}

/// A place where backups are kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// Opens a new file for writing; makes its folders. Not below the reserve:
    /// `expect` is the length foreseen, 0 if unknown.
    async fn create(&self, path: &StorePath, expect: u64) -> Result<Box<dyn FileWriter>, StoreError>;

    /// Reads a file from byte `from` on.
    async fn read(&self, path: &StorePath, from: u64) -> Result<Reader, StoreError>;

    /// What is there; `None` for nothing.
    async fn stat(&self, path: &StorePath) -> Result<Option<Entry>, StoreError>;

    /// What lies directly in a folder, by name; a missing folder is empty.
    async fn list(&self, folder: Option<&StorePath>) -> Result<Vec<Entry>, StoreError>;

    /// Moves a folder or a file in one durable step. A target that exists is
    /// [`StoreError::Exists`] and nothing changes; a source that is gone while
    /// the target exists is fine (the move was made before).
    async fn rename(&self, from: &StorePath, to: &StorePath) -> Result<(), StoreError>;

    /// Removes a file or a folder with all in it; nothing there is fine.
    async fn remove(&self, path: &StorePath) -> Result<(), StoreError>;

    /// Free and total bytes, where the store can tell.
    async fn space(&self) -> Result<Option<Space>, StoreError>;

    /// Whether so many bytes more would leave its reserve free: else [`StoreError::Full`].
    async fn room(&self, bytes: u64) -> Result<(), StoreError>;
}

/// What can go wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Writing this would leave less free than the reserve, or the disk is full.
    #[error("not enough space: {free} bytes free, reserve {reserve}")]
    Full {
        /// Free bytes now.
        free: u64,
        /// Bytes that must stay free.
        reserve: u64,
    },
    /// Nothing there.
    #[error("nothing at {0}")]
    Missing(StorePath),
    /// The name is taken.
    #[error("{0} exists already")]
    Exists(StorePath),
    /// The store's own root is missing or not writable (an unmounted disk).
    #[error("the store at {at} cannot be used: {why}")]
    Unusable {
        /// Its root.
        at: String,
        /// The system's words.
        why: String,
    },
    /// The name cannot be one of this store.
    #[error(transparent)]
    Path(#[from] BadPath),
    /// Anything else of the system.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full { free, reserve } => problem!("store-full", free = free, reserve = reserve),
            StoreError::Missing(path) => problem!("store-missing", path = path.as_str()),
            StoreError::Exists(path) => problem!("store-exists", path = path.as_str()),
            StoreError::Unusable { at, why } => problem!("store-unusable", at = at).detail(why),
            StoreError::Path(BadPath(path)) => problem!("store-path", path = path),
            StoreError::Io(error) => problem!("store-io").detail(error),
        }
    }
}

impl From<BadPath> for crate::domain::problem::Problem {
    fn from(bad: BadPath) -> Self {
        crate::problem!("store-path", path = bad.0)
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    /// Pieces that lead somewhere, alone and in a row.
    fn path() -> impl Strategy<Value = String> {
        let piece = prop_oneof!["[a-z]{1,4}", Just("..".to_owned()), Just(".".to_owned()), ".{0,6}"];
        prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.join("/"))
    }

    proptest! {
        #[test]
        fn a_path_stays_inside_its_store_or_is_none(text in path()) {
            let inside = !text.is_empty()
                && Path::new(&text).components().all(|c| matches!(c, Component::Normal(_)));
            match StorePath::new(text.clone()) {
                Ok(path) => {
                    prop_assert!(inside, "{}", path);
                    prop_assert_eq!(path.as_str(), &text);
                    // What the system makes of it is what is written: nothing is folded away.
                    let system: Vec<_> = Path::new(&text).iter().map(|p| p.to_str().unwrap()).collect();
                    prop_assert_eq!(system.join("/"), text);
                }
                Err(BadPath(bad)) => prop_assert_eq!(bad, text),
            }
        }

        #[test]
        fn what_is_joined_is_below(folder in path(), below in path()) {
            let Ok(folder) = StorePath::new(folder) else { return Ok(()) };
            match folder.join(&below) {
                Ok(path) => {
                    prop_assert!(Path::new(path.as_str()).starts_with(folder.as_str()));
                    prop_assert!(path.as_str().len() > folder.as_str().len());
                    prop_assert!(StorePath::new(below).is_ok());
                }
                Err(_) => prop_assert!(StorePath::new(below).is_err()),
            }
        }

        #[test]
        fn a_path_reads_back(text in path()) {
            let json = serde_json::to_string(&text).unwrap();
            let read = serde_json::from_str::<StorePath>(&json);
            match StorePath::new(text) {
                Ok(path) => prop_assert_eq!(serde_json::to_string(&path).unwrap(), serde_json::to_string(&read.unwrap()).unwrap()),
                Err(_) => prop_assert!(read.is_err()),
            }
        }
    }
}
