//! `GET /api/instances/{resource}/backup/{backup}/details`

use crate::web::api::{
    backups,
    call::{Answer, Call},
    types::backup::BackupDetail,
};

/// One recovery point, and what is in it.
#[utoipa::path(
    get,
    path = "/api/instances/{resource}/backup/{backup}/details",
    tag = "Instances",
    responses((status = 200, body = BackupDetail)),
)]
pub(in crate::web::api) async fn details(call: Call) -> Answer {
    backups::show::show(call).await
}
