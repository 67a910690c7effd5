//! The commit point of a restore or undo into the living file, and its being
//! taken back.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    contents,
    facts::{self, Locator, RestoreFacts},
    files, names,
    restore::{Kept, matches},
    swap::{self, Exchange},
    tools::Tools,
    work::Work,
};
use crate::{
    domain::{manifest::Part, msg::Msg, problem::Problem},
    engine::{Aside, Swapped},
    msg,
    saga::{
        Cx,
        step::{Commit, Destroys, Limits, Slot, Step, UndoRule},
    },
};

/// Puts the side file's contents into the live file.
pub(super) struct Swap {
    pub(super) tools: Tools,
    pub(super) facts: RestoreFacts,
    pub(super) kept: Slot<Kept>,
    /// What the side file holds. `None`: it is an older aside, which must not be
    /// lost if this is taken back.
    pub(super) part: Option<Part>,
    /// Set when this process knows that its run changed nothing: a database that
    /// is locked for long need not be asked then.
    pub(super) unchanged: Arc<AtomicBool>,
}

/// Written down once the contents are in place: the mark in the database goes
/// when the operation settles, this stays.
#[derive(Debug, Serialize, Deserialize)]
struct Committed {
    committed: bool,
}

#[async_trait]
impl Step for Swap {
    type Effect = Destroys;
    type Output = Swapped;

    fn name(&self) -> String {
        "swap".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("sqlite-step-swap", file = names::file_name(&self.facts.live))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("sqlite-undo-swap", file = names::file_name(&self.facts.keep)))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<Swapped, Problem> {
        let kept = cx.get(&self.kept)?.marker;
        let (facts, unchanged) = (self.facts.clone(), self.unchanged.clone());
        self.tools.step(cx, move |work| forward(work, &facts, kept.as_deref(), &unchanged)).await?;
        cx.note(&Committed { committed: true }).await?;
        let aside = Aside {
            item: names::file_name(&self.facts.live),
            locator: facts::store(&Locator { path: self.facts.keep.clone() })?,
            bytes: files::length(&self.facts.keep),
        };
        Ok(Swapped { asides: vec![aside] })
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let noted = cx.notes::<Committed>().iter().any(|note| note.committed);
        let (facts, part) = (self.facts.clone(), self.part.clone());
        let unchanged = self.unchanged.clone();
        let left = self
            .tools
            .step(cx, move |work| {
                if noted || happened(work, &facts, &unchanged)? {
                    back(work, &facts, part.as_ref())
                } else {
                    // Never committed: an aside must not keep our mark.
                    clean_source(work, &facts.side).map(|()| false)
                }
            })
            .await?;
        if left {
            let file = names::file_name(&self.facts.since);
            cx.log(msg!("sqlite-log-since", file = file)).await;
        }
        Ok(())
    }
}

#[async_trait]
impl Commit for Swap {
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem> {
        let (facts, unchanged) = (self.facts.clone(), self.unchanged.clone());
        self.tools.step(cx, move |work| happened(work, &facts, &unchanged)).await
    }
}

fn happened(work: &Work, facts: &RestoreFacts, unchanged: &AtomicBool) -> Result<bool, Problem> {
    if unchanged.load(Ordering::SeqCst) {
        return Ok(false);
    }
    swap::marked(work, &facts.live, &names::swap_mark(&facts.operation))
}

fn forward(
    work: &Work,
    facts: &RestoreFacts,
    kept: Option<&str>,
    unchanged: &AtomicBool,
) -> Result<(), Problem> {
    unchanged.store(false, Ordering::SeqCst);
    let mark = names::swap_mark(&facts.operation);
    if swap::marked(work, &facts.live, &mark)? {
        return Ok(());
    }
    let exchange = Exchange { live: &facts.live, source: &facts.side, keep: &facts.keep, kept, mark: &mark };
    let result = swap::exchange(work, &exchange);
    // A lock not got or a stop between batches leaves no doubt; an error of the
    // disk in the commit itself does, and the file has to be asked.
    let sure = |problem: &Problem| problem.is("sqlite-busy") || problem.is("sqlite-stopped");
    unchanged.store(result.as_ref().is_err_and(sure), Ordering::SeqCst);
    result
}

/// Puts the kept contents back and sets aside what is live now. Idempotent: the
/// same kind of mark tells whether it happened. Says whether a file with
/// contents of people's own is left at `since`.
fn back(work: &Work, facts: &RestoreFacts, part: Option<&Part>) -> Result<bool, Problem> {
    let mark = names::back_mark(&facts.operation);
    if !swap::marked(work, &facts.live, &mark)? {
        let exchange =
            Exchange { live: &facts.live, source: &facts.keep, keep: &facts.since, kept: None, mark: &mark };
        swap::exchange(work, &exchange)?;
    }
    let left = sort_since(work, facts, part)?;
    // The live file has these contents again; only now may the copy go, and the
    // mark that says so last.
    files::remove_side(&facts.keep)?;
    swap::unmark(work, &facts.live, &mark)?;
    Ok(left)
}

/// After going back: an aside that was used up gets its name again; otherwise
/// what was live in between stays if somebody wrote to it.
fn sort_since(work: &Work, facts: &RestoreFacts, part: Option<&Part>) -> Result<bool, Problem> {
    if !files::exists(&facts.since)? {
        return Ok(false);
    }
    clean_source(work, &facts.since)?;
    if part.is_none() && !files::exists(&facts.side)? {
        files::rename_new(&facts.since, &facts.side)?;
        return Ok(false);
    }
    let found = contents::examine(work, &facts.since)?;
    let untouched = match part {
        Some(part) => matches(part, &found).is_ok(),
        None => {
            clean_source(work, &facts.side)?;
            contents::examine(work, &facts.side)?.difference(&found).is_none()
        }
    };
    if untouched && found.digests.is_some() {
        files::remove_side(&facts.since)?;
        return Ok(false);
    }
    Ok(true)
}

/// Takes our marks out of a file of ours, if it is there.
fn clean_source(work: &Work, path: &Path) -> Result<(), Problem> {
    if files::exists(path)? { super::copy::settle_modes(work, path) } else { Ok(()) }
}
