//! `/dashboard`: what needs a person, the figures, every resource, what happened
//! last.

use std::cmp::Reverse;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::lines;
use crate::{
    db::{AsideRow, BackupFilter, OperationFilter},
    domain::{backup::BackupState, operation::OpState, role::Role},
    web::{
        Site,
        board::{Board, Entry, gravity},
        caller::Caller,
        error::{Refusal, is_htmx},
        page::{self, Desk},
        shell::Here,
        view::{
            Link, Ref, choices,
            finding::Finding,
            list::{Pager, Sort},
            operations::OperationLine,
            overview::{Figures, LastBackup, Overview, ResourceLine, Resources, Room},
            words::Health,
        },
    },
};

/// Resources on a page.
const PER: usize = 50;
/// Findings shown; the list below has the rest.
const FINDINGS: usize = 20;
/// Operations shown.
const RECENT: usize = 8;

/// What is looked for, and in which order.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: usize,
    /// Of a page that refreshes itself: which part it asks for. The list, else.
    #[serde(default)]
    part: String,
}

/// The page, or a part of it: what is on it is looked for only where it is shown.
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, Refusal> {
    let here = if wish.kind.is_empty() { Here::Overview } else { Here::Kind(wish.kind.clone()) };
    let desk = page::desk(&site, &request, &caller, here).await?;
    let title = desk.page.t.s("ui-nav-overview");
    let desk = desk.titled(title, &[]);
    let board = desk.board.clone();
    let resources = resources(&desk, &board, &wish);
    let part = if is_htmx(&request) { Part::named(&wish.part) } else { Part::Whole };
    let findings = if part.has(Part::Summary) { findings(&site, &desk, &board).await? } else { Vec::new() };
    let figures = figures(&site, &desk, part).await;
    let operations = if part.has(Part::Recent) { recent(&site, &desk).await? } else { Vec::new() };
    desk.answer(StatusCode::OK, |page| {
        let view = Overview { page, findings, figures, resources, operations };
        match part {
            Part::Whole => view.render(),
            Part::Summary => view.as_summary().render(),
            Part::List => view.as_list().render(),
            Part::Recent => view.as_recent().render(),
        }
    })
}

/// What is sent of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Summary,
    List,
    Recent,
}

impl Part {
    fn named(name: &str) -> Self {
        match name {
            "summary" => Self::Summary,
            "recent" => Self::Recent,
            _ => Self::List,
        }
    }

    fn has(self, other: Self) -> bool {
        self == other || self == Self::Whole
    }
}

/// How full a store is concerns the machine, not a project: administrators see it.
async fn room(site: &Site, desk: &Desk) -> Option<Room> {
    if !desk.page.user.is_admin {
        return None;
    }
    let store = site.world.stores.get(site.world.stores.default()).ok()?;
    let space = store.space().await.ok()??;
    Some(Room { free: space.free, total: space.total })
}

async fn figures(site: &Site, desk: &Desk, part: Part) -> Figures {
    let board = &desk.board;
    let with = board.entries.iter().filter_map(|entry| entry.last.as_ref().map(|last| (entry, last)));
    let oldest = with.clone().min_by_key(|(_, last)| last.taken_at);
    Figures {
        resources: board.entries.len() as u64,
        backed_up: with.clone().count() as u64,
        verified: with.filter(|(_, last)| last.verified_at.is_some()).count() as u64,
        oldest: oldest.map(|(entry, last)| (of(entry), last.taken_at)),
        backups: board.figures.backups,
        bytes: board.figures.stored_bytes,
        room: if part.has(Part::Summary) { room(site, desk).await } else { None },
    }
}

fn of(entry: &Entry) -> Ref {
    Ref::new(entry.row.id.as_str(), entry.row.name.as_str())
}

