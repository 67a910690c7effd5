//! `GET /api/operations/{operation}`

use crate::web::{
    api::{
        call::{Answer, Call},
        types::operation::OperationDetail,
    },
    live::hub::Sight,
};

/// One operation, with its steps.
#[utoipa::path(
    get,
    path = "/api/operations/{operation}",
    tag = "Operations",
    responses((status = 200, body = OperationDetail)),
)]
pub(in crate::web::api) async fn show(call: Call) -> Answer {
    let sight = Sight::take(&call.site.world.db, &call.here.operation()?.id).await?;
    Ok(call.ok(&OperationDetail::of(&sight, call.words)))
}
