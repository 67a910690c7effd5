//! What is asked before something is taken away: the plan as a page or dialog, then
//! the typed name. One way for deleting, freeing and undoing; restoring adds its
//! choices.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use crate::{
    db::BackupRow,
    domain::problem::Problem,
    operation::{self, DeleteRequest, FreeRequest, PlanView, Prepared, Request, UndoRequest, Way, WayOut},
    saga::step::UndoRule,
    web::{
        Site,
        caller::Caller,
        error::{self, Refusal, is_htmx},
        flash,
        guard::Here,
        page, shell, start,
        text::T,
        view::{
            Input,
            plan::{Plan, PlanDialog, PlanPage, PlanStep, RestoreChoices},
        },
    },
};

/// Something that is asked about before it is done.
pub(super) struct Question {
    /// The request it would become.
    pub(super) request: Request,
    /// Where the form is sent.
    pub(super) action: String,
    /// Where it leads if nothing is done.
    pub(super) back: String,
    /// "Restore billing-pg".
    pub(super) title: String,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Agreed {
    #[serde(default)]
    pub(super) confirm: String,
    #[serde(default)]
    pub(super) key: String,
}

/// Shows the plan.
pub(super) async fn ask(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    question: Question,
) -> Result<HttpResponse, Refusal> {
    let planned = start::plan(site, caller, question.request.clone()).await;
    let t = T::of(crate::web::caller::lang(site, request));
    let plan = plan(site, t, &question, planned, Input::default(), None)?;
    show(site, request, caller, plan, StatusCode::OK).await
}

/// Starts it, if the name was typed; shows the plan again if not.
pub(super) async fn agree(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    question: Question,
    agreed: Agreed,
) -> Result<HttpResponse, Refusal> {
    let key = Some(agreed.key).filter(|key| !key.is_empty());
    let typed = agreed.confirm.trim().to_owned();
    let started = start::request(site, caller, question.request.clone(), Some(typed.as_str()), key).await;
    match started {
        Ok(row) => Ok(flash::go(site, &format!("/operations/{}", row.id), None)),
        Err(problem) if problem.code == "confirm-needed" => {
            let t = T::of(crate::web::caller::lang(site, request));
            let planned = start::plan(site, caller, question.request.clone()).await;
            let input = Input::of(typed).wrong(t.told(&problem).what);
            let plan = plan(site, t, &question, planned, input, None)?;
            show(site, request, caller, plan, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(problem) => Err(problem.into()),
    }
}

/// A plan as it is shown; one that cannot be made says why.
pub(super) fn plan(
    site: &Site,
    t: T,
    question: &Question,
    planned: Result<PlanView, Problem>,
    typed: Input,
    restore: Option<RestoreChoices>,
) -> Result<Plan, Refusal> {
    let (view, refused, holder) = match planned {
        Ok(view) => (Some(view), None, None),
        Err(problem) if problem.code.starts_with("internal-") => return Err(problem.into()),
        Err(problem) => (None, Some(t.told(&problem)), error::holder(&problem).map(str::to_owned)),
    };
    let (key, _) = crate::secret::token::new(&*site.random)?;
    let text = view.as_ref().map(|view| t.m(&view.title)).unwrap_or_default();
    let steps = view.iter().flat_map(|view| &view.steps).map(|line| PlanStep {
        title: t.m(&line.title),
        effect: line.effect,
        undo: match &line.undo {
            UndoRule::Undoes(msg) | UndoRule::Nothing(msg) | UndoRule::Final(msg) => t.m(msg),
        },
        commits: line.commits,
    });
    Ok(Plan {
        title: question.title.clone(),
        text,
        action: question.action.clone(),
        again: restore.is_some().then(|| question.action.clone()),
        back: question.back.clone(),
        hidden: Vec::new(),
        steps: steps.collect(),
        warnings: view.iter().flat_map(|view| &view.warnings).map(|msg| t.m(msg)).collect(),
        ways_back: ways_back(t, view.as_ref()),
        bytes: view.as_ref().map_or(0, |view| view.bytes),
        disk: view.as_ref().map_or(0, |view| view.database_disk),
        waive: None,
        copy: None,
        waive_at: None,
        restore,
        confirm: view.and_then(|view| view.confirm),
        typed,
        button: question.title.clone(),
        refused,
        holder,
        key: key.expose().to_owned(),
    })
}

/// Until when, and how, it can be undone.
fn ways_back(t: T, view: Option<&PlanView>) -> Vec<String> {
    let Some(view) = view else { return Vec::new() };
    let mut ways = vec![t.s("ui-plan-back-before")];
    match view.kind.as_str() {
        "restore" | "undo" => ways.push(t.s("ui-plan-back-undo")),
        "delete" => ways.push(t.s("ui-plan-back-trash")),
        _ => {}
    }
    ways
}

/// As a dialog over the page it was asked on, or as a page.
pub(super) async fn show(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    plan: Plan,
    status: StatusCode,
) -> Result<HttpResponse, Refusal> {
    if is_htmx(request) {
        let (mut page, _) = page::sheet(site, request)?;
        page.title = plan.title.clone();
        return page::piece(PlanDialog { page, plan }.render());
    }
    let desk = page::desk(site, request, caller, shell::Here::Elsewhere).await?;
    let way = [(plan.back.as_str(), desk.page.t.s("ui-back"))];
    let title = plan.title.clone();
    let desk = desk.titled(title, &way);
    desk.answer(status, |page| PlanPage { page, plan }.render())
}

fn titled(site: &Site, request: &HttpRequest, kind: &str, name: &str) -> String {
    T::of(crate::web::caller::lang(site, request)).op(kind, name)
}

fn delete_question(site: &Site, request: &HttpRequest, row: &BackupRow) -> Question {
    Question {
        request: Request::Delete(DeleteRequest::of(row.id.clone())),
        action: format!("/backups/{}/delete", row.id),
        back: format!("/backups/{}", row.id),
        title: titled(site, request, "delete", &row.resource_name),
    }
}

/// `GET /backups/{backup}/delete`
pub(super) async fn ask_delete(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let question = delete_question(&site, &request, here.backup()?);
    ask(&site, &request, &caller, question).await
}

/// `POST /backups/{backup}/delete`
pub(super) async fn delete(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    agreed: web::Form<Agreed>,
) -> Result<HttpResponse, Refusal> {
    let question = delete_question(&site, &request, here.backup()?);
    agree(&site, &request, &caller, question, agreed.into_inner()).await
}

fn free_question(site: &Site, request: &HttpRequest, here: &Here) -> Result<Question, Refusal> {
    let (aside, resource) = (here.aside()?, here.resource()?);
    Ok(Question {
        request: Request::Free(FreeRequest { aside: aside.id.clone(), expired: false, without_safety: None }),
        action: format!("/asides/{}/free", aside.id),
        back: format!("/resources/{}", resource.id),
        title: titled(site, request, "free", &resource.name),
    })
}

/// `GET /asides/{aside}/free`
pub(super) async fn ask_free(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let question = free_question(&site, &request, &here)?;
    ask(&site, &request, &caller, question).await
}

/// `POST /asides/{aside}/free`
pub(super) async fn free(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    agreed: web::Form<Agreed>,
) -> Result<HttpResponse, Refusal> {
    let question = free_question(&site, &request, &here)?;
    agree(&site, &request, &caller, question, agreed.into_inner()).await
}

async fn undo_question(site: &Site, request: &HttpRequest, here: &Here) -> Result<Question, Refusal> {
    let row = here.operation()?;
    let name = match &row.resource {
        Some(id) => site.world.db.resource(id).await?.name,
        None => String::new(),
    };
    Ok(Question {
        request: Request::Undo(UndoRequest { operation: row.id.clone(), without_safety: None }),
        action: format!("/operations/{}/undo", row.id),
        back: format!("/operations/{}", row.id),
        title: titled(site, request, "undo", &name),
    })
}

/// `GET /operations/{operation}/undo`
pub(super) async fn ask_undo(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let question = undo_question(&site, &request, &here).await?;
    ask(&site, &request, &caller, question).await
}

/// `POST /operations/{operation}/undo`
pub(super) async fn undo(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    agreed: web::Form<Agreed>,
) -> Result<HttpResponse, Refusal> {
    let question = undo_question(&site, &request, &here).await?;
    agree(&site, &request, &caller, question, agreed.into_inner()).await
}

/// Restoring the safety backup of an operation that needs a person.
async fn safety_question(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    here: &Here,
) -> Result<Question, Refusal> {
    let row = here.operation()?;
    let way = operation::resolve(&site.world, &row.id, Way::Restore, &caller.actor()).await?;
    let WayOut::Restore(restore) = way else { return Err(Refusal::nothing_here()) };
    let name = match &row.resource {
        Some(id) => site.world.db.resource(id).await?.name,
        None => String::new(),
    };
    Ok(Question {
        request: restore,
        action: format!("/operations/{}/safety", row.id),
        back: format!("/operations/{}", row.id),
        title: titled(site, request, "restore", &name),
    })
}

/// `GET /operations/{operation}/safety`
pub(super) async fn ask_safety(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let question = safety_question(&site, &request, &caller, &here).await?;
    ask(&site, &request, &caller, question).await
}

/// `POST /operations/{operation}/safety`
pub(super) async fn safety(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    agreed: web::Form<Agreed>,
) -> Result<HttpResponse, Refusal> {
    let question = safety_question(&site, &request, &caller, &here).await?;
    agree(&site, &request, &caller, question, agreed.into_inner()).await
}

/// Several backups to be deleted: their plans in one, and their number to be typed.
#[allow(clippy::too_many_arguments)] // a page of many parts
pub(super) async fn several(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    rows: &[BackupRow],
    prepared: &[Prepared],
    back: &str,
    wrong: bool,
    status: StatusCode,
) -> Result<HttpResponse, Refusal> {
    let t = T::of(crate::web::caller::lang(site, request));
    let first = prepared.first().map(|one| one.view.clone()).ok_or_else(Refusal::nothing_here)?;
    let question = Question {
        request: Request::Delete(DeleteRequest::of(rows[0].id.clone())),
        action: "/backups/bulk".to_owned(),
        back: back.to_owned(),
        title: t.n("ui-delete-several", rows.len()),
    };
    let typed = if wrong { Input::default().wrong(t.s("ui-delete-several-wrong")) } else { Input::default() };
    let mut plan = plan(site, t, &question, Ok(first), typed, None)?;
    plan.text = rows
        .iter()
        .map(|row| format!("{}, {}", row.resource_name, t.full(row.taken_at)))
        .collect::<Vec<_>>()
        .join(" · ");
    plan.confirm = Some(rows.len().to_string());
    plan.bytes = prepared.iter().map(|one| one.view.bytes).sum();
    plan.hidden = rows.iter().map(|row| ("id", row.id.to_string())).collect();
    plan.hidden.extend([("do", "delete".to_owned()), ("back", back.to_owned())]);
    show(site, request, caller, plan, status).await
}
