//! What is done with several backups at once. Each is checked on its own: what the
//! person may not touch is as good as not there.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::confirm;
use crate::{
    db::BackupRow,
    domain::{id::BackupId, msg::Msg, problem::Problem, role::Role},
    msg,
    operation::{self, DeleteRequest, Prepared, Request, VerifyRequest},
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        flash::{self, Flash, Tone},
        guard, proxy,
        text::T,
    },
};

/// The most at once: a page has fewer.
const MOST: usize = 200;

/// Does it and goes back.
pub(super) async fn submit(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    form: web::Bytes,
) -> Result<HttpResponse, Refusal> {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&form).into_owned().collect();
    let field =
        |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default();
    let ids = fields.iter().filter(|(name, _)| name == "id").take(MOST);
    // One named twice is one: it is counted, and its number typed, once.
    let mut seen = BTreeSet::new();
    let ids = ids.filter_map(|(_, id)| id.parse().ok()).filter(|id: &BackupId| seen.insert(id.clone()));
    let ids: Vec<BackupId> = ids.collect();
    let back = proxy::own_path(field("back")).unwrap_or("/dashboard/backup").to_owned();
    let wanted = match field("do") {
        "verify" | "pin" => Role::Operator,
        "unpin" | "delete" => Role::Owner,
        other => return Err(Refusal::bad_request(format!("do={other}"))),
    };
    let mut rows = Vec::new();
    for id in &ids {
        rows.push(guard::backup(&site, &caller, id, wanted).await?);
    }
    if rows.is_empty() {
        let msg = msg!("flash-nothing-chosen");
        return Ok(flash::go(&site, &back, Some(Flash { tone: Tone::Bad, msg })));
    }
    let n = rows.len();
    match field("do") {
        "verify" => {
            let verify = |row: &BackupRow| Request::Verify(VerifyRequest { backup: row.id.clone() });
            let prepared = prepare(&site, &caller, &rows, verify).await?;
            begin(&site, &request, prepared, &back, msg!("flash-backups-verifying", n = n)).await
        }
        "delete" => delete(&site, &request, &caller, rows, &fields, &back).await,
        pin => {
            for row in &rows {
                site.world.db.pin_backup(&row.id, pin == "pin", &caller.actor().0).await?;
            }
            let told = match pin {
                "pin" => msg!("flash-backups-pinned", n = n),
                _ => msg!("flash-backups-unpinned", n = n),
            };
            Ok(flash::done(&site, &back, told))
        }
    }
}

/// Shows the plans of all and asks once, for their number; then starts each.
async fn delete(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    rows: Vec<BackupRow>,
    fields: &[(String, String)],
    back: &str,
) -> Result<HttpResponse, Refusal> {
    let typed = fields.iter().find(|(name, _)| name == "confirm").map(|(_, typed)| typed.trim());
    let delete = |row: &BackupRow| Request::Delete(DeleteRequest::of(row.id.clone()));
    let prepared = prepare(site, caller, &rows, delete).await?;
    if typed != Some(rows.len().to_string().as_str()) {
        let wrong = typed.is_some();
        let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        return confirm::several(site, request, caller, &rows, &prepared, back, wrong, status).await;
    }
    begin(site, request, prepared, back, msg!("flash-backups-deleting", n = rows.len())).await
}

/// The plans of all: if one cannot be made, none is begun.
async fn prepare(
    site: &Site,
    caller: &Caller,
    rows: &[BackupRow],
    wish: impl Fn(&BackupRow) -> Request,
) -> Result<Vec<Prepared>, Problem> {
    let mut prepared = Vec::new();
    for row in rows {
        prepared.push(operation::prepare(&site.world, wish(row), &caller.actor()).await?);
    }
    Ok(prepared)
}

/// Starts each. Where one is held by something else the others go on, and it is told
/// how many: a problem's own words would say that nothing was done.
async fn begin(
    site: &Site,
    request: &HttpRequest,
    prepared: Vec<Prepared>,
    back: &str,
    told: Msg,
) -> Result<HttpResponse, Refusal> {
    let (all, mut begun, mut failed) = (prepared.len(), 0_usize, None);
    for one in prepared {
        let name = one.view.confirm.clone();
        match operation::enqueue(&site.world, one, name.as_deref(), None).await {
            Ok(_) => begun += 1,
            Err(problem) => failed = Some(problem),
        }
    }
    site.wake();
    match failed {
        None => Ok(flash::done(site, back, told)),
        Some(problem) if begun == 0 => Err(problem.into()),
        Some(problem) => {
            let what = T::of(caller::lang(site, request)).told(&problem).what;
            let msg = msg!("flash-backups-some", n = begun, all = all, what = what);
            Ok(flash::go(site, back, Some(Flash { tone: Tone::Bad, msg })))
        }
    }
}
