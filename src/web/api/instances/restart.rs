//! `POST /api/instances/{resource}/safe-restart`

use super::{here, waiver};
use crate::{
    operation::{Request, RestartRequest},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{instance_asked::StopServices, operation::OperationDetail, plan::Plan},
    },
};

/// Restart an instance's services in order.
///
/// Saved first; compared with before; put back if it is worse.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/safe-restart",
    tag = "Instances",
    params(Run),
    request_body(content = Option<StopServices>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn restart(call: Call<Run>, Json(asked): Json<StopServices>) -> Answer {
    let request = Request::Restart(RestartRequest {
        resource: here(&call)?.id.clone(),
        services: asked.services,
        without_safety: waiver(&call, asked.without_safety)?,
    });
    call.ask(call.query, request, asked.confirm.as_deref()).await
}
