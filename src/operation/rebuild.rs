//! The catalogue against the store: what lies there is listed, what does not is
//! marked missing. Nothing in the store is changed.

use std::collections::BTreeSet;

use super::World;
use crate::{
    db::BackupFilter,
    domain::{
        backup::BackupState,
        id::{BackupId, StoreId},
        problem::Problem,
    },
    store::scan::{Refused, scan},
};

/// What a rebuild found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rebuilt {
    /// Backups that lie in the stores and are listed now.
    pub listed: u64,
    /// Of these, visibly damaged ones: a file missing or of another length.
    pub damaged: u64,
    /// Backups the catalogue had and no store has.
    pub missing: u64,
    /// Folders that were passed over, and why.
    pub refused: Vec<Refused>,
}

/// Reads every manifest of every store and puts the catalogue right.
pub async fn rebuild(world: &World) -> Result<Rebuilt, Problem> {
    let mut total = Rebuilt::default();
    // Before looking: what is published meanwhile is not missed.
    let listed = present(world).await?;
    for (id, store) in world.stores.iter() {
        let found = scan(&**store).await?;
        let mut there: BTreeSet<BackupId> = BTreeSet::new();
        for one in &found.backups {
            world.db.publish_backup(&one.manifest, id, &one.folder).await?;
            if let Some(damage) = &one.damage {
                world.db.mark_corrupt(&one.manifest.id, damage).await?;
                total.damaged += 1;
            }
            total.listed += 1;
            there.insert(one.manifest.id.clone());
        }
        there.extend(found.trashed.into_iter().map(|one| one.manifest.id));
        for (backup, _) in listed.iter().filter(|(backup, at)| at == id && !there.contains(backup)) {
            world.db.set_backup_state(backup, BackupState::Missing).await?;
            total.missing += 1;
        }
        total.refused.extend(found.refused);
    }
    Ok(total)
}

/// The backups the catalogue takes for present, and where.
async fn present(world: &World) -> Result<Vec<(BackupId, StoreId)>, Problem> {
    /// At a time.
    const ROWS: i64 = 500;
    let mut all = Vec::new();
    for offset in (0..).step_by(ROWS as usize) {
        let page = BackupFilter { limit: Some(ROWS), offset, ..BackupFilter::default() };
        let rows = world.db.backups(page).await?.rows;
        if rows.is_empty() {
            break;
        }
        let here = |state| matches!(state, BackupState::Complete | BackupState::Corrupt);
        all.extend(rows.into_iter().filter(|row| here(row.state)).map(|row| (row.id, row.store)));
    }
    Ok(all)
}
