//! The commit point of a backup: manifest and RECOVER.md, then one rename.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    db::ResourceRow,
    domain::{
        id::OperationId,
        manifest::{self, Consistency, Manifest, Part, ResourceRef},
        msg::Msg,
        problem::Problem,
    },
    engine::{Captured, Engine, Inspection, Shelf},
    msg,
    operation::backup::Facts,
    saga::{
        Cx,
        step::{Adds, Commit, Limits, Slot, Step, UndoRule},
    },
    store::{StorePath, manifest as stored},
};

pub(in crate::operation) struct Publish {
    pub(in crate::operation) shelf: Shelf,
    pub(in crate::operation) operation: OperationId,
    pub(in crate::operation) project: String,
    pub(in crate::operation) resource: ResourceRow,
    pub(in crate::operation) engine: Arc<dyn Engine>,
    pub(in crate::operation) looked: Slot<Inspection>,
    pub(in crate::operation) captured: Vec<Slot<Captured>>,
    pub(in crate::operation) facts: Facts,
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
        Ok(self.shelf.resource.join(&self.facts.published())?)
    }

    fn published(&self, manifest: &Manifest) -> Result<Published, Problem> {
        Ok(Published {
            backup: manifest.id.to_string(),
            path: self.target()?,
            bytes: manifest.stored_bytes(),
        })
    }

    fn manifest(&self, cx: &Cx) -> Result<Manifest, Problem> {
        let looked = cx.get(&self.looked)?;
        let captured: Vec<Captured> =
            self.captured.iter().map(|slot| cx.get(slot)).collect::<Result<_, _>>()?;
        let moments = captured.iter().map(|c| c.taken_at);
        let (first, last) = (moments.clone().min(), moments.max());
        let skew =
            last.zip(first).map_or(0, |(last, first)| (last - first).num_milliseconds().unsigned_abs());
        let snapshots: BTreeMap<_, _> = captured.iter().flat_map(|c| c.snapshots.clone()).collect();
        Ok(Manifest {
            version: manifest::VERSION,
            id: self.facts.backup.clone(),
            resource: ResourceRef {
                id: self.resource.id.clone(),
                name: self.resource.name.clone(),
                kind: self.resource.kind.clone(),
                project: self.project.clone(),
            },
            origin: self.facts.origin,
            name: self.facts.name.clone(),
            note: self.facts.note.clone(),
            operation: self.operation.clone(),
            parent: self.facts.parent.clone(),
            taken_at: first.unwrap_or(self.facts.made_at),
            finished_at: cx.now(),
            engine: looked.engine,
            consistency: Consistency { snapshots, skew_ms: skew },
            marker: looked.marker,
            parts: captured.into_iter().flat_map(|c| c.parts).map(|part| self.renamed(part)).collect(),
            zelo: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// Parts were written in the staging folder and will lie in the final one.
    fn renamed(&self, mut part: Part) -> Part {
        let (staging, published) = (format!("{}/", self.shelf.folder), self.facts.published());
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
        let manifest = self.manifest(cx)?;
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
