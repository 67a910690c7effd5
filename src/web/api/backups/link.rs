//! `POST /api/resources/{resource}/backups/{backup}/download-link`

use actix_web::HttpResponse;
use chrono::Duration;

use crate::{
    secret::token,
    web::{
        api::{
            body::Json,
            call::{Answer, Call, Nothing},
            types::backup::DownloadLink,
        },
        download::{is_fresh, verify},
        proxy,
    },
};

/// How long a link works.
const LASTS: Duration = Duration::hours(1);

/// Make a link to download a backup by.
///
/// For one hour and this backup, many times, without signing in, with ranges. A backup
/// that was not verified within a day is verified first.
#[utoipa::path(
    post,
    path = "/api/resources/{resource}/backups/{backup}/download-link",
    tag = "Backups",
    responses((status = 201, description = "It was made.", body = DownloadLink)),
)]
pub(in crate::web::api) async fn link(call: Call, Json(Nothing {}): Json<Nothing>) -> Answer {
    let (site, row, by) = (&call.site, call.here.backup()?, call.actor());
    row.usable()?;
    let verification = if is_fresh(&site.world, row).await? {
        None
    } else {
        Some(verify(site, row, &by).await?.to_string())
    };
    let (token, digest) = token::new(&*site.random)?;
    let link = site.world.db.add_download_link(&digest, &row.id, &by.0, site.now() + LASTS).await?;
    let url = format!("{}/download/{}", proxy::address(site, &call.request), token.expose());
    Ok(HttpResponse::Created().json(DownloadLink { url, expires_at: link.expires_at, verification }))
}
