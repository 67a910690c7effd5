//! `POST /api/resources/{resource}/backups/{backup}/validate`

use crate::{
    operation::{Request, VerifyRequest},
    web::api::{
        body::Json,
        call::{Answer, Call, Nothing, Run},
        types::{operation::OperationDetail, plan::Plan},
    },
};

/// Check a backup: every digest, then the structure of every part.
#[utoipa::path(
    post,
    path = "/api/resources/{resource}/backups/{backup}/validate",
    tag = "Backups",
    params(Run),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn validate(call: Call<Run>, Json(Nothing {}): Json<Nothing>) -> Answer {
    let request = Request::Verify(VerifyRequest { backup: call.here.backup()?.id.clone() });
    call.ask(call.query, request, None).await
}
