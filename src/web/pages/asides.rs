//! What a restore set aside: keep it longer. Removing it for good is a plan of its
//! own.

use actix_web::{HttpResponse, web};
use chrono::Duration;

use crate::{
    msg,
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        flash,
        guard::Here,
        text::T,
    },
};

/// Keeps it for as long again as such things are kept.
pub(super) async fn keep(
    site: web::Data<Site>,
    request: actix_web::HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let aside = here.aside()?;
    let until = aside.keep_until.max(site.now()) + Duration::days(site.world.rules.aside_days);
    site.world.db.extend_aside(&aside.id, until, &caller.actor().0).await?;
    let day = T::of(caller::lang(&site, &request)).day(until);
    let to = format!("/resources/{}#asides", aside.resource);
    Ok(flash::done(&site, &to, msg!("flash-aside-kept", day = day)))
}
