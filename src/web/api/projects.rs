//! `GET /api/projects`

use super::{
    call::{Answer, Call},
    types::{Rows, project::Project},
};

/// The projects the caller is a member of.
#[utoipa::path(get, path = "/api/projects", tag = "People", responses((status = 200, body = Rows<Project>)))]
pub(super) async fn list(call: Call) -> Answer {
    let member = call.site.world.db.memberships_of(&call.caller.user.id).await?;
    Ok(call.ok(&Rows::all(member.iter().map(|(row, role)| Project::of(row, *role)).collect())))
}
