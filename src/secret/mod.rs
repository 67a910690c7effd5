//! Secrets: a type that cannot be printed, sealing under the key file, people's
//! passwords, and the tokens that let them in.

mod key_file;
pub mod password;
mod random;
mod seal;
#[cfg(test)]
mod tests;
pub mod token;

pub use key_file::{KeyError, open_key};
pub use random::{NoRandom, Random, SystemRandom};
pub use seal::{SealError, SealWhy, Sealer};

use std::fmt;

use zeroize::Zeroizing;

/// A password, token or key. It has no `Display`, its `Debug` shows nothing, it
/// is not `Serialize`, and its memory is wiped when it goes.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself: only where it is handed to a program or protocol.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is anything in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Secret {}
