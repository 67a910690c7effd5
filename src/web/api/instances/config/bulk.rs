//! `PUT /api/instances/{resource}/config/bulk`

use crate::{
    operation::{self, ConfigRequest, Request},
    web::{
        api::{
            body::Json,
            call::{Answer, Call, Run},
            instances::{here, waiver},
            types::{instance_asked::ChangeConfig, operation::OperationDetail, plan::Plan},
        },
        error::Refusal,
    },
};

/// Change several settings as one.
///
/// All are checked before anything is written; they are in force afterwards, or all of
/// them are put back.
#[utoipa::path(
    put,
    path = "/api/instances/{resource}/config/bulk",
    tag = "Instances",
    params(Run),
    request_body = ChangeConfig,
    responses(
        (status = 202, description = "It is queued.", body = OperationDetail,
            headers(("Location" = String, description = "Where it can be followed."))),
        (status = 200, description = "With `dry_run`: the plan.", body = Plan),
    ),
)]
pub(in crate::web::api) async fn bulk(call: Call<Run>, Json(asked): Json<ChangeConfig>) -> Answer {
    let values = asked.values.into_iter().map(|(field, hidden)| (field, hidden.0)).collect();
    let row = here(&call)?;
    let wrong = operation::wrong_values(&call.site.world, row, &values).await?;
    if let [first, _, ..] = wrong.as_slice() {
        let refusal = Refusal::from(first.clone());
        return Err(Refusal { all: wrong, ..refusal });
    }
    let mut request = ConfigRequest::new(&call.site.world, row.id.clone(), values);
    request.without_safety = waiver(&call, asked.without_safety)?;
    call.ask(call.query, Request::Config(request), asked.confirm.as_deref()).await
}
