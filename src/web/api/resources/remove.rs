//! `DELETE /api/projects/{project}/resources/{resource}`

use actix_web::HttpResponse;

use crate::{
    db::BackupFilter,
    problem,
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::{backup::Confirm, resource::Removal},
    },
};

/// Take a resource off the list.
///
/// The thing itself is not touched. Its backups stay in their stores and can be
/// downloaded; nothing is backed up any more. Refused while an operation works on it.
#[utoipa::path(
    delete,
    path = "/api/projects/{project}/resources/{resource}",
    tag = "Resources",
    params(Run),
    request_body = Confirm,
    responses(
        (status = 204, description = "It is off the list."),
        (status = 200, description = "With `dry_run`: what it would mean; nothing was changed.", body = Removal),
    ),
)]
pub(in crate::web::api) async fn remove(call: Call<Run>, Json(asked): Json<Confirm>) -> Answer {
    let (db, row) = (&call.site.world.db, call.here.resource()?);
    if call.query.dry_run {
        let filter =
            BackupFilter { resource: Some(row.id.clone()), limit: Some(1), ..BackupFilter::default() };
        let backups = db.backups(filter).await?.total;
        return Ok(call.ok(&Removal { confirm: row.name.clone(), backups }));
    }
    if asked.confirm.as_deref() != Some(row.name.as_str()) {
        return Err(problem!("confirm-needed", name = &row.name).into());
    }
    db.remove_resource(&row.id, &call.actor().0).await?;
    Ok(HttpResponse::NoContent().finish())
}
