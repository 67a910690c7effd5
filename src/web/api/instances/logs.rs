//! `GET /api/instances/{resource}/logs`

use serde::Deserialize;
use utoipa::IntoParams;

use super::here;
use crate::{
    operation, problem,
    web::api::{
        call::{Answer, Call},
        types::instance::{ServiceLine, ServiceLog},
    },
};

/// Lines of each container, unless more or fewer are asked for; and the most there are.
const LINES: u32 = 200;
const MOST_LINES: u32 = 2000;

/// Of what, and how much.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::web::api) struct Asked {
    /// The service, as Compose names it.
    #[param(required = true)]
    service: Option<String>,
    /// At most so many lines of each of its containers; not given: 200.
    #[param(minimum = 1, maximum = 2000)]
    lines: Option<u32>,
}

/// What a service wrote last, its secrets taken out.
#[utoipa::path(
    get,
    path = "/api/instances/{resource}/logs",
    tag = "Instances",
    params(Asked),
    responses((status = 200, body = ServiceLog)),
)]
pub(in crate::web::api) async fn logs(call: Call<Asked>) -> Answer {
    let row = here(&call)?;
    let service =
        call.query.service.clone().ok_or_else(|| problem!("api-field-missing", field = "service"))?;
    let lines = call.query.lines.unwrap_or(LINES);
    if !(1..=MOST_LINES).contains(&lines) {
        return Err(problem!("api-limit", most = MOST_LINES).into());
    }
    let found = operation::logs(&call.site.world, row, &service, lines).await?;
    Ok(call.ok(&ServiceLog { service, lines: found.iter().map(ServiceLine::of).collect() }))
}
