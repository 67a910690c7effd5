//! After the commit point: tidy up, then look whether the database answers.

use std::path::PathBuf;

use async_trait::async_trait;

use super::{conn, contents, facts::RestoreFacts, files, names, swap, tools::Tools, work::Work};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg,
    saga::{
        Cx,
        step::{Adds, Limits, Reads, Step, UndoRule},
    },
};

/// Longer files are not walked again after the swap: in the rollback modes that
/// keeps writers waiting, and the very pages were checked before it.
const WALK_LIMIT: u64 = 1 << 30;

/// Takes the mark out of the live file and removes the file its contents came
/// from. Repeatable.
pub(super) struct Settle {
    pub(super) tools: Tools,
    pub(super) facts: RestoreFacts,
}

#[async_trait]
impl Step for Settle {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "settle".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("sqlite-step-settle", file = names::file_name(&self.facts.side))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("sqlite-undo-settle"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let facts = self.facts.clone();
        self.tools
            .step(cx, move |work| {
                swap::unmark(work, &facts.live, &names::swap_mark(&facts.operation))?;
                files::remove_side(&facts.side)
            })
            .await
    }
}

/// Opens the live file and walks it.
pub(super) struct Answers {
    pub(super) tools: Tools,
    pub(super) live: PathBuf,
}

#[async_trait]
impl Step for Answers {
    type Effect = Reads;
    type Output = u64;

    fn name(&self) -> String {
        "answers".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("sqlite-step-answers", file = names::file_name(&self.live))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("sqlite-undo-looks"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<u64, Problem> {
        let live = self.live.clone();
        self.tools.step(cx, move |work| answers(work, &live)).await
    }
}

fn answers(work: &Work, live: &std::path::Path) -> Result<u64, Problem> {
    let named = |e: rusqlite::Error| conn::named(&e, live);
    let conn = conn::reading(live, work)?;
    let tables = work.patiently(|| contents::tables(&conn).map_err(named))?;
    if files::length(live) <= WALK_LIMIT {
        contents::check(work, &conn, live, "quick_check")?;
        for table in &tables {
            work.patiently(|| contents::table_rows(&conn, table).map_err(named))?;
        }
    }
    Ok(tables.len() as u64)
}
