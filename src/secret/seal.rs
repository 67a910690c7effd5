//! Sealing: XChaCha20-Poly1305 under the key file, each text bound to what it
//! belongs to, so that a sealed password copied to another row opens nowhere.

use std::{fmt, sync::Arc};

use chacha20poly1305::{
    Key, XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Random, Secret, random::NoRandom};
use crate::{domain::problem::Problem, problem};

const VERSION: &str = "v1";
const NONCE: usize = 24;

/// The length of a key in bytes.
pub(super) const KEY: usize = 32;

/// Seals and opens under one key.
#[derive(Clone)]
pub struct Sealer {
    key: Zeroizing<[u8; KEY]>,
    id: String,
    random: Arc<dyn Random>,
}

/// Why something could not be sealed or opened, and whose it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{owner}: {why}")]
pub struct SealError {
    /// As it was given: `resource:<id>`.
    pub owner: String,
    /// What was wrong.
    pub why: SealWhy,
}

/// What was wrong with a sealed text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealWhy {
    /// Not `v1:<key id>:<hexadecimal>`.
    #[error("not a sealed text")]
    Shape,
    /// Sealed under another key.
    #[error("sealed under the key {sealed}, the key file holds {have}")]
    OtherKey {
        /// The id of the key it was sealed under.
        sealed: String,
        /// The id of the key at hand.
        have: String,
    },
    /// Changed since it was sealed, or sealed for something else.
    #[error("the sealed text was changed, or belongs to something else")]
    Tampered,
    /// Nothing can be sealed without randomness.
    #[error(transparent)]
    NoRandom(#[from] NoRandom),
}

impl Sealer {
    /// Seals under these 32 bytes, with nonces from `random`.
    pub fn new(key: [u8; KEY], random: Arc<dyn Random>) -> Self {
        let id = hex::encode(Sha256::digest(key).get(..4).unwrap_or_default());
        Self { key: Zeroizing::new(key), id, random }
    }

    /// The key's id: the first 8 hexadecimal digits of its sha256.
    pub fn key_id(&self) -> &str {
        &self.id
    }

    /// Seals a secret for `owner` (`resource:<id>`), as `v1:<key id>:<hex>`.
    pub fn seal(&self, owner: &str, secret: &Secret) -> Result<String, SealError> {
        self.try_seal(owner, secret).map_err(|why| SealError { owner: owner.to_owned(), why })
    }

    /// A new secret of `length` letters and digits, each as likely as any other.
    pub fn make(&self, length: usize) -> Result<Secret, NoRandom> {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        // The largest multiple of the alphabet's length below 256: above it some would
        // be likelier.
        const FAIR: u8 = 248;
        let mut text = Zeroizing::new(String::with_capacity(length));
        let mut bytes = Zeroizing::new([0; 64]);
        while text.len() < length {
            self.random.fill(&mut *bytes)?;
            let fair = bytes.iter().filter(|byte| **byte < FAIR);
            let letters = fair.filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()));
            let missing = length - text.len();
            text.extend(letters.take(missing).map(|letter| char::from(*letter)));
        }
        Ok(Secret::new(text.as_str()))
    }

    /// A fingerprint that only the holder of the key can make: equal for equal secrets of
    /// one `owner`, and nothing to guess from without the key file.
    pub fn fingerprint(&self, owner: &str, secret: &Secret) -> String {
        let mut hasher = Sha256::new_with_prefix(*self.key);
        for text in [owner, secret.expose()] {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hex::encode(hasher.finalize())
    }

    /// Opens what was sealed for the same `owner`.
    pub fn open(&self, owner: &str, sealed: &str) -> Result<Secret, SealError> {
        self.try_open(owner, sealed).map_err(|why| SealError { owner: owner.to_owned(), why })
    }

    fn try_seal(&self, owner: &str, secret: &Secret) -> Result<String, SealWhy> {
        let mut sealed = vec![0; NONCE];
        self.random.fill(&mut sealed)?;
        let payload = Payload { msg: secret.expose().as_bytes(), aad: owner.as_bytes() };
        let nonce = XNonce::try_from(sealed.as_slice()).map_err(|_| SealWhy::Shape)?;
        let text = self.cipher().encrypt(&nonce, payload).map_err(|_| SealWhy::Tampered)?;
        sealed.extend(text);
        Ok(format!("{VERSION}:{}:{}", self.id, hex::encode(sealed)))
    }

    fn try_open(&self, owner: &str, sealed: &str) -> Result<Secret, SealWhy> {
        let (version, rest) = sealed.split_once(':').ok_or(SealWhy::Shape)?;
        let (key, text) = rest.split_once(':').ok_or(SealWhy::Shape)?;
        if version != VERSION {
            return Err(SealWhy::Shape);
        }
        if key != self.id {
            return Err(SealWhy::OtherKey { sealed: key.chars().take(16).collect(), have: self.id.clone() });
        }
        let bytes = hex::decode(text).map_err(|_| SealWhy::Shape)?;
        let (nonce, text) = bytes.split_at_checked(NONCE).ok_or(SealWhy::Shape)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| SealWhy::Shape)?;
        let payload = Payload { msg: text, aad: owner.as_bytes() };
        let open = self.cipher().decrypt(&nonce, payload).map_err(|_| SealWhy::Tampered)?;
        String::from_utf8(open).map(Secret::new).map_err(|_| SealWhy::Tampered)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.key))
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl From<SealError> for Problem {
    fn from(SealError { owner, why }: SealError) -> Self {
        match why {
            SealWhy::Shape => problem!("seal-shape", owner = owner),
            SealWhy::OtherKey { sealed, have } => {
                problem!("seal-other-key", owner = owner, sealed = sealed, have = have)
            }
            SealWhy::Tampered => problem!("seal-tampered", owner = owner),
            SealWhy::NoRandom(error) => problem!("no-random").detail(error.0),
        }
    }
}
