//! `POST /api/resources/{resource}/backups/upload`

use actix_multipart::Multipart;

use crate::web::{
    api::{
        call::{Answer, Call, Run},
        types::{backup::UploadForm, operation::OperationDetail, plan::Plan},
    },
    upload,
};

/// Upload a file as a backup.
///
/// Streamed; recognised by its contents, inspected, and offered for restore only
/// after that. `name` and `note` come before the file. With `dry_run` the file is sent
/// and looked at, and not kept.
#[utoipa::path(
    post,
    path = "/api/resources/{resource}/backups/upload",
    tag = "Backups",
    params(Run),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 202, description = "It came whole; the rest is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn upload(call: Call<Run>, form: Multipart) -> Answer {
    let key = call.key()?;
    let (resource, by) = (call.here.resource()?, call.actor());
    let received = upload::receive(&call.site, &call.request, &call.here, form).await?;
    if call.query.dry_run {
        let prepared = received.plan(&call.site, resource, &by).await?;
        return Ok(call.ok(&Plan::of(&prepared.view, call.words)));
    }
    let row = received.begin(&call.site, resource, &by, key).await?;
    call.accepted(&row.id).await
}
