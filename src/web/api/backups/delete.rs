//! `DELETE /api/resources/{resource}/backups/{backup}`

use crate::{
    operation::{DeleteRequest, Request},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{backup::Confirm, operation::OperationDetail, plan::Plan},
    },
};

/// Move a backup to the trash.
///
/// It stays there whole for some days and can be brought back. `confirm` is the
/// resource's name.
#[utoipa::path(
    delete,
    path = "/api/resources/{resource}/backups/{backup}",
    tag = "Backups",
    params(Run),
    request_body = Confirm,
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn delete(call: Call<Run>, Json(asked): Json<Confirm>) -> Answer {
    let request = Request::Delete(DeleteRequest::of(call.here.backup()?.id.clone()));
    call.ask(call.query, request, asked.confirm.as_deref()).await
}
