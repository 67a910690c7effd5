//! Tokens that let somebody in: of links, sessions and the API. What is kept of one
//! is its digest alone, so a copy of the database lets nobody in.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Random, Secret};
use crate::{domain::problem::Problem, problem};

/// Begins each token for the API, so that whoever finds one somewhere (a scanner
/// of repositories, say) knows what it is.
pub const API: &str = "zelo_";

/// A new token, of a link or a session: 32 random bytes in hexadecimal digits. And
/// its [`digest`]. Problem `no-random`.
pub fn new(random: &dyn Random) -> Result<(Secret, String), Problem> {
    make("", random)
}

/// A new token for the API: the same behind [`API`].
pub fn new_api(random: &dyn Random) -> Result<(Secret, String), Problem> {
    make(API, random)
}

fn make(prefix: &str, random: &dyn Random) -> Result<(Secret, String), Problem> {
    let mut bytes = Zeroizing::new([0; 32]);
    random.fill(bytes.as_mut_slice()).map_err(|e| problem!("no-random").detail(e))?;
    let digits = Zeroizing::new(hex::encode(bytes.as_slice()));
    let token = Secret::new(format!("{prefix}{}", digits.as_str()));
    let digest = digest(token.expose());
    Ok((token, digest))
}

/// What is kept of a token: its SHA-256 in hexadecimal digits.
pub fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
