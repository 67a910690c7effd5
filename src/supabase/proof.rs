//! Whether a password or a key fits, worked out here: nothing is asked of a server, and
//! a loopback connection that trusts everyone cannot deceive.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::secret::Secret;

/// More rounds than any server uses would only hold us up.
const ROUNDS: u32 = 1_000_000;

/// PostgreSQL's own number of rounds (`scram_iterations`).
const USUAL_ROUNDS: u32 = 4096;

/// A stored SCRAM verifier (RFC 5803): `SCRAM-SHA-256$4096:salt$stored:server`.
struct Verifier<'a> {
    rounds: u32,
    salt: &'a str,
    stored: Vec<u8>,
}

fn verifier(text: &str) -> Option<Verifier<'_>> {
    let rest = text.strip_prefix("SCRAM-SHA-256$")?;
    let (head, keys) = rest.split_once('$')?;
    let (rounds, salt) = head.split_once(':')?;
    let stored = STANDARD.decode(keys.split_once(':')?.0).ok()?;
    let rounds = rounds.parse().ok().filter(|r| (1..=ROUNDS).contains(r))?;
    Some(Verifier { rounds, salt, stored })
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    parts.iter().for_each(|part| mac.update(part));
    Some(mac.finalize().into_bytes().into())
}

/// `Hi` of RFC 5802: PBKDF2 with one block.
fn salted(password: &[u8], salt: &[u8], rounds: u32) -> Option<[u8; 32]> {
    let mut last = mac(password, &[salt, &[0, 0, 0, 1]])?;
    let mut all = last;
    for _ in 1..rounds {
        last = mac(password, &[&last])?;
        all.iter_mut().zip(last).for_each(|(a, l)| *a ^= l);
    }
    Some(all)
}

/// Whether a password is the one a verifier of `pg_authid` was made from. `None` where
/// that cannot be told: another method (`md5…`), or a password that PostgreSQL would
/// normalize first.
pub(super) fn fits(password: &Secret, stored: &str) -> Option<bool> {
    if !password.expose().is_ascii() {
        return None;
    }
    let verifier = verifier(stored)?;
    let salt = STANDARD.decode(verifier.salt).ok()?;
    let salted = salted(password.expose().as_bytes(), &salt, verifier.rounds)?;
    let key = Sha256::digest(mac(&salted, &[b"Client Key"])?);
    Some(key.as_slice() == verifier.stored)
}

/// The verifier of a password with the salt of an older one: so that no statement
/// carries the password itself. `None` if the older one is no SCRAM verifier.
pub(crate) fn remade(password: &Secret, stored: &str) -> Option<String> {
    if !password.expose().is_ascii() {
        return None;
    }
    let Verifier { rounds, salt, .. } = verifier(stored)?;
    written(password, salt, rounds)
}

/// The verifier of a password with a salt of its own, for a role that has none yet.
/// `None` for a password that PostgreSQL would normalize first.
pub(crate) fn made(password: &Secret, salt: &[u8]) -> Option<String> {
    if !password.expose().is_ascii() {
        return None;
    }
    written(password, &STANDARD.encode(salt), USUAL_ROUNDS)
}

fn written(password: &Secret, salt: &str, rounds: u32) -> Option<String> {
    let salted = salted(password.expose().as_bytes(), &STANDARD.decode(salt).ok()?, rounds)?;
    let client = STANDARD.encode(Sha256::digest(mac(&salted, &[b"Client Key"])?));
    let server = STANDARD.encode(mac(&salted, &[b"Server Key"])?);
    Some(format!("SCRAM-SHA-256${rounds}:{salt}${client}:{server}"))
}

/// What an API key says of itself and whether a secret signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// Its claim `role`.
    pub(super) role: String,
    /// Seconds since 1970 at which it ends, if ever.
    pub(super) expires: Option<i64>,
    /// Whether the secret signed it.
    pub(super) signed: bool,
}

/// Reads an HS256 token. `None` if it is none: not three pieces, or signed otherwise.
pub(super) fn key(token: &Secret, secret: &Secret) -> Option<Key> {
    let mut pieces = token.expose().split('.');
    let (head, claims, signature) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let json = |piece: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(piece.trim_end_matches('=')).ok()?).ok()
    };
    if pieces.next().is_some() || json(head)?.get("alg")?.as_str() != Some("HS256") {
        return None;
    }
    let read = json(claims)?;
    let wanted = mac(secret.expose().as_bytes(), &[head.as_bytes(), b".", claims.as_bytes()])?;
    let given = URL_SAFE_NO_PAD.decode(signature.trim_end_matches('='));
    Some(Key {
        role: read.get("role").and_then(Value::as_str).unwrap_or_default().to_owned(),
        expires: read.get("exp").and_then(Value::as_i64),
        signed: given.is_ok_and(|given| given == wanted),
    })
}

/// Whether a token looks like a JWT at all.
pub(super) fn is_token(token: &Secret) -> bool {
    token.expose().split('.').count() == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A verifier with a salt of the test.
    fn made(password: &str) -> String {
        let salt = STANDARD.encode(b"0123456789abcdef");
        remade(&Secret::new(password), &format!("SCRAM-SHA-256$4096:{salt}$AAAA:AAAA")).unwrap()
    }

    #[test]
    fn the_example_of_the_standard() {
        // RFC 7677, section 3: what the server signs with proves the server key, and the
        // client proof the stored key.
        let salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
        let salted = salted(b"pencil", &STANDARD.decode(salt).unwrap(), 4096).unwrap();
        let message = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let server = mac(&mac(&salted, &[b"Server Key"]).unwrap(), &[message.as_bytes()]).unwrap();
        assert_eq!(STANDARD.encode(server), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    #[test]
    fn a_password_fits_its_own_verifier_only() {
        let stored = made("pencil");
        assert_eq!(fits(&Secret::new("pencil"), &stored), Some(true));
        assert_eq!(fits(&Secret::new("pencil "), &stored), Some(false));
        assert_eq!(fits(&Secret::new("pencil"), "md5a8b5"), None);
        assert_eq!(fits(&Secret::new("pincél"), &stored), None);
        assert_eq!(remade(&Secret::new("x"), "md5a8b5"), None);
    }

    #[test]
    fn a_key_is_signed_by_its_secret_only() {
        // The example of jwt.io.
        let token = Secret::new(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
        );
        assert!(key(&token, &Secret::new("your-256-bit-secret")).unwrap().signed);
        assert!(!key(&token, &Secret::new("another")).unwrap().signed);
        assert_eq!(key(&Secret::new("sb_secret_x"), &Secret::new("s")), None);
        assert!(!is_token(&Secret::new("sb_secret_x")) && is_token(&token));
    }
}
