//! `POST /api/instances/{resource}/config/{field}/rotate`

use super::field;
use crate::{
    operation::{ConfigRequest, Guided, Request},
    problem,
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        instances::here,
        types::{instance::SetBack, operation::OperationDetail, plan::Plan},
    },
};

/// Make a secret anew, with all that belongs to it.
///
/// `jwt_secret`: a new signing secret, and both API keys signed with it. Whoever uses the
/// old keys is shut out. It is in force afterwards, or everything is put back.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/config/{field}/rotate",
    tag = "Instances",
    params(Run),
    request_body(content = Option<SetBack>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn rotate(call: Call<Run>, Json(asked): Json<SetBack>) -> Answer {
    let guided = Guided::named(field(&call));
    let guided = guided.ok_or_else(|| problem!("config-not-guided", field = field(&call)))?;
    let request = Request::Config(ConfigRequest::guided(here(&call)?.id.clone(), guided));
    call.ask(call.query, request, asked.confirm.as_deref()).await
}
