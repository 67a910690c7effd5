//! `/operations/{operation}`: the page, its events and its log.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::lines;
use crate::{
    db::{LogLine, OperationRow},
    domain::{clock::Moment, operation::OpState, role::Role},
    msg,
    saga::{Snapshot, StepRecord, StepState},
    web::{
        Site,
        caller::Caller,
        error::Refusal,
        guard::Here,
        live::{self, Teller, hub::Sight},
        page::{self, Desk},
        shell::{self, Sheet},
        text::{T, seconds},
        view::{
            Fact, May, Ref,
            operation::{
                LogRow, Meter, Op, OperationHead, OperationLogLine, OperationPage, OperationSteps, Outcome,
                StepLine,
            },
            words::{Word, step_word},
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
    let sight = Sight::take(&site.world.db, &here.operation()?.id).await?;
    let desk = page::desk(&site, &request, &caller, shell::Here::Operations).await?;
    let about = About::of(&site, &desk, &here, &sight.row).await?;
    let t = desk.page.t;
    let desk = desk.titled(about.title.clone(), &[("/operations", t.s("ui-nav-operations"))]);
    let (op, facts) = (about.op(t, &sight, desk.page.now), facts(&desk, &sight));
    desk.answer(StatusCode::OK, |page| OperationPage { page, op, facts }.render())
}

/// What of an operation does not change while it runs.
struct About {
    title: String,
    by: String,
    resource: Option<Ref>,
    made: Option<Ref>,
    has_safety: bool,
    may: May,
}

impl About {
    async fn of(site: &Site, desk: &Desk, here: &Here, row: &OperationRow) -> Result<Self, Refusal> {
        let resource = row.resource.as_ref().and_then(|id| {
            let name = desk.board.name(id)?;
            Some(Ref::new(id.as_str(), name))
        });
        let children = site.world.db.children(&row.id).await?;
        Ok(Self {
            title: desk.page.t.op(row.kind.as_str(), lines::subject(desk, row)),
            by: lines::by(desk, &row.actor),
            resource,
            made: None,
            has_safety: !children.is_empty() || row.plan.iter().any(|line| line.name == "safety"),
            may: May { operate: here.may(Role::Operator), own: here.may(Role::Owner) },
        })
    }

    fn op(&self, t: T, sight: &Sight, now: Moment) -> Op {
        let row = &sight.row;
        let going = sight.steps.iter().find(|step| is_going(step.state));
        let made = row.result.get("backup").and_then(|id| id.as_str());
        let commit = row.plan.iter().find(|line| line.commits).map(|line| line.index);
        let past = commit.and_then(|at| sight.steps.iter().find(|step| step.index == at));
        let past = past.is_some_and(|step| step.state != StepState::Pending);
        Op {
            id: row.id.to_string(),
            title: self.title.clone(),
            state: row.state,
            by: self.by.clone(),
            at: row.created_at,
            resource: self.resource.clone(),
            steps: row.plan.iter().map(|line| step(t, sight, line, now)).collect(),
            now: going.map(|step| step.index + 1),
            took: row.started_at.map(|from| seconds(from, row.ended_at.unwrap_or(now))),
            outcome: outcome(t, row),
            cancelling: row.cancel_at.is_some(),
            can_cancel: !past,
            can_undo: sight.kept,
            made: self.made.clone().or_else(|| made.map(|id| Ref::new(id, ""))),
            has_safety: self.has_safety,
            log: sight.log.iter().map(|line| log_row(t, line)).collect(),
            seq: sight.log.last().map_or(0, |line| line.seq),
            may: self.may,
        }
    }
}

const fn is_going(state: StepState) -> bool {
    matches!(state, StepState::Running | StepState::Undoing)
}

fn log_row(t: T, line: &LogLine) -> LogRow {
    LogRow { at: line.at, text: t.m(&line.line) }
}

fn step(t: T, sight: &Sight, line: &crate::saga::plan::PlanLine, now: Moment) -> StepLine {
    let record = sight.steps.iter().find(|step| step.index == line.index);
    let state = record.map_or(StepState::Pending, |step| step.state);
    let took =
        record.and_then(|step| step.started_at.map(|from| seconds(from, step.ended_at.unwrap_or(now))));
    StepLine {
        title: t.m(&line.title),
        word: worded(state),
        took: took.filter(|_| state != StepState::Pending),
        commits: line.commits,
        meter: record.filter(|step| is_going(step.state)).and_then(|step| meter(sight, step, now)),
        told: record.and_then(|step| step.problem.as_ref()).map(|problem| t.told(problem)),
        tries: record.map_or(0, |step| step.tries),
    }
}

fn worded(state: StepState) -> Word {
    step_word(state)
}

fn meter(sight: &Sight, step: &StepRecord, now: Moment) -> Option<Meter> {
    let Snapshot { step: at, bytes, total } = sight.progress()?;
    let own = sight.child.is_some() || at == step.index;
    let rate = || sight.rate.or_else(|| average(sight, now));
    (own && bytes > 0).then(|| Meter { bytes, total, rate: rate() })
}

/// Bytes a second since the step that moves them began: all that one look can tell. Of a
/// step that was begun again, or is undone, it tells nothing.
fn average(sight: &Sight, now: Moment) -> Option<u64> {
    let Snapshot { step: at, bytes, .. } = sight.progress()?;
    let steps = sight.child.as_ref().map_or(&sight.steps, |(_, steps)| steps);
    let step = steps.iter().find(|step| step.index == at)?;
    let first = step.state == StepState::Running && step.tries == 1;
    let took = step.started_at.filter(|_| first).map(|from| seconds(from, now))?;
    bytes.checked_div(took)
}

/// First what state things are in now, then why.
fn outcome(t: T, row: &OperationRow) -> Option<Outcome> {
    let (class, icon, id) = match row.state {
        OpState::Queued | OpState::Running => return None,
        OpState::Succeeded => ("is-ok", "check", "ui-outcome-succeeded"),
        OpState::Failed => ("is-bad", "bad", "ui-outcome-failed"),
        OpState::RolledBack => ("is-undone", "undo", "ui-outcome-rolled-back"),
        OpState::Cancelled => ("is-undone", "undo", "ui-outcome-cancelled"),
        OpState::NeedsOperator => ("is-warn", "pause", "ui-outcome-needs-person"),
        OpState::Resolved => ("is-ok", "check", "ui-outcome-resolved"),
    };
    let text = match (&row.resolution, &row.waiver) {
        (Some(note), _) => note.clone(),
        (None, Some(waiver)) => t.m(msg!("ui-outcome-waived", reason = &waiver.reason)),
        (None, None) => String::new(),
    };
    let told =
        row.problem.as_ref().filter(|_| row.state != OpState::Succeeded).map(|problem| t.told(problem));
    Some(Outcome { class, icon, title: t.s(id), text, told })
}

fn facts(desk: &Desk, sight: &Sight) -> Vec<Fact> {
    let (t, row) = (desk.page.t, &sight.row);
    let mut facts = vec![Fact::text(t.s("ui-asked"), t.full(row.created_at))];
    if let Some(started) = row.started_at {
        facts.push(Fact::text(t.s("ui-started"), t.full(started)));
    }
    if let Some(ended) = row.ended_at {
        facts.push(Fact::text(t.s("ui-ended"), t.full(ended)));
    }
    if let Some(backup) = &row.backup {
        facts.push(Fact::link(t.s("ui-from-backup"), backup.short(), format!("/backups/{backup}")));
    }
    if let Some(parent) = &row.parent {
        facts.push(Fact::link(t.s("ui-part-of"), parent.short(), format!("/operations/{parent}")));
    }
    facts
}

/// What a page hears of it.
struct PageTeller {
    about: About,
    sheet: Sheet,
    clock: crate::domain::clock::SharedClock,
}

impl PageTeller {
    fn sheet(&self) -> Sheet {
        Sheet { now: self.clock.now(), ..self.sheet.clone() }
    }
}

impl Teller for PageTeller {
    fn head(&self, sight: &Sight) -> Result<Option<(&'static str, String)>, Refusal> {
        let page = self.sheet();
        let op = self.about.op(page.t, sight, page.now);
        Ok(Some(("head", OperationHead { page: &page, op: &op }.render()?)))
    }

    fn state(&self, sight: &Sight) -> Result<(&'static str, String), Refusal> {
        let page = self.sheet();
        let op = self.about.op(page.t, sight, page.now);
        Ok(("steps", OperationSteps { page: &page, op: &op }.render()?))
    }

    fn line(&self, line: &LogLine) -> (&'static str, String) {
        let page = self.sheet();
        let row = log_row(page.t, line);
        ("log", OperationLogLine { page: &page, line: &row }.render().unwrap_or_default())
    }
}

/// Its events, as pieces of its page.
pub(super) async fn events(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let row = here.operation()?;
    let desk = page::desk(&site, &request, &caller, shell::Here::Operations).await?;
    let about = About::of(&site, &desk, &here, row).await?;
    let teller = PageTeller { about, sheet: desk.page.sheet(), clock: site.world.clock.clone() };
    live::events(&site, &request, &row.id, teller).await
}

/// Its whole log as text.
pub(super) async fn log(
    site: web::Data<Site>,
    request: HttpRequest,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let row = here.operation()?;
    let t = T::of(crate::web::caller::lang(&site, &request));
    let lines = site.world.db.operation_log(&row.id, 0).await?;
    let text: String =
        lines.iter().map(|line| format!("{}  {}\n", t.iso(line.at), t.m(&line.line))).collect();
    let name = format!("attachment; filename=\"zelo-{}.log\"", row.id);
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((actix_web::http::header::CONTENT_DISPOSITION, name))
        .body(text))
}
