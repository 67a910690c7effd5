//! One file of a part, written and read in one pass: source → count and digest →
//! compress → count and digest → store, and back with both digests checked.

use std::sync::Arc;

use crate::{
    domain::{
        backup::Compression,
        manifest::{Digest, Part, PartFile},
        problem::Problem,
    },
    host::Reader,
    store::{Store, StorePath},
};

/// Sees every raw byte of a part on its way into the store: a format check that
/// costs no second pass.
pub trait Tap: Send {
    /// The next bytes, in order.
    fn see(&mut self, bytes: &[u8]);
    /// The end: is what was seen whole?
    fn finish(self: Box<Self>) -> Result<(), Problem>;
}

/// Told how many more raw bytes have passed.
pub type OnBytes = Arc<dyn Fn(u64) + Send + Sync>;

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The file as it lies in the store.
    pub file: PartFile,
    /// What went in.
    pub raw: Digest,
}

/// Where and how one file of a part is to be written.
pub struct WritePart<'a> {
    /// The store.
    pub store: &'a dyn Store,
    /// The resource's folder; `path` is relative to it.
    pub resource: &'a StorePath,
    /// The file, without the codec's suffix: that is added.
    pub path: &'a str,
    /// How to compress.
    pub compression: Compression,
    /// Raw bytes foreseen, 0 if unknown.
    pub expect: u64,
    /// A format check that sees every raw byte on its way.
    pub tap: Option<Box<dyn Tap>>,
    /// Told how many more raw bytes have passed.
    pub on_bytes: OnBytes,
}

impl WritePart<'_> {
    /// Reads `source` to its end into the new file. Finished and durable on `Ok`;
    /// on `Err` or drop nothing stays. An error of `source` is returned as it is
    /// if it wraps a [`Problem`], else as `part-source`. The child's exit status
    /// is the caller's to read after this returns.
    pub async fn from(self, source: Reader) -> Result<Written, Problem> {
        let _ = source;
        todo!()
    }
}

/// Opens a part decoded, its files joined. Reading fails with an error whose
/// source is a [`Problem`] (`part-digest`, `part-decode`, `part-missing`) at the
/// latest in place of the clean end, if any stored or raw byte differs from the
/// manifest's digests: a reader that saw the end has seen exactly the part.
pub async fn open_part(
    store: Arc<dyn Store>,
    resource: &StorePath,
    part: &Part,
    on_bytes: OnBytes,
) -> Result<Reader, Problem> {
    let _ = (store, resource, part, on_bytes);
    todo!()
}

/// Reads a part to its end for its digests only.
pub async fn check_part(
    store: Arc<dyn Store>,
    resource: &StorePath,
    part: &Part,
    on_bytes: OnBytes,
) -> Result<(), Problem> {
    let _ = (store, resource, part, on_bytes);
    todo!()
}
