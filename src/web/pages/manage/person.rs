//! `/people/{user}`: what a person is here; a new password, no more sign-in, rights.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{
    super::enter,
    people::{line, passwords},
    project::memberships,
    told,
};
use crate::{
    db::UserRow,
    domain::{id::UserId, problem::Problem},
    msg, problem,
    secret::Secret,
    web::{
        Site,
        caller::{Caller, id_in},
        error::Refusal,
        page,
        shell::Here,
        view::people::PersonPage,
    },
};

/// The page.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Refusal> {
    let user = person(&site, &request).await?;
    page(&site, &request, &caller, user, None).await
}

async fn person(site: &Site, request: &HttpRequest) -> Result<UserRow, Refusal> {
    let id: UserId = id_in(request, "user")?;
    Ok(site.world.db.user(&id).await?)
}

async fn page(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    user: UserRow,
    problem: Option<Problem>,
) -> Result<HttpResponse, Refusal> {
    let desk = page::desk(site, request, caller, Here::People).await?;
    let t = desk.page.t;
    let desk = desk.titled(user.name.clone(), &[("/people", t.s("ui-nav-people"))]);
    let memberships = memberships(site, t, &user.id).await?;
    let (password, again) = passwords(t, problem.as_ref());
    let person = line(site, caller, user).await?;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    desk.answer(status, |page| {
        PersonPage { page, person, memberships, password, again, problem: None }.render()
    })
}

/// They can no longer sign in.
pub(in crate::web::pages) async fn disable(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Refusal> {
    let id = person(&site, &request).await?.id;
    let done = site.world.db.disable_user(&id, &caller.actor().0).await;
    Ok(told(&site, &request, &format!("/people/{id}"), done.map(|_| msg!("flash-person-disabled"))))
}

/// They can again.
pub(in crate::web::pages) async fn enable(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Refusal> {
    let id = person(&site, &request).await?.id;
    let done = site.world.db.enable_user(&id, &caller.actor().0).await;
    Ok(told(&site, &request, &format!("/people/{id}"), done.map(|_| msg!("flash-person-enabled"))))
}

/// Whether they manage the panel.
#[derive(Deserialize)]
pub(in crate::web::pages) struct Admin {
    admin: String,
}

/// Gives or takes it.
pub(in crate::web::pages) async fn admin(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    wanted: web::Form<Admin>,
) -> Result<HttpResponse, Refusal> {
    let id = person(&site, &request).await?.id;
    let done = site.world.db.set_admin(&id, wanted.admin == "1", &caller.actor().0).await;
    Ok(told(&site, &request, &format!("/people/{id}"), done.map(|_| msg!("flash-saved"))))
}

/// A new password, twice.
#[derive(Deserialize)]
pub(in crate::web::pages) struct Typed {
    password: String,
    again: String,
}

/// Sets it; all their sessions end.
pub(in crate::web::pages) async fn password(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    typed: web::Form<Typed>,
) -> Result<HttpResponse, Refusal> {
    let user = person(&site, &request).await?;
    let hash = match typed.password == typed.again {
        true => enter::hash(&site, Secret::new(typed.password.clone()), user.name.clone()).await,
        false => Err(problem!("password-differs")),
    };
    match hash {
        Ok(hash) => {
            site.world.db.set_password(&user.id, hash, None, &caller.actor().0).await?;
            Ok(told(&site, &request, &format!("/people/{}", user.id), Ok(msg!("flash-saved"))))
        }
        Err(problem) if problem.code.starts_with("password-") => {
            page(&site, &request, &caller, user, Some(problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}
