//! `PUT /api/instances/{resource}/config/{field}`

use std::collections::BTreeMap;

use super::field;
use crate::{
    operation::{ConfigRequest, Request},
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        instances::{here, waiver},
        types::{instance_asked::ChangeField, operation::OperationDetail, plan::Plan},
    },
};

/// Change one setting.
///
/// It is in force afterwards, or put back.
#[utoipa::path(
    put,
    path = "/api/instances/{resource}/config/{field}",
    tag = "Instances",
    params(Run),
    request_body = ChangeField,
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn change(call: Call<Run>, Json(asked): Json<ChangeField>) -> Answer {
    let values = BTreeMap::from([(field(&call).to_owned(), asked.value.0)]);
    let mut request = ConfigRequest::new(&call.site.world, here(&call)?.id.clone(), values);
    request.without_safety = waiver(&call, asked.without_safety)?;
    call.ask(call.query, Request::Config(request), asked.confirm.as_deref()).await
}
