//! `POST /api/resources/{resource}/backups`

use crate::{
    domain::backup::{Compression, Origin},
    engine::BackupOptions,
    operation::{BackupRequest, Request},
    problem,
    web::{
        api::{
            body::Json,
            call::{Answer, Call, Run},
            types::{backup::CreateBackup, operation::OperationDetail, plan::Plan},
        },
        error::Refusal,
    },
};

/// Back a resource up.
#[utoipa::path(
    post,
    path = "/api/resources/{resource}/backups",
    tag = "Backups",
    params(Run),
    request_body(content = Option<CreateBackup>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn create(call: Call<Run>, Json(asked): Json<CreateBackup>) -> Answer {
    let request = Request::Backup(BackupRequest {
        resource: call.here.resource()?.id.clone(),
        name: asked.name,
        note: asked.note,
        options: BackupOptions {
            items: asked.items,
            format: asked.format,
            roles: asked.roles,
            compression: compression(asked.compression.as_deref())?,
        },
        origin: Origin::Manual,
        parent: None,
    });
    call.ask(call.query, request, None).await
}

fn compression(text: Option<&str>) -> Result<Compression, Refusal> {
    let Some(text) = text else { return Ok(Compression::default()) };
    let wrong = |_| problem!("api-field-value", field = "compression").detail(Compression::WRITTEN);
    Ok(text.parse().map_err(wrong)?)
}
