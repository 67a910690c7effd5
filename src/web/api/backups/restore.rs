//! `POST /api/resources/{resource}/backups/{backup}/restore`

use crate::{
    domain::{id::ResourceId, role::Role},
    engine::RestoreOptions,
    operation::{Request, RestoreRequest},
    web::{
        api::{
            body::Json,
            call::{Answer, Call, Run},
            types::{backup::RestoreBackup, operation::OperationDetail, plan::Plan},
        },
        error::Refusal,
    },
};

/// Put a backup's contents back.
///
/// What is there now is backed up first, and set aside, so that the restore can be
/// undone. The caller must be an owner where it goes, too.
#[utoipa::path(
    post,
    path = "/api/resources/{resource}/backups/{backup}/restore",
    tag = "Backups",
    params(Run),
    request_body(content = Option<RestoreBackup>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn restore(call: Call<Run>, Json(asked): Json<RestoreBackup>) -> Answer {
    let into = match &asked.into {
        Some(id) => Some(target(&call, id).await?),
        None => None,
    };
    let request = Request::Restore(RestoreRequest {
        backup: call.here.backup()?.id.clone(),
        into,
        options: RestoreOptions {
            items: asked.items,
            new_name: asked.new_name,
            in_place: asked.in_place,
            replace_roles: asked.replace_roles,
            closed: false,
            format: None,
            place: std::collections::BTreeMap::new(),
        },
        without_safety: asked.without_safety,
        resolves: None,
        parent: None,
    });
    call.ask(call.query, request, asked.confirm.as_deref()).await
}

/// Another resource, if the caller may restore into it.
async fn target(call: &Call<Run>, id: &str) -> Result<ResourceId, Refusal> {
    let id: ResourceId = id.parse().map_err(|_| Refusal::nothing_here())?;
    call.may_at(&id, Role::Owner).await?;
    Ok(id)
}
