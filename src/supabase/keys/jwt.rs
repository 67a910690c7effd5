//! The two API keys that are tokens: signed with the instance's own secret, or
//! every request with them fails (403 `bad_jwt`).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

use crate::{domain::problem::Problem, problem, secret::Secret};

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

/// A key for `role`, signed with `secret`, from `issued` until `ends` (seconds since
/// 1970), with the claims upstream's own keys have. `None` if the secret is empty.
pub fn signed(secret: &Secret, role: &str, issued: i64, ends: i64) -> Option<Secret> {
    if secret.is_empty() {
        return None;
    }
    let claims = serde_json::json!({ "role": role, "iss": "supabase", "iat": issued, "exp": ends });
    let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let body = format!("{}.{}", encoded(r#"{"alg":"HS256","typ":"JWT"}"#), encoded(&claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    mac.update(body.as_bytes());
    Some(Secret::new(format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_passes_the_check_of_its_own_secret_and_role_alone() {
        let (secret, other) = (Secret::new("a".repeat(40)), Secret::new("b".repeat(40)));
        let token = signed(&secret, "anon", 1_700_000_000, 1_900_000_000).unwrap();
        let with = |secret: &Secret| {
            let secret = secret.expose().to_owned();
            move |env: &str| (env == "JWT_SECRET").then(|| secret.clone())
        };
        assert_eq!(check("ANON_KEY", token.expose(), "anon", &with(&secret)), Ok(()));
        let wrong = check("ANON_KEY", token.expose(), "anon", &with(&other)).unwrap_err();
        assert!(wrong.is("env-jwt-signature"));
        let wrong = check("SERVICE_ROLE_KEY", token.expose(), "service_role", &with(&secret)).unwrap_err();
        assert!(wrong.is("env-jwt-role"));
        assert_eq!(expires(token.expose()), Some(1_900_000_000));
        assert_eq!(signed(&Secret::new(""), "anon", 0, 1), None);
    }
}
