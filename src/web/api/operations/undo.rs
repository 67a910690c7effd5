//! `POST /api/operations/{operation}/undo`

use crate::{
    operation::{Request, UndoRequest},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{
            operation::{OperationDetail, UndoOperation},
            plan::Plan,
        },
    },
};

/// Undo a finished restore, or an undo.
///
/// A new operation: what is there now is backed up and set aside, too, so that this
/// can be undone again.
#[utoipa::path(
    post,
    path = "/api/operations/{operation}/undo",
    tag = "Operations",
    params(Run),
    request_body(content = Option<UndoOperation>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn undo(call: Call<Run>, Json(asked): Json<UndoOperation>) -> Answer {
    let request = Request::Undo(UndoRequest {
        operation: call.here.operation()?.id.clone(),
        without_safety: asked.without_safety,
    });
    call.ask(call.query, request, asked.confirm.as_deref()).await
}
