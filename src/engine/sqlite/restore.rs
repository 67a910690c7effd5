//! The steps before a restore's commit point: decode beside the live file,
//! compare with the manifest, keep what is live.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    conn, contents, copy,
    facts::{RestoreFacts, recorded},
    files, marker, names, swap,
    tools::Tools,
};
use crate::{
    domain::{manifest::Part, msg::Msg, problem::Problem},
    engine::Shelf,
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
    store::part::open_part,
};

/// Decodes the part into the side file.
pub(super) struct Side {
    pub(super) tools: Tools,
    pub(super) facts: RestoreFacts,
    pub(super) shelf: Shelf,
    pub(super) part: Part,
}

#[async_trait]
impl Step for Side {
    type Effect = Adds;
    type Output = u64;

    fn name(&self) -> String {
        "side".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("sqlite-step-side", file = names::file_name(&self.facts.side))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("sqlite-undo-side", file = names::file_name(&self.facts.side)))
    }

    fn limits(&self) -> Limits {
        Limits::stream().tries(3)
    }

    async fn run(&self, cx: &Cx) -> Result<u64, Problem> {
        cx.progress().expect(self.part.raw.bytes);
        let shelf = self.shelf.clone();
        // Bytes count where they are written; here they only say "alive".
        let progress = cx.progress().clone();
        let alive = Arc::new(move |_| progress.beat());
        let raw = open_part(shelf.store, &shelf.resource, &self.part, alive).await?;
        let bytes = self.tools.decode(cx, raw, self.facts.side.clone()).await?;
        let side = self.facts.side.clone();
        self.tools.step(cx, move |work| copy::settle_modes(work, &side)).await?;
        Ok(bytes)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let side = self.facts.side.clone();
        self.tools.step(cx, move |_| files::remove_side(&side)).await
    }
}

/// Looks whether the side file is what the manifest says.
pub(super) struct Compare {
    pub(super) tools: Tools,
    pub(super) side: PathBuf,
    /// `None`: the file only has to be whole (an aside has no manifest).
    pub(super) part: Option<Part>,
}

#[async_trait]
impl Step for Compare {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "compare".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("sqlite-step-compare", file = names::file_name(&self.side))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("sqlite-undo-looks"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let (side, part) = (self.side.clone(), self.part.clone());
        self.tools
            .step(cx, move |work| {
                let found = contents::examine(work, &side)?;
                part.map_or(Ok(()), |part| matches(&part, &found))
            })
            .await
    }
}

/// Whether what was found is what the part's manifest says.
pub(super) fn matches(part: &Part, found: &contents::Contents) -> Result<(), Problem> {
    let (_, recorded) = recorded(part)?;
    if recorded.schema.is_empty() {
        // A file from outside comes without a record of its contents.
        return Ok(());
    }
    match recorded.difference(found) {
        None => Ok(()),
        Some(what) => Err(problem!(
            "sqlite-differs",
            table = &what,
            expected = recorded.rows.get(&what).copied().unwrap_or(-1),
            found = found.rows.get(&what).copied().unwrap_or(-1)
        )),
    }
}

/// Copies what is live aside.
pub(super) struct Keep {
    pub(super) tools: Tools,
    pub(super) facts: RestoreFacts,
}

/// What [`Keep`] leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The live file's marker before and after the copy, if it was the same and
    /// beyond doubt.
    pub(super) marker: Option<String>,
}

#[async_trait]
impl Step for Keep {
    type Effect = Adds;
    type Output = Kept;

    fn name(&self) -> String {
        "aside".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("sqlite-step-keep", file = names::file_name(&self.facts.keep))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("sqlite-undo-keep", file = names::file_name(&self.facts.keep)))
    }

    fn limits(&self) -> Limits {
        Limits::stream().tries(3)
    }

    async fn run(&self, cx: &Cx) -> Result<Kept, Problem> {
        let facts = self.facts.clone();
        self.tools
            .step(cx, move |work| {
                let from = conn::reading(&facts.live, work)?;
                // Or this connection's end would move the log into the file, and
                // the marker with it.
                conn::leave_log(&from).map_err(|e| conn::named(&e, &facts.live))?;
                let before = marker::marker(&facts.live);
                copy::copy(work, &from, &facts.live, &facts.keep)?;
                let after = marker::marker(&facts.live);
                Ok(Kept { marker: if before == after { after } else { None } })
            })
            .await
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let facts = self.facts.clone();
        self.tools
            .step(cx, move |work| {
                if !files::exists(&facts.keep)? {
                    return Ok(());
                }
                // Never the only copy of what people had. The runner comes here only
                // if the swap has not happened or was taken back; where the file can
                // be asked, it is asked once more.
                match swap::marked(work, &facts.live, &names::swap_mark(&facts.operation)) {
                    Ok(true) => {
                        return Err(problem!("sqlite-swap-stands", path = facts.live.display().to_string()));
                    }
                    Ok(false) => {}
                    Err(problem) if problem.is("sqlite-busy") => {}
                    Err(problem) => return Err(problem),
                }
                files::remove_side(&facts.keep)
            })
            .await
    }
}
