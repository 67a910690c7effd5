//! What signing in, setting up and a sign-in link share: passwords are checked and
//! hashed aside, a session is opened and its cookie set.

use actix_web::{HttpResponse, cookie::time, http::header::LOCATION};
use chrono::Duration;

use crate::{
    domain::{id::UserId, problem::Problem},
    problem,
    secret::{Secret, password, token},
    web::{Site, cookies},
};

/// How long a session lasts.
pub(super) const SESSION: Duration = Duration::hours(12);

/// A new session's token: what the browser keeps, and what the database does.
pub(super) fn new_session(site: &Site) -> Result<(String, String), Problem> {
    let (secret, hash) = token::new(&*site.random)?;
    Ok((secret.expose().to_owned(), hash))
}

/// Hashes a password, when it is its turn. Problems: `password-weak`, `no-random`.
pub(super) async fn hash(site: &Site, password: Secret, name: String) -> Result<String, Problem> {
    let random = site.random.clone();
    aside(site, move || {
        password::check(&password, &name)?;
        password::hash(&password, &*random)
    })
    .await?
}

/// Whether the password is the one of this hash; without a hash it takes as long.
pub(super) async fn fits(site: &Site, password: Secret, hash: Option<String>) -> Result<bool, Problem> {
    aside(site, move || match &hash {
        Some(hash) => password::verify(&password, hash),
        None => {
            password::verify(&password, password::decoy());
            false
        }
    })
    .await
}

async fn aside<T: Send + 'static>(
    site: &Site,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let stopped = |e: &dyn std::fmt::Display| problem!("internal-web").detail(e);
    let _turn = site.hashing.acquire().await.map_err(|e| stopped(&e))?;
    site.runtime.spawn_blocking(work).await.map_err(|e| stopped(&e))
}

/// Opens a session and goes on.
pub(super) async fn open(site: &Site, user: &UserId, to: &str) -> Result<HttpResponse, Problem> {
    let (token, hash) = new_session(site)?;
    site.world.db.open_session(user, &hash, site.now() + SESSION).await?;
    Ok(with_session(site, token, to))
}

/// Goes on with a session that was opened; what a guest had is gone.
pub(super) fn with_session(site: &Site, token: String, to: &str) -> HttpResponse {
    let age = time::Duration::seconds(SESSION.num_seconds());
    HttpResponse::SeeOther()
        .insert_header((LOCATION, format!("{}{to}", site.base)))
        .cookie(cookies::opened(site, token, age))
        .cookie(cookies::gone(site, cookies::GUEST))
        .finish()
}
