//! From a request to a queued operation, for pages and API alike: the same call the
//! command line makes.

use super::{Site, caller::Caller};
use crate::{
    db::OperationRow,
    domain::problem::Problem,
    operation::{self, PlanView, Request},
};

/// Prepares and enqueues. `confirm`: the name a person typed. `key`: asked again
/// with the same key, the first answer is given.
pub(crate) async fn request(
    site: &Site,
    caller: &Caller,
    request: Request,
    confirm: Option<&str>,
    key: Option<String>,
) -> Result<OperationRow, Problem> {
    let by = caller.actor();
    if let Some(known) = operation::asked_before(&site.world, &request, &by, key.as_deref()).await? {
        return Ok(known);
    }
    let prepared = operation::prepare(&site.world, request, &by).await?;
    let queued = operation::enqueue(&site.world, prepared, confirm, key).await?;
    site.wake();
    Ok(queued.row().clone())
}

/// Only the plan; changes nothing.
pub(crate) async fn plan(site: &Site, caller: &Caller, request: Request) -> Result<PlanView, Problem> {
    Ok(operation::prepare(&site.world, request, &caller.actor()).await?.view)
}
