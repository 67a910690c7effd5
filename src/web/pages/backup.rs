//! `/backups/{backup}`: all that is known of one backup.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::{lines, resource::may};
use crate::{
    db::BackupRow,
    domain::{
        manifest::{Manifest, Part},
        outside::{FACT, OutsideReport},
    },
    i18n::duration,
    web::{
        Site,
        caller::Caller,
        error::Refusal,
        guard::Here,
        page::{self, Desk},
        proxy, shell,
        view::{
            Fact, Ref,
            backup::{BackupPage, LinkLine, PartLine},
        },
    },
};

/// The page.
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    page(&site, &request, &caller, &here, None).await
}

/// The page, with a link that was just made.
pub(super) async fn page(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    here: &Here,
    token: Option<String>,
) -> Result<HttpResponse, Refusal> {
    let row = here.backup()?;
    let desk = page::desk(site, request, caller, shell::Here::Backups).await?;
    let t = desk.page.t;
    let of = (format!("/resources/{}", row.resource), row.resource_name.clone());
    let way = [("/dashboard", t.s("ui-nav-overview")), (of.0.as_str(), of.1)];
    let title = row.name.clone().unwrap_or_else(|| t.short(row.taken_at, desk.page.now));
    let desk = desk.titled(title, &way);
    let manifest = site.world.db.backup_manifest(&row.id).await?;
    let may = may(here);
    let links = if may.operate { links(site, &desk, row).await? } else { Vec::new() };
    let new_link = token.map(|token| format!("{}/download/{token}", proxy::address(site, request)));
    let (facts, report) = (facts(&desk, row, &manifest), report(&desk, &manifest));
    desk.answer(StatusCode::OK, |page| {
        BackupPage {
            backup: lines::backup(row, may),
            note: row.note.clone(),
            problem: row.problem.as_ref().map(|problem| t.told(problem)),
            stored_at: row.finished_at,
            facts,
            parts: manifest.parts.iter().map(part).collect(),
            report,
            links,
            new_link,
            operation: Ref::new(row.operation.as_str(), t.op("backup", &row.resource_name)),
            may,
            page,
        }
        .render()
    })
}

async fn links(site: &Site, desk: &Desk, row: &BackupRow) -> Result<Vec<LinkLine>, Refusal> {
    let rows = site.world.db.download_links_of(&row.id).await?;
    let line = |link: &crate::db::DownloadLinkRow| LinkLine {
        short: link.short.clone(),
        by: lines::by(desk, &link.actor),
        until: link.expires_at,
    };
    Ok(rows.iter().map(line).collect())
}

/// What was found in a file that came from outside.
fn report(desk: &Desk, manifest: &Manifest) -> Vec<String> {
    let reports = manifest.parts.iter().filter_map(|part| part.facts.get(FACT));
    let reports = reports.filter_map(|facts| serde_json::from_value::<OutsideReport>(facts.clone()).ok());
    reports.flat_map(|report| report.messages()).map(|msg| desk.page.t.m(&msg)).collect()
}

fn part(part: &Part) -> PartLine {
    PartLine {
        name: part.name.clone(),
        files: part.files.iter().map(|file| (file.path.clone(), file.stored.sha256.clone())).collect(),
        bytes: part.files.iter().map(|file| file.stored.bytes).sum(),
        raw_bytes: part.raw.bytes,
        sha256: part.raw.sha256.clone(),
        counts: part.counts.iter().map(|(name, count)| (name.clone(), *count)).collect(),
    }
}

fn facts(desk: &Desk, row: &BackupRow, manifest: &Manifest) -> Vec<Fact> {
    let t = desk.page.t;
    let mut facts = vec![
        Fact::text(t.s("ui-taken"), t.full(row.taken_at)),
        Fact::text(t.s("ui-server-version"), manifest.engine.server.as_str()),
        Fact::text(t.s("ui-tool-version"), manifest.engine.tool.as_str()),
        Fact::code(t.s("ui-folder"), row.path.as_str()),
        Fact::code("id", row.id.as_str()),
    ];
    if let Some(image) = &manifest.engine.image {
        facts.push(Fact::code(t.s("ui-image"), image.as_str()));
    }
    if manifest.parts.len() > 1 {
        let skew = Duration::from_millis(manifest.consistency.skew_ms);
        facts.push(Fact::text(t.s("ui-skew"), duration(skew)));
    }
    for (part, snapshot) in &manifest.consistency.snapshots {
        facts.push(Fact::code(t.a("ui-snapshot-of", part), snapshot.as_str()));
    }
    facts
}
