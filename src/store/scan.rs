//! What is really in a store: the catalogue is rebuilt from this.
//!
//! Only manifests count. A folder's name decides where not to look (staging) and
//! what is in the trash; never what a backup is, when it was made or whose it is.

use std::collections::BTreeMap;

use tokio::io::AsyncReadExt as _;

use super::{
    Entry, Store, StoreError, StorePath,
    layout::{Name, TRASH, last, parent, read_name},
};
use crate::{
    domain::{
        id::BackupId,
        manifest::{FILE, Manifest},
        problem::Problem,
    },
    problem,
};

/// Deeper than this is nothing of ours.
const DEEPEST: usize = 8;
/// Longer than this no manifest is.
const LONGEST_MANIFEST: u64 = 32 << 20;

/// A backup by its manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its folder.
    pub folder: StorePath,
    /// The folder of its resource, which the manifest's paths are relative to.
    pub resource: StorePath,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What is visibly wrong with it: a file missing or of another length
    /// (`part-missing`, `part-digest`). Digests are not computed here.
    pub damage: Option<Problem>,
}

/// A folder that was passed over.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Which.
    pub path: StorePath,
    /// Why: `scan-manifest`, `scan-no-manifest`, `scan-duplicate`, `scan-deep`, `store-io`.
    pub why: Problem,
}

/// Everything in a store, each list by path.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scan {
    /// Published backups.
    pub backups: Vec<Found>,
    /// Deleted ones that are still kept.
    pub trashed: Vec<Found>,
    /// Staging folders: of operations that run, or that died.
    pub staging: Vec<StorePath>,
    /// What was passed over.
    pub refused: Vec<Refused>,
}

/// Walks a whole store. Fails only if the store itself cannot be used.
pub async fn scan(store: &dyn Store) -> Result<Scan, StoreError> {
    let mut walk = Walk { store, scan: Scan::default() };
    let mut todo: Vec<StorePath> = folders(store.list(None).await?).collect();
    while let Some(folder) = todo.pop() {
        match walk.visit(&folder).await {
            Ok(below) => todo.extend(below),
            Err(error @ StoreError::Unusable { .. }) => return Err(error),
            Err(error) => walk.refuse(&folder, error.into()),
        }
    }
    Ok(walk.scan.tidied())
}

struct Walk<'a> {
    store: &'a dyn Store,
    scan: Scan,
}

impl Walk<'_> {
    /// Looks at one folder; returns those to look into next.
    async fn visit(&mut self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError> {
        if folder.as_str().split('/').count() > DEEPEST {
            self.refuse(folder, problem!("scan-deep", path = folder.as_str()));
            return Ok(Vec::new());
        }
        let name = read_name(last(folder));
        if let Name::Staging(_) = name {
            self.scan.staging.push(folder.clone());
            return Ok(Vec::new());
        }
        let entries = self.store.list(Some(folder)).await?;
        if let Some(manifest) = entries.iter().find(|e| !e.folder && last(&e.path) == FILE) {
            self.take(folder, manifest).await?;
            return Ok(Vec::new());
        }
        if let Name::Backup { .. } = name {
            self.refuse(folder, problem!("scan-no-manifest", path = folder.as_str()));
            return Ok(Vec::new());
        }
        Ok(folders(entries).collect())
    }

    /// A folder with a manifest.
    async fn take(&mut self, folder: &StorePath, file: &Entry) -> Result<(), StoreError> {
        let refusal = |why: &str| problem!("scan-manifest", path = folder.as_str()).detail(why);
        if file.bytes > LONGEST_MANIFEST {
            self.refuse(folder, refusal(&format!("{} bytes are too many", file.bytes)));
            return Ok(());
        }
        let mut bytes = Vec::new();
        self.store.read(&file.path, 0).await?.take(LONGEST_MANIFEST).read_to_end(&mut bytes).await?;
        let manifest = match Manifest::parse(&bytes) {
            Ok(manifest) => manifest,
            Err(error) => {
                self.refuse(folder, refusal(&error.to_string()));
                return Ok(());
            }
        };
        let Some(above) = parent(folder) else {
            self.refuse(folder, refusal("it lies in no resource's folder"));
            return Ok(());
        };
        let in_trash = last(&above) == TRASH;
        let resource = if in_trash { parent(&above) } else { Some(above.clone()) };
        let Some(resource) = resource else {
            self.refuse(folder, refusal("it lies in no resource's folder"));
            return Ok(());
        };
        let damage = self.damage(&manifest, folder, &resource, in_trash).await?;
        let found = Found { folder: folder.clone(), resource, manifest, damage };
        let list = if in_trash { &mut self.scan.trashed } else { &mut self.scan.backups };
        list.push(found);
        Ok(())
    }

    /// The first file that is not there or not as long as the manifest says.
    async fn damage(
        &self,
        manifest: &Manifest,
        folder: &StorePath,
        resource: &StorePath,
        in_trash: bool,
    ) -> Result<Option<Problem>, StoreError> {
        for file in manifest.parts.iter().flat_map(|part| &part.files) {
            // What was moved to the trash took its own files with it; shared
            // objects stayed.
            let own = file.path.strip_prefix(last(folder)).and_then(|path| path.strip_prefix('/'));
            let at = match own {
                Some(inner) if in_trash => folder.join(inner)?,
                _ => resource.join(&file.path)?,
            };
            match self.store.stat(&at).await? {
                Some(entry) if !entry.folder && entry.bytes == file.stored.bytes => {}
                Some(entry) if !entry.folder => {
                    let words = format!("expected {} bytes, found {}", file.stored.bytes, entry.bytes);
                    return Ok(Some(problem!("part-digest", path = &file.path).detail(words)));
                }
                _ => return Ok(Some(problem!("part-missing", path = &file.path))),
            }
        }
        Ok(None)
    }

    fn refuse(&mut self, path: &StorePath, why: Problem) {
        self.scan.refused.push(Refused { path: path.clone(), why });
    }
}

impl Scan {
    /// In order, each backup once: of two folders with one id the undamaged one
    /// counts, a published one before one in the trash, else the first by path.
    fn tidied(mut self) -> Self {
        self.backups.sort_by(|a, b| a.folder.cmp(&b.folder));
        self.trashed.sort_by(|a, b| a.folder.cmp(&b.folder));
        let mut best: BTreeMap<BackupId, (bool, StorePath)> = BTreeMap::new();
        for found in self.backups.iter().chain(&self.trashed) {
            let damaged = found.damage.is_some();
            match best.get(&found.manifest.id) {
                Some((was_damaged, _)) if damaged >= *was_damaged => {}
                _ => {
                    best.insert(found.manifest.id.clone(), (damaged, found.folder.clone()));
                }
            }
        }
        let mut doubles = Vec::new();
        for list in [&mut self.backups, &mut self.trashed] {
            list.retain(|found| {
                let Some((_, folder)) = best.get(&found.manifest.id) else { return true };
                if *folder == found.folder {
                    return true;
                }
                let why = problem!("scan-duplicate", path = found.folder.as_str(), other = folder.as_str());
                doubles.push(Refused { path: found.folder.clone(), why });
                false
            });
        }
        self.refused.extend(doubles);
        self.refused.sort_by(|a, b| a.path.cmp(&b.path));
        self.staging.sort();
        self
    }
}

fn folders(entries: Vec<Entry>) -> impl Iterator<Item = StorePath> {
    entries.into_iter().filter(|e| e.folder).map(|e| e.path)
}

#[cfg(test)]
mod tests;
