//! `GET /api/instances/{resource}/config/editable-fields`

use crate::{
    operation::settings,
    web::api::{
        call::{Answer, Call},
        instances::here,
        types::{Rows, instance::ConfigField},
    },
};

/// All settings that have a form, with their values.
///
/// Of a secret only whether it is set.
#[utoipa::path(
    get,
    path = "/api/instances/{resource}/config/editable-fields",
    tag = "Instances",
    responses((status = 200, body = Rows<ConfigField>)),
)]
pub(in crate::web::api) async fn fields(call: Call) -> Answer {
    let all = settings(&call.site.world, here(&call)?).await?.all;
    Ok(call.ok(&Rows::all(all.iter().map(|one| ConfigField::of(one, call.words)).collect())))
}
