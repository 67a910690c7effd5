//! `/instances/{resource}/diagnosis`: looks at the real thing and tells what is wrong.
//! As a page, or as a piece of the instance's own.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use chrono::TimeDelta;

use super::{desk, elsewhere, link, may, tabs};
use crate::{
    db::{OperationRow, ResourceRow},
    domain::{
        clock::Moment,
        finding::{Finding, Next, Outcome},
    },
    i18n::Told,
    supabase::diagnose::Diagnosis,
    web::{
        Site,
        caller::Caller,
        error::{Refusal, is_htmx},
        guard::Here,
        text::T,
        view::diagnosis::{DiagnosisPage, Found, Line},
    },
};

/// What is younger than this is shown as it was.
const FRESH: TimeDelta = TimeDelta::minutes(5);

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
    let looked = match site.glances.diagnose(&site, row).await {
        Err(problem) if problem.code.starts_with("internal-") => return Err(problem.into()),
        looked => looked,
    };
    let desk = desk(&site, &request, &caller, row, "ui-diagnosis").await?;
    let (t, may) = (desk.page.t, may(&here));
    let found = match &looked {
        Ok(diagnosis) => found(t, diagnosis, may.own),
        Err(problem) => away(t.told(problem)),
    };
    let (resource, tabs) = (link(row), tabs(t, row, may, "diagnosis"));
    desk.answer(StatusCode::OK, |page| {
        let view = DiagnosisPage { tabs, resource, found, page };
        if is_htmx(&request) { view.as_diagnosis().render() } else { view.render() }
    })
}

/// What is remembered of the last one. It may be otherwise by now when it is older than
/// [`FRESH`], or an operation has ended since; while one runs nothing is looked at, for then
/// much is not as it will be.
pub(super) fn remembered(
    site: &Site,
    row: &ResourceRow,
    t: T,
    may_repair: bool,
    recent: &[OperationRow],
) -> Option<Found> {
    let diagnosis = site.glances.diagnosis(&row.id)?;
    let ends = recent.iter().filter_map(|one| one.ended_at);
    let is_old = !is_busy(recent) && is_old(diagnosis.at, site.now(), ends);
    Some(Found { is_old, ..found(t, &diagnosis, may_repair) })
}

/// Whether an operation is under way.
pub(super) fn is_busy(recent: &[OperationRow]) -> bool {
    recent.iter().any(|one| one.ended_at.is_none())
}

/// Whether a look at `at` may have been overtaken by one of the operations that ended.
fn is_old(at: Moment, now: Moment, mut ends: impl Iterator<Item = Moment>) -> bool {
    now - at >= FRESH || ends.any(|ended| ended >= at)
}

fn found(t: T, diagnosis: &Diagnosis, may_repair: bool) -> Found {
    let findings: Vec<Line> = diagnosis.findings.iter().map(|one| line(t, one)).collect();
    let unknown = unknown(t, diagnosis);
    Found {
        at: Some(diagnosis.at),
        is_old: false,
        looked: diagnosis.probes.len().saturating_sub(unknown.len()),
        unknown,
        problem: None,
        may_repair,
        repairable: findings.iter().filter(|line| line.repairable).count(),
        findings,
    }
}

/// Nothing could be looked at.
fn away(problem: Told) -> Found {
    Found {
        at: None,
        is_old: false,
        findings: Vec::new(),
        looked: 0,
        unknown: Vec::new(),
        problem: Some(problem),
        may_repair: false,
        repairable: 0,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_old_after_a_while_and_after_an_operation() {
        let at: Moment = "2026-11-27T14:05:00Z".parse().unwrap();
        let after = |seconds| at + TimeDelta::seconds(seconds);
        assert!(!is_old(at, after(299), [after(-1)].into_iter()));
        assert!(is_old(at, after(300), std::iter::empty()));
        assert!(is_old(at, after(1), [after(-1), after(0)].into_iter()));
    }
}
