//! `POST /api/instances/{resource}/config/{field}/reveal`

use super::field;
use crate::{
    operation,
    web::api::{
        body::Json,
        call::{Answer, Call},
        instances::here,
        types::{instance::Revealed, instance_asked::RevealField},
    },
};

/// Show the value of one setting, also of a secret.
///
/// That it was shown, and to whom, is in the audit log before it is.
#[utoipa::path(
    post,
    path = "/api/instances/{resource}/config/{field}/reveal",
    tag = "Instances",
    request_body(content = Option<RevealField>),
    responses((status = 200, body = Revealed)),
)]
pub(in crate::web::api) async fn reveal(call: Call, Json(RevealField {}): Json<RevealField>) -> Answer {
    let field = field(&call);
    let value = operation::reveal(&call.site.world, here(&call)?, field, &call.actor()).await?;
    Ok(call.ok(&Revealed { field: field.to_owned(), value: value.expose().to_owned() }))
}
