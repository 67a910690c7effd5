//! `/account`: a person's own password, language, sessions and API tokens.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use chrono::Duration;
use serde::Deserialize;

use super::{enter, manage::project::memberships};
use crate::{
    domain::{names::is_label, problem::Problem},
    msg, problem,
    secret::{Secret, token},
    web::{
        Site,
        caller::{Caller, Proof, id_in},
        error::Refusal,
        flash, page, proxy,
        shell::Here,
        text::T,
        view::{
            Input,
            account::{AccountPage, TokenLine},
            choices,
        },
    },
};

/// How long a token may work, in days; 0: until it is revoked.
const LIFETIMES: [u32; 4] = [30, 90, 365, 0];

/// What the page shows besides what there is.
#[derive(Default)]
struct Shown {
    current: Input,
    password: Input,
    again: Input,
    token: Input,
    made: Option<String>,
    wrong: bool,
}

/// The page.
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Refusal> {
    page(&site, &request, &caller, |_| Shown::default()).await
}

async fn page(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    shown: impl FnOnce(T) -> Shown,
) -> Result<HttpResponse, Refusal> {
    let desk = page::desk(site, request, caller, Here::Elsewhere).await?;
    let t = desk.page.t;
    let desk = desk.below_overview(t.s("ui-account"));
    let memberships = memberships(site, t, &caller.user.id).await?;
    let tokens = site.world.db.tokens_of(&caller.user.id).await?;
    let line = |row: &crate::db::TokenRow| TokenLine {
        id: row.id.to_string(),
        name: row.name.clone(),
        created_at: row.created_at,
        used_at: row.used_at,
        expires_at: row.expires_at,
    };
    let tokens = tokens.iter().map(line).collect();
    let Shown { current, password, again, token, made, wrong } = shown(t);
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    desk.answer(status, |page| {
        AccountPage {
            page,
            memberships,
            languages: choices::languages(t, caller.user.locale),
            current,
            password,
            again,
            token,
            lifetimes: choices::lifetimes(t, 90),
            tokens,
            made,
            problem: None,
        }
        .render()
    })
}

/// The old password, and a new one twice.
#[derive(Deserialize)]
pub(super) struct Passwords {
    current: String,
    password: String,
    again: String,
}

/// Changes the password; all other sessions end.
pub(super) async fn password(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    typed: web::Form<Passwords>,
) -> Result<HttpResponse, Refusal> {
    // Who found a session open does not guess the password behind it.
    let (from, name) = (proxy::client(&site, &request), &caller.user.name);
    site.limiter.begin(from, name, site.now()).map_err(Refusal::too_many)?;
    let changed = changed(&site, &caller, &typed).await;
    if changed.as_ref().err().is_none_or(|problem| problem.code != "password-wrong") {
        site.limiter.succeeded(from, name);
    }
    match changed {
        Ok(()) => Ok(flash::done(&site, "/account", msg!("flash-password-changed"))),
        Err(problem) if problem.code.starts_with("password-") => {
            page(&site, &request, &caller, |t| {
                let wrong = Input::default().wrong(t.told(&problem).what);
                let mut shown = Shown { wrong: true, ..Shown::default() };
                match problem.code.as_str() {
                    "password-wrong" => shown.current = wrong,
                    "password-differs" => shown.again = wrong,
                    _ => shown.password = wrong,
                }
                shown
            })
            .await
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn changed(site: &Site, caller: &Caller, typed: &Passwords) -> Result<(), Problem> {
    let hash = site.world.db.password_hash(&caller.user.id).await?;
    // Who came by a link and never had a password sets the first one.
    let known = hash.is_some();
    if known && !enter::fits(site, Secret::new(typed.current.clone()), hash).await? {
        return Err(problem!("password-wrong"));
    }
    if typed.password != typed.again {
        return Err(problem!("password-differs"));
    }
    let new = enter::hash(site, Secret::new(typed.password.clone()), caller.user.name.clone()).await?;
    site.world.db.set_password(&caller.user.id, new, own_session(caller), &caller.actor().0).await
}

fn own_session(caller: &Caller) -> Option<&str> {
    match &caller.proof {
        Proof::Session(hash) => Some(hash),
        Proof::Token => None,
    }
}

/// Ends all other sessions.
pub(super) async fn end_sessions(site: web::Data<Site>, caller: Caller) -> Result<HttpResponse, Refusal> {
    site.world.db.close_sessions(&caller.user.id, own_session(&caller), &caller.actor().0).await?;
    Ok(flash::done(&site, "/account", msg!("flash-sessions-ended")))
}

/// What a token is for, and how long it works.
#[derive(Deserialize)]
pub(super) struct NewToken {
    token: String,
    days: u32,
}

/// Makes a token and shows it once.
pub(super) async fn add_token(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    new: web::Form<NewToken>,
) -> Result<HttpResponse, Refusal> {
    let name = new.token.trim();
    if !is_label(name) {
        let problem = problem!("token-name", name = name);
        return page(&site, &request, &caller, |t| Shown {
            token: Input::of(name).wrong(t.told(&problem).what),
            wrong: true,
            ..Shown::default()
        })
        .await;
    }
    let days = LIFETIMES.into_iter().find(|days| *days == new.days).unwrap_or(30);
    let until = (days > 0).then(|| site.now() + Duration::days(i64::from(days)));
    let (text, hash) = token::new_api(&*site.random)?;
    site.world.db.add_token(&caller.user.id, name, &hash, until, &caller.actor().0).await?;
    let made = Some(text.expose().to_owned());
    page(&site, &request, &caller, |_| Shown { made, ..Shown::default() }).await
}

/// Ends a token.
pub(super) async fn revoke_token(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Refusal> {
    let id = id_in(&request, "token")?;
    site.world.db.revoke_token(&id, &caller.user.id, &caller.actor().0).await?;
    Ok(flash::done(&site, "/account", msg!("flash-token-revoked")))
}
