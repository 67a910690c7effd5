//! The two API keys that are tokens: signed with the instance's own secret, or
//! every request with them fails (403 `bad_jwt`).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

use crate::{domain::problem::Problem, problem};

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    role: Option<String>,
    exp: Option<i64>,
}

/// Seconds since 1970 at which a token ends; `None` if it cannot be read. Whoever
/// has a clock compares: a token that has ended is refused by every service.
pub fn expires(token: &str) -> Option<i64> {
    let (_, claims, _) = parts(token)?;
    claims.exp
}

/// Checks form, role and signature.
pub(super) fn check(
    env: &str,
    token: &str,
    role: &str,
    current: &dyn Fn(&str) -> Option<String>,
) -> Result<(), Problem> {
    let shape = || problem!("env-jwt-shape", key = env);
    let (header, claims, signature) = parts(token).ok_or_else(shape)?;
    if header.alg != "HS256" || claims.exp.is_none() {
        return Err(shape());
    }
    if claims.role.as_deref() != Some(role) {
        return Err(problem!("env-jwt-role", key = env, role = role));
    }
    let Some(secret) = current("JWT_SECRET").filter(|secret| !secret.is_empty()) else {
        return Err(problem!("env-jwt-no-secret", key = env));
    };
    let signed = token.rsplit_once('.').map(|(signed, _)| signed).unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| shape())?;
    mac.update(signed.as_bytes());
    mac.verify_slice(&signature).map_err(|_| problem!("env-jwt-signature", key = env))
}

fn parts(token: &str) -> Option<(Header, Claims, Vec<u8>)> {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let (header, claims, signature) = (parts.next()??, parts.next()??, parts.next()??);
    let whole = parts.next().is_none();
    let header = serde_json::from_slice(&header).ok()?;
    let claims = serde_json::from_slice(&claims).ok()?;
    whole.then_some((header, claims, signature))
}
