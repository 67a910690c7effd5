//! Which captured parts an earlier backup of the resource has already? They are named
//! again, and what was written anew is dropped: nothing changed takes no room.
//!
//! Compared by what is restored, not by what lies in the store: compressing the same
//! bytes twice need not give the same file. An earlier part counts only after every
//! byte of it was read and found right; this is its verification, too.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{counted, source::is_damage};
use crate::{
    domain::{
        backup::{BackupState, Origin},
        id::{BackupId, ResourceId},
        manifest::{Digest, Manifest, Part, PartFile},
        msg::Msg,
        problem::Problem,
    },
    engine::{Captured, Shelf},
    msg,
    operation::World,
    saga::{
        Cx,
        step::{Limits, Reads, Slot, Step, UndoRule},
    },
    store::{objects, part::check_part},
};

/// The parts that are there already, by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::operation) struct Shared(BTreeMap<String, Earlier>);

/// What an earlier manifest says of a part.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Earlier {
    files: Vec<PartFile>,
    raw: Digest,
}

impl Shared {
    /// Whether this part is there already, and was found whole.
    pub(in crate::operation) fn has(&self, part: &Part) -> bool {
        self.0.contains_key(&part.name)
    }

    /// Names the earlier files of a part that has some; the files it had until now.
    pub(in crate::operation) fn rename(&self, part: &mut Part) -> Vec<PartFile> {
        let Some(earlier) = self.0.get(&part.name) else { return Vec::new() };
        part.raw = earlier.raw.clone();
        std::mem::replace(&mut part.files, earlier.files.clone())
    }

    /// The paths named again.
    pub(in crate::operation) fn paths(&self) -> BTreeSet<String> {
        self.0.values().flat_map(|earlier| &earlier.files).map(|file| file.path.clone()).collect()
    }
}

pub(in crate::operation) struct Share {
    pub(in crate::operation) world: World,
    pub(in crate::operation) shelf: Shelf,
    pub(in crate::operation) resource: ResourceId,
    pub(in crate::operation) captured: Vec<Slot<Captured>>,
}

#[async_trait]
impl Step for Share {
    type Effect = Reads;
    type Output = Shared;

    fn name(&self) -> String {
        "share".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-share")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<Shared, Problem> {
        let earlier = self.earlier().await?;
        let mut shared = Shared::default();
        for slot in &self.captured {
            for part in cx.get(slot)?.parts {
                if let Some(found) = self.find(cx, &part, &earlier, &shared.paths()).await? {
                    shared.0.insert(part.name, found);
                }
            }
        }
        Ok(shared)
    }
}

impl Share {
    /// The resource's earlier backups in this store, the newest first. One whose
    /// manifest cannot be read has nothing to give, nor has one from elsewhere: what that
    /// says of its parts is no proof.
    async fn earlier(&self) -> Result<Vec<Manifest>, Problem> {
        let found = objects::manifests(&*self.shelf.store, &self.shelf.resource).await?;
        let mut found: Vec<Manifest> = found.into_iter().flatten().filter(|m| self.is_ours(m)).collect();
        found.sort_by_key(|manifest| std::cmp::Reverse(manifest.finished_at));
        Ok(found)
    }

    fn is_ours(&self, manifest: &Manifest) -> bool {
        manifest.resource.id == self.resource && manifest.origin != Origin::Uploaded
    }

    /// The newest whole part like this one. No file is named twice in one manifest.
    async fn find(
        &self,
        cx: &Cx,
        part: &Part,
        earlier: &[Manifest],
        taken: &BTreeSet<String>,
    ) -> Result<Option<Earlier>, Problem> {
        let mut damaged: Vec<&[PartFile]> = Vec::new();
        for manifest in earlier {
            let Some(like) = manifest.part(&part.name).filter(|other| part.is_like(other)) else { continue };
            let free = |file: &PartFile| objects::is_shared(file) && !taken.contains(&file.path);
            if like.files.is_empty() || !like.files.iter().all(free) {
                continue;
            }
            if !damaged.contains(&like.files.as_slice()) {
                let (store, resource) = (self.shelf.store.clone(), &self.shelf.resource);
                match check_part(store, resource, like, counted(cx)).await {
                    Ok(()) => return Ok(Some(Earlier { files: like.files.clone(), raw: like.raw.clone() })),
                    Err(problem) => {
                        self.tell(cx, &manifest.id, &problem).await?;
                        damaged.push(&like.files);
                    }
                }
            }
        }
        Ok(None)
    }

    /// What is damaged is written down as that; this backup keeps its own copy.
    async fn tell(&self, cx: &Cx, backup: &BackupId, problem: &Problem) -> Result<(), Problem> {
        tracing::warn!(%backup, %problem, "a part is not fit to be shared");
        cx.log(msg!("log-not-shared", backup = backup.short())).await;
        let listed = match self.world.db.backup(backup).await {
            Ok(row) => row.state == BackupState::Complete,
            Err(problem) if problem.is("not-found-backup") => false,
            Err(problem) => return Err(problem),
        };
        if listed && is_damage(problem) {
            self.world.db.mark_corrupt(backup, problem).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod pile;
#[cfg(test)]
mod tests;
