//! `POST /api/instances/{resource}/backup`

use super::here;
use crate::{
    domain::backup::Origin,
    engine::BackupOptions,
    operation::{BackupRequest, Request},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{instance_asked::BackupInstance, operation::OperationDetail, plan::Plan},
    },
};

/// Make a recovery point: settings, database, stored objects.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/backup",
    tag = "Instances",
    params(Run),
    request_body(content = Option<BackupInstance>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn backup(call: Call<Run>, Json(asked): Json<BackupInstance>) -> Answer {
    let request = Request::Backup(BackupRequest {
        resource: here(&call)?.id.clone(),
        name: asked.name,
        note: asked.note,
        options: BackupOptions { format: asked.format, ..BackupOptions::default() },
        origin: Origin::Manual,
        parent: None,
    });
    call.ask(call.query, request, None).await
}
