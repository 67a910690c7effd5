//! `GET /api/operations`

use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    db::OperationFilter,
    domain::{
        id::ProjectId,
        operation::{OpKind, OpState},
    },
    problem,
    web::{
        api::{
            call::{Answer, Call, window},
            types::{Rows, operation::Operation},
        },
        error::Refusal,
    },
};

/// Which.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::web::api) struct Asked {
    /// In one of these states: one, or several with commas between them.
    #[param(example = "queued,running")]
    pub(super) state: Option<String>,
    /// Of this kind: `backup`, `restore`…
    pub(super) kind: Option<String>,
    /// On this resource.
    pub(super) resource: Option<String>,
    /// In this project.
    pub(super) project: Option<String>,
    /// At most so many rows; not given: 50.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
    /// After so many.
    pub(super) offset: Option<u32>,
}

/// Operations in the caller's projects, the newest first.
#[utoipa::path(
    get,
    path = "/api/operations",
    tag = "Operations",
    params(Asked),
    responses((status = 200, body = Rows<Operation>)),
)]
pub(in crate::web::api) async fn list(call: Call<Asked>) -> Answer {
    let asked = &call.query;
    let (limit, offset) = window(asked.limit, asked.offset)?;
    let filter = OperationFilter {
        states: states(asked.state.as_deref())?,
        kind: asked.kind.clone().map(OpKind::named),
        resource: asked
            .resource
            .as_deref()
            .map(|id| id.parse().map_err(|_| Refusal::nothing_here()))
            .transpose()?,
        projects: Some(projects(&call).await?),
        limit: Some(limit),
        offset,
        ..OperationFilter::default()
    };
    let page = call.site.world.db.operations(filter).await?;
    Ok(call.ok(&Rows::of(page, call.words, Operation::of)))
}

fn states(text: Option<&str>) -> Result<Vec<OpState>, Refusal> {
    let words = text.into_iter().flat_map(|text| text.split(','));
    let read = |word: &str| word.trim().parse().map_err(|_| problem!("api-query").detail(word).into());
    words.map(read).collect()
}

/// All of the caller's projects, or the one they name, which must be theirs.
async fn projects(call: &Call<Asked>) -> Result<Vec<ProjectId>, Refusal> {
    let mut own = call.projects().await?;
    if let Some(wanted) = &call.query.project {
        own.retain(|id| id.as_str() == wanted);
        if own.is_empty() {
            return Err(Refusal::nothing_here());
        }
    }
    Ok(own)
}
