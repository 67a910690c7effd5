//! First start: the one-time link makes the first administrator and project.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde::Deserialize;

use super::enter::{self, SESSION};
use crate::{
    db::NewUser,
    domain::{names::is_label, problem::Problem},
    problem,
    secret::{Secret, token},
    web::{
        Site, caller,
        error::Refusal,
        page,
        view::{
            Input,
            gate::{LinkGone, Setup},
        },
    },
};

/// The form, if the link holds.
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    link: web::Query<Link>,
) -> Result<HttpResponse, Refusal> {
    if !site.world.db.set_up_link_valid(&token::digest(&link.token)).await? {
        return gone(&site, &request);
    }
    let typed = Typed { token: link.into_inner().token, project: "default".to_owned(), ..Typed::default() };
    form(&site, &request, StatusCode::OK, typed, &[])
}

/// The link's own part.
#[derive(Deserialize)]
pub(super) struct Link {
    token: String,
}

/// What was typed.
#[derive(Default, Deserialize)]
pub(super) struct Typed {
    token: String,
    name: String,
    password: String,
    again: String,
    project: String,
}

fn form(
    site: &Site,
    request: &HttpRequest,
    status: StatusCode,
    typed: Typed,
    wrong: &[(&str, Problem)],
) -> Result<HttpResponse, Refusal> {
    let key_file = site.data.join("key").display().to_string();
    page::gate(site, request, status, "ui-set-up", |page| {
        let field = |name: &str, value: String| {
            let problem = wrong.iter().find(|(field, _)| *field == name).map(|(_, problem)| problem);
            let input = Input::of(value);
            match problem {
                Some(problem) => input.wrong(page.t.told(problem).what),
                None => input,
            }
        };
        Setup {
            token: typed.token,
            name: field("name", typed.name),
            password: field("password", String::new()),
            again: field("again", String::new()),
            project: field("project", typed.project),
            key_file,
            problem: None,
            page: page.clone(),
        }
    })
}

/// Makes person, project and session at once, or says all that is wrong.
pub(super) async fn submit(
    site: web::Data<Site>,
    request: HttpRequest,
    typed: web::Form<Typed>,
) -> Result<HttpResponse, Refusal> {
    let typed = typed.into_inner();
    // Before anything that costs: hashing is for who has the link.
    if !site.world.db.set_up_link_valid(&token::digest(&typed.token)).await? {
        return gone(&site, &request);
    }
    let mut wrong = Vec::new();
    if !is_label(&typed.name) {
        wrong.push(("name", problem!("user-name", name = &typed.name)));
    }
    if !is_label(&typed.project) {
        wrong.push(("project", problem!("project-name", name = &typed.project)));
    }
    if typed.password != typed.again {
        wrong.push(("again", problem!("password-differs")));
    }
    let hash = enter::hash(&site, Secret::new(typed.password.clone()), typed.name.clone()).await;
    let hash = match hash {
        Ok(hash) if wrong.is_empty() => hash,
        Ok(_) => return form(&site, &request, StatusCode::UNPROCESSABLE_ENTITY, typed, &wrong),
        Err(problem) if problem.code.starts_with("password-") => {
            wrong.push(("password", problem));
            return form(&site, &request, StatusCode::UNPROCESSABLE_ENTITY, typed, &wrong);
        }
        Err(problem) => return Err(problem.into()),
    };
    let (session, session_hash) = enter::new_session(&site)?;
    let person = NewUser {
        name: typed.name.clone(),
        email: None,
        is_admin: true,
        locale: Some(caller::lang(&site, &request)),
        password_hash: Some(hash),
    };
    let until = site.now() + SESSION;
    let made = site
        .world
        .db
        .set_up(&token::digest(&typed.token), person, &typed.project, &session_hash, until)
        .await;
    match made {
        Ok(_) => Ok(enter::with_session(&site, session, "/dashboard")),
        Err(problem) if problem.code == "set-up-link" => gone(&site, &request),
        Err(problem) => Err(problem.into()),
    }
}

fn gone(site: &Site, request: &HttpRequest) -> Result<HttpResponse, Refusal> {
    page::gate(site, request, StatusCode::NOT_FOUND, "ui-link-gone", |page| LinkGone { page })
}
