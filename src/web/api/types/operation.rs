//! Operations: what was asked, how far it is, how it ended. What planning found and
//! what steps left for one another stays inside.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    plan::Plan,
    problem::Trouble,
    words::{Effect, OperationState, StepState},
};
use crate::{
    db::{LogLine, OperationRow},
    i18n::Catalogue,
    saga::{self, Snapshot, StepRecord, plan::PlanLine},
    web::live::hub::Sight,
};

/// One run of a backup, restore, undo, delete…
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Operation {
    /// Which.
    pub(crate) id: String,
    /// What it does: `backup`, `restore`, `undo`, `verify`, `delete`, `upload`…
    pub(crate) kind: String,
    /// Where it stands.
    pub(crate) state: OperationState,
    /// To which resource.
    pub(crate) resource: Option<String>,
    /// In which project.
    pub(crate) project: Option<String>,
    /// The backup it makes, reads or removes.
    pub(crate) backup: Option<String>,
    /// The operation it is part of.
    pub(crate) parent: Option<String>,
    /// Who asked: `user:<id>`, `cli:<name>`, `system`.
    pub(crate) actor: String,
    /// The reason for going without a safety backup, if somebody decided so.
    pub(crate) without_safety: Option<String>,
    /// Whether somebody asked it to stop.
    pub(crate) cancelling: bool,
    /// How far it is.
    pub(crate) progress: Option<Progress>,
    /// Why it ended as it did, unless all went well.
    pub(crate) problem: Option<Trouble>,
    /// How a person put things right.
    pub(crate) resolution: Option<String>,
    /// When it was asked for.
    pub(crate) created_at: DateTime<Utc>,
    /// When it first ran.
    pub(crate) started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub(crate) ended_at: Option<DateTime<Utc>>,
}

impl Operation {
    pub(crate) fn of(row: &OperationRow, words: &Catalogue) -> Self {
        Self {
            id: row.id.to_string(),
            kind: row.kind.to_string(),
            state: row.state.into(),
            resource: row.resource.as_ref().map(ToString::to_string),
            project: row.project.as_ref().map(ToString::to_string),
            backup: row.backup.as_ref().map(ToString::to_string),
            parent: row.parent.as_ref().map(ToString::to_string),
            actor: row.actor.clone(),
            without_safety: row.waiver.as_ref().map(|waiver| waiver.reason.clone()),
            cancelling: row.cancel_at.is_some() && !row.state.is_final(),
            progress: row.progress.map(|snapshot| Progress::of(row, snapshot, None)),
            problem: row.problem.as_ref().map(|problem| Trouble::of(problem, words)),
            resolution: row.resolution.clone(),
            created_at: row.created_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
        }
    }
}

/// How far an operation is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Progress {
    /// The operation whose step moves the bytes: this one, or its safety backup.
    pub(crate) operation: String,
    /// That step's number, from 1.
    pub(crate) step: usize,
    /// Bytes moved so far.
    pub(crate) bytes: u64,
    /// Bytes expected, if known; an estimate that the bytes may pass.
    pub(crate) total: Option<u64>,
    /// Bytes a second over the last seconds; only in events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes_per_second: Option<u64>,
}

impl Progress {
    fn of(row: &OperationRow, snapshot: Snapshot, rate: Option<u64>) -> Self {
        Self {
            operation: row.id.to_string(),
            step: snapshot.step + 1,
            bytes: snapshot.bytes,
            total: Some(snapshot.total).filter(|total| *total > 0),
            bytes_per_second: rate,
        }
    }

    fn seen(sight: &Sight) -> Option<Self> {
        let row = sight.child.as_ref().map_or(&sight.row, |(child, _)| child);
        sight.progress().map(|snapshot| Self::of(row, snapshot, sight.rate))
    }
}

/// An operation with its steps.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct OperationDetail {
    #[serde(flatten)]
    pub(crate) operation: Operation,
    /// Its steps in order.
    pub(crate) steps: Vec<Step>,
    /// What it left, once it succeeded.
    pub(crate) result: Option<Outcome>,
}

impl OperationDetail {
    pub(crate) fn of(sight: &Sight, words: &Catalogue) -> Self {
        let step = |line: &PlanLine| {
            let record = sight.steps.iter().find(|record| record.index == line.index);
            Step::of(line, record, words)
        };
        Self {
            operation: Operation { progress: Progress::seen(sight), ..Operation::of(&sight.row, words) },
            steps: sight.row.plan.iter().map(step).collect(),
            result: Outcome::of(&sight.row.result),
        }
    }
}

