//! `/dashboard/backup`: all backups of a person's projects.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::backup_list::{Of, Wish, list};
use crate::{
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
    // With each backup it is looked again; here only what is of no use anywhere is left out.
    let may =
        |role| desk.member.iter().any(|(project, own)| desk.scope.contains(&project.id) && *own >= role);
    let may = May { operate: may(Role::Operator), own: may(Role::Owner) };
    let backups =
        list(&site, t, Of::Projects(&desk.scope), "/dashboard/backup".to_owned(), &wish, may).await?;
    desk.answer(StatusCode::OK, |page| {
        let view = BackupsPage { page, backups };
        if is_htmx(&request) { view.as_list().render() } else { view.render() }
    })
}
