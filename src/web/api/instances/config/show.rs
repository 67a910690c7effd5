//! `GET /api/instances/{resource}/config/{field}`

use super::field;
use crate::{
    operation::settings,
    web::{
        api::{
            call::{Answer, Call},
            instances::here,
            types::instance::ConfigField,
        },
        error::Refusal,
    },
};

/// One setting.
///
/// Of a secret only whether it is set.
#[utoipa::path(
    get,
    path = "/api/instances/{resource}/config/{field}",
    tag = "Instances",
    responses((status = 200, body = ConfigField)),
)]
pub(in crate::web::api) async fn show(call: Call) -> Answer {
    let all = settings(&call.site.world, here(&call)?).await?.all;
    let one = all.iter().find(|one| one.key.field == field(&call)).ok_or_else(Refusal::nothing_here)?;
    Ok(call.ok(&ConfigField::of(one, call.words)))
}
