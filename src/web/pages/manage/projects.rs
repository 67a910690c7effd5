//! `/projects`: all projects, and a new one.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{field, told};
use crate::{
    db::ResourceFilter,
    domain::{names::is_label, problem::Problem},
    msg, problem,
    web::{
        Site,
        caller::Caller,
        error::Refusal,
        page,
        shell::Here,
        view::projects::{ProjectLine, ProjectsPage},
    },
};

/// The page.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Refusal> {
    page(&site, &request, &caller, "", None).await
}

async fn page(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    typed: &str,
    problem: Option<Problem>,
) -> Result<HttpResponse, Refusal> {
    let desk = page::desk(site, request, caller, Here::Projects).await?;
    let t = desk.page.t;
    let desk = desk.below_overview(t.s("ui-nav-projects"));
    let mut rows = Vec::new();
    for project in site.world.db.projects().await? {
        let filter =
            ResourceFilter { project: Some(project.id.clone()), limit: Some(0), ..ResourceFilter::default() };
        rows.push(ProjectLine {
            resources: site.world.db.resources(filter).await?.total,
            members: site.world.db.members(&project.id).await?.len() as u64,
            id: project.id.to_string(),
            name: project.name,
        });
    }
    let name = field(t, typed, problem.as_ref(), &["project-"]);
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    desk.answer(status, |page| ProjectsPage { page, rows, name }.render())
}

/// A name.
#[derive(Deserialize)]
pub(in crate::web::pages) struct Named {
    name: String,
}

/// Makes a project; whoever makes it owns it.
pub(in crate::web::pages) async fn add(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    named: web::Form<Named>,
) -> Result<HttpResponse, Refusal> {
    let made = match is_label(&named.name) {
        true => site.world.db.add_project(&named.name, Some(&caller.user.id), &caller.actor().0).await,
        false => Err(problem!("project-name", name = &named.name)),
    };
    match made {
        Ok(project) => {
            Ok(told(&site, &request, &format!("/projects/{}", project.id), Ok(msg!("flash-project-made"))))
        }
        Err(problem) if problem.code.starts_with("project-") => {
            page(&site, &request, &caller, &named.name, Some(problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}
