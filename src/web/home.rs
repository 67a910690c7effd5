//! The bare page until the panel exists: backups and operations.

use actix_web::{HttpRequest, HttpResponse, get, web};
use askama::Template;

use super::{
    Site,
    sign_in::{refused, signed_in},
};
use crate::{
    db::{BackupFilter, BackupRow, OperationFilter, OperationRow},
    domain::{clock::Moment, problem::Problem},
    i18n::{
        Catalogue,
        words::{backup_state, operation_state, origin},
    },
};

/// How many of each are shown.
const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    lang: &'static str,
    intro: String,
    nothing: String,
    backups_title: String,
    backup_heads: Vec<String>,
    backups: Vec<Vec<String>>,
    operations_title: String,
    operation_heads: Vec<String>,
    operations: Vec<Vec<String>>,
}

#[get("/")]
pub(super) async fn home(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    if !signed_in(&site, &request).await {
        return refused(&site);
    }
    match page(&site).await {
        Ok(page) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page),
        Err(problem) => {
            tracing::error!(%problem, "the page could not be made");
            let told = Catalogue::of(site.lang).problem(&problem);
            HttpResponse::InternalServerError().content_type("text/plain; charset=utf-8").body(told.what)
        }
    }
}

async fn page(site: &Site) -> Result<String, Problem> {
    let words = Catalogue::of(site.lang);
    let db = &site.world.db;
    let backups = db.backups(BackupFilter { limit: Some(ROWS), ..BackupFilter::default() }).await?.rows;
    let operations =
        db.operations(OperationFilter { limit: Some(ROWS), ..OperationFilter::default() }).await?;
    let heads = |ids: &[&str]| ids.iter().map(|id| words.label(id)).collect();
    let page = HomePage {
        lang: site.lang.tag(),
        intro: words.label("page-home-intro"),
        nothing: words.label("page-home-nothing"),
        backups_title: words.label("page-home-backups"),
        backup_heads: heads(&[
            "head-id",
            "head-origin",
            "head-state",
            "head-taken",
            "head-size",
            "head-verified",
        ]),
        backups: backups.iter().map(|row| backup(words, row)).collect(),
        operations_title: words.label("page-home-operations"),
        operation_heads: heads(&["head-id", "head-kind", "head-state", "head-started", "head-ended"]),
        operations: operations.iter().map(|row| operation(words, row)).collect(),
    };
    page.render().map_err(|e| crate::problem!("page-broken").detail(e))
}

fn moment(at: Option<Moment>) -> String {
    at.map(|at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string()).unwrap_or_default()
}

fn backup(words: &Catalogue, row: &BackupRow) -> Vec<String> {
    vec![
        row.id.to_string(),
        words.label(origin(row.origin)),
        words.label(backup_state(row.state)),
        moment(Some(row.taken_at)),
        words.size(row.stored_bytes),
        moment(row.verified_at),
    ]
}

fn operation(words: &Catalogue, row: &OperationRow) -> Vec<String> {
    vec![
        row.id.to_string(),
        words.operation_kind(&row.kind),
        words.label(operation_state(row.state)),
        moment(row.started_at),
        moment(row.ended_at),
    ]
}
