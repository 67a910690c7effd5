//! `POST /api/instances/{resource}/restore/{backup}`

use super::here;
use crate::{
    engine::RestoreOptions,
    operation::{Request, RestoreRequest},
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
    let place = asked.place();
    let request = Request::Restore(RestoreRequest {
        into: Some(here(&call)?.id.clone()),
        options: RestoreOptions { new_name: asked.new_name, place, ..RestoreOptions::default() },
        without_safety: asked.without_safety,
        ..RestoreRequest::of(call.here.backup()?.id.clone())
    });
    call.ask(call.query, request, asked.confirm.as_deref()).await
}
