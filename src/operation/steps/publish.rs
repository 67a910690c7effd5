//! The commit point of a backup: manifest and RECOVER.md, then one rename.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        clock::Moment,
        id::{BackupId, StoreId},
        manifest::{self, Manifest, Part},
        msg::Msg,
        names,
        problem::Problem,
    },
    engine::{Engine, Shelf},
    msg,
    saga::{
        Cx,
        step::{Adds, Commit, Limits, Step, UndoRule},
    },
    store::{StorePath, layout, manifest as stored},
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
        Limits::short()
    }

    async fn run(&self, cx: &Cx) -> Result<Published, Problem> {
        if self.happened(cx).await? {
            let manifest = stored::manifest(&*self.shelf.store, &self.target()?).await?;
            return self.published(&manifest);
        }
        let mut manifest = (self.making)(cx)?;
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
        Ok(())
    }
}

#[async_trait]
impl Commit for Publish {
    async fn happened(&self, _: &Cx) -> Result<bool, Problem> {
        Ok(self.shelf.store.stat(&self.target()?).await?.is_some())
    }
}
