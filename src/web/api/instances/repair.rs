//! `POST /api/instances/{resource}/auto-repair`

use super::{here, waiver};
use crate::{
    operation::{RepairRequest, Request},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{instance_asked::RepairInstance, operation::OperationDetail, plan::Plan},
    },
};

/// Repair what a diagnosis finds, where Zelo can do that safely.
///
/// Each repair is looked at again by the probe that found the fault, and put back if it
/// did not help.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/auto-repair",
    tag = "Instances",
    params(Run),
    request_body(content = Option<RepairInstance>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn repair(call: Call<Run>, Json(asked): Json<RepairInstance>) -> Answer {
    let request = Request::Repair(RepairRequest {
        resource: here(&call)?.id.clone(),
        probes: asked.probes,
        without_safety: waiver(&call, asked.without_safety)?,
    });
    call.ask(call.query, request, asked.confirm.as_deref()).await
}