/// One step of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Step {
    /// From 1.
    pub(crate) number: usize,
    /// Stable, for programs.
    pub(crate) name: String,
    /// What it does, in the asked language.
    pub(crate) title: String,
    /// What it does to what is there.
    pub(crate) effect: Effect,
    /// Whether it is the commit point.
    pub(crate) commits: bool,
    /// Where it stands.
    pub(crate) state: StepState,
    /// How often it was begun.
    pub(crate) tries: u32,
    /// When it was first begun.
    pub(crate) started_at: Option<DateTime<Utc>>,
    /// When it last ended.
    pub(crate) ended_at: Option<DateTime<Utc>>,
    /// Why it or its undo stopped.
    pub(crate) problem: Option<Trouble>,
}

impl Step {
    fn of(line: &PlanLine, record: Option<&StepRecord>, words: &Catalogue) -> Self {
        Self {
            number: line.index + 1,
            name: line.name.clone(),
            title: words.text(&line.title),
            effect: line.effect.into(),
            commits: line.commits,
            state: record.map_or(saga::StepState::Pending, |record| record.state).into(),
            tries: record.map_or(0, |record| record.tries),
            started_at: record.and_then(|record| record.started_at),
            ended_at: record.and_then(|record| record.ended_at),
            problem: record.and_then(|record| record.problem.as_ref()).map(|p| Trouble::of(p, words)),
        }
    }
}

/// What an operation left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct Outcome {
    /// The backup it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backup: Option<String>,
    /// That backup's bytes in its store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<u64>,
    /// What it replaced and set aside: an undo puts it back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) set_aside: Vec<SetAside>,
}

/// Former contents that are kept for a while.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct SetAside {
    /// What it was: a database's name.
    pub(crate) item: String,
    /// Its size on disk.
    pub(crate) bytes: u64,
}

impl Outcome {
    /// Of what the commit step left, what is for others; the rest (where things lie,
    /// the engine's own words) is not.
    fn of(result: &Value) -> Option<Self> {
        let fields = result.as_object()?;
        let aside = |aside: &Value| {
            let item = aside.get("item")?.as_str()?.to_owned();
            Some(SetAside { item, bytes: aside.get("bytes").and_then(Value::as_u64).unwrap_or(0) })
        };
        let asides = fields.get("asides").and_then(Value::as_array);
        let found = Self {
            backup: fields.get("backup").and_then(Value::as_str).map(ToOwned::to_owned),
            bytes: fields.get("bytes").and_then(Value::as_u64),
            set_aside: asides.into_iter().flatten().filter_map(aside).collect(),
        };
        (found != Self::default()).then_some(found)
    }
}

/// A line of an operation's log, as an event.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct LogEntry {
    /// From 1, without gaps: also the event's id.
    pub(crate) seq: i64,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// What, in the asked language.
    pub(crate) text: String,
}

impl LogEntry {
    pub(crate) fn of(line: &LogLine, words: &Catalogue) -> Self {
        Self { seq: line.seq, at: line.at, text: words.text(&line.line) }
    }
}

/// What an undo is asked to do.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoOperation {
    /// Why to go without a safety backup. Written down with who decided.
    pub(crate) without_safety: Option<String>,
    /// The name the plan asks for.
    pub(crate) confirm: Option<String>,
}

/// A way out of `needs_operator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// Finish or undo again what could not be finished or undone.
    Retry,
    /// Restore the safety backup it took.
    Restore,
    /// A person has put things right; the note says how.
    Resolved,
}

/// Which way out is taken.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolveOperation {
    /// Which.
    pub(crate) way: Way,
    /// For `resolved`: what was done, in a person's words.
    pub(crate) note: Option<String>,
    /// For `restore`: the name the plan asks for.
    pub(crate) confirm: Option<String>,
}

/// What a way out without a plan of its own would do; nothing was done.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Would {
    /// The way out that could be taken.
    pub(crate) would: Way,
    /// The operation as it stands.
    pub(crate) operation: Operation,
}

/// For a dry run: the plan of the restore, or what would be done.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum WayPlan {
    /// The safety backup would be restored.
    Plan(Box<Plan>),
    /// A way out without a plan of its own.
    Would(Box<Would>),
}
