//! Instances of the lab, broken and mended again.

mod database;
mod files;
mod healthy;
mod stack;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};

use crate::secret::Secret;

/// An API key as `.env` holds it.
pub(super) fn token(role: &str, expires: i64, secret: &str) -> Secret {
    let piece = |json: String| URL_SAFE_NO_PAD.encode(json);
    let head = piece(r#"{"alg":"HS256","typ":"JWT"}"#.to_owned());
    let claims = piece(format!(r#"{{"role":"{role}","iss":"supabase","iat":1,"exp":{expires}}}"#));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{head}.{claims}").as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    Secret::new(format!("{head}.{claims}.{signature}"))
}
