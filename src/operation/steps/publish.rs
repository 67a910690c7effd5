//! The commit point of a backup: manifest and RECOVER.md, then one rename. Parts that
//! are shared get their place before that: dying in between leaves files that no
//! manifest names, and never a manifest that names what is not there.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{counted, share::Shared};
use crate::{
    domain::{
        clock::Moment,
        id::{BackupId, StoreId},
        manifest::{self, Manifest, Part, PartFile},
        msg::Msg,
        names,
        problem::Problem,
    },
    engine::{Engine, Shelf},
    msg,
    saga::{
        Cx,
        step::{Adds, Commit, Limits, Slot, Step, UndoRule},
    },
    store::{StorePath, layout, manifest as stored, objects},
};

/// Which backup is made, and where it is to lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::operation) struct Home {
    pub(in crate::operation) backup: BackupId,
    pub(in crate::operation) made_at: Moment,
    pub(in crate::operation) store: StoreId,
    /// The resource's folder.
    pub(in crate::operation) folder: StorePath,
}

impl Home {
    /// The backup's folder while it is written, below the resource's.
    pub(in crate::operation) fn staging(&self) -> String {
        layout::staging_folder(&self.backup)
    }

    /// The backup's folder once it is published.
    pub(in crate::operation) fn published(&self) -> String {
        names::backup_folder(self.made_at, &self.backup)
    }
}

/// Writes the manifest from what the steps before left.
pub(in crate::operation) type Making = dyn Fn(&Cx) -> Result<Manifest, Problem> + Send + Sync;

pub(in crate::operation) struct Publish {
    pub(in crate::operation) shelf: Shelf,
    pub(in crate::operation) home: Home,
    pub(in crate::operation) engine: Arc<dyn Engine>,
    pub(in crate::operation) making: Box<Making>,
    /// What earlier backups have already, if the backups of this resource share their
    /// parts. Nobody else adds to or removes from what they share meanwhile.
    pub(in crate::operation) shared: Option<Slot<Shared>>,
}

/// The shared files this backup was about to make, written down before it did.
#[derive(Serialize, Deserialize)]
struct Made {
    objects: BTreeSet<String>,
}

/// What a published backup is called and how large it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::operation) struct Published {
    pub(in crate::operation) backup: String,
    pub(in crate::operation) path: StorePath,
    pub(in crate::operation) bytes: u64,
}

impl Publish {
    fn staging(&self) -> Result<StorePath, Problem> {
        Ok(self.shelf.resource.join(&self.shelf.folder)?)
    }

    fn target(&self) -> Result<StorePath, Problem> {
        Ok(self.shelf.resource.join(&self.home.published())?)
    }

    fn published(&self, manifest: &Manifest) -> Result<Published, Problem> {
        Ok(Published {
            backup: manifest.id.to_string(),
            path: self.target()?,
            bytes: manifest.stored_bytes(),
        })
    }

    /// Parts were written in the staging folder and will lie in the final one.
    fn renamed(&self, mut part: Part) -> Part {
        let (staging, published) = (format!("{}/", self.shelf.folder), self.home.published());
        for file in &mut part.files {
            if let Some(name) = file.path.strip_prefix(&staging) {
                file.path = format!("{published}/{name}");
            }
        }
        part
    }

    /// Names what is there already and gives the rest its place among the shared parts.
    async fn share(&self, cx: &Cx, shared: &Shared, parts: &mut [Part]) -> Result<(), Problem> {
        let (store, resource) = (&*self.shelf.store, &self.shelf.resource);
        let mut named = shared.paths();
        let known = parts.iter().filter(|part| shared.has(part)).count();
        let dropped: Vec<PartFile> = parts.iter_mut().flat_map(|part| shared.rename(part)).collect();
        // Of two parts with the same bytes the second stays a file of this backup's own.
        let files =
            parts.iter_mut().flat_map(|part| &mut part.files).filter(|file| !objects::is_shared(file));
        let new: Vec<&mut PartFile> =
            files.filter(|file| named.insert(objects::path(&file.stored))).collect();
        let mut made = Made { objects: BTreeSet::new() };
        for file in &new {
            let path = objects::path(&file.stored);
            if store.stat(&resource.join(&path)?).await?.is_none() {
                made.objects.insert(path);
            }
        }
        cx.note(&made).await?;
        for file in new {
            *file = objects::adopt(store, resource, file, &counted(cx)).await?;
            cx.progress().add(file.stored.bytes);
        }
        for file in &dropped {
            store.remove(&resource.join(&file.path)?).await?;
        }
        if known > 0 {
            let bytes = dropped.iter().map(|file| file.stored.bytes).sum::<u64>();
            cx.log(msg!("log-shared", count = known, bytes = bytes)).await;
        }
        Ok(())
    }

    /// Removes the shared files that this backup made, unless some other names one by
    /// now. With a manifest that cannot be read none goes: they lie there, in nobody's
    /// way, until a purge may tell.
    async fn unshare(&self, cx: &Cx) -> Result<(), Problem> {
        let made: BTreeSet<String> = cx.notes().into_iter().flat_map(|made: Made| made.objects).collect();
        if made.is_empty() {
            return Ok(());
        }
        match objects::sweep(&*self.shelf.store, &self.shelf.resource, Some(&made)).await {
            Err(problem) if problem.is("scan-manifest") || problem.is("part-missing") => {
                cx.log(msg!("log-shared-kept")).await;
                Ok(())
            }
            swept => swept.map(drop),
        }
    }

    async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), Problem> {
        let path = self.staging()?.join(name)?;
        // A try before this one may have come so far.
        self.shelf.store.remove(&path).await?;
        let mut file = self.shelf.store.create(&path, bytes.len() as u64).await?;
        file.write(Bytes::from(bytes)).await?;
        file.finish().await?;
        Ok(())
    }
}

#[async_trait]
impl Step for Publish {
    type Effect = Adds;
    type Output = Published;

    fn name(&self) -> String {
        "publish".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-publish")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("undo-publish"))
    }

    fn limits(&self) -> Limits {
        // What lies already where a part is to be shared is read before it is trusted.
        if self.shared.is_some() { Limits::stream().tries(3) } else { Limits::short() }
    }

    async fn run(&self, cx: &Cx) -> Result<Published, Problem> {
        if self.happened(cx).await? {
            let manifest = stored::manifest(&*self.shelf.store, &self.target()?).await?;
            return self.published(&manifest);
        }
        let mut manifest = (self.making)(cx)?;
        if let Some(shared) = &self.shared {
            self.share(cx, &cx.get(shared)?, &mut manifest.parts).await?;
        }
        manifest.parts = manifest.parts.into_iter().map(|part| self.renamed(part)).collect();
        self.write(manifest::RECOVER_FILE, self.engine.recover(&manifest).into_bytes()).await?;
        self.write(manifest::FILE, manifest.to_bytes()).await?;
        self.shelf.store.rename(&self.staging()?, &self.target()?).await?;
        self.published(&manifest)
    }

    /// Back under its staging name, where the undo of staging removes it: what is
    /// being removed is never listed, even if this dies half-way.
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        if self.happened(cx).await? {
            self.shelf.store.rename(&self.target()?, &self.staging()?).await?;
        }
        self.unshare(cx).await
    }
}

#[async_trait]
impl Commit for Publish {
    async fn happened(&self, _: &Cx) -> Result<bool, Problem> {
        Ok(self.shelf.store.stat(&self.target()?).await?.is_some())
    }
}
