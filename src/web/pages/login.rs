//! Signing in by name and password.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde::Deserialize;

use super::{enter, link};
use crate::{
    problem,
    secret::Secret,
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        flash, page, proxy,
        view::{Input, gate::Login},
    },
};

/// Where it leads.
#[derive(Deserialize)]
pub(super) struct Wish {
    next: Option<String>,
    /// Of a sign-in link.
    token: Option<String>,
}

/// The form.
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    wish: web::Query<Wish>,
    caller: Option<Caller>,
) -> Result<HttpResponse, Refusal> {
    let wish = wish.into_inner();
    if let Some(token) = wish.token {
        return link::page(&site, &request, token);
    }
    if caller.is_some() {
        return Ok(flash::go(&site, "/dashboard", None));
    }
    form(&site, &request, StatusCode::OK, String::new(), wish.next, None)
}

fn form(
    site: &Site,
    request: &HttpRequest,
    status: StatusCode,
    name: String,
    next: Option<String>,
    error: Option<Refusal>,
) -> Result<HttpResponse, Refusal> {
    let next = next.filter(|next| proxy::own_path(next).is_some());
    let host = proxy::host(site, request);
    page::gate(site, request, status, "ui-sign-in", |page| {
        let problem = error.map(|refusal| page.t.told(&refusal.problem));
        Login { page, host, name: Input::of(name), password: Input::default(), next, problem }
    })
}

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// Checks it. A name nobody has takes as long as a wrong password, and is told the
/// same way.
pub(super) async fn submit(
    site: web::Data<Site>,
    request: HttpRequest,
    typed: web::Form<Typed>,
) -> Result<HttpResponse, Refusal> {
    let Typed { name, password, next } = typed.into_inner();
    let from = proxy::client(&site, &request);
    if let Err(seconds) = site.limiter.begin(from, &name, site.now()) {
        let refusal = Refusal::too_many(seconds);
        return form(&site, &request, refusal.status, name, Some(next), Some(refusal));
    }
    let known = site.world.db.credentials(&name).await?;
    let (user, hash) = known.map_or((None, None), |(user, hash)| (Some(user), hash));
    let fits = enter::fits(&site, Secret::new(password), hash).await?;
    match user.filter(|_| fits) {
        Some(user) => {
            site.limiter.succeeded(from, &name);
            let to = proxy::own_path(&next).unwrap_or("/dashboard");
            Ok(enter::open(&site, &user.id, to).await?)
        }
        None => {
            tracing::warn!(%from, lang = %caller::lang(&site, &request), "sign-in refused");
            let wrong = Refusal::from(problem!("sign-in-wrong"));
            form(&site, &request, StatusCode::UNPROCESSABLE_ENTITY, name, Some(next), Some(wrong))
        }
    }
}
