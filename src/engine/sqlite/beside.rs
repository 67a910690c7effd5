//! Into a name that nothing has: a new file, or the place of one that is gone.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    conn,
    facts::RestoreFacts,
    files::{self, Identity},
    names,
    tools::Tools,
    work::Work,
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Commit, Limits, Step, UndoRule},
    },
};

/// A database that is gone may have left its journal or log behind. SQLite would
/// play such a leftover into whatever file has the name next, so it goes aside
/// first.
pub(super) struct Clear {
    pub(super) tools: Tools,
    pub(super) facts: RestoreFacts,
}

#[async_trait]
impl Step for Clear {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "clear".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("sqlite-step-clear", file = names::file_name(&self.facts.live))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("sqlite-undo-clear"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let facts = self.facts.clone();
        self.tools.step(cx, move |_| move_companions(&facts, true)).await
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let facts = self.facts.clone();
        self.tools.step(cx, move |_| move_companions(&facts, false)).await
    }
}

fn move_companions(facts: &RestoreFacts, aside: bool) -> Result<(), Problem> {
    if aside && files::exists(&facts.live)? {
        return Err(problem!("sqlite-exists", path = facts.live.display().to_string()));
    }
    for ending in names::COMPANIONS {
        let (live, kept) = (names::companion(&facts.live, ending), names::companion(&facts.keep, ending));
        let (from, to) = if aside { (live, kept) } else { (kept, live) };
        if files::exists(&from)? {
            files::rename_new(&from, &to)?;
        }
    }
    files::sync_folder(&facts.live)
}

/// Gives the side file its final name.
pub(super) struct Place {
    pub(super) tools: Tools,
    pub(super) facts: RestoreFacts,
    /// `wal` if the database was kept so.
    pub(super) journal_mode: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Placing {
    file: Identity,
}

#[async_trait]
impl Step for Place {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "place".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("sqlite-step-place", file = names::file_name(&self.facts.live))
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("sqlite-undo-place", file = names::file_name(&self.facts.live)))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        if self.happened(cx).await? {
            return Ok(());
        }
        let (facts, mode) = (self.facts.clone(), self.journal_mode.clone());
        let file = self.tools.step(cx, move |work| dress(work, &facts, &mode)).await?;
        cx.note(&Placing { file }).await?;
        let facts = self.facts.clone();
        self.tools.step(cx, move |_| files::rename_new(&facts.side, &facts.live)).await
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let placed: Vec<Placing> = cx.notes();
        let facts = self.facts.clone();
        self.tools
            .step(cx, move |_| {
                let there = Identity::of(&facts.live)?;
                if there.is_none() || !placed.iter().any(|p| Some(p.file) == there) {
                    return Ok(());
                }
                if names::COMPANIONS.iter().any(|e| names::companion(&facts.live, e).exists()) {
                    return Err(problem!("sqlite-in-use", path = facts.live.display().to_string()));
                }
                files::rename_new(&facts.live, &facts.side)
            })
            .await
    }
}

#[async_trait]
impl Commit for Place {
    /// The side file's name is this operation's own, so it is gone exactly when
    /// the rename has happened.
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem> {
        let facts = self.facts.clone();
        self.tools.step(cx, move |_| Ok(!files::exists(&facts.side)?)).await
    }
}

/// Journal mode and rights as the file had them.
fn dress(work: &Work, facts: &RestoreFacts, journal_mode: &str) -> Result<Identity, Problem> {
    let side = &facts.side;
    if journal_mode == "wal" {
        let conn = conn::writing(side, work)?;
        conn::pragma(&conn, "journal_mode = WAL").map_err(|e| conn::named(&e, side))?;
        conn.close().map_err(|(_, e)| conn::named(&e, side))?;
    }
    if let Some(rights) = facts.rights {
        rights.give(side)?;
    }
    files::sync(side)?;
    Identity::of(side)?.ok_or_else(|| problem!("sqlite-missing", path = side.display().to_string()))
}
