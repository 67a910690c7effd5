//! `POST /api/operations/{operation}/cancel`

use crate::{
    operation,
    web::api::{
        body::Json,
        call::{Answer, Call, Nothing},
        types::operation::OperationDetail,
    },
};

/// Ask an operation to stop.
///
/// Queued, it is cancelled at once; running, it undoes what it did, unless it is past
/// its commit point.
#[utoipa::path(
    post,
    path = "/api/operations/{operation}/cancel",
    tag = "Operations",
    responses(
        (status = 202, description = "It was asked to.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
    ),
)]
pub(in crate::web::api) async fn cancel(call: Call, Json(Nothing {}): Json<Nothing>) -> Answer {
    let id = &call.here.operation()?.id;
    operation::cancel(&call.site.world, id, &call.actor()).await?;
    call.accepted(id).await
}
