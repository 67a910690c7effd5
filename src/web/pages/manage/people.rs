//! `/people`: who may sign in, and a new person.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{super::enter, field, told};
use crate::{
    db::{NewUser, UserRow},
    domain::{names::is_label, problem::Problem},
    msg, problem,
    secret::Secret,
    web::{
        Site,
        caller::Caller,
        error::Refusal,
        page,
        shell::Here,
        view::{
            Input,
            people::{PeoplePage, PersonLine},
        },
    },
};

/// The page.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Refusal> {
    page(&site, &request, &caller, &Typed::default(), None).await
}

/// What was typed.
#[derive(Default, Deserialize)]
pub(in crate::web::pages) struct Typed {
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    admin: String,
}

async fn page(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    typed: &Typed,
    problem: Option<Problem>,
) -> Result<HttpResponse, Refusal> {
    let desk = page::desk(site, request, caller, Here::People).await?;
    let t = desk.page.t;
    let desk = desk.below_overview(t.s("ui-nav-people"));
    let mut rows = Vec::new();
    for user in site.world.db.users().await? {
        rows.push(line(site, caller, user).await?);
    }
    let wrong = problem.as_ref();
    let name = field(t, &typed.name, wrong, &["user-name"]);
    let email = field(t, &typed.email, wrong, &["user-email"]);
    let password = field(t, "", wrong, &["password-"]);
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let admin = typed.admin == "1";
    desk.answer(status, |page| PeoplePage { page, rows, name, email, password, admin }.render())
}

/// A person as lists show them.
pub(super) async fn line(site: &Site, caller: &Caller, user: UserRow) -> Result<PersonLine, Problem> {
    Ok(PersonLine {
        projects: site.world.db.memberships_of(&user.id).await?.len() as u64,
        is_me: user.id == caller.user.id,
        id: user.id.to_string(),
        name: user.name,
        email: user.email,
        is_admin: user.is_admin,
        disabled: user.disabled_at.is_some(),
        created_at: user.created_at,
    })
}

/// Adds a person.
pub(in crate::web::pages) async fn add(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    typed: web::Form<Typed>,
) -> Result<HttpResponse, Refusal> {
    match made(&site, &caller, &typed).await {
        Ok(user) => Ok(told(&site, &request, &format!("/people/{}", user.id), Ok(msg!("flash-person-made")))),
        Err(problem) if ["user-", "password-"].iter().any(|start| problem.code.starts_with(start)) => {
            page(&site, &request, &caller, &typed, Some(problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn made(site: &Site, caller: &Caller, typed: &Typed) -> Result<UserRow, Problem> {
    if !is_label(&typed.name) {
        return Err(problem!("user-name", name = &typed.name));
    }
    let hash = enter::hash(site, Secret::new(typed.password.clone()), typed.name.clone()).await?;
    let new = NewUser {
        name: typed.name.clone(),
        email: Some(typed.email.trim().to_owned()).filter(|email| !email.is_empty()),
        is_admin: typed.admin == "1",
        locale: None,
        password_hash: Some(hash),
    };
    site.world.db.add_user(new, &caller.actor().0).await
}

/// Fields of a new password, with what is wrong with them.
pub(super) fn passwords(t: crate::web::text::T, problem: Option<&Problem>) -> (Input, Input) {
    let again = field(t, "", problem, &["password-differs"]);
    let first = if again.error.is_some() { Input::default() } else { field(t, "", problem, &["password-"]) };
    (first, again)
}
