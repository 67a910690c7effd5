//! `/instances/{resource}/diagnosis`: looks at the real thing and tells what is wrong.
//! As a page, or as a piece of the instance's own.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::{desk, elsewhere, link, may, tabs};
use crate::{
    domain::finding::{Finding, Next, Outcome},
    operation::examine,
    supabase::diagnose::Diagnosis,
    web::{
        Site,
        caller::Caller,
        error::{Refusal, is_htmx},
        guard::Here,
        text::T,
        view::diagnosis::{DiagnosisPage, Line},
    },
};

/// The page, or only what was found.
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
    let (found, problem) = match examine(&site.world, row).await {
        Ok((_, found)) => (Some(found), None),
        Err(problem) if problem.code.starts_with("internal-") => return Err(problem.into()),
        Err(problem) => (None, Some(problem)),
    };
    let desk = desk(&site, &request, &caller, row, "ui-diagnosis").await?;
    let (t, may) = (desk.page.t, may(&here));
    let findings: Vec<Line> =
        found.iter().flat_map(|found| &found.findings).map(|one| line(t, one)).collect();
    let unknown = found.as_ref().map(|found| unknown(t, found)).unwrap_or_default();
    let probes = found.as_ref().map_or(0, |found| found.probes.len());
    let (resource, tabs) = (link(row), tabs(t, row, may, "diagnosis"));
    desk.answer(StatusCode::OK, |page| {
        let view = DiagnosisPage {
            tabs,
            resource,
            at: found.as_ref().map(|found| found.at),
            looked: probes.saturating_sub(unknown.len()),
            unknown,
            problem: problem.as_ref().map(|problem| t.told(problem)),
            may_repair: may.own,
            repairable: findings.iter().filter(|line| line.repairable).count(),
            findings,
            page,
        };
        if is_htmx(&request) { view.as_diagnosis().render() } else { view.render() }
    })
}

fn line(t: T, one: &Finding) -> Line {
    let (next, commands) = match &one.next {
        Next::Repair { what } => (what, Vec::new()),
        Next::Advice { what, commands } => (what, commands.clone()),
    };
    Line {
        probe: one.probe.clone(),
        severity: one.severity,
        title: t.m(&one.title),
        meaning: t.m(&one.meaning),
        evidence: one.evidence.iter().map(|msg| t.m(msg)).collect(),
        next: t.m(next),
        commands,
        repairable: one.is_repairable(),
        restart_harms: one.restart_harms,
    }
}

fn unknown(t: T, found: &Diagnosis) -> Vec<(String, String)> {
    let why = found.probes.iter().filter_map(|looked| match &looked.outcome {
        Outcome::Unknown { why } => Some((looked.probe.clone(), t.m(why))),
        _ => None,
    });
    why.collect()
}
