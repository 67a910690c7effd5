//! Before something set aside is removed for good: does the safety backup that the
//! operation took before it set it aside still exist, and is it whole?

use async_trait::async_trait;
use chrono::TimeDelta;

use super::source::check_all;
use crate::{
    domain::{
        backup::BackupState,
        clock::Moment,
        id::{BackupId, OperationId},
        manifest::Manifest,
        msg::Msg,
        problem::Problem,
    },
    engine::{Backups as _, Shelf},
    msg,
    operation::{Shelves, World},
    problem,
    saga::{
        Cx,
        step::{Limits, SafetyProof, Saves, Step, UndoRule},
    },
};

/// A verification counts for so long, if nothing has touched the files since.
const FRESH: TimeDelta = TimeDelta::hours(24);

pub(in crate::operation) struct Prove {
    pub(in crate::operation) world: World,
    /// The operation whose safety backup it is.
    pub(in crate::operation) of: OperationId,
    pub(in crate::operation) backups: Vec<BackupId>,
}

#[async_trait]
impl Step for Prove {
    type Effect = Saves;
    type Output = SafetyProof;

    /// Not `safety`: restoring that backup is no way out of this operation.
    fn name(&self) -> String {
        "proof".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-proof", operation = self.of.short())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<SafetyProof, Problem> {
        let mut verified_at = cx.now();
        for backup in &self.backups {
            verified_at = verified_at.min(self.prove(cx, backup).await?);
        }
        Ok(SafetyProof { backups: self.backups.clone(), verified_at, reused: true })
    }
}

impl Prove {
    async fn prove(&self, cx: &Cx, id: &BackupId) -> Result<Moment, Problem> {
        let row = self.world.db.backup(id).await?;
        if row.state != BackupState::Complete {
            return Err(problem!("free-no-safety", operation = self.of.as_str()));
        }
        let shelves = Shelves { db: self.world.db.clone(), stores: self.world.stores.clone() };
        let (shelf, manifest) = shelves.open(id).await?;
        let now = cx.now();
        let fresh = row.verified_at.filter(|at| *at <= now && now - *at < FRESH);
        match fresh {
            Some(at) if untouched(&shelf, &manifest, at).await? => Ok(at),
            _ => check_all(cx, &self.world, &shelf, id, &manifest).await,
        }
    }
}

/// Whether every file is as long as the manifest says and was not written since.
/// Any doubt: no, and it is read.
async fn untouched(shelf: &Shelf, manifest: &Manifest, since: Moment) -> Result<bool, Problem> {
    for file in manifest.parts.iter().flat_map(|part| &part.files) {
        let entry = shelf.store.stat(&shelf.resource.join(&file.path)?).await?;
        let same = entry.is_some_and(|entry| {
            !entry.folder
                && entry.bytes == file.stored.bytes
                && entry.modified.is_some_and(|modified| modified <= since)
        });
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}
