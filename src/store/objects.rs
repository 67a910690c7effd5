//! Parts that the backups of a resource share: `objects/<sha256>` in its folder, each
//! under the digest of its stored bytes. A manifest names them as it names files of
//! the backup's own.
//!
//! Who still needs one is read from the manifests themselves, of published backups and
//! of those in the trash, and from nowhere else. What none of them names is nobody's:
//! callers see to it that nothing is published or removed in the folder meanwhile.

use std::collections::BTreeSet;

use tokio::io::AsyncReadExt as _;

use super::{
    Entry, Store, StoreError, StorePath,
    layout::{Name, TRASH, last, read_name},
    manifest::manifest,
    part::OnBytes,
};
use crate::{
    domain::{
        manifest::{Digest, Manifest, PartFile},
        problem::Problem,
    },
    stream::digest::Hasher,
};

/// The folder they lie in, in the resource's.
pub const FOLDER: &str = "objects";

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// Where a file with these stored bytes is shared, relative to the resource's folder.
pub fn path(stored: &Digest) -> String {
    format!("{FOLDER}/{}", stored.sha256)
}

/// Whether a file lies where it is shared.
pub fn is_shared(file: &PartFile) -> bool {
    file.path == path(&file.stored)
}

/// Every manifest in a resource's folder and its trash, or why one cannot be read
/// (`part-missing`, `scan-manifest`). Staging folders are no backups.
pub async fn manifests(
    store: &dyn Store,
    resource: &StorePath,
) -> Result<Vec<Result<Manifest, Problem>>, Problem> {
    let mut found = Vec::new();
    for folder in [resource.clone(), resource.join(TRASH)?] {
        for entry in store.list(Some(&folder)).await?.into_iter().filter(|entry| entry.folder) {
            let name = read_name(last(&entry.path));
            if matches!(name, Name::Staging(_) | Name::Trash) || last(&entry.path) == FOLDER {
                continue;
            }
            match manifest(store, &entry.path).await {
                // A folder of somebody else's; one that is called as a backup is raises doubt.
                Err(problem) if problem.is("part-missing") && name == Name::Other => {}
                read => found.push(read),
            }
        }
    }
    Ok(found)
}

/// Gives a finished file of a staging folder its place among the shared ones; the file
/// as a manifest then names it. May be repeated. One that is there already is kept if
/// every byte of it is right, else replaced.
pub async fn adopt(
    store: &dyn Store,
    resource: &StorePath,
    file: &PartFile,
    on_bytes: &OnBytes,
) -> Result<PartFile, Problem> {
    let path = path(&file.stored);
    let (from, to) = (resource.join(&file.path)?, resource.join(&path)?);
    match store.rename(&from, &to).await {
        Err(StoreError::Exists(_)) if is_right(store, &to, &file.stored, on_bytes).await? => {
            store.remove(&from).await?;
        }
        Err(StoreError::Exists(_)) => {
            store.remove(&to).await?;
            store.rename(&from, &to).await?;
        }
        moved => moved?,
    }
    Ok(PartFile { path, ..file.clone() })
}

/// Reads a file to its end: has it exactly these bytes?
async fn is_right(
    store: &dyn Store,
    at: &StorePath,
    wanted: &Digest,
    on_bytes: &OnBytes,
) -> Result<bool, Problem> {
    if store.stat(at).await?.is_none_or(|entry| entry.folder || entry.bytes != wanted.bytes) {
        return Ok(false);
    }
    let mut reader = store.read(at, 0).await?;
    let (mut hasher, mut chunk) = (Hasher::default(), vec![0; CHUNK]);
    loop {
        let read = reader.read(&mut chunk).await.map_err(StoreError::from)?;
        if read == 0 {
            return Ok(hasher.finish() == *wanted);
        }
        hasher.update(chunk.get(..read).unwrap_or_default());
        on_bytes(read as u64);
    }
}

/// Removes shared files that no manifest names: of `only` these (paths relative to the
/// resource's folder), if given. What was removed. With a single manifest that cannot
/// be read nothing goes, and its problem is returned.
pub async fn sweep(
    store: &dyn Store,
    resource: &StorePath,
    only: Option<&BTreeSet<String>>,
) -> Result<Vec<Entry>, Problem> {
    let mut named = BTreeSet::new();
    for manifest in manifests(store, resource).await? {
        named.extend(files(&manifest?).map(|file| file.path.clone()));
    }
    let mut gone = Vec::new();
    for entry in store.list(Some(&resource.join(FOLDER)?)).await? {
        let path = format!("{FOLDER}/{}", last(&entry.path));
        if !named.contains(&path) && only.is_none_or(|only| only.contains(&path)) {
            store.remove(&entry.path).await?;
            gone.push(entry);
        }
    }
    Ok(gone)
}

/// Stored bytes of a backup that no other backup of its resource has: what removing it
/// frees.
pub async fn only_in(store: &dyn Store, resource: &StorePath, of: &Manifest) -> Result<u64, Problem> {
    let mut named = BTreeSet::new();
    for other in manifests(store, resource).await?.into_iter().flatten().filter(|other| other.id != of.id) {
        named.extend(files(&other).map(|file| file.path.clone()));
    }
    Ok(files(of).filter(|file| !named.contains(&file.path)).map(|file| file.stored.bytes).sum())
}

fn files(manifest: &Manifest) -> impl Iterator<Item = &PartFile> {
    manifest.parts.iter().flat_map(|part| &part.files)
}
