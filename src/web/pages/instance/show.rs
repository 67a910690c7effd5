//! `/instances/{resource}`: its summary. Nothing on it waits for a Docker Engine.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::{
    at,
    diagnosis::{is_busy, remembered},
    elsewhere, may, tabs,
};
use crate::{
    db::{BackupFilter, BackupRow, ResourceRow},
    domain::clock::Moment,
    operation::{Glance, Served, drift_said},
    web::{
        Site,
        caller::Caller,
        error::{Refusal, is_htmx},
        flash,
        glances::Known,
        guard::Here,
        pages::{lines, resource},
        text::T,
        view::{
            Fact,
            instance::{DriftLine, InstancePage, ServiceLine, Services},
        },
    },
};

/// Recovery points shown.
const POINTS: i64 = 5;

/// The page.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let known = site.glances.last(&here.resource()?.id);
    page(&site, &request, &caller, &here, known).await
}

/// Only the services, looked at again if what is known of them is old.
pub(in crate::web::pages) async fn services(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    if !is_htmx(&request) {
        return Ok(flash::go(&site, &at(row), None));
    }
    if let Some(away) = elsewhere(&site, row) {
        return Ok(away);
    }
    let known = site.glances.fresh(&site, row).await;
    page(&site, &request, &caller, &here, known).await
}

async fn page(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    here: &Here,
    known: Known,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    if let Some(away) = elsewhere(site, row) {
        return Ok(away);
    }
    site.glances.hurry(site, row);
    let desk = resource::desk(site, request, caller, row).await?;
    let (t, may, now) = (desk.page.t, may(here), desk.page.now);
    let entry = desk.board.clone().entry(site, row).await?.into_owned();
    let recent = resource::recent(site, row).await?;
    let points = points(site, row).await?;
    let head = resource::head(&desk, row, &entry, &recent);
    let operations = lines::operations(&desk, &recent);
    let glance = known.glance.as_ref();
    let (meta, addresses) = (meta(t, row, glance), addresses(t, glance));
    let (found, look) = (remembered(site, row, t, may.own, &recent), !is_busy(&recent));
    let (services, tabs) = (shown(t, &known, now), tabs(t, row, may, "summary"));
    desk.answer(StatusCode::OK, |page| {
        let view = InstancePage {
            tabs,
            resource: head,
            meta,
            cut_off: glance.is_some_and(|glance| glance.cut_off),
            ledger: resource::ledger(&entry, &[]),
            found,
            look,
            services,
            addresses,
            points: points.iter().map(|point| lines::backup(point, may)).collect(),
            operations,
            may,
            page,
        };
        if is_htmx(request) { view.as_services().render() } else { view.render() }
    })
}

async fn points(site: &Site, row: &ResourceRow) -> Result<Vec<BackupRow>, Refusal> {
    let filter = BackupFilter {
        resource: Some(row.id.clone()),
        present: true,
        limit: Some(POINTS),
        ..BackupFilter::default()
    };
    Ok(site.world.db.backups(filter).await?.rows)
}

fn meta(t: T, row: &ResourceRow, glance: Option<&Glance>) -> Vec<String> {
    let mut meta = vec![t.kind(row.kind.as_str())];
    let Some(glance) = glance else { return meta };
    meta.extend(glance.postgres.map(|major| format!("PostgreSQL {major}")));
    meta.push(format!("{} · {}", glance.host, glance.project));
    meta
}

fn addresses(t: T, glance: Option<&Glance>) -> Vec<Fact> {
    let all = glance.into_iter().flat_map(|glance| &glance.addresses);
    all.map(|one| Fact::text(t.s(&one.label), one.url.as_str())).collect()
}

fn shown(t: T, known: &Known, now: Moment) -> Services {
    let line = |one: &Served| ServiceLine {
        service: one.service.clone(),
        container: one.container.clone(),
        state: one.state.clone(),
        health: one.health.clone(),
        restarts: one.restarts,
        started_at: one.started_at,
        memory: one.memory_bytes,
        cpu: one.cpu_percent.map(|percent| percent.round() as u32),
        image: one.image.clone(),
    };
    Services {
        at: known.glance.as_ref().map(|glance| glance.at),
        lines: known.glance.iter().flat_map(|glance| &glance.services).map(line).collect(),
        problem: known.problem.as_ref().map(|problem| t.told(problem)),
        drift: known
            .drift
            .as_ref()
            .map(|drift| DriftLine { text: t.m(drift_said(drift)), agrees: drift.services.is_empty() }),
        hurry: known.is_old(now),
    }
}
