//! Randomness as a parameter, so that tests can foresee nonces and keys.

use rand::{TryRng, rngs::SysRng};

/// The system gave no random bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes: {0}")]
pub struct NoRandom(pub String);

/// A source of bytes nobody can foresee.
pub trait Random: Send + Sync {
    /// Fills all of `bytes`, or fails: never partly random.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandom>;
}

/// The operating system's own source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandom> {
        SysRng.try_fill_bytes(bytes).map_err(|e| NoRandom(e.to_string()))
    }
}
