//! Removing a kept file for good.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    access, facts,
    files::{self, Identity},
    names::{self, Sides},
    plan::aside_file,
    tools::Tools,
};
use crate::{
    domain::{id::OperationId, msg::Msg, problem::Problem},
    engine::{Access, Aside, Planned},
    msg, problem,
    saga::{
        Cx,
        step::{Commit, Destroys, Limits, Step, UndoRule},
    },
};

/// What is to be removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct FreeFacts {
    path: PathBuf,
    /// The file that had this name when it was looked at; `None`: it was gone.
    file: Option<Identity>,
}

/// Looks once. Problems: `sqlite-not-ours` (the name is not the one the operation
/// `by` gave), `sqlite-missing` (neither the file nor the database is there).
pub(super) fn plan(access: &Access, aside: &Aside, by: &OperationId) -> Result<Planned, Problem> {
    let live = access::live(access)?;
    let path = aside_file(&live, aside)?;
    if path != Sides::of(&live, by).old {
        return Err(problem!("sqlite-not-ours", path = path.display().to_string()));
    }
    let file = Identity::of(&path)?;
    // An unmounted disk must not pass for a file that somebody removed.
    if file.is_none() && !files::exists(&live)? {
        return Err(problem!("sqlite-missing", path = live.display().to_string()));
    }
    let gone = file.is_none().then(|| msg!("sqlite-warn-aside-gone", file = names::file_name(&path)));
    let facts = facts::store(&FreeFacts { path, file })?;
    Ok(Planned { facts, warnings: gone.into_iter().collect(), bytes: 0, database_disk: 0 })
}

/// Removes it.
pub(super) struct Free {
    pub(super) tools: Tools,
    pub(super) facts: FreeFacts,
}

#[async_trait]
impl Step for Free {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "free".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("sqlite-step-free", file = names::file_name(&self.facts.path))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("sqlite-undo-free"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let FreeFacts { path, file } = self.facts.clone();
        self.tools
            .step(cx, move |_| {
                let there = Identity::of(&path)?;
                // Another file has the name by now: it is nobody's to remove.
                if there.is_some() && there != file {
                    return Err(problem!("sqlite-not-ours", path = path.display().to_string()));
                }
                files::remove_side(&path)
            })
            .await
    }
}

#[async_trait]
impl Commit for Free {
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem> {
        let path = self.facts.path.clone();
        self.tools.step(cx, move |_| Ok(Identity::of(&path)?.is_none())).await
    }
}
