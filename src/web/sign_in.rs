//! The sign-in link: one use opens one session. Only digests of link and session
//! are stored, so a copy of the database signs nobody in.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time},
    get,
    http::header::LOCATION,
    web,
};
use askama::Template;
use chrono::Duration;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Site;
use crate::{domain::problem::Problem, i18n::Catalogue, operation::World, secret::Random};

const COOKIE: &str = "zelo_session";
/// How long a link may wait to be used.
const LINK: Duration = Duration::hours(1);
/// How long a session lasts.
const SESSION: Duration = Duration::hours(12);

/// A new one-time sign-in link below `base` (`http://127.0.0.1:8600`).
pub async fn new_link(world: &World, random: &dyn Random, base: &str) -> Result<String, Problem> {
    let token = token(random)?;
    world.db.create_sign_in_link(&digest(&token), world.clock.now() + LINK).await?;
    Ok(format!("{}/sign-in?token={token}", base.trim_end_matches('/')))
}

fn token(random: &dyn Random) -> Result<String, Problem> {
    let mut bytes = [0; 32];
    random.fill(&mut bytes).map_err(|e| crate::problem!("no-random").detail(e))?;
    Ok(hex::encode(bytes))
}

fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

#[derive(Deserialize)]
struct Link {
    token: String,
}

#[derive(Template)]
#[template(path = "gate.html")]
struct Gate {
    lang: &'static str,
    title: String,
    text: String,
}

#[get("/sign-in")]
pub(super) async fn sign_in(site: web::Data<Site>, link: web::Query<Link>) -> HttpResponse {
    match open_session(&site.world, &link.token).await {
        Ok(Some(session)) => {
            let cookie = Cookie::build(COOKIE, session)
                .path("/")
                .http_only(true)
                .secure(site.https)
                .same_site(SameSite::Strict)
                .max_age(time::Duration::seconds(SESSION.num_seconds()))
                .finish();
            HttpResponse::SeeOther().insert_header((LOCATION, "/")).cookie(cookie).finish()
        }
        Ok(None) => refused(&site),
        Err(problem) => {
            tracing::error!(%problem, "sign-in failed");
            refused(&site)
        }
    }
}

/// Uses a link up; `None` if it is unknown, used or too old.
async fn open_session(world: &World, link: &str) -> Result<Option<String>, Problem> {
    let session = token(&crate::secret::SystemRandom)?;
    let until = world.clock.now() + SESSION;
    let opened = world.db.use_sign_in_link(&digest(link), &digest(&session), until).await?;
    Ok(opened.map(|_| session))
}

/// Whether the request carries a session that still holds.
pub(super) async fn signed_in(site: &Site, request: &HttpRequest) -> bool {
    let Some(cookie) = request.cookie(COOKIE) else { return false };
    matches!(site.world.db.session(&digest(cookie.value())).await, Ok(Some(_)))
}

/// The page for whoever has no session: nothing else is told.
pub(super) fn refused(site: &Site) -> HttpResponse {
    let words = Catalogue::of(site.lang);
    let gate = Gate {
        lang: site.lang.tag(),
        title: words.label("page-gate-title"),
        text: words.label("page-gate-text"),
    };
    match gate.render() {
        Ok(page) => HttpResponse::Forbidden().content_type("text/html; charset=utf-8").body(page),
        Err(_) => HttpResponse::Forbidden().finish(),
    }
}
