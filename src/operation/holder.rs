//! Who stands in the way of a request, as far as whoever asks may know: one database
//! may have been added in two projects, and an administrator restores from one into
//! another. What a project does is its own members' to know.

use super::{World, prepare::Actor};
use crate::{
    db::OperationRow,
    domain::{
        id::{ProjectId, UserId},
        msg::Arg,
        problem::Problem,
    },
    problem,
};

/// Problems that name the operation in the way.
const NAMING: [&str; 2] = ["locked", "backup-held"];

/// The problem as `by` may read it: of an operation they neither asked for nor can see,
/// only that there is one (`locked-elsewhere`). The command line's user and Zelo itself see all.
pub(super) async fn in_the_way(world: &World, by: &Actor, problem: Problem) -> Problem {
    let Some(user) = by.0.strip_prefix("user:") else { return problem };
    if !NAMING.contains(&problem.code.as_str()) {
        return problem;
    }
    let Some(Arg::Text(holder)) = problem.args.get("operation") else { return problem };
    let Ok(holder) = holder.parse() else { return problem };
    match world.db.operation(&holder).await {
        // What they asked for themselves they know.
        Ok(row) if row.actor == by.0 || sees(world, user, &row).await => problem,
        _ => problem!("locked-elsewhere"),
    }
}

/// Whether they may see an operation. In doubt not.
async fn sees(world: &World, user: &str, operation: &OperationRow) -> bool {
    let Ok(user) = user.parse::<UserId>() else { return false };
    match project_of(world, operation).await {
        Ok(Some(project)) => matches!(world.db.role_in(&user, &project).await, Ok(Some(_))),
        // What nobody has claimed is administrators' to see.
        Ok(None) => world.db.user(&user).await.is_ok_and(|user| user.is_admin),
        Err(_) => false,
    }
}

/// The project an operation belongs to, by itself or by its resource.
pub async fn project_of(world: &World, operation: &OperationRow) -> Result<Option<ProjectId>, Problem> {
    let (None, Some(resource)) = (&operation.project, &operation.resource) else {
        return Ok(operation.project.clone());
    };
    match world.db.resource(resource).await {
        Ok(resource) => Ok(resource.project),
        Err(problem) if problem.code.starts_with("not-found-") => Ok(None),
        Err(problem) => Err(problem),
    }
}
