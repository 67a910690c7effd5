//! `GET /api/instances/{resource}/diagnose`

use super::here;
use crate::{
    operation::examine,
    web::api::{
        call::{Answer, Call},
        types::instance::Diagnosis,
    },
};

/// Look for what is wrong with an instance.
///
/// It asks its services and takes a while; it changes nothing.
#[utoipa::path(
    get,
    path = "/api/instances/{resource}/diagnose",
    tag = "Instances",
    responses((status = 200, body = Diagnosis)),
)]
pub(in crate::web::api) async fn diagnose(call: Call) -> Answer {
    let (_, found) = examine(&call.site.world, here(&call)?).await?;
    Ok(call.ok(&Diagnosis::of(&found, call.words)))
}
