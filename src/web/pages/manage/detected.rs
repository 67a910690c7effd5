//! `/detected`: what runs in containers and belongs to no project yet; assigning it.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{
        id::{ProjectId, ResourceId},
        problem::Problem,
        role::Role,
    },
    msg,
    operation::{self, Addition, ImportOutcome, Imported, Look, Seen},
    problem,
    web::{
        Site,
        caller::Caller,
        error::Refusal,
        flash, page,
        page::Desk,
        shell::Here,
        text::T,
        view::{
            Choice, Input,
            detected::{DetectedLine, DetectedPage, ImportedLine},
        },
    },
};

/// The page, looked at anew.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Refusal> {
    page(&site, &request, &caller, Tried::default()).await
}

/// What was tried, and what became of it.
#[derive(Default)]
struct Tried<'a> {
    /// Something that was not assigned, and why.
    wrong: Option<(&'a Given, Problem)>,
    /// A list that was not taken over, and why.
    list: Option<(&'a List, Problem)>,
    /// A folder that was not added, and why.
    folder: Option<(&'a Folder, Problem)>,
    /// What became of the entries of one that was.
    imported: Vec<Imported>,
}

async fn page(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    tried: Tried<'_>,
) -> Result<HttpResponse, Refusal> {
    let look = operation::look(&site.world).await?;
    let desk = page::desk(site, request, caller, Here::Detected).await?;
    let t = desk.page.t;
    let desk = desk.below_overview(t.s("ui-nav-detected"));
    let projects = site.world.db.projects().await?;
    let projects: Vec<Choice> =
        projects.iter().map(|p| Choice::new(p.id.as_str(), p.name.as_str(), false)).collect();
    let rows = rows(&desk, &look, tried.wrong.as_ref());
    let problem = look.away.values().next().map(|problem| t.told(problem));
    let looked_at = look.at.unwrap_or(desk.page.now);
    let refused = tried.wrong.is_some() || tried.list.is_some() || tried.folder.is_some();
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let list = match &tried.list {
        Some((list, problem)) => Input::of(list.path.as_str()).wrong(t.told(problem).what),
        None => Input::default(),
    };
    let folder = match &tried.folder {
        Some((given, problem)) => Input::of(given.folder.as_str()).wrong(wrong(t, problem)),
        None => Input::default(),
    };
    let imported = tried.imported.iter().map(|one| imported(t, one)).collect();
    desk.answer(status, |page| {
        DetectedPage { page, rows, projects, looked_at, problem, list, imported, folder }.render()
    })
}

/// What happened, and what to do: a field has no room for more.
fn wrong(t: T, problem: &Problem) -> String {
    let told = t.told(problem);
    format!("{} {}", told.what, told.next.unwrap_or_default())
}

fn imported(t: T, one: &Imported) -> ImportedLine {
    let (text, good) = match &one.outcome {
        ImportOutcome::Added { .. } => (t.s("ui-import-added"), true),
        ImportOutcome::Known { name } => (t.m(msg!("import-known", name = name)), true),
        ImportOutcome::LeftOut { why } => (t.m(why), false),
        ImportOutcome::Refused { problem } => (t.told(problem).what, false),
    };
    ImportedLine { name: one.name.clone(), folder: one.folder.clone(), text, good }
}

/// A list of instances, and whose they become.
#[derive(Deserialize)]
pub(in crate::web::pages) struct List {
    path: String,
    project: ProjectId,
}

/// Takes over another manager's list.
pub(in crate::web::pages) async fn import(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    given: web::Form<List>,
) -> Result<HttpResponse, Refusal> {
    let project = site.world.db.project(&given.project).await?.id;
    let file = std::path::Path::new(given.path.trim());
    let tried = match operation::import_instances(&site.world, file, Some(&project), &caller.actor()).await {
        Ok(imported) => Tried { imported, ..Tried::default() },
        Err(problem) if problem.is("listing-unreadable") => {
            Tried { list: Some((&given, problem)), ..Tried::default() }
        }
        Err(problem) => return Err(problem.into()),
    };
    page(&site, &request, &caller, tried).await
}

/// The folder of an instance, and whose it becomes.
#[derive(Deserialize)]
pub(in crate::web::pages) struct Folder {
    folder: String,
    project: ProjectId,
}

/// Adds an instance by its folder.
pub(in crate::web::pages) async fn folder(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    given: web::Form<Folder>,
) -> Result<HttpResponse, Refusal> {
    let project = site.world.db.project(&given.project).await?.id;
    let folder = std::path::Path::new(given.folder.trim());
    match operation::add_folder(&site.world, folder, &project, None, &caller.actor()).await {
        Ok(row) => {
            let to = place_of(&site, &caller, &row.id, row.project.as_ref()).await?;
            Ok(flash::done(&site, &to, msg!("flash-assigned", name = row.name)))
        }
        Err(problem) => {
            let tried = Tried { folder: Some((&given, problem)), ..Tried::default() };
            page(&site, &request, &caller, tried).await
        }
    }
}

/// Where to go on: who assigns need not be a member of the project it goes to.
async fn place_of(
    site: &Site,
    caller: &Caller,
    resource: &ResourceId,
    project: Option<&ProjectId>,
) -> Result<String, Problem> {
    let role: Option<Role> = match project {
        Some(project) => site.world.db.role_in(&caller.user.id, project).await?,
        None => None,
    };
    Ok(role.map_or_else(|| "/detected".to_owned(), |_| format!("/resources/{resource}")))
}

fn rows(desk: &Desk, look: &Look, wrong: Option<&(&Given, Problem)>) -> Vec<DetectedLine> {
    let t = desk.page.t;
    let line = |seen: &Seen| {
        let mine = wrong.filter(|(given, _)| given.identity == seen.found.identity);
        let name = mine.map_or(seen.found.name.as_str(), |(given, _)| given.name.as_str());
        let about_name = |problem: &&Problem| problem.code.starts_with("resource-name");
        let problem = mine.map(|(_, problem)| problem);
        let input = match problem.filter(about_name) {
            Some(problem) => Input::of(name).wrong(t.told(problem).what),
            None => Input::of(name),
        };
        DetectedLine {
            identity: seen.found.identity.clone(),
            kind: seen.found.kind.to_string(),
            place: place(seen),
            name: input,
            project: mine.map(|(given, _)| given.project.to_string()).unwrap_or_default(),
            refused: seen.found.restore_refused.as_ref().map(|problem| t.told(problem)),
            problem: problem.filter(|problem| !about_name(problem)).map(|problem| t.told(problem)),
        }
    };
    look.seen.iter().filter(|seen| seen.is_unclaimed()).map(line).collect()
}

/// Where it runs: its container.
fn place(seen: &Seen) -> String {
    seen.found.access.value("container").unwrap_or(seen.found.identity.as_str()).to_owned()
}

/// What is assigned, as what, to whom.
#[derive(Deserialize)]
pub(in crate::web::pages) struct Given {
    identity: String,
    name: String,
    project: ProjectId,
}

/// Assigns it to a project.
pub(in crate::web::pages) async fn assign(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    given: web::Form<Given>,
) -> Result<HttpResponse, Refusal> {
    match assigned(&site, &caller, &given).await {
        Ok((name, to)) => Ok(flash::done(&site, &to, msg!("flash-assigned", name = name))),
        Err(problem) if problem.code.starts_with("resource-") => {
            let tried = Tried { wrong: Some((&given, problem)), ..Tried::default() };
            page(&site, &request, &caller, tried).await
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Adds it, or gives what was added without a project to one, under the name it has; what
/// it is called, and where to go on.
async fn assigned(site: &Site, caller: &Caller, given: &Given) -> Result<(String, String), Problem> {
    let project = site.world.db.project(&given.project).await?;
    let look = operation::look(&site.world).await?;
    let seen = look.seen.iter().find(|seen| seen.found.identity == given.identity && seen.is_unclaimed());
    let seen = seen.ok_or_else(|| problem!("not-found-detected", name = &given.identity))?;
    let row = match &seen.added {
        Some(row) => site.world.db.assign_resource(&row.id, &project.id, &caller.actor().0).await?,
        None => {
            let new = Addition {
                project: project.id.clone(),
                name: given.name.trim().to_owned(),
                kind: seen.found.kind.clone(),
                access: seen.found.access.clone(),
                detected: Some(seen.found.clone()),
            };
            operation::add_resource(&site.world, new, &caller.actor()).await?
        }
    };
    let to = place_of(site, caller, &row.id, Some(&project.id)).await?;
    Ok((row.name, to))
}
