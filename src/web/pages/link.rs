//! A sign-in link: a page with one button, so that no program that looks at links
//! before people do uses it up.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde::Deserialize;

use super::enter::{self, SESSION};
use crate::{
    secret::token,
    web::{
        Site,
        error::Refusal,
        page,
        view::gate::{LinkGone, SignInLink},
    },
};

/// The page with the button; it says nothing about the link.
pub(super) fn page(site: &Site, request: &HttpRequest, token: String) -> Result<HttpResponse, Refusal> {
    page::gate(site, request, StatusCode::OK, "ui-sign-in", |page| SignInLink { page, token })
}

/// What the button sends.
#[derive(Deserialize)]
pub(super) struct Link {
    token: String,
}

/// Uses it up.
pub(super) async fn submit(
    site: web::Data<Site>,
    request: HttpRequest,
    link: web::Form<Link>,
) -> Result<HttpResponse, Refusal> {
    let (session, hash) = enter::new_session(&site)?;
    let until = site.now() + SESSION;
    match site.world.db.use_sign_in_link(&token::digest(&link.token), &hash, until).await? {
        Some(_) => Ok(enter::with_session(&site, session, "/dashboard")),
        None => page::gate(&site, &request, StatusCode::NOT_FOUND, "ui-link-gone", |page| LinkGone { page }),
    }
}
