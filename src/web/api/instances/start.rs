//! `POST /api/instances/{resource}/start`

use super::here;
use crate::{
    operation::{Request, StartRequest},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{instance_asked::StartServices, operation::OperationDetail, plan::Plan},
    },
};

/// Start what is stopped, each service after what it waits for.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/start",
    tag = "Instances",
    params(Run),
    request_body(content = Option<StartServices>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn start(call: Call<Run>, Json(asked): Json<StartServices>) -> Answer {
    let resource = here(&call)?.id.clone();
    let request = Request::Start(StartRequest { resource, services: asked.services });
    call.ask(call.query, request, None).await
}
