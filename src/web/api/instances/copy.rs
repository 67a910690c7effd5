//! `POST /api/instances/{resource}/copy`

use super::here;
use crate::{
    operation::{CopyRequest, Request},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{instance_asked::CopyInstance, operation::OperationDetail, plan::Plan},
    },
};

/// Copy an instance as it is now to a new one, cut off until it is released.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/copy",
    tag = "Instances",
    params(Run),
    request_body(content = CopyInstance),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn copy(call: Call<Run>, Json(asked): Json<CopyInstance>) -> Answer {
    let resource = here(&call)?.id.clone();
    let place = asked.place();
    let request = Request::Copy(CopyRequest { resource, name: asked.name, place });
    call.ask(call.query, request, None).await
}
