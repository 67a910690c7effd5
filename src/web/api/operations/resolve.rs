//! `POST /api/operations/{operation}/resolve`

use crate::{
    operation::{self, WayOut, check_way_out},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{
            operation::{Operation, OperationDetail, ResolveOperation, Way, WayPlan, Would},
            plan::Plan,
        },
    },
};

/// Take a way out of an operation that needs a person.
///
/// `retry` finishes or undoes again what could not be finished or undone; `restore`
/// restores the safety backup, which is an operation of its own; `resolved` says in a
/// note how things were put right by hand.
#[utoipa::path(
    post,
    path = "/api/operations/{operation}/resolve",
    tag = "Operations",
    params(Run),
    request_body = ResolveOperation,
    responses(
        (status = 202, description = "It goes on, is resolved, or a restore is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan of the restore, or what would be done.",
            body = WayPlan),
    ),
)]
pub(in crate::web::api) async fn resolve(call: Call<Run>, Json(asked): Json<ResolveOperation>) -> Answer {
    let (world, id) = (&call.site.world, &call.here.operation()?.id);
    let way = match asked.way {
        Way::Retry => operation::Way::Retry,
        Way::Restore => operation::Way::Restore,
        Way::Resolved => operation::Way::Resolved { note: asked.note.unwrap_or_default() },
    };
    if call.query.dry_run && asked.way != Way::Restore {
        let row = check_way_out(world, id, &way).await?;
        let would = Would { would: asked.way, operation: Operation::of(&row, call.words) };
        return Ok(call.ok(&WayPlan::Would(Box::new(would))));
    }
    match operation::resolve(world, id, way, &call.actor()).await? {
        WayOut::Same(id) => {
            call.site.wake();
            call.accepted(&id).await
        }
        WayOut::Restore(request) if call.query.dry_run => {
            let prepared = operation::prepare(world, request, &call.actor()).await?;
            Ok(call.ok(&WayPlan::Plan(Box::new(Plan::of(&prepared.view, call.words)))))
        }
        WayOut::Restore(request) => call.ask(call.query, request, asked.confirm.as_deref()).await,
    }
}
