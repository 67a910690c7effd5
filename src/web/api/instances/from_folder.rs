//! `POST /api/instances/from-folder`

use std::path::Path;

use actix_web::{HttpResponse, http::header::LOCATION};

use crate::{
    operation::add_folder,
    web::api::{
        body::Json,
        call::{Answer, Call},
        types::{import::FolderInstance, resource::Resource},
    },
};

/// Add an instance by its folder.
///
/// For a Supabase stack whose containers were removed: nothing else is left to find it by.
/// The folder must lie below one of the setting `instance_roots` of the panel's machine. An
/// instance that was added already without its folder is told it.
#[utoipa::path(
    post,
    path = "/api/instances/from-folder",
    tag = "Instances",
    request_body = FolderInstance,
    responses((status = 201, description = "It is an instance.", body = Resource,
        headers(("Location" = String, description = "Where it is found.")))),
)]
pub(in crate::web::api) async fn add(call: Call, Json(asked): Json<FolderInstance>) -> Answer {
    let world = &call.site.world;
    let project = world.db.project(&asked.project).await?.id;
    let row = add_folder(world, Path::new(&asked.folder), &project, asked.name, &call.actor()).await?;
    let place = call.place(&format!("/api/instances/{}", row.id));
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(Resource::of(&row, call.words)))
}
