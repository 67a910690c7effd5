//! `/alerts`: what happened that somebody should hear of.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::subject;
use crate::web::{
    Site,
    caller::Caller,
    error::Refusal,
    page,
    shell::Here,
    view::alerts::{AlertLine, AlertsPage},
};

/// Alerts on a page.
const PER: i64 = 100;

/// From where on.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web::pages) struct Wish {
    before: Option<String>,
}

/// The page.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, Refusal> {
    let desk = page::desk(&site, &request, &caller, Here::Alerts).await?;
    let t = desk.page.t;
    let desk = desk.below_overview(t.s("ui-nav-alerts"));
    let rows = site.world.db.outbox(wish.before.as_deref(), PER).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|n| n == PER);
    let older = rows.last().filter(|_| full).map(|row| format!("/alerts?before={}", row.id));
    let newest = wish.before.is_some().then(|| "/alerts".to_owned());
    let line = |row: &crate::db::OutboxRow| AlertLine {
        at: row.created_at,
        topic: row.topic.clone(),
        subject: subject(&row.subject),
    };
    let rows = rows.iter().map(line).collect();
    desk.answer(StatusCode::OK, |page| AlertsPage { page, rows, newest, older }.render())
}
