//! `/operations`: what runs and what ran, newest first.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::lines;
use crate::{
    db::OperationFilter,
    domain::operation::OpKind,
    web::{
        Site,
        caller::Caller,
        error::{Refusal, is_htmx},
        page,
        shell::Here,
        view::{choices, operations::OperationsPage},
    },
};

/// Operations on a page.
const PER: i64 = 50;
/// The kinds to filter by: those somebody asks for.
const KINDS: [&str; 9] =
    ["backup", "restore", "undo", "verify", "upload", "delete", "untrash", "purge", "free"];

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    resource: String,
    #[serde(default)]
    before: String,
}

/// The page, or only its list.
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, Refusal> {
    let desk = page::desk(&site, &request, &caller, Here::Operations).await?;
    let t = desk.page.t;
    let desk = desk.below_overview(t.s("ui-nav-operations"));
    let filter = OperationFilter {
        projects: Some(desk.scope.clone()),
        states: wish.state.parse().ok().into_iter().collect(),
        kind: KINDS.iter().find(|kind| **kind == wish.kind).map(|kind| OpKind::of(kind)),
        resource: wish.resource.parse().ok(),
        before: wish.before.parse().ok(),
        limit: Some(PER),
        ..OperationFilter::default()
    };
    let rows = site.world.db.operations(filter).await?.rows;
    let full = i64::try_from(rows.len()).is_ok_and(|rows| rows == PER);
    let last = rows.last().filter(|_| full).map(|row| row.id.to_string());
    let operations = lines::operations(&desk, &rows);
    let newest = (!wish.before.is_empty()).then(|| address(&wish, None));
    let older = last.map(|last| address(&wish, Some(&last)));
    let kinds = KINDS.map(OpKind::of);
    let (states, kinds) =
        (choices::operation_states(t, &wish.state), choices::operation_kinds(t, &kinds, &wish.kind));
    desk.answer(StatusCode::OK, |page| {
        let view = OperationsPage { page, states, kinds, operations, newest, older };
        if is_htmx(&request) { view.as_list().render() } else { view.render() }
    })
}

fn address(wish: &Wish, before: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let fields = [
        ("state", wish.state.as_str()),
        ("kind", wish.kind.as_str()),
        ("resource", wish.resource.as_str()),
        ("before", before.unwrap_or_default()),
    ];
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { "/operations".to_owned() } else { format!("/operations?{query}") }
}
