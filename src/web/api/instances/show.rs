//! `GET /api/instances/{resource}`

use super::here;
use crate::{
    operation::glance,
    web::api::{
        call::{Answer, Call},
        types::{
            instance::{Instance, InstanceDrift, InstanceNow},
            problem::Trouble,
            resource::Resource,
        },
    },
};

/// One instance, and how its services are now.
///
/// One that cannot be looked at is shown all the same, with why.
#[utoipa::path(
    get,
    path = "/api/instances/{resource}",
    tag = "Instances",
    responses((status = 200, body = Instance)),
)]
pub(in crate::web::api) async fn show(call: Call) -> Answer {
    let row = here(&call)?;
    // What containers use is asked behind people's backs only: here is what is known of it.
    call.site.glances.hurry(&call.site, row);
    let known = call.site.glances.last(&row.id);
    let drift = known.drift.as_ref().map(|drift| InstanceDrift::of(drift, call.words));
    let found = glance(&call.site.world, row).await;
    let (now, problem) = match found.map(|found| found.with_figures(known.glance.as_ref())) {
        Ok(found) => (Some(InstanceNow::of(&found, call.words)), None),
        Err(problem) => (None, Some(Trouble::of(&problem, call.words))),
    };
    Ok(call.ok(&Instance { resource: Resource::of(row, call.words), now, problem, drift }))
}
