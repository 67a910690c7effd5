//! `/audit`: who did what, and whether the chain of entries is whole.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use super::{super::lines, subject};
use crate::{
    db::{AuditFilter, AuditRow},
    web::{
        Site,
        caller::Caller,
        error::{Refusal, is_htmx},
        page,
        page::Desk,
        shell::Here,
        view::{
            audit::{AuditLine, AuditPage, Chain},
            choices,
        },
    },
};

/// Entries on a page.
const PER: i64 = 100;
/// The starts of actions to filter by.
const ACTIONS: [&str; 10] = [
    "aside.",
    "backup.",
    "download.",
    "operation.",
    "project.",
    "resource.",
    "session.",
    "sign-in.",
    "token.",
    "user.",
];

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web::pages) struct Wish {
    #[serde(default)]
    action: String,
    #[serde(default)]
    actor: String,
    before: Option<i64>,
    #[serde(default)]
    check: String,
}

/// The page, or only its list.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, Refusal> {
    let desk = page::desk(&site, &request, &caller, Here::Audit).await?;
    let t = desk.page.t;
    let desk = desk.below_overview(t.s("ui-nav-audit"));
    let filter = AuditFilter {
        actor: Some(wish.actor.clone()).filter(|actor| !actor.is_empty()),
        action: ACTIONS.iter().find(|action| **action == wish.action).map(|a| (*a).to_owned()),
        before: wish.before,
        limit: Some(PER),
        ..AuditFilter::default()
    };
    let rows = site.world.db.audit_log(filter).await?;
    let chain = match wish.check.as_str() {
        "1" => Some(match site.world.db.verify_audit().await {
            Ok((entries, hash)) => Ok(Chain { entries, hash }),
            Err(problem) => Err(t.told(&problem)),
        }),
        _ => None,
    };
    let last = rows.last().filter(|_| i64::try_from(rows.len()).is_ok_and(|n| n == PER)).map(|row| row.seq);
    let newest = wish.before.is_some().then(|| address(&wish, None));
    let older = last.map(|last| address(&wish, Some(last)));
    let actors: Vec<_> =
        desk.board.names.iter().map(|(id, name)| (format!("user:{id}"), name.clone())).collect();
    let (actions, actors) =
        (choices::actions(t, &ACTIONS, &wish.action), choices::actors(t, actors, &wish.actor));
    let rows = rows.iter().map(|row| line(&desk, row)).collect();
    desk.answer(StatusCode::OK, |page| {
        let view = AuditPage { page, rows, actions, actors, chain, newest, older };
        if is_htmx(&request) { view.as_list().render() } else { view.render() }
    })
}

fn line(desk: &Desk, row: &AuditRow) -> AuditLine {
    AuditLine {
        seq: row.seq,
        at: row.at,
        actor: lines::by(desk, &row.actor),
        action: row.action.clone(),
        subject: subject(&row.subject),
        detail: detail(&row.detail),
    }
}

/// `name: billing-pg, pinned: true`
fn detail(value: &Value) -> String {
    let Some(fields) = value.as_object() else { return String::new() };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let known = fields.iter().filter(|(_, value)| !value.is_null());
    known.map(|(name, value)| format!("{name}: {}", text(value))).collect::<Vec<_>>().join(", ")
}

fn address(wish: &Wish, before: Option<i64>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("action", &wish.action), ("actor", &wish.actor)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    let query = query.finish();
    if query.is_empty() { "/audit".to_owned() } else { format!("/audit?{query}") }
}
