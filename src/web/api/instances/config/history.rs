//! `GET /api/instances/{resource}/config/history`

use crate::{
    operation,
    web::api::{
        call::{Answer, Call},
        instances::here,
        types::instance::{ConfigChange, ConfigHistory},
    },
};

/// Changes that are shown: the newest.
const MOST: i64 = 100;

/// The last changes of settings, the newest first.
#[utoipa::path(
    get,
    path = "/api/instances/{resource}/config/history",
    tag = "Instances",
    responses((status = 200, body = ConfigHistory)),
)]
pub(in crate::web::api) async fn history(call: Call) -> Answer {
    let all = operation::history(&call.site.world, here(&call)?, MOST).await?;
    let rows: Vec<ConfigChange> = all.iter().map(ConfigChange::of).collect();
    Ok(call.ok(&ConfigHistory { total: rows.len() as u64, rows }))
}
