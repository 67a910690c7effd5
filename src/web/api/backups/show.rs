//! `GET /api/resources/{resource}/backups/{backup}`

use crate::web::api::{
    call::{Answer, Call},
    types::backup::BackupDetail,
};

/// One backup, and what is in it.
#[utoipa::path(
    get,
    path = "/api/resources/{resource}/backups/{backup}",
    tag = "Backups",
    responses((status = 200, body = BackupDetail)),
)]
pub(in crate::web::api) async fn show(call: Call) -> Answer {
    let row = call.here.backup()?;
    let manifest = call.site.world.db.backup_manifest(&row.id).await?;
    Ok(call.ok(&BackupDetail::of(row, &manifest, call.words)))
}
