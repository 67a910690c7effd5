//! Blocks of raw bytes whose memory is used again: a stream of any length lives
//! in a handful of them.

use std::sync::{Arc, Mutex, PoisonError};

use super::BLOCK;

/// The buffers of one stream that wait to be filled again.
#[derive(Debug, Default, Clone)]
pub(super) struct Spares(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spares {
    /// An empty buffer with room for [`BLOCK`] bytes.
    pub(super) fn take(&self) -> Vec<u8> {
        let mut buffer = self.spare().unwrap_or_else(|| Vec::with_capacity(BLOCK));
        buffer.clear();
        buffer
    }

    /// A buffer of [`BLOCK`] bytes, whatever they are.
    pub(super) fn take_full(&self) -> Vec<u8> {
        let mut buffer = self.spare().unwrap_or_default();
        buffer.resize(BLOCK, 0);
        buffer
    }

    fn spare(&self) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put(&self, buffer: Vec<u8>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

/// A filled buffer. It returns to its spares when the last who reads it lets go.
#[derive(Debug)]
pub(super) struct Block {
    bytes: Vec<u8>,
    home: Spares,
}

impl Block {
    pub(super) fn new(bytes: Vec<u8>, home: &Spares) -> Arc<Self> {
        Arc::new(Self { bytes, home: home.clone() })
    }
}

impl std::ops::Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        self.home.put(std::mem::take(&mut self.bytes));
    }
}

/// A block as [`bytes::Bytes`] sees it.
pub(super) struct Shared(pub(super) Arc<Block>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
