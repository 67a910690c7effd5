//! Finds backups again for engines: the undo of a drop in place reads the safety
//! backup through this.

use async_trait::async_trait;

use super::{Stores, delete::folder};
use crate::{
    db::Db,
    domain::{id::BackupId, manifest::Manifest, problem::Problem},
    engine::{Backups, Shelf},
    store::{StorePath, manifest},
};

/// The catalogue and the stores.
#[derive(Clone)]
pub struct Shelves {
    /// Zelo's own database.
    pub db: Db,
    /// Where backups lie.
    pub stores: Stores,
}

#[async_trait]
impl Backups for Shelves {
    async fn open(&self, id: &BackupId) -> Result<(Shelf, Manifest), Problem> {
        let backup = self.db.backup(id).await?;
        let store = self.stores.get(&backup.store)?;
        let path = StorePath::new(&backup.path)?;
        let manifest = manifest::manifest(&*store, &path).await?;
        Ok((Shelf { store, resource: folder(&path)?, folder: String::new() }, manifest))
    }
}
