//! `/dashboard`: what needs a person, the figures, every resource, what happened
//! last.

use std::cmp::Reverse;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::lines;
use crate::{
    db::{AsideRow, BackupRow, OperationRow},
    domain::role::Role,
    web::{
        Site,
        board::{Board, Entry, FINDINGS, gravity},
        caller::Caller,
        error::{Refusal, is_htmx},
        page::{self, Desk},
        shell::Here,
        view::{
            Link, Ref, choices,
            finding::Finding,
            list::{Pager, Sort},
            overview::{Figures, LastBackup, Overview, ResourceLine, Resources, Room},
            words::Health,
        },
    },
};

/// Resources on a page.
const PER: usize = 50;

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
    let room = if part.has(Part::Summary) { room(&site).await } else { None };
    let findings = if part.has(Part::Summary) { findings(&site, &desk, room).await } else { Vec::new() };
    let figures = figures(&desk, room);
    let recent = if part.has(Part::Recent) { board.recent.as_slice() } else { &[] };
    let operations = lines::operations(&desk, recent);
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

/// How full the store is.
async fn room(site: &Site) -> Option<Room> {
    let store = site.world.stores.get(site.world.stores.default()).ok()?;
    let space = store.space().await.ok()??;
    Some(Room { free: space.free, total: space.total })
}

/// The figures. The room on a disk concerns the machine, not a project:
/// administrators see it.
fn figures(desk: &Desk, room: Option<Room>) -> Figures {
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
        room: room.filter(|_| desk.page.user.is_admin),
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
        .filter(|entry| text.is_empty() || entry.folded.contains(&text))
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

/// The board has the gravest first.
fn sort(found: &mut [&Entry], by: &str, descending: bool) {
    match (by, descending) {
        ("name", false) => found.sort_by(|a, b| a.folded.cmp(&b.folded)),
        ("name", true) => found.sort_by(|a, b| b.folded.cmp(&a.folded)),
        ("backup", true) => found.sort_by_key(|entry| Reverse(entry.last.as_ref().map(|last| last.taken_at))),
        ("backup", false) => found.sort_by_key(|entry| entry.last.as_ref().map(|last| last.taken_at)),
        (_, true) => {}
        (_, false) => found.sort_by_key(|entry| Reverse(gravity(entry.health))),
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
    let operation = match entry.health {
        Health::Failing => &entry.failed,
        _ => &entry.operation,
    };
    let operation = operation.as_ref().map(|operation| operation.id.as_str());
    // What a viewer may do is look.
    let acts = matches!(entry.health, Health::Good | Health::Bare);
    let may = !acts || role >= Role::Operator;
    may.then(|| ResourceLine::next(desk.page.t, entry.health, entry.row.id.as_str(), operation))
}

/// What needs a person, the gravest first.
async fn findings(site: &Site, desk: &Desk, room: Option<Room>) -> Vec<Finding> {
    let t = desk.page.t;
    let mut found = stuck(desk);
    // The board begins with these: more than are shown need no words.
    found.extend(desk.board.entries.iter().filter_map(|entry| unsafe_one(desk, entry)).take(FINDINGS));
    found.extend(corrupt(desk));
    found.extend(overdue(desk));
    found.extend(full(site, desk, room).await);
    let unclaimed = site.world.detections.last().seen.iter().filter(|seen| seen.is_unclaimed()).count();
    if desk.page.user.is_admin && unclaimed > 0 {
        found.push(Finding::detected(t, unclaimed as u64));
    }
    found.sort_by_key(|finding| finding.severity);
    found.truncate(FINDINGS);
    found
}

fn unsafe_one(desk: &Desk, entry: &Entry) -> Option<Finding> {
    let (t, now) = (desk.page.t, desk.page.now);
    let resource = of(entry);
    let good = entry.last.as_ref().map(|last| last.taken_at);
    match (entry.health, &entry.failed) {
        (Health::Missing, _) => Some(Finding::missing(t, &resource, entry.row.seen_at, now)),
        (Health::Failing, Some(operation)) => {
            let why = operation.problem.as_ref().map(|problem| t.told(problem).what);
            Some(Finding::failed(t, &resource, operation.id.as_str(), good, now, why))
        }
        (Health::Bare, _) => Some(Finding::bare(t, &resource)),
        _ => None,
    }
}

fn stuck(desk: &Desk) -> Vec<Finding> {
    let t = desk.page.t;
    let finding = |row: &OperationRow| {
        let why = row.problem.as_ref().map(|problem| t.told(problem).what);
        let subject = lines::subject(desk, row);
        Finding::needs_person(t, row.id.as_str(), row.kind.as_str(), &subject, why)
    };
    desk.board.stuck.iter().map(finding).collect()
}

fn corrupt(desk: &Desk) -> Vec<Finding> {
    let finding = |row: &BackupRow| {
        let resource = Ref::new(row.resource.as_str(), row.resource_name.as_str());
        Finding::corrupt(desk.page.t, &resource, row.id.as_str(), row.taken_at, desk.page.now)
    };
    desk.board.corrupt.iter().map(finding).collect()
}

/// A store below its reserve: nothing more is written there.
async fn full(site: &Site, desk: &Desk, room: Option<Room>) -> Option<Finding> {
    let Room { free, total } = room?;
    let reserve = site.room.reserve.of(total);
    if free >= reserve {
        return None;
    }
    let name = site.world.db.store(site.world.stores.default()).await.ok()?.name;
    Some(Finding::reserve(desk.page.t, &name, free, reserve))
}

/// What is still set aside although its time is over.
fn overdue(desk: &Desk) -> Vec<Finding> {
    let due = desk.board.asides.iter().filter(|row| row.keep_until <= desk.page.now);
    let finding = |row: &AsideRow| {
        let entry = desk.board.entries.iter().find(|entry| entry.row.id == row.resource)?;
        Some(Finding::overdue(desk.page.t, &of(entry), &row.item, row.bytes))
    };
    due.filter_map(finding).collect()
}

/// `/` is the overview, for whoever may see it.
pub(super) async fn home(site: web::Data<Site>) -> HttpResponse {
    crate::web::flash::go(&site, "/dashboard", None)
}
