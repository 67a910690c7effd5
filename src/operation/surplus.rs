//! Safety points of an instance that are more than are kept: each edit and each restart
//! takes one. Only safety points are counted and only they go, so that they never displace
//! what a person or a schedule made, nor are displaced by it (design: retention is per
//! origin). Those of the settings alone and those with all data are counted apart: ten edits
//! must not push out what there was before a repair.

use std::collections::BTreeSet;

use super::{World, prepare::Kind as _, safety::proof_of, untrash::Untrash};
use crate::{
    db::{BackupFilter, BackupRow, OperationFilter, ResourceFilter},
    domain::{
        backup::{BackupState, Origin},
        id::{BackupId, ResourceId},
        operation::OpState,
        problem::Problem,
    },
    supabase::{capture::has_data, engine::KIND},
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

/// The same of one resource. None while any is dated in the future: which are old cannot be
/// told then.
pub(super) async fn of(world: &World, resource: &ResourceId) -> Result<Vec<BackupRow>, Problem> {
    let rows = complete(world, resource, None).await?;
    let keep = world.rules.safety_points;
    let now = world.clock.now();
    let few = rows.iter().filter(|row| row.origin == Origin::Safety).count() <= keep;
    if few || rows.iter().any(|row| row.taken_at > now) {
        return Ok(Vec::new());
    }
    let stay = stays(world, resource, &rows).await?;
    let (mut whole, mut partial, mut gone) = (0, 0, Vec::new());
    for row in rows.into_iter().filter(|row| row.origin == Origin::Safety) {
        let count = if is_whole(world, &row).await? { &mut whole } else { &mut partial };
        *count += 1;
        let is_free = *count > keep && !row.pinned && !stay.contains(&row.id);
        if is_free && is_known(world, &row).await? && world.db.held_by(&row.id).await?.is_empty() {
            gone.push(row);
        }
    }
    Ok(gone)
}

/// Whether it has data and not the settings alone, by what lies in it.
async fn is_whole(world: &World, row: &BackupRow) -> Result<bool, Problem> {
    Ok(has_data(&world.db.backup_manifest(&row.id).await?))
}

/// Whether this Zelo took it. After a catalogue was rebuilt nothing is known of who needs
/// what: then a person decides.
async fn is_known(world: &World, row: &BackupRow) -> Result<bool, Problem> {
    match world.db.operation(&row.operation).await {
        Ok(_) => Ok(true),
        Err(problem) if problem.is("not-found-operation") => Ok(false),
        Err(problem) => Err(problem),
    }
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
    let mut newest = None;
    for row in rows {
        if is_whole(world, row).await? {
            newest = newest.or(Some(&row.id));
            if row.verified_at.is_some() {
                stay.insert(row.id.clone());
                break;
            }
        }
    }
    stay.extend(newest.cloned());
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
