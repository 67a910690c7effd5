//! `GET /api/me`

use super::{
    call::{Answer, Call},
    types::project::{Me, Project},
};

/// Who asks, and where they are a member.
#[utoipa::path(get, path = "/api/me", tag = "People", responses((status = 200, body = Me)))]
pub(super) async fn show(call: Call) -> Answer {
    let member = call.site.world.db.memberships_of(&call.caller.user.id).await?;
    let projects = member.iter().map(|(row, role)| Project::of(row, *role)).collect();
    Ok(call.ok(&Me::of(&call.caller.user, projects)))
}
