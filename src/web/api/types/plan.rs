//! What would be done, before anything is.

use serde::Serialize;
use utoipa::ToSchema;

use super::words::Effect;
use crate::{
    domain::msg::Msg,
    i18n::Catalogue,
    operation::PlanView,
    saga::{UndoRule, plan::PlanLine},
};

/// The plan of an operation. Nothing of it was done.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Plan {
    /// What the operation does: `backup`, `restore`, `delete`…
    pub(crate) kind: String,
    /// The same in a sentence, in the asked language.
    pub(crate) title: String,
    /// The steps in order.
    pub(crate) steps: Vec<PlanStep>,
    /// What a person should know first.
    pub(crate) warnings: Vec<Notice>,
    /// Bytes that will move, roughly.
    pub(crate) bytes: u64,
    /// Bytes needed on the database's disk besides what it uses now.
    pub(crate) database_disk: u64,
    /// The name that must be given as `confirm`, where it takes something away.
    pub(crate) confirm: Option<String>,
    /// The reason for going without a safety backup, if that was asked for.
    pub(crate) without_safety: Option<String>,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct PlanStep {
    /// From 1.
    pub(crate) number: usize,
    /// Stable, for programs.
    pub(crate) name: String,
    /// What it does, in the asked language.
    pub(crate) title: String,
    /// What it does to what is there.
    pub(crate) effect: Effect,
    /// Whether it can be undone until the commit point.
    pub(crate) undoes: bool,
    /// How it is undone, or why there is nothing to undo, in the asked language.
    pub(crate) undo: String,
    /// Whether it is the commit point: before it everything is undone if something
    /// fails.
    pub(crate) commits: bool,
}

/// Something a person should know.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Notice {
    /// Stable, for programs.
    pub(crate) code: String,
    /// In the asked language.
    pub(crate) text: String,
}

impl Plan {
    pub(crate) fn of(view: &PlanView, words: &Catalogue) -> Self {
        Self {
            kind: view.kind.to_string(),
            title: words.text(&view.title),
            steps: view.steps.iter().map(|line| PlanStep::of(line, words)).collect(),
            warnings: view.warnings.iter().map(|msg| Notice::of(msg, words)).collect(),
            bytes: view.bytes,
            database_disk: view.database_disk,
            confirm: view.confirm.clone(),
            without_safety: view.waiver.as_ref().map(|waiver| waiver.reason.clone()),
        }
    }
}

impl PlanStep {
    fn of(line: &PlanLine, words: &Catalogue) -> Self {
        let (undoes, undo) = match &line.undo {
            UndoRule::Undoes(how) => (true, how),
            UndoRule::Nothing(why) | UndoRule::Final(why) => (false, why),
        };
        Self {
            number: line.index + 1,
            name: line.name.clone(),
            title: words.text(&line.title),
            effect: line.effect.into(),
            undoes,
            undo: words.text(undo),
            commits: line.commits,
        }
    }
}

impl Notice {
    fn of(msg: &Msg, words: &Catalogue) -> Self {
        Self { code: msg.id.clone(), text: words.text(msg) }
    }
}
