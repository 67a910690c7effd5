//! `POST /api/instances/{resource}/config/{field}/rotate`

use super::field;
use crate::{
    operation::{ConfigRequest, Guided, Request},
    problem,
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        instances::{here, waiver},
        types::{instance_asked::Rotate, operation::OperationDetail, plan::Plan},
    },
};

/// Make a secret anew, with all that belongs to it.
///
/// `jwt_secret`: a new signing secret, and both API keys signed with it. Whoever uses the
/// old keys is shut out. `postgres_password`: a new password of the database, for every
/// role of Supabase and in `.env`; every service that has it is recreated. It is in force afterwards, or everything is put back.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/config/{field}/rotate",
    tag = "Instances",
    params(Run),
    request_body(content = Option<Rotate>),
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn rotate(call: Call<Run>, Json(asked): Json<Rotate>) -> Answer {
    let guided = Guided::named(field(&call));
    let guided = guided.ok_or_else(|| problem!("config-not-guided", field = field(&call)))?;
    let resource = here(&call)?.id.clone();
    let mut request = match asked.value {
        Some(value) => ConfigRequest::guided_by(&call.site.world, resource, guided, value.0)?,
        None => ConfigRequest::guided(resource, guided),
    };
    request.without_safety = waiver(&call, asked.without_safety)?;
    call.ask(call.query, Request::Config(request), asked.confirm.as_deref()).await
}