fn resources(desk: &Desk, board: &Board, wish: &Wish) -> Resources {
    let t = desk.page.t;
    let text = wish.q.trim().to_lowercase();
    let mut found: Vec<&Entry> = board
        .entries
        .iter()
        .filter(|entry| wish.kind.is_empty() || entry.row.kind.as_str() == wish.kind)
        .filter(|entry| wish.state.is_empty() || entry.health.as_str() == wish.state)
        .filter(|entry| text.is_empty() || entry.row.name.to_lowercase().contains(&text))
        .collect();
    let (by, descending) = order(&wish.sort);
    sort(&mut found, by, descending);
    let total = found.len() as u64;
    let number = wish.page.clamp(1, found.len().div_ceil(PER).max(1));
    let rows = found.into_iter().skip((number - 1) * PER).take(PER).map(|entry| line(desk, entry));
    let list = address(wish);
    let mark = if list.contains('?') { '&' } else { '?' };
    let sorted = if wish.sort.is_empty() { list.clone() } else { format!("{list}{mark}sort={}", wish.sort) };
    Resources {
        rows: rows.collect(),
        text: wish.q.clone(),
        kinds: choices::kinds(t, &board.kinds.keys().cloned().collect::<Vec<_>>(), &wish.kind),
        states: choices::healths(t, &wish.state),
        with_project: desk.member.len() > 1 && desk.page.project().is_none(),
        sort: Sort { by: by.to_owned(), descending, list },
        pager: Pager { total, page: number as u64, per: PER as u64, list: sorted },
    }
}

/// `-backup` → by backup, newest first. Failing first if nothing is wished.
fn order(wish: &str) -> (&'static str, bool) {
    let descending = wish.starts_with('-');
    match wish.trim_start_matches('-') {
        "name" => ("name", descending),
        "backup" => ("backup", descending),
        "health" => ("health", descending),
        _ => ("health", true),
    }
}

fn sort(found: &mut [&Entry], by: &str, descending: bool) {
    let name = |entry: &Entry| entry.row.name.to_lowercase();
    match (by, descending) {
        ("name", false) => found.sort_by_key(|entry| name(entry)),
        ("name", true) => found.sort_by_key(|entry| Reverse(name(entry))),
        ("backup", true) => found.sort_by_key(|entry| Reverse(entry.last.as_ref().map(|last| last.taken_at))),
        ("backup", false) => found.sort_by_key(|entry| entry.last.as_ref().map(|last| last.taken_at)),
        (_, true) => found.sort_by_key(|entry| (gravity(entry.health), name(entry))),
        (_, false) => found.sort_by_key(|entry| (Reverse(gravity(entry.health)), name(entry))),
    }
}

fn address(wish: &Wish) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("q", &wish.q), ("kind", &wish.kind), ("state", &wish.state)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { "/dashboard".to_owned() } else { format!("/dashboard?{query}") }
}

fn line(desk: &Desk, entry: &Entry) -> ResourceLine {
    let project = entry.row.project.as_ref();
    let project = desk.member.iter().find(|(own, _)| Some(&own.id) == project).map(|(own, _)| own);
    ResourceLine {
        id: entry.row.id.to_string(),
        name: entry.row.name.clone(),
        kind: entry.row.kind.to_string(),
        project: project.map(|project| Ref::new(project.id.as_str(), project.name.as_str())),
        health: entry.health,
        last: entry.last.as_ref().map(|last| LastBackup {
            id: last.id.to_string(),
            taken_at: last.taken_at,
            bytes: last.stored_bytes,
            verified_at: last.verified_at,
        }),
        next: next(desk, entry),
    }
}

/// The one thing to do next, if the person may.
fn next(desk: &Desk, entry: &Entry) -> Option<Link> {
    let role = desk.role(entry.row.project.as_ref())?;
    let operation = entry.operation.as_ref().map(|operation| operation.id.as_str());
    // What a viewer may do is look.
    let acts = matches!(entry.health, Health::Good | Health::Bare);
    let may = !acts || role >= Role::Operator;
    may.then(|| ResourceLine::next(desk.page.t, entry.health, entry.row.id.as_str(), operation))
}

