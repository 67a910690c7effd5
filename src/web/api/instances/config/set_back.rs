//! `POST /api/instances/{resource}/config/history/{operation}/set-back`

use crate::{
    operation::{self, Request},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        instances::waiver,
        types::{instance_asked::SetBack, operation::OperationDetail, plan::Plan},
    },
};

/// Go back to the values from before a change.
///
/// That is a change of its own, and can be taken back too.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/config/history/{operation}/set-back",
    tag = "Instances",
    params(Run),
    request_body(content = Option<SetBack>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn set_back(call: Call<Run>, Json(asked): Json<SetBack>) -> Answer {
    let operation = &call.here.operation()?.id;
    let mut request = operation::set_back(&call.site.world, operation).await?;
    request.without_safety = waiver(&call, asked.without_safety)?;
    call.ask(call.query, Request::Config(request), asked.confirm.as_deref()).await
}
