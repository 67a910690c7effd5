//! The token in every form, by which a page of somebody else cannot send one.
//!
//! It is made from the session's own token (before there is a session: from a
//! cookie for guests), so nothing is stored, and it differs on every page, so that
//! compression tells nothing of it: `<nonce>.<sha256(label, nonce, session)>`.

use actix_web::{
    HttpRequest,
    http::header::{HOST, ORIGIN},
};
use sha2::{Digest, Sha256};

use super::cookies;
use crate::{domain::problem::Problem, problem, secret::Random};

/// The form field, and the header of programs in pages.
pub(super) const FIELD: &str = "csrf";
pub(super) const HEADER: &str = "x-csrf-token";

/// A new token bound to `secret`. Problem: `no-random`.
pub(super) fn token(random: &dyn Random, secret: &str) -> Result<String, Problem> {
    let mut nonce = [0; 16];
    random.fill(&mut nonce).map_err(|e| problem!("no-random").detail(e))?;
    let nonce = hex::encode(nonce);
    Ok(format!("{nonce}.{}", digest(&nonce, secret)))
}

fn digest(nonce: &str, secret: &str) -> String {
    let mut hash = Sha256::new();
    for piece in ["zelo form", nonce, secret] {
        hash.update(piece.len().to_le_bytes());
        hash.update(piece.as_bytes());
    }
    hex::encode(hash.finalize())
}

/// Whether a token was made for this secret.
pub(super) fn fits(token: &str, secret: &str) -> bool {
    let Some((nonce, mark)) = token.split_once('.') else { return false };
    let wanted = digest(nonce, secret);
    // Every byte is looked at, whatever the first ones are.
    let differ = wanted.bytes().zip(mark.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    wanted.len() == mark.len() && differ == 0
}

/// What the tokens of this browser are bound to.
pub(super) fn secret(request: &HttpRequest) -> Option<String> {
    cookies::session(request).or_else(|| cookies::value(request, cookies::GUEST))
}

/// Whether the request comes from one of our own pages, as far as the browser
/// tells: without the header, or with another's, only the token decides.
pub(super) fn same_origin(request: &HttpRequest, public: Option<&str>) -> bool {
    let Some(origin) = request.headers().get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own = origin.split_once("://").is_some_and(|(_, at)| at.eq_ignore_ascii_case(host));
    own || public.is_some_and(|public| public.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::secret::SystemRandom;

    #[test]
    fn a_token_fits_its_secret_alone_and_differs_each_time() {
        let [one, two] = [(); 2].map(|()| token(&SystemRandom, "a").unwrap());
        assert_ne!(one, two);
        assert!(fits(&one, "a") && fits(&two, "a"));
        for (token, secret) in [(one.as_str(), "b"), ("", "a"), (".", "a"), ("x.y", "a"), (&one[1..], "a")] {
            assert!(!fits(token, secret), "{token}");
        }
        let cut = &one[..one.len() - 1];
        assert!(!fits(cut, "a") && !fits(&format!("{one}0"), "a"));
    }

    #[test]
    fn another_site_is_known_by_its_origin() {
        let from = |origin: &str| {
            let request =
                TestRequest::default().insert_header((HOST, "zelo.example")).insert_header((ORIGIN, origin));
            same_origin(&request.to_http_request(), Some("https://panel.example"))
        };
        assert!(from("https://zelo.example") && from("https://panel.example"));
        for other in ["https://evil.example", "null", "https://zelo.example.evil.example", "zelo.example"] {
            assert!(!from(other), "{other}");
        }
        assert!(same_origin(&TestRequest::default().to_http_request(), None));
    }
}
