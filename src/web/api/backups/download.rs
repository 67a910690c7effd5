//! `GET /api/resources/{resource}/backups/{backup}/download`

use crate::web::{
    api::{
        call::{Answer, Call},
        types::operation::OperationDetail,
    },
    download::{Reader, answer, is_fresh, verify},
};

/// Download a backup.
///
/// One file as it lies in its store, or a tar of several with manifest and RECOVER.md.
/// Ranges are heeded, and `If-Range` and `If-None-Match`. A backup that was not
/// verified within a day is verified first: ask again when that has ended.
#[utoipa::path(
    get,
    path = "/api/resources/{resource}/backups/{backup}/download",
    tag = "Backups",
    params(
        ("Range" = Option<String>, Header, description = "One range of bytes."),
        ("If-Range" = Option<String>, Header, description = "The `ETag` the range is of."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` that is there already."),
    ),
    responses(
        (status = 200, description = "The whole of it.", content_type = "application/octet-stream", body = Vec<u8>,
            headers(("ETag" = String), ("Content-Disposition" = String))),
        (status = 206, description = "The range.", content_type = "application/octet-stream", body = Vec<u8>,
            headers(("ETag" = String), ("Content-Range" = String))),
        (status = 304, description = "It is there already."),
        (status = 202, description = "It is being verified first.", body = OperationDetail,
            headers(("Location" = String, description = "Where that can be followed."))),
    ),
)]
pub(in crate::web::api) async fn download(call: Call) -> Answer {
    let (site, row, by) = (&call.site, call.here.backup()?, call.actor());
    row.usable()?;
    if !is_fresh(&site.world, row).await? {
        let started = verify(site, row, &by).await?;
        return call.accepted(&started).await;
    }
    answer(site, &call.request, &row.id, Reader { link: None, actor: &by.0 }).await
}
