//! What is done to an operation by a button: cancel it, or leave `needs_operator` by
//! one of its ways out.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::{
    msg,
    operation::{self, Way, WayOut},
    web::{Site, caller::Caller, error::Refusal, flash, guard::Here},
};

/// Asks it to stop; what it did is undone.
pub(super) async fn cancel(
    site: web::Data<Site>,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let id = &here.operation()?.id;
    operation::cancel(&site.world, id, &caller.actor()).await?;
    site.wake();
    Ok(flash::done(&site, &format!("/operations/{id}"), msg!("flash-cancelled")))
}

/// The way chosen.
#[derive(Deserialize)]
pub(super) struct Chosen {
    way: String,
    #[serde(default)]
    note: String,
}

/// Takes a way out.
pub(super) async fn resolve(
    site: web::Data<Site>,
    caller: Caller,
    here: Here,
    chosen: web::Form<Chosen>,
) -> Result<HttpResponse, Refusal> {
    let id = &here.operation()?.id;
    let chosen = chosen.into_inner();
    let (way, told) = match chosen.way.as_str() {
        "retry" => (Way::Retry, msg!("flash-retrying")),
        "resolved" => (Way::Resolved { note: chosen.note }, msg!("flash-resolved")),
        other => return Err(Refusal::bad_request(format!("way={other}"))),
    };
    match operation::resolve(&site.world, id, way, &caller.actor()).await? {
        WayOut::Same(id) => {
            site.wake();
            Ok(flash::done(&site, &format!("/operations/{id}"), told))
        }
        // Its plan is shown first, on a page of its own.
        WayOut::Restore(_) => Ok(flash::go(&site, &format!("/operations/{id}/safety"), None)),
    }
}
