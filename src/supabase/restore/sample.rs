//! Proof that a stored object came back whole: one with attributes is taken from the
//! archive itself and compared, bytes and attributes, with what lies in the folder.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use rustix::io::Errno;
use tokio_util::io::SyncIoBridge;

use crate::{
    domain::{
        manifest::{Digest, Part},
        msg::Msg,
        problem::Problem,
    },
    engine::Shelf,
    host::Reader,
    msg, problem,
    saga::{
        Cx,
        step::{Limits, Reads, Step, UndoRule},
    },
    store::part::open_part,
    stream::digest,
};

/// How GNU tar writes an attribute into a header.
const XATTR: &[u8] = b"SCHILY.xattr.";

/// Compares one object.
pub(super) struct Sample {
    pub(super) shelf: Shelf,
    pub(super) part: Part,
    pub(super) folder: PathBuf,
}

/// An object as the archive has it.
struct Object {
    path: PathBuf,
    digest: Digest,
    attributes: BTreeMap<Vec<u8>, Vec<u8>>,
}

#[async_trait]
impl Step for Sample {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "sample".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-sample")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let progress = cx.progress().clone();
        let counted = std::sync::Arc::new(move |more| progress.add(more));
        let reader: Reader =
            open_part(self.shelf.store.clone(), &self.shelf.resource, &self.part, counted).await?;
        let (bridge, folder) = (SyncIoBridge::new(reader), self.folder.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let Some(object) = first(bridge)? else { return Ok(None) };
            let same = here(&folder, &object)?;
            Ok((!same).then(|| object.path.display().to_string()))
        });
        let looked = looked.await.map_err(io::Error::other).and_then(|looked| looked);
        let folder = self.folder.display().to_string();
        match looked.map_err(|e| problem!("restore-object-unread", folder = folder).detail(e))? {
            Some(path) => Err(problem!("restore-object-differs", path = path)),
            None => Ok(()),
        }
    }
}

/// The first file with attributes, else the first file at all that is not empty.
fn first(archive: impl io::Read) -> io::Result<Option<Object>> {
    let mut archive = tar::Archive::new(archive);
    let mut plain = None;
    for entry in archive.entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let mut attributes = BTreeMap::new();
        for extension in entry.pax_extensions()?.into_iter().flatten() {
            let extension = extension?;
            if let Some(name) = extension.key_bytes().strip_prefix(XATTR) {
                attributes.insert(name.to_vec(), extension.value_bytes().to_vec());
            }
        }
        if attributes.is_empty() && plain.is_some() {
            continue;
        }
        let path = entry.path()?.into_owned();
        let object = Object { path, digest: digest::read(&mut entry)?, attributes };
        if !object.attributes.is_empty() {
            return Ok(Some(object));
        }
        plain = Some(object);
    }
    Ok(plain)
}

/// Whether the object lies in the folder as the archive has it.
fn here(folder: &Path, object: &Object) -> io::Result<bool> {
    let path = folder.join(&object.path);
    if digest::read(std::fs::File::open(&path)?)? != object.digest {
        return Ok(false);
    }
    for (name, value) in &object.attributes {
        let mut found = vec![0; value.len() + 1];
        match rustix::fs::lgetxattr(&path, OsStr::from_bytes(name), &mut found[..]) {
            Ok(bytes) if found.get(..bytes) == Some(value.as_slice()) => {}
            // Another value, a longer one, or none.
            Ok(_) | Err(Errno::RANGE | Errno::NODATA) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_object_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "object").unwrap();
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_path_with_name(folder.path().join("a"), "./a").unwrap();
        let archive = builder.into_inner().unwrap();
        let object = first(archive.as_slice()).unwrap().unwrap();
        assert!(here(folder.path(), &object).unwrap());
        std::fs::write(folder.path().join("a"), "objecT").unwrap();
        assert!(!here(folder.path(), &object).unwrap());
    }

    #[test]
    fn an_attribute_that_is_another_or_gone_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "object").unwrap();
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_pax_extensions([("SCHILY.xattr.user.type", &b"image/png"[..])]).unwrap();
        builder.append_path_with_name(&path, "./a").unwrap();
        let archive = builder.into_inner().unwrap();
        let object = first(archive.as_slice()).unwrap().unwrap();
        let set = |value: &[u8]| {
            rustix::fs::setxattr(&path, "user.type", value, rustix::fs::XattrFlags::empty()).unwrap();
        };
        assert!(!here(folder.path(), &object).unwrap(), "it has none");
        for (value, same) in [("image/png", true), ("image/gif", false), ("image/png+", false), ("", false)] {
            set(value.as_bytes());
            assert_eq!(here(folder.path(), &object).unwrap(), same, "{value}");
        }
    }
}
