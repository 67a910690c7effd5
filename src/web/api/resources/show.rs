//! `GET /api/projects/{project}/resources/{resource}`

use super::shown;
use crate::web::api::{
    call::{Answer, Call},
    types::resource::Resource,
};

/// One resource.
#[utoipa::path(
    get,
    path = "/api/projects/{project}/resources/{resource}",
    tag = "Resources",
    responses((status = 200, body = Resource)),
)]
pub(in crate::web::api) async fn show(call: Call) -> Answer {
    Ok(call.ok(&shown(&call, call.here.resource()?)))
}
