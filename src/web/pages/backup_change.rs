//! What is done to one backup by a button: verify, keep, keep no longer, bring back
//! from the trash, make or revoke a download link.

use actix_web::{HttpResponse, web};
use chrono::Duration;
use serde::Deserialize;

use crate::{
    domain::msg::Msg,
    msg,
    operation::{Request, UntrashRequest, VerifyRequest},
    secret::token,
    web::{Site, caller::Caller, download, error::Refusal, flash, guard::Here, proxy, start},
};

/// How long a download link works.
const LINK: Duration = Duration::hours(1);

/// Where the button was.
#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

impl Back {
    fn to<'a>(&'a self, other: &'a str) -> &'a str {
        proxy::own_path(&self.back).unwrap_or(other)
    }
}

/// Starts a verification and shows it.
pub(super) async fn verify(
    site: web::Data<Site>,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let verify = Request::Verify(VerifyRequest { backup: here.backup()?.id.clone() });
    let row = start::request(&site, &caller, verify, None, None).await?;
    Ok(flash::go(&site, &format!("/operations/{}", row.id), None))
}

/// Keeps it for ever.
pub(super) async fn pin(
    site: web::Data<Site>,
    caller: Caller,
    here: Here,
    back: web::Form<Back>,
) -> Result<HttpResponse, Refusal> {
    set(&site, &caller, &here, &back, true, msg!("flash-backup-pinned")).await
}

/// Keeps it no longer than any other.
pub(super) async fn unpin(
    site: web::Data<Site>,
    caller: Caller,
    here: Here,
    back: web::Form<Back>,
) -> Result<HttpResponse, Refusal> {
    set(&site, &caller, &here, &back, false, msg!("flash-backup-unpinned")).await
}

async fn set(
    site: &Site,
    caller: &Caller,
    here: &Here,
    back: &Back,
    pinned: bool,
    told: Msg,
) -> Result<HttpResponse, Refusal> {
    let id = &here.backup()?.id;
    site.world.db.pin_backup(id, pinned, &caller.actor().0).await?;
    Ok(flash::done(site, back.to(&format!("/backups/{id}")), told))
}

/// Brings it back from the trash.
pub(super) async fn untrash(
    site: web::Data<Site>,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let untrash = Request::Untrash(UntrashRequest { backup: here.backup()?.id.clone() });
    let row = start::request(&site, &caller, untrash, None, None).await?;
    Ok(flash::go(&site, &format!("/operations/{}", row.id), None))
}

/// Makes a link for an hour and shows it once, on the backup's page; or verifies
/// first, if it was not read in full within a day.
pub(super) async fn link(
    site: web::Data<Site>,
    request: actix_web::HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let row = here.backup()?;
    row.usable()?;
    if !download::is_fresh(&site.world, row).await? {
        let operation = download::verify(&site, row, &caller.actor()).await?;
        return Ok(flash::go(&site, &format!("/operations/{operation}"), None));
    }
    let (token, hash) = token::new(&*site.random)?;
    site.world.db.add_download_link(&hash, &row.id, &caller.actor().0, site.now() + LINK).await?;
    super::backup::page(&site, &request, &caller, &here, Some(token.expose().to_owned())).await
}

/// Which link.
#[derive(Deserialize)]
pub(super) struct Which {
    link: String,
}

/// Ends a link.
pub(super) async fn revoke(
    site: web::Data<Site>,
    caller: Caller,
    here: Here,
    which: web::Form<Which>,
) -> Result<HttpResponse, Refusal> {
    let id = &here.backup()?.id;
    site.world.db.revoke_download_link(id, &which.link, &caller.actor().0).await?;
    Ok(flash::done(&site, &format!("/backups/{id}"), msg!("flash-link-revoked")))
}
