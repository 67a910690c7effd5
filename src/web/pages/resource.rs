//! `/resources/{resource}`: its figures, its backups, what restores set aside, how
//! it is reached, what happened last.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::{
    backup_list::{Of, Wish, list},
    instance, lines,
};
use crate::{
    db::{AsideRow, OperationFilter, OperationRow, ResourceRow},
    domain::{operation::OpState, role::Role},
    supabase::engine::KIND,
    web::{
        Site,
        board::Entry,
        caller::Caller,
        error::{Refusal, is_htmx},
        guard::Here,
        page::{self, Desk},
        shell,
        text::seconds,
        view::{
            Fact, May, Ref,
            resource::{AsideLine, Head, Ledger, ResourcePage, Upload},
        },
    },
};

/// Operations shown.
const RECENT: i64 = 8;

/// What a role may, as pages show it.
pub(super) fn may(here: &Here) -> May {
    May { operate: here.may(Role::Operator), own: here.may(Role::Owner) }
}

/// The page, or only its list.
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, Refusal> {
    page(&site, &request, &caller, &here, &wish, None).await
}

/// The same, with why the last upload was refused.
pub(super) async fn page(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    here: &Here,
    wish: &Wish,
    refused: Option<Refusal>,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    let desk = desk(site, request, caller, row).await?;
    let (t, may) = (desk.page.t, may(here));
    let backups =
        list(site, t, Of::Resource(&row.id), format!("/resources/{}", row.id), wish, (may, &|_| may)).await?;
    let board = desk.board.clone();
    let entry = board.entry(site, row).await?;
    let recent = recent(site, row).await?;
    let asides: Vec<&AsideRow> = board.asides.iter().filter(|aside| aside.resource == row.id).collect();
    let ledger = ledger(&entry, &asides);
    let resource = head(&desk, row, &entry, &recent);
    let mut set_aside = Vec::new();
    for aside in asides {
        set_aside.push(line(site, &desk, aside).await?);
    }
    let problem = refused.as_ref().map(|refusal| t.told(&refusal.problem));
    let status = refused.as_ref().map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let upload = may.own.then(|| Upload { problem, ..upload(site, &desk, row) });
    let facts = facts(&desk, row);
    let tabs = (row.kind == KIND).then(|| instance::tabs(t, row, may, "points"));
    let operations = lines::operations(&desk, &recent);
    desk.answer(status, |page| {
        let view = ResourcePage {
            page,
            tabs,
            resource,
            ledger,
            backups,
            upload,
            asides: set_aside,
            facts,
            operations,
            may,
        };
        match (is_htmx(request), refused) {
            (true, Some(_)) => view.as_upload().render(),
            (true, None) => view.as_list().render(),
            (false, _) => view.render(),
        }
    })
}

pub(super) fn ledger(entry: &Entry, asides: &[&AsideRow]) -> Ledger {
    let last = entry.last.as_ref();
    Ledger {
        taken_at: last.map(|last| last.taken_at),
        bytes: last.map_or(0, |last| last.stored_bytes),
        took: last.map_or(0, |last| seconds(last.taken_at, last.finished_at)),
        verified_at: last.and_then(|last| last.verified_at),
        backups: entry.backups,
        stored: entry.bytes,
        aside: asides.iter().map(|aside| aside.bytes).sum(),
    }
}

pub(super) fn head(desk: &Desk, row: &ResourceRow, entry: &Entry, recent: &[OperationRow]) -> Head {
    let t = desk.page.t;
    let live = recent.iter().find(|row| !row.state.is_final());
    Head {
        id: row.id.to_string(),
        name: row.name.clone(),
        kind: row.kind.to_string(),
        health: entry.health,
        restore_refused: row.restore_refused.as_ref().map(|problem| t.told(problem)),
        newest: entry.last.as_ref().map(|last| last.id.to_string()),
        operation: live
            .map(|row| Ref::new(row.id.as_str(), t.op(row.kind.as_str(), lines::subject(desk, row)))),
    }
}

/// A page below a resource.
pub(super) async fn desk(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    row: &ResourceRow,
) -> Result<Desk, Refusal> {
    let desk = page::desk(site, request, caller, shell::Here::Kind(row.kind.to_string())).await?;
    Ok(desk.below_overview(row.name.clone()))
}

pub(super) async fn recent(site: &Site, row: &ResourceRow) -> Result<Vec<OperationRow>, Refusal> {
    let filter =
        OperationFilter { resource: Some(row.id.clone()), limit: Some(RECENT), ..OperationFilter::default() };
    Ok(site.world.db.operations(filter).await?.rows)
}

async fn line(site: &Site, desk: &Desk, aside: &AsideRow) -> Result<AsideLine, Refusal> {
    let operation = site.world.db.operation(&aside.operation).await?;
    let name = desk.page.t.op(operation.kind.as_str(), lines::subject(desk, &operation));
    Ok(AsideLine {
        id: aside.id.to_string(),
        item: aside.item.clone(),
        operation: Ref::new(operation.id.as_str(), name),
        bytes: aside.bytes,
        made_at: aside.made_at,
        keep_until: aside.keep_until,
        can_undo: operation.state == OpState::Succeeded,
    })
}

pub(super) fn upload(site: &Site, desk: &Desk, row: &ResourceRow) -> Upload {
    let formats = format!("ui-upload-formats-{}", row.kind);
    Upload { formats: desk.page.t.s(&formats), limit: site.room.limit, ..Upload::default() }
}

/// How it is reached, without secrets.
fn facts(desk: &Desk, row: &ResourceRow) -> Vec<Fact> {
    let t = desk.page.t;
    let mut facts = vec![Fact::text(t.s("ui-kind"), t.kind(row.kind.as_str()))];
    let project = desk.member.iter().find(|(own, _)| Some(&own.id) == row.project.as_ref());
    if let Some((project, _)) = project {
        facts.push(Fact::link(t.s("ui-project"), project.name.as_str(), format!("/projects/{}", project.id)));
    }
    facts.extend(row.access.iter().map(|(name, value)| Fact::code(name, value)));
    if row.sealed.is_some() {
        facts.push(Fact::text(t.s("ui-secrets"), t.s("ui-secrets-set")));
    }
    if let Some(seen) = row.seen_at {
        facts.push(Fact::text(t.s("ui-last-seen"), t.ago(seen, desk.page.now)));
    }
    facts
}
