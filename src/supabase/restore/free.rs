//! Removing for good what a restore set aside: the workspace, if it still holds exactly
//! that.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    exchange::Locator,
    undo::{locator, still_there},
    workspace::{Inode, blocking, inner, remove_tree},
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::{Aside, Planned},
    msg, problem,
    saga::{
        Commit, Cx,
        plan::AnyCommit,
        step::{Destroys, Limits, Step, UndoRule},
    },
};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Facts {
    kept: Locator,
}

/// Looks once. One that is gone already is nothing to do. Problem: `restore-kept-gone`
/// (something else lies there).
pub(in crate::supabase) async fn plan_free(aside: &Aside) -> Result<Planned, Problem> {
    let kept = locator(aside)?;
    if inode(&kept).await?.is_some() {
        still_there(&kept).await?;
    }
    let facts = serde_json::to_value(Facts { kept }).map_err(|e| problem!("internal-journal").detail(e))?;
    Ok(Planned { facts, warnings: Vec::new(), bytes: aside.bytes, database_disk: 0 })
}

/// The step.
pub(in crate::supabase) fn free(facts: &Value) -> Result<AnyCommit<Destroys>, Problem> {
    let Facts { kept } =
        serde_json::from_value(facts.clone()).map_err(|e| problem!("plan-changed").detail(e))?;
    Ok(AnyCommit::new(Remove { kept }))
}

async fn inode(kept: &Locator) -> Result<Option<Inode>, Problem> {
    let path = inner(&kept.work);
    blocking(&kept.work, move || Inode::of(&path)).await
}

struct Remove {
    kept: Locator,
}

impl Remove {
    /// What it is called from the moment it is given up.
    fn doomed(&self) -> PathBuf {
        self.kept.work.join("freed")
    }
}

#[async_trait]
impl Step for Remove {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "remove".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-free", folder = self.kept.work.display().to_string())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("restore-undo-free"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        if inode(&self.kept).await?.is_some() {
            still_there(&self.kept).await?;
            // From here on it is given up, whatever becomes of its removal.
            let (from, to) = (inner(&self.kept.work), self.doomed());
            blocking(&self.kept.work, move || std::fs::rename(from, to)).await?;
        }
        let work = self.kept.work.clone();
        blocking(&self.kept.work, move || remove_tree(&work)).await
    }
}

#[async_trait]
impl Commit for Remove {
    async fn happened(&self, _: &Cx) -> Result<bool, Problem> {
        Ok(inode(&self.kept).await?.is_none())
    }
}
