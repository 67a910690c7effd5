//! `GET /api/instances/{resource}/backups`

use super::here;
use crate::web::api::{
    backups::list::{Asked, rows},
    call::{Answer, Call},
    types::{Rows, backup::Backup},
};

/// An instance's recovery points, the newest first.
#[utoipa::path(
    get,
    path = "/api/instances/{resource}/backups",
    tag = "Instances",
    params(Asked),
    responses((status = 200, body = Rows<Backup>)),
)]
pub(in crate::web::api) async fn backups(call: Call<Asked>) -> Answer {
    here(&call)?;
    rows(&call).await
}
