//! Adding an instance by its folder: what a stack whose containers were removed is found
//! by. Nothing of the stack is touched.

use std::path::Path;

use crate::{
    db::{ResourceFilter, ResourceRow},
    domain::{id::ProjectId, problem::Problem},
    operation::{Actor, Addition, World, add_resource, change_access},
    problem,
    supabase::{
        engine::{FOLDER, KIND, detected},
        folder::find,
    },
};

/// The host whose folders are this machine's.
const HOST: &str = "local";

/// Instances that are looked through at most.
const MOST: i64 = 10_000;

/// Adds the Supabase stack in a folder, under this name or its Compose project's. One that
/// was added already without its folder is told it, and stays what and whose it is.
///
/// Problems: those of [`find`], `instance-folder-other`, `resource-exists`, `resource-name`,
/// `resource-name-taken`.
pub async fn add_folder(
    world: &World,
    folder: &Path,
    project: &ProjectId,
    name: Option<String>,
    by: &Actor,
) -> Result<ResourceRow, Problem> {
    let found = find(&world.instances, HOST, folder).await?;
    if let Ok(running) = world.instances.instance_named(HOST, &found.project).await {
        let there = tokio::fs::canonicalize(&running.folder).await.unwrap_or(running.folder);
        if there != found.folder {
            let there = there.display().to_string();
            return Err(problem!("instance-folder-other", project = &found.project, path = there));
        }
    }
    let mut seen = detected(HOST, &found.project);
    let path = found.folder.display().to_string();
    if let Some(row) = known(world, &found.project).await? {
        if row.access.contains_key(FOLDER) {
            return Err(problem!("resource-exists", name = row.name, id = row.id.as_str()));
        }
        let mut access = world.access(&row)?;
        access.values.insert(FOLDER.to_owned(), path);
        return change_access(world, &row, access, &[], by).await;
    }
    seen.access.values.insert(FOLDER.to_owned(), path);
    let new = Addition {
        project: project.clone(),
        name: name.unwrap_or_else(|| found.project.clone()),
        kind: KIND,
        access: seen.access.clone(),
        detected: Some(seen),
    };
    add_resource(world, new, by).await
}

/// What leads to this Compose project already, detected or added by hand.
async fn known(world: &World, project: &str) -> Result<Option<ResourceRow>, Problem> {
    let filter = ResourceFilter { kind: Some(KIND), limit: Some(MOST), ..ResourceFilter::default() };
    let mut rows = world.db.resources(filter).await?.rows.into_iter();
    Ok(rows.find(|row| {
        let value = |name: &str| row.access.get(name).map(String::as_str);
        value("project") == Some(project) && value("host").unwrap_or(HOST) == HOST
    }))
}
