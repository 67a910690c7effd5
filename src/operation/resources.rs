//! Resources as people add and change them: what every door does alike. Only
//! Zelo's own records change; the thing itself is looked at and not touched.

use std::collections::BTreeMap;

use super::{Actor, World};
use crate::{
    db::{NewAccess, NewResource, OperationFilter, ResourceRow, ResourceState},
    domain::{id::ProjectId, kind::Kind, names::is_label, operation::OpState, problem::Problem},
    engine::{Access, Check, Detected, Verdict},
    problem,
};

/// A resource to be added.
#[derive(Debug, Clone)]
pub struct Addition {
    /// Whose it becomes.
    pub project: ProjectId,
    /// What it is called.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// How it is reached, as its engine accepted it.
    pub access: Access,
    /// What it was detected as, if it was.
    pub detected: Option<Detected>,
}

/// Writes a resource down, its secrets sealed for its identity. Problems:
/// `resource-name`, `resource-exists`, `resource-name-taken`.
pub async fn add_resource(world: &World, new: Addition, by: &Actor) -> Result<ResourceRow, Problem> {
    if !is_label(&new.name) {
        return Err(problem!("resource-name", name = new.name));
    }
    let identity = match &new.detected {
        Some(found) => found.identity.clone(),
        None => by_hand(&new.kind, &new.access.values),
    };
    let new = NewResource {
        project: Some(new.project),
        host: None,
        sealed: world.seal(&identity, &new.access)?,
        kind: new.kind,
        name: new.name,
        identity,
        access: new.access.values,
        restore_refused: new.detected.and_then(|found| found.restore_refused),
    };
    world.db.add_resource(new, &by.0).await
}

/// What is known of how a resource is reached. Secrets that cannot be opened any
/// more are no obstacle to giving new ones.
pub fn known_access(world: &World, row: &ResourceRow, new_secrets: bool) -> Result<Access, Problem> {
    match world.access(row) {
        Err(_) if new_secrets => Ok(Access { values: row.access.clone(), ..Access::default() }),
        known => known,
    }
}

/// Whether nothing was found that keeps a resource from being used.
pub fn passes(checks: &[Check]) -> bool {
    !checks.iter().any(|check| matches!(check.verdict, Verdict::Bad(_)))
}

/// Changes how a resource is reached, its secrets sealed for its identity, and
/// notes that it was seen if `checks` saw it. Problems: of [`access_may_change`],
/// `resource-exists`.
pub async fn change_access(
    world: &World,
    row: &ResourceRow,
    access: Access,
    checks: &[Check],
    by: &Actor,
) -> Result<ResourceRow, Problem> {
    access_may_change(world, row, &access).await?;
    let identity = identity(row, &access);
    let new = NewAccess {
        sealed: world.seal(&identity, &access)?,
        secrets: access.secrets.into_keys().collect(),
        values: access.values,
        identity,
    };
    let row = world.db.set_resource_access(&row.id, new, &by.0).await?;
    if row.state == ResourceState::Missing && !checks.is_empty() {
        world.db.set_resource_state(&row.id, ResourceState::Ok).await?;
        return world.db.resource(&row.id).await;
    }
    Ok(row)
}

/// An operation that is not over goes back, after a crash too, to where it began:
/// a new password helps it, another server would be touched in its place.
/// Problem: `locked`.
pub async fn access_may_change(world: &World, row: &ResourceRow, access: &Access) -> Result<(), Problem> {
    if access.values == row.access {
        return Ok(());
    }
    let filter = OperationFilter {
        states: vec![OpState::Queued, OpState::Running, OpState::NeedsOperator],
        resource: Some(row.id.clone()),
        limit: Some(1),
        ..OperationFilter::default()
    };
    match world.db.operations(filter).await?.rows.first() {
        Some(open) => {
            let key = format!("resource:{}", row.id);
            Err(problem!("locked", operation = open.id.as_str(), kind = open.kind.as_str(), key = key))
        }
        None => Ok(()),
    }
}

/// A resource added by hand is known by how it is reached, as one is from now on
/// that only the manifests of its backups knew; a detected one stays what it is.
fn identity(row: &ResourceRow, access: &Access) -> String {
    if row.identity == by_hand(&row.kind, &row.access) || row.identity.starts_with("manifest:") {
        by_hand(&row.kind, &access.values)
    } else {
        row.identity.clone()
    }
}

/// What makes two resources added by hand the same one: kind and open values.
fn by_hand(kind: &Kind, values: &BTreeMap<String, String>) -> String {
    let values: Vec<_> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{kind}:{}", values.join("&"))
}
