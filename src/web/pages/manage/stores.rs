//! `/stores`: where backups lie, and how much room there is.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use crate::{
    db::StoreRow,
    domain::problem::Problem,
    problem,
    web::{
        Site,
        caller::Caller,
        error::Refusal,
        page,
        shell::Here,
        text::T,
        view::stores::{Space, StoreView, StoresPage},
    },
};

/// The page.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Refusal> {
    let desk = page::desk(&site, &request, &caller, Here::Stores).await?;
    let t = desk.page.t;
    let desk = desk.below_overview(t.s("ui-nav-stores"));
    let mut stores = Vec::new();
    for row in site.world.db.stores().await? {
        stores.push(view(&site, t, row).await?);
    }
    desk.answer(StatusCode::OK, |page| StoresPage { page, stores }.render())
}

async fn view(site: &Site, t: T, row: StoreRow) -> Result<StoreView, Problem> {
    let (backups, bytes) = site.world.db.stored_in(&row.id).await?;
    let space = space(site, &row).await.map_err(|problem| t.told(&problem));
    Ok(StoreView { id: row.id.to_string(), name: row.name, location: row.location, backups, bytes, space })
}

async fn space(site: &Site, row: &StoreRow) -> Result<Space, Problem> {
    let store = site.world.stores.get(&row.id)?;
    let space = store.space().await?.ok_or_else(|| problem!("store-unusable", at = &row.location))?;
    Ok(Space { free: space.free, total: space.total, reserve: site.room.reserve.of(space.total) })
}
