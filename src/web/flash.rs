//! What is told on the page after a redirect: in a cookie, read once.

use actix_web::{HttpRequest, HttpResponse, cookie::Cookie, http::header::LOCATION};
use serde::{Deserialize, Serialize};

use super::{Site, cookies};
use crate::domain::msg::Msg;

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tone {
    Ok,
    Bad,
}

/// One thing to tell. The texts are the catalogues'; a cookie somebody made up can
/// say nothing they do not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Flash {
    pub(crate) tone: Tone,
    pub(crate) msg: Msg,
}

/// More than this a browser may drop; a flash never needs it.
const MOST: usize = 2000;

/// Goes on to a page of ours (`303`), and tells this there.
pub(super) fn go(site: &Site, to: &str, flash: Option<Flash>) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((LOCATION, format!("{}{to}", site.base)));
    if let Some(cookie) = flash.and_then(|flash| cookie(site, &flash)) {
        answer.cookie(cookie);
    }
    answer.finish()
}

/// The same for what was done.
pub(super) fn done(site: &Site, to: &str, msg: Msg) -> HttpResponse {
    go(site, to, Some(Flash { tone: Tone::Ok, msg }))
}

fn cookie(site: &Site, flash: &Flash) -> Option<Cookie<'static>> {
    let text = hex::encode(serde_json::to_vec(flash).ok()?);
    (text.len() <= MOST).then(|| cookies::plain(site, cookies::FLASH, text))
}

/// What is to be told on this page; the caller takes the cookie away.
pub(super) fn waiting(request: &HttpRequest) -> Option<Flash> {
    let text = cookies::value(request, cookies::FLASH).filter(|text| text.len() <= MOST)?;
    let flash: Flash = serde_json::from_slice(&hex::decode(text).ok()?).ok()?;
    flash.msg.id.starts_with("flash-").then_some(flash)
}
