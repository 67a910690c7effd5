//! `/instances/{resource}`: the pages of an instance. What they share is here.

pub(super) mod diagnosis;
pub(super) mod follow;
pub(super) mod history;
pub(super) mod logs;
mod plan;
pub(super) mod rotate;
pub(super) mod run;
pub(super) mod settings;
pub(super) mod show;
pub(super) mod test_mail;

use actix_web::{HttpRequest, HttpResponse};

use super::resource;
use crate::{
    db::ResourceRow,
    supabase::engine::KIND,
    web::{
        Site,
        caller::Caller,
        error::Refusal,
        flash,
        guard::Here,
        page::Desk,
        text::T,
        view::{
            May, Ref,
            instance::{Tab, Tabs},
        },
    },
};

/// Where somebody is led who asks for the instance's page of another kind of resource.
fn elsewhere(site: &Site, row: &ResourceRow) -> Option<HttpResponse> {
    (row.kind != KIND).then(|| flash::go(site, &format!("/resources/{}", row.id), None))
}

/// Where the instance's own page is.
fn at(row: &ResourceRow) -> String {
    format!("/instances/{}", row.id)
}

/// The instance, for links.
fn link(row: &ResourceRow) -> Ref {
    Ref::new(row.id.as_str(), row.name.as_str())
}

/// The instance's pages that this person may see. `current`: the one that is shown.
pub(super) fn tabs(t: T, row: &ResourceRow, may: May, current: &str) -> Tabs {
    let at = at(row);
    let all = [
        (true, "summary", at.clone(), "ui-summary"),
        (true, "points", format!("/resources/{}", row.id), "ui-points"),
        (may.operate, "diagnosis", format!("{at}/diagnosis"), "ui-diagnosis"),
        (may.own, "settings", format!("{at}/settings"), "ui-settings"),
        (may.operate, "logs", format!("{at}/logs"), "ui-logs"),
    ];
    let shown = all.into_iter().filter(|(shown, ..)| *shown);
    let tab = |(_, key, url, text): (bool, &str, String, &str)| Tab {
        url,
        text: t.s(text),
        current: key == current,
    };
    Tabs { name: row.name.clone(), all: shown.map(tab).collect() }
}

/// Begins a page below the instance's own. `title`: the id of its text.
async fn desk(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    row: &ResourceRow,
    title: &str,
) -> Result<Desk, Refusal> {
    let desk = resource::desk(site, request, caller, row).await?;
    let (t, at) = (desk.page.t, at(row));
    let way = [("/dashboard", t.s("ui-nav-overview")), (at.as_str(), row.name.clone())];
    Ok(desk.titled(t.s(title), &way))
}

/// What the person may there.
fn may(here: &Here) -> May {
    resource::may(here)
}