/// What needs a person, the gravest first.
async fn findings(site: &Site, desk: &Desk, board: &Board) -> Result<Vec<Finding>, Refusal> {
    let (t, now) = (desk.page.t, desk.page.now);
    let mut found = stuck(site, desk).await?;
    for entry in &board.entries {
        let resource = of(entry);
        let good = entry.last.as_ref().map(|last| last.taken_at);
        match (entry.health, &entry.operation) {
            (Health::Missing, _) => found.push(Finding::missing(t, &resource, entry.row.seen_at, now)),
            (Health::Failing, Some(operation)) => {
                let why = operation.problem.as_ref().map(|problem| t.told(problem).what);
                found.push(Finding::failed(t, &resource, operation.id.as_str(), good, now, why));
            }
            (Health::Bare, _) => found.push(Finding::bare(t, &resource)),
            _ => {}
        }
    }
    found.extend(corrupt(site, desk).await?);
    found.extend(overdue(site, desk, board).await?);
    found.extend(full(site, desk).await);
    let unclaimed = site.world.detections.last().seen.iter().filter(|seen| seen.is_unclaimed()).count();
    if desk.page.user.is_admin && unclaimed > 0 {
        found.push(Finding::detected(t, unclaimed as u64));
    }
    found.sort_by_key(|finding| finding.severity);
    found.truncate(FINDINGS);
    Ok(found)
}

async fn stuck(site: &Site, desk: &Desk) -> Result<Vec<Finding>, Refusal> {
    let t = desk.page.t;
    let filter = OperationFilter {
        projects: Some(desk.scope.clone()),
        states: vec![OpState::NeedsOperator],
        limit: Some(FINDINGS as i64),
        ..OperationFilter::default()
    };
    let rows = site.world.db.operations(filter).await?.rows;
    Ok(rows
        .iter()
        .map(|row| {
            let why = row.problem.as_ref().map(|problem| t.told(problem).what);
            let subject = lines::subject(desk, row);
            Finding::needs_person(t, row.id.as_str(), row.kind.as_str(), &subject, why)
        })
        .collect())
}

async fn corrupt(site: &Site, desk: &Desk) -> Result<Vec<Finding>, Refusal> {
    let filter = BackupFilter {
        projects: Some(desk.scope.clone()),
        state: Some(BackupState::Corrupt),
        limit: Some(FINDINGS as i64),
        ..BackupFilter::default()
    };
    let rows = site.world.db.backups(filter).await?.rows;
    let finding = |row: &crate::db::BackupRow| {
        let resource = Ref::new(row.resource.as_str(), row.resource_name.as_str());
        Finding::corrupt(desk.page.t, &resource, row.id.as_str(), row.taken_at, desk.page.now)
    };
    Ok(rows.iter().map(finding).collect())
}

/// A store below its reserve: nothing more is written there.
async fn full(site: &Site, desk: &Desk) -> Option<Finding> {
    let store = site.world.stores.get(site.world.stores.default()).ok()?;
    let space = store.space().await.ok()??;
    let reserve = site.room.reserve.of(space.total);
    let name = site.world.db.store(site.world.stores.default()).await.ok()?.name;
    (space.free < reserve).then(|| Finding::reserve(desk.page.t, &name, space.free, reserve))
}

/// What is still set aside although its time is over.
async fn overdue(site: &Site, desk: &Desk, board: &Board) -> Result<Vec<Finding>, Refusal> {
    let rows = site.world.db.asides_due(desk.page.now).await?;
    let finding = |row: &AsideRow| {
        let entry = board.entries.iter().find(|entry| entry.row.id == row.resource)?;
        Some(Finding::overdue(desk.page.t, &of(entry), &row.item, row.bytes))
    };
    Ok(rows.iter().filter_map(finding).collect())
}

/// What runs or waits, then what ran last.
async fn recent(site: &Site, desk: &Desk) -> Result<Vec<OperationLine>, Refusal> {
    let newest = OperationFilter {
        projects: Some(desk.scope.clone()),
        limit: Some(RECENT as i64),
        ..OperationFilter::default()
    };
    let live = OperationFilter { states: vec![OpState::Running, OpState::Queued], ..newest.clone() };
    let live = site.world.db.operations(live).await?.rows;
    let newest = site.world.db.operations(newest).await?.rows;
    let mut lines = lines::operations(desk, &live);
    lines.sort_by_key(|line| line.state != OpState::Running);
    let newest = lines::operations(desk, &newest);
    lines.extend(newest.into_iter().filter(|line| live.iter().all(|row| row.id.as_str() != line.id)));
    lines.truncate(RECENT);
    Ok(lines)
}

/// `/` is the overview, for whoever may see it.
pub(super) async fn home(site: web::Data<Site>) -> HttpResponse {
    crate::web::flash::go(&site, "/dashboard", None)
}
