//! `GET /api/instances/{resource}/config/history`

use crate::{
    operation,
    web::api::{
        call::{Answer, Call},
        instances::here,
        types::{Rows, instance::ConfigChange},
    },
};

/// Changes that are shown: the newest.
const MOST: i64 = 100;

/// The last changes of settings, the newest first.
#[utoipa::path(
    get,
    path = "/api/instances/{resource}/config/history",
    tag = "Instances",
    responses((status = 200, body = Rows<ConfigChange>)),
)]
pub(in crate::web::api) async fn history(call: Call) -> Answer {
    let all = operation::history(&call.site.world, here(&call)?, MOST).await?;
    Ok(call.ok(&Rows::all(all.iter().map(ConfigChange::of).collect())))
}
