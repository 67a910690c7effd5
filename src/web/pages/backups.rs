//! `/dashboard/backup`: all backups of a person's projects.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::backup_list::{Of, Wish, list};
use crate::{
    db::BackupRow,
    domain::role::Role,
    web::{
        Site,
        caller::Caller,
        error::{Refusal, is_htmx},
        page,
        shell::Here,
        view::{May, backups::BackupsPage},
    },
};

/// The page, or only its list.
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, Refusal> {
    let desk = page::desk(&site, &request, &caller, Here::Backups).await?;
    let t = desk.page.t;
    let desk = desk.below_overview(t.s("ui-nav-backups"));
    let may = |own: Role| May { operate: own >= Role::Operator, own: own >= Role::Owner };
    // What is of use nowhere is left out of the head; each row has its own project's role.
    let best = desk.member.iter().filter(|(project, _)| desk.scope.contains(&project.id));
    let best = best.map(|(_, role)| *role).max().map_or_else(May::default, may);
    let each = |row: &BackupRow| desk.role(row.project.as_ref()).map_or_else(May::default, may);
    let path = "/dashboard/backup".to_owned();
    let mut backups = list(&site, t, Of::Projects(&desk.scope), path, &wish, (best, &each)).await?;
    backups.bytes = desk.board.figures.stored_bytes;
    desk.answer(StatusCode::OK, |page| {
        let view = BackupsPage { page, backups };
        if is_htmx(&request) { view.as_list().render() } else { view.render() }
    })
}
