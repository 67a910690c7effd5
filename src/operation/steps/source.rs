//! Before a restore touches anything: is the backup's every byte still what was
//! written?

use async_trait::async_trait;

use super::counted;
use crate::{
    domain::{clock::Moment, id::BackupId, manifest::Manifest, msg::Msg, problem::Problem},
    engine::Shelf,
    msg,
    operation::World,
    saga::{
        Cx,
        step::{Limits, Reads, Step, UndoRule},
    },
    store::part::check_part,
};

pub(in crate::operation) struct CheckSource {
    pub(in crate::operation) world: World,
    pub(in crate::operation) shelf: Shelf,
    pub(in crate::operation) backup: BackupId,
    pub(in crate::operation) manifest: Manifest,
}

#[async_trait]
impl Step for CheckSource {
    type Effect = Reads;
    /// When it was checked.
    type Output = Moment;

    fn name(&self) -> String {
        "source".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-source")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<Moment, Problem> {
        check_all(cx, &self.world, &self.shelf, &self.backup, &self.manifest).await
    }
}

/// Reads every byte of a backup and writes down what was found. When it was found
/// right; a problem if it was not.
pub(in crate::operation) async fn check_all(
    cx: &Cx,
    world: &World,
    shelf: &Shelf,
    backup: &BackupId,
    manifest: &Manifest,
) -> Result<Moment, Problem> {
    cx.progress().expect(manifest.parts.iter().map(|p| p.raw.bytes).sum());
    for part in &manifest.parts {
        let checked = check_part(shelf.store.clone(), &shelf.resource, part, counted(cx)).await;
        if let Err(problem) = checked {
            if is_damage(&problem) {
                world.db.mark_corrupt(backup, &problem).await?;
            }
            return Err(problem);
        }
    }
    let now = cx.now();
    world.db.mark_verified(backup, now).await?;
    Ok(now)
}

/// Whether a problem says that the stored bytes themselves are wrong, and not
/// only that they could not be read just now.
pub(in crate::operation) fn is_damage(problem: &Problem) -> bool {
    ["part-digest", "part-decode", "part-missing"].iter().any(|code| problem.is(code))
}
