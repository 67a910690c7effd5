//! `/instances/{resource}/history`: what was changed among the settings, and the way
//! back to a former value.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::{
    at, desk, elsewhere, link, may,
    plan::{self, Asked, Sent},
    tabs,
};
use crate::{
    db::ResourceRow,
    msg,
    operation::{self, Change, Edited, Request},
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        flash::{self, Flash, Tone},
        guard::Here,
        page::Desk,
        pages::{confirm::Question, lines},
        text::T,
        view::{
            Input,
            instance_settings::{HistoryLine, HistoryPage},
        },
    },
};

/// Changes shown: the newest.
const MOST: i64 = 100;

/// The page.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    if let Some(away) = elsewhere(&site, row) {
        return Ok(away);
    }
    let all = operation::history(&site.world, row, MOST).await?;
    let desk = desk(&site, &request, &caller, row, "ui-settings-history").await?;
    let rows = all.iter().map(|one| line(&desk, one)).collect();
    let (resource, tabs) = (link(row), tabs(desk.page.t, row, may(&here), "settings"));
    desk.answer(StatusCode::OK, |page| HistoryPage { page, tabs, resource, rows }.render())
}

fn line(desk: &Desk, one: &Edited) -> HistoryLine {
    HistoryLine {
        operation: one.operation.to_string(),
        at: one.at,
        by: lines::by(desk, &one.by),
        state: one.state,
        goes_back: one.changes.iter().all(Change::goes_back),
        changes: one.changes.iter().map(|change| desk.page.t.m(change.told())).collect(),
    }
}

/// What is asked, or where somebody is led because it cannot be.
async fn asked(
    site: &Site,
    request: &HttpRequest,
    here: &Here,
    sent: &Sent,
) -> Result<Result<Asked, HttpResponse>, Refusal> {
    let operation = here.operation()?;
    let id = operation.resource.as_ref().ok_or_else(Refusal::nothing_here)?;
    let row: ResourceRow = site.world.db.resource(id).await?;
    if let Some(away) = elsewhere(site, &row) {
        return Ok(Err(away));
    }
    let back = format!("{}/history", at(&row));
    let mut change = match operation::set_back(&site.world, &operation.id).await {
        Ok(change) => change,
        Err(problem) if problem.code.starts_with("config-") => {
            let t = T::of(caller::lang(site, request));
            let flash =
                Flash { tone: Tone::Bad, msg: msg!("flash-not-set-back", why = t.told(&problem).what) };
            return Ok(Err(flash::go(site, &back, Some(flash))));
        }
        Err(problem) => return Err(problem.into()),
    };
    change.without_safety = sent.waiver();
    let title = T::of(caller::lang(site, request)).a("ui-set-back-of", &row.name);
    let action = format!("{back}/{}/set-back", operation.id);
    let question = Question { request: Request::Config(change), action, back, title };
    let waive = Some(Input::of(sent.reason.clone()));
    Ok(Ok(Asked { question, hidden: sent.hidden(), waive, waive_at: None, copy: None }))
}

/// `GET /instances/{resource}/history/{operation}/set-back`
pub(in crate::web::pages) async fn ask_set_back(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let sent = Sent::of(request.query_string().as_bytes());
    match asked(&site, &request, &here, &sent).await? {
        Ok(asked) => plan::ask(&site, &request, &caller, asked).await,
        Err(away) => Ok(away),
    }
}

/// `POST /instances/{resource}/history/{operation}/set-back`
pub(in crate::web::pages) async fn set_back(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    body: web::Bytes,
) -> Result<HttpResponse, Refusal> {
    let sent = Sent::of(&body);
    match asked(&site, &request, &here, &sent).await? {
        Ok(asked) => plan::agree(&site, &request, &caller, asked, sent).await,
        Err(away) => Ok(away),
    }
}
