//! Who asks: a person with a session (a browser) or a bearer token (a program).

use std::{fmt, str::FromStr};

use actix_web::{
    HttpMessage, HttpRequest,
    http::header::{ACCEPT_LANGUAGE, AUTHORIZATION},
};

use super::{
    Site, cookies,
    error::{Refusal, is_api},
};
use crate::{db::UserRow, domain::problem::Problem, i18n::Lang, operation::Actor, problem, secret::token};

/// How a caller proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proof {
    /// By the cookie of a session; its digest.
    Session(String),
    /// By a bearer token.
    Token,
}

/// A person who may be here, and how they came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Caller {
    pub(crate) user: UserRow,
    pub(crate) proof: Proof,
}

impl Caller {
    /// As operations and the audit log name them.
    pub(crate) fn actor(&self) -> Actor {
        Actor(format!("user:{}", self.user.id))
    }
}

/// Looks who asks. `None`: nobody known. Problem: `token-unknown` for a bearer
/// token that is none (any more): a program must hear that, not a sign-in page.
///
/// A token opens the API alone. The pages have more: who has a token only must not make
/// a password or another token of it, which would outlive its end. And a proxy before
/// the pages may have a header of its own there.
pub(super) async fn identify(site: &Site, request: &HttpRequest) -> Result<Option<Caller>, Problem> {
    if let Some(bearer) = bearer(request).filter(|_| is_api(request)) {
        let Some(text) = bearer else { return Err(problem!("token-unknown")) };
        let found = site.world.db.token_user(&token::digest(text)).await?;
        let (_, user) = found.ok_or_else(|| problem!("token-unknown"))?;
        return Ok(Some(Caller { user, proof: Proof::Token }));
    }
    let Some(session) = cookies::session(request) else { return Ok(None) };
    let hash = token::digest(&session);
    let found = site.world.db.session(&hash).await?;
    Ok(found.map(|row| Caller { user: row.user, proof: Proof::Session(hash) }))
}

/// The bearer token; `Some(None)` if the header holds something else.
fn bearer(request: &HttpRequest) -> Option<Option<&str>> {
    let header = request.headers().get(AUTHORIZATION)?;
    let text = header.to_str().ok().and_then(|text| text.split_once(' '));
    let token =
        text.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    Some(token.filter(|token| !token.is_empty()))
}

/// The language to answer in: the person's own, else the browser's wish, else the
/// settings'.
pub(super) fn lang(site: &Site, request: &HttpRequest) -> Lang {
    let own = request.extensions().get::<Caller>().and_then(|caller| caller.user.locale);
    let chosen = || cookies::value(request, cookies::LANG).and_then(|tag| tag.parse().ok());
    let wished = || {
        let header = request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok()?;
        Lang::from_accept_language(header)
    };
    own.or_else(chosen).or_else(wished).unwrap_or(site.lang)
}

/// An id in a path. What is no id is as unknown as an id nobody has.
pub(super) fn id_in<T: FromStr>(request: &HttpRequest, name: &str) -> Result<T, Refusal>
where
    T::Err: fmt::Display,
{
    let text = request.match_info().get(name).unwrap_or_default();
    text.parse().map_err(|_| Refusal::nothing_here())
}
