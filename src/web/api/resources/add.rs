//! `POST /api/projects/{project}/resources`

use actix_web::{HttpResponse, http::header::LOCATION};

use super::{accept, checked, look, may_reach, must_pass, not_told_of_others, put_over, shown};
use crate::{
    domain::{kind::Kind, names::is_label},
    engine::Access,
    operation::{Addition, add_resource},
    problem,
    web::api::{
        body::Json,
        call::{Answer, Call, Run},
        types::resource::{AddResource, Checked, Resource},
    },
};

/// Add a resource.
///
/// Looks first whether it can be reached, read and dumped; what cannot is not
/// added. What leads to a container, a file or a socket of Zelo's own machine, only
/// an administrator may add.
#[utoipa::path(
    post,
    path = "/api/projects/{project}/resources",
    tag = "Resources",
    params(Run),
    request_body = AddResource,
    responses(
        (status = 201, description = "It was added.", body = Resource,
            headers(("Location" = String, description = "Where it is found."))),
        (status = 200, description = "With `dry_run`: what was found; nothing was stored.", body = Checked),
    ),
)]
pub(in crate::web::api) async fn add(call: Call<Run>, Json(new): Json<AddResource>) -> Answer {
    let (world, project) = (&call.site.world, call.here.project()?.id.clone());
    if !is_label(&new.name) {
        return Err(problem!("resource-name", name = new.name).into());
    }
    let kind = Kind::named(new.kind);
    let engine = world.engines.get(&kind)?.clone();
    let given = put_over(&*engine, Access::default(), Some(new.access), new.secrets)?;
    let access = accept(&*engine, given)?;
    may_reach(&call, &*engine, &access).await?;
    let checks = look(&*engine, &access, new.unchecked).await;
    if call.query.dry_run {
        return Ok(call.ok(&checked(&call, access, &checks)));
    }
    must_pass(&checks)?;
    let addition = Addition { project: project.clone(), name: new.name, kind, access, detected: None };
    let row = match add_resource(world, addition, &call.actor()).await {
        Ok(row) => row,
        Err(problem) => return Err(not_told_of_others(&call, problem).await),
    };
    let place = call.place(&format!("/api/projects/{project}/resources/{}", row.id));
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(shown(&call, &row)))
}
