//! Safety points of an instance that are more than are kept: each edit and each restart
//! takes one. Only safety points are counted and only they go, so that they never displace
//! what a person or a schedule made, nor are displaced by it (design: retention is per
//! origin). Those of the settings alone and those with all data are counted apart: ten edits
//! must not push out what there was before a repair.

use std::collections::BTreeSet;

use super::{
    World,
    prepare::Kind as _,
    safety::{proof_of, was_whole},
    untrash::Untrash,
};
use crate::{
    db::{BackupFilter, BackupRow, OperationFilter, ResourceFilter},
    domain::{
        backup::{BackupState, Origin},
        id::{BackupId, ResourceId},
        operation::OpState,
        problem::Problem,
    },
    supabase::engine::KIND,
};

/// More of one instance are not looked through at once.
const MOST: i64 = 1000;

/// What is too many and may go, of all instances. What is pinned, needed by an operation
/// or by something that was set aside, brought back from the trash, the newest with all data
/// and the newest proven one stay, however many there are.
pub async fn surplus(world: &World) -> Result<Vec<BackupRow>, Problem> {
    let instances = ResourceFilter { kind: Some(KIND), limit: Some(MOST), ..ResourceFilter::default() };
    let mut all = Vec::new();
    for row in world.db.resources(instances).await?.rows {
        all.extend(of(world, &row.id).await?);
    }
    Ok(all)
}

/// The same of one resource.
pub(super) async fn of(world: &World, resource: &ResourceId) -> Result<Vec<BackupRow>, Problem> {
    let rows = complete(world, resource, None).await?;
    let keep = world.rules.safety_points;
    if rows.iter().filter(|row| row.origin == Origin::Safety).count() <= keep {
        return Ok(Vec::new());
    }
    let stay = stays(world, resource, &rows).await?;
    let (mut whole, mut partial, mut gone) = (0, 0, Vec::new());
    for row in rows.into_iter().filter(|row| row.origin == Origin::Safety) {
        let count = if was_whole(world, &row.operation).await? { &mut whole } else { &mut partial };
        *count += 1;
        let is_free = *count > keep && !row.pinned && !stay.contains(&row.id);
        if is_free && world.db.held_by(&row.id).await?.is_empty() {
            gone.push(row);
        }
    }
    Ok(gone)
}

/// The newest first.
async fn complete(
    world: &World,
    resource: &ResourceId,
    proven: Option<bool>,
) -> Result<Vec<BackupRow>, Problem> {
    let filter = BackupFilter {
        resource: Some(resource.clone()),
        state: Some(BackupState::Complete),
        proven,
        limit: Some(MOST),
        ..BackupFilter::default()
    };
    Ok(world.db.backups(filter).await?.rows)
}

async fn stays(
    world: &World,
    resource: &ResourceId,
    rows: &[BackupRow],
) -> Result<BTreeSet<BackupId>, Problem> {
    let mut stay: BTreeSet<BackupId> =
        complete(world, resource, Some(true)).await?.into_iter().take(1).map(|row| row.id).collect();
    for row in rows.iter().filter(|row| row.verified_at.is_some()) {
        if was_whole(world, &row.operation).await? {
            stay.insert(row.id.clone());
            break;
        }
    }
    // Who brought one back wants it.
    let brought_back = OperationFilter {
        resource: Some(resource.clone()),
        kind: Some(Untrash::KIND),
        states: vec![OpState::Succeeded],
        limit: Some(MOST),
        ..OperationFilter::default()
    };
    let brought_back = world.db.operations(brought_back).await?.rows;
    stay.extend(brought_back.into_iter().filter_map(|operation| operation.backup));
    for aside in world.db.kept_asides(Some(resource)).await? {
        let proof = proof_of(world, &aside.operation).await?;
        stay.extend(proof.map(|proof| proof.backups).unwrap_or_default());
    }
    Ok(stay)
}
