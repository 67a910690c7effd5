//! `POST /api/instances/{resource}/restore/{backup}`

use crate::{
    engine::RestoreOptions,
    operation::{Request, RestoreRequest},
    problem,
    supabase::engine::KIND,
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{instance_asked::RestoreInstance, operation::OperationDetail, plan::Plan},
    },
};

/// Put a recovery point back: over its instance, or beside it as a new one.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/restore/{backup}",
    tag = "Instances",
    params(Run),
    request_body(content = Option<RestoreInstance>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn restore(call: Call<Run>, Json(asked): Json<RestoreInstance>) -> Answer {
    let backup = call.here.backup()?;
    // The address names the instance it was taken of: nothing else is let in here.
    if backup.kind != KIND {
        return Err(problem!("not-an-instance", resource = &backup.resource_name).into());
    }
    let options = RestoreOptions {
        place: asked.place(),
        new_name: asked.new_name,
        format: asked.format,
        ..RestoreOptions::default()
    };
    let request = Request::Restore(RestoreRequest {
        options,
        without_safety: asked.without_safety,
        ..RestoreRequest::of(backup.id.clone())
    });
    call.ask(call.query, request, asked.confirm.as_deref()).await
}
