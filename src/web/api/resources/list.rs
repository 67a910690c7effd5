//! `GET /api/projects/{project}/resources`

use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    db::ResourceFilter,
    domain::kind::Kind,
    web::api::{
        call::{Answer, Call, window},
        types::{Rows, resource::Resource, words::ResourceState},
    },
};

/// Which.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::web::api) struct Asked {
    /// Of this kind.
    pub(super) kind: Option<String>,
    /// In this state.
    #[param(inline)]
    pub(super) state: Option<ResourceState>,
    /// With this in the name or in what it is known by.
    pub(super) text: Option<String>,
    /// At most so many rows; not given: 50.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
    /// After so many.
    pub(super) offset: Option<u32>,
}

/// A project's resources, by name.
#[utoipa::path(
    get,
    path = "/api/projects/{project}/resources",
    tag = "Resources",
    params(Asked),
    responses((status = 200, body = Rows<Resource>)),
)]
pub(in crate::web::api) async fn list(call: Call<Asked>) -> Answer {
    let asked = &call.query;
    let (limit, offset) = window(asked.limit, asked.offset)?;
    let filter = ResourceFilter {
        project: Some(call.here.project()?.id.clone()),
        kind: asked.kind.clone().map(Kind::named),
        state: asked.state.map(Into::into),
        text: asked.text.clone(),
        limit: Some(limit),
        offset,
        ..ResourceFilter::default()
    };
    let page = call.site.world.db.resources(filter).await?;
    Ok(call.ok(&Rows::of(page, call.words, Resource::of)))
}
