//! `GET /api/instances`

use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    db::ResourceFilter,
    supabase::engine::KIND,
    web::api::{
        call::{Answer, Call, window},
        types::{Rows, resource::Resource},
    },
};

/// Which.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::web::api) struct Asked {
    /// At most so many rows; not given: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// After so many.
    offset: Option<u32>,
}

/// The instances of the caller's projects, by name.
#[utoipa::path(
    get,
    path = "/api/instances",
    tag = "Instances",
    params(Asked),
    responses((status = 200, body = Rows<Resource>)),
)]
pub(in crate::web::api) async fn list(call: Call<Asked>) -> Answer {
    let (limit, offset) = window(call.query.limit, call.query.offset)?;
    let filter = ResourceFilter {
        projects: Some(call.projects().await?),
        kind: Some(KIND),
        limit: Some(limit),
        offset,
        ..ResourceFilter::default()
    };
    let page = call.site.world.db.resources(filter).await?;
    Ok(call.ok(&Rows::of(page, call.words, Resource::of)))
}
