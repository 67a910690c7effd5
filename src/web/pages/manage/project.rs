//! `/projects/{project}`: its name, its members and what each may, its resources.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{field, role_word, told};
use crate::{
    db::{ProjectRow, ResourceFilter},
    domain::{id::UserId, names::is_label, problem::Problem, role::Role},
    msg, problem,
    web::{
        Site,
        caller::{Caller, id_in},
        error::Refusal,
        guard::Here,
        page, shell,
        view::{
            Choice, Ref, choices,
            projects::{Member, ProjectPage},
        },
    },
};

/// Resources shown; the overview has all.
const RESOURCES: i64 = 200;

/// For its members, and administrators.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    page(&site, &request, &caller, &here, None, None).await
}

async fn page(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    here: &Here,
    typed: Option<&str>,
    problem: Option<Problem>,
) -> Result<HttpResponse, Refusal> {
    let project = here.project()?;
    let manages = caller.user.is_admin || here.may(Role::Owner);
    let desk = page::desk(site, request, caller, shell::Here::Projects).await?;
    let t = desk.page.t;
    let above = if caller.user.is_admin { "/projects" } else { "/dashboard" };
    let desk = desk.titled(project.name.clone(), &[(above, t.s("ui-nav-projects"))]);
    let members = site.world.db.members(&project.id).await?;
    let others = if manages { others(site, project).await? } else { Vec::new() };
    let resources = if here.role.is_some() { resources(site, project).await? } else { Vec::new() };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let member = |(user, role): (crate::db::UserRow, Role)| Member {
        user: Ref::new(user.id.as_str(), user.name.as_str()),
        roles: choices::roles(t, role.as_str()),
        disabled: user.disabled_at.is_some(),
    };
    let members = members.into_iter().map(member).collect();
    let name = field(t, typed.unwrap_or(&project.name), problem.as_ref(), &["project-"]);
    desk.answer(status, |page| {
        ProjectPage {
            project: Ref::new(project.id.as_str(), project.name.as_str()),
            name,
            members,
            others,
            roles: choices::roles(t, Role::Viewer.as_str()),
            resources,
            problem: None,
            may_manage: manages,
            page,
        }
        .render()
    })
}

/// Who is no member yet.
async fn others(site: &Site, project: &ProjectRow) -> Result<Vec<Choice>, Refusal> {
    let members = site.world.db.members(&project.id).await?;
    let users = site.world.db.users().await?;
    let is_new = |user: &&crate::db::UserRow| {
        user.disabled_at.is_none() && !members.iter().any(|(member, _)| member.id == user.id)
    };
    Ok(users
        .iter()
        .filter(is_new)
        .map(|user| Choice::new(user.id.as_str(), user.name.as_str(), false))
        .collect())
}

async fn resources(site: &Site, project: &ProjectRow) -> Result<Vec<Ref>, Refusal> {
    let filter = ResourceFilter {
        project: Some(project.id.clone()),
        limit: Some(RESOURCES),
        ..ResourceFilter::default()
    };
    let rows = site.world.db.resources(filter).await?.rows;
    Ok(rows.iter().map(|row| Ref::new(row.id.as_str(), row.name.as_str())).collect())
}

/// A new name.
#[derive(Deserialize)]
pub(in crate::web::pages) struct Named {
    name: String,
}

/// Renames it.
pub(in crate::web::pages) async fn rename(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    named: web::Form<Named>,
) -> Result<HttpResponse, Refusal> {
    let id = &here.project()?.id;
    let renamed = match is_label(&named.name) {
        true => site.world.db.rename_project(id, &named.name, &caller.actor().0).await.map(drop),
        false => Err(problem!("project-name", name = &named.name)),
    };
    match renamed {
        Ok(()) => Ok(told(&site, &request, &format!("/projects/{id}"), Ok(msg!("flash-project-renamed")))),
        Err(problem) if problem.code.starts_with("project-") => {
            page(&site, &request, &caller, &here, Some(&named.name), Some(problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Who, and as what.
#[derive(Deserialize)]
pub(in crate::web::pages) struct Given {
    user: UserId,
    role: Role,
}

/// Makes somebody a member, or changes their role.
pub(in crate::web::pages) async fn set_member(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    given: web::Form<Given>,
) -> Result<HttpResponse, Refusal> {
    let id = &here.project()?.id;
    let set = site.world.db.set_member(id, &given.user, given.role, &caller.actor().0).await;
    Ok(told(&site, &request, &format!("/projects/{id}"), set.map(|_| msg!("flash-member-set"))))
}

/// Puts a member out.
pub(in crate::web::pages) async fn remove_member(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let id = &here.project()?.id;
    let user: UserId = id_in(&request, "user")?;
    let removed = site.world.db.remove_member(id, &user, &caller.actor().0).await;
    Ok(told(&site, &request, &format!("/projects/{id}"), removed.map(|_| msg!("flash-member-removed"))))
}

/// The memberships of a person, with their roles in words.
pub(in crate::web::pages) async fn memberships(
    site: &Site,
    t: crate::web::text::T,
    user: &UserId,
) -> Result<Vec<(Ref, String)>, Problem> {
    let all = site.world.db.memberships_of(user).await?;
    let line = |(project, role): (ProjectRow, Role)| {
        (Ref::new(project.id.as_str(), project.name.as_str()), t.s(role_word(role)))
    };
    Ok(all.into_iter().map(line).collect())
}
