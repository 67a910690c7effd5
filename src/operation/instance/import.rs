//! Taking over another manager's list of instances: each entry whose folder is a stack of
//! a known host is added under the name it has there. Nothing of the stacks is touched.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::{
    db::ResourceRow,
    domain::{id::ProjectId, msg::Msg, problem::Problem},
    engine::Detected,
    msg,
    operation::{Actor, Addition, World, add_resource, change_access, look},
    problem,
    supabase::{
        engine::{KIND, LISTING},
        listing::{Listed, normal, read},
        steps::read_listing,
    },
};

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ImportOutcome {
    /// It is a resource now, or would be: its id, once it is.
    Added {
        /// Its id; none if it was only looked at.
        resource: Option<String>,
    },
    /// It was added already; from now on its name is kept alike in the list.
    Known {
        /// What Zelo calls it.
        name: String,
    },
    /// It was not added.
    LeftOut {
        /// Why.
        why: Msg,
    },
    /// It could not be added.
    Refused {
        /// Why.
        problem: Problem,
    },
}

/// An entry of the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Imported {
    /// What the list calls it.
    pub name: String,
    /// Where it lies, if the list says it.
    pub folder: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: ImportOutcome,
}

/// A stack that was detected.
struct Stack {
    folder: PathBuf,
    found: Detected,
    added: Option<ResourceRow>,
}

/// Adds the instances of a list to a project; `None`: only says what would become of them.
/// Problem: `listing-unreadable`.
pub async fn import_instances(
    world: &World,
    file: &Path,
    project: Option<&ProjectId>,
    by: &Actor,
) -> Result<Vec<Imported>, Problem> {
    let shown = file.display().to_string();
    let file = tokio::fs::canonicalize(file)
        .await
        .map_err(|e| problem!("listing-unreadable", path = &shown).detail(e))?;
    let own = world.rules.uploads.parent().unwrap_or(&world.rules.uploads);
    let unreadable = || problem!("listing-unreadable", path = &shown);
    if file.starts_with(own) {
        return Err(unreadable());
    }
    let listed = read(&read_listing(&file).await?).ok_or_else(unreadable)?;
    let stacks = stacks(world).await?;
    let mut all = Vec::new();
    for one in listed {
        let outcome = outcome(world, &file, project, by, &one, &stacks).await;
        let folder = one.folder.as_ref().map(|folder| folder.display().to_string());
        all.push(Imported { name: one.name, folder, outcome });
    }
    Ok(all)
}

async fn stacks(world: &World) -> Result<Vec<Stack>, Problem> {
    let mut all = Vec::new();
    for seen in look(world).await?.seen.iter().filter(|seen| seen.found.kind == KIND) {
        let Ok(instance) = world.instances.instance(&seen.found.access).await else { continue };
        let (found, added) = (seen.found.clone(), seen.added.clone());
        all.push(Stack { folder: real(&instance.folder).await, found, added });
    }
    Ok(all)
}

/// A folder without links, as far as it can be followed from here.
async fn real(folder: &Path) -> PathBuf {
    tokio::fs::canonicalize(folder).await.unwrap_or_else(|_| normal(folder))
}

async fn outcome(
    world: &World,
    file: &Path,
    project: Option<&ProjectId>,
    by: &Actor,
    one: &Listed,
    stacks: &[Stack],
) -> ImportOutcome {
    let Some(folder) = &one.folder else { return ImportOutcome::LeftOut { why: msg!("import-no-folder") } };
    let folder = real(folder).await;
    let Some(stack) = stacks.iter().find(|stack| stack.folder == folder) else {
        return ImportOutcome::LeftOut {
            why: msg!("import-no-stack", folder = folder.display().to_string()),
        };
    };
    let done = match (&stack.added, project) {
        (Some(row), None) => Ok(ImportOutcome::Known { name: row.name.clone() }),
        (None, None) => Ok(ImportOutcome::Added { resource: None }),
        (Some(row), Some(_)) => link(world, file, row, by).await,
        (None, Some(project)) => add(world, file, project, one, stack, by).await,
    };
    done.unwrap_or_else(|problem| ImportOutcome::Refused { problem })
}

async fn add(
    world: &World,
    file: &Path,
    project: &ProjectId,
    one: &Listed,
    stack: &Stack,
    by: &Actor,
) -> Result<ImportOutcome, Problem> {
    let mut access = stack.found.access.clone();
    access.values.insert(LISTING.to_owned(), file.display().to_string());
    let new = Addition {
        project: project.clone(),
        name: one.name.clone(),
        kind: KIND,
        access,
        detected: Some(stack.found.clone()),
    };
    let row = add_resource(world, new, by).await?;
    Ok(ImportOutcome::Added { resource: Some(row.id.to_string()) })
}

/// Remembers the list with a resource that was added before.
async fn link(world: &World, file: &Path, row: &ResourceRow, by: &Actor) -> Result<ImportOutcome, Problem> {
    let mut access = world.access(row)?;
    access.values.insert(LISTING.to_owned(), file.display().to_string());
    let row = change_access(world, row, access, &[], by).await?;
    Ok(ImportOutcome::Known { name: row.name })
}
