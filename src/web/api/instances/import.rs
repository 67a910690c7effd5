//! `POST /api/instances/import`

use std::path::PathBuf;

use crate::{
    operation::import_instances,
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::import::{ImportInstances, ImportedInstance, ImportedInstances},
    },
};

/// Take over another manager's list of instances.
///
/// Each entry whose folder is a Supabase stack of a known host is added to the project,
/// under the name the list has. What is not says why. For administrators: the list is a
/// file of the panel's own machine.
#[utoipa::path(
    post,
    path = "/api/instances/import",
    tag = "Instances",
    params(Run),
    request_body = ImportInstances,
    responses((status = 200, description = "What became of each.", body = ImportedInstances)),
)]
pub(in crate::web::api) async fn import(call: Call<Run>, Json(asked): Json<ImportInstances>) -> Answer {
    let project = call.site.world.db.project(&asked.project).await?.id;
    let into = (!call.query.dry_run).then_some(&project);
    let file = PathBuf::from(asked.path);
    let all = import_instances(&call.site.world, &file, into, &call.actor()).await?;
    let instances = all.iter().map(|one| ImportedInstance::of(one, call.words)).collect();
    Ok(call.ok(&ImportedInstances { instances }))
}
