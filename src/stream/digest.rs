//! Length and sha256 of what has passed.

use sha2::{Digest as _, Sha256};

use crate::domain::manifest::Digest;

/// Counts and digests bytes in order.
#[derive(Clone, Default)]
pub struct Hasher {
    bytes: u64,
    sha256: Sha256,
}

impl Hasher {
    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sha256.update(bytes);
    }

    /// How many have passed so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The end.
    pub fn finish(self) -> Digest {
        Digest { bytes: self.bytes, sha256: hex::encode(self.sha256.finalize()) }
    }
}

/// The digest of all that a reader still has. Blocks.
pub fn read(mut from: impl std::io::Read) -> std::io::Result<Digest> {
    let mut hasher = Hasher::default();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(read) => hasher.update(piece.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The digest of bytes at hand.
pub fn of(bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sha256_of_exactly_those_bytes() {
        let digest = of(b"abc");
        assert_eq!(digest.bytes, 3);
        assert_eq!(digest.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn chunking_does_not_matter() {
        let mut hasher = Hasher::default();
        for piece in [&b"a"[..], b"", b"bc"] {
            hasher.update(piece);
        }
        assert_eq!(hasher.finish(), of(b"abc"));
    }
}
