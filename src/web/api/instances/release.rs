//! `POST /api/instances/{resource}/release`

use super::here;
use crate::{
    operation::{ReleaseRequest, Request},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{instance_asked::ReleaseInstance, operation::OperationDetail, plan::Plan},
    },
};

/// Release a copy: it gets its way out, its mail and its scheduled jobs.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/release",
    tag = "Instances",
    params(Run),
    request_body(content = Option<ReleaseInstance>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn release(call: Call<Run>, Json(asked): Json<ReleaseInstance>) -> Answer {
    let resource = here(&call)?.id.clone();
    let request = Request::Release(ReleaseRequest { resource, without_safety: asked.without_safety });
    call.ask(call.query, request, asked.confirm.as_deref()).await
}
