//! One row of `operations`, as stored and as everyone else sees it.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable, Selectable};
use serde::Serialize;
use serde_json::Value;

use crate::{
    db::{
        convert::{moment, parse, parse_opt, word, word_opt},
        error::DbError,
        schema::operations,
    },
    domain::{
        clock::Moment,
        id::{BackupId, OperationId, ProjectId, ResourceId},
        operation::{OpKind, OpState},
        problem::Problem,
    },
    saga::{Fence, Snapshot, Waiver, plan::PlanLine},
};

/// One run of a backup, restore, undo, delete…
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperationRow {
    /// Which.
    pub id: OperationId,
    /// What it does.
    pub kind: OpKind,
    /// To what.
    pub resource: Option<ResourceId>,
    /// In which project.
    pub project: Option<ProjectId>,
    /// The backup it makes, reads or removes.
    pub backup: Option<BackupId>,
    /// The operation under whose locks it runs.
    pub parent: Option<OperationId>,
    /// Where it stands.
    pub state: OpState,
    /// What was asked.
    pub request: Value,
    /// What planning found; the steps are made from it.
    pub facts: Value,
    /// The steps as they were shown.
    pub plan: Vec<PlanLine>,
    /// What a runner must offer.
    pub labels: Vec<String>,
    /// With the actor: one request, one operation.
    pub idempotency_key: Option<String>,
    /// Who asked: `user:<id>`, `cli:<name>`, `schedule:<id>`.
    pub actor: String,
    /// An owner's decision to go without a safety backup.
    pub waiver: Option<Waiver>,
    /// The highest fence given out.
    pub fence: Fence,
    /// The runner that has it, or had it last.
    pub runner: Option<String>,
    /// Until when that runner may be taken for alive.
    pub lease_until: Option<Moment>,
    /// When a person asked to cancel it.
    pub cancel_at: Option<Moment>,
    /// Who did.
    pub cancel_by: Option<String>,
    /// How far it was when last heard of.
    pub progress: Option<Snapshot>,
    /// Why it ended as it did.
    pub problem: Option<Problem>,
    /// What it leaves; `null` until it ends.
    pub result: Value,
    /// How a person put things right.
    pub resolution: Option<String>,
    /// When its id was given to the queue.
    pub pushed_at: Option<Moment>,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it first ran.
    pub started_at: Option<Moment>,
    /// When it last stopped.
    pub ended_at: Option<Moment>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = operations)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) resource_id: Option<String>,
    pub(super) project_id: Option<String>,
    pub(super) backup_id: Option<String>,
    pub(super) parent_id: Option<String>,
    pub(super) state: String,
    pub(super) request: String,
    pub(super) facts: String,
    pub(super) plan: String,
    pub(super) labels: String,
    pub(super) idempotency_key: Option<String>,
    pub(super) actor: String,
    pub(super) waiver: Option<String>,
    pub(super) fence: i64,
    pub(super) runner: Option<String>,
    pub(super) lease_until: Option<NaiveDateTime>,
    pub(super) cancel_at: Option<NaiveDateTime>,
    pub(super) cancel_by: Option<String>,
    pub(super) progress: Option<String>,
    pub(super) problem: Option<String>,
    pub(super) result: String,
    pub(super) resolution: Option<String>,
    pub(super) pushed_at: Option<NaiveDateTime>,
    pub(super) created_at: NaiveDateTime,
    pub(super) started_at: Option<NaiveDateTime>,
    pub(super) ended_at: Option<NaiveDateTime>,
}

impl TryFrom<Stored> for OperationRow {
    type Error = DbError;

    fn try_from(row: Stored) -> Result<Self, DbError> {
        Ok(Self {
            id: word(&row.id, "operations.id")?,
            kind: OpKind::named(row.kind),
            resource: word_opt(row.resource_id.as_deref(), "operations.resource_id")?,
            project: word_opt(row.project_id.as_deref(), "operations.project_id")?,
            backup: word_opt(row.backup_id.as_deref(), "operations.backup_id")?,
            parent: word_opt(row.parent_id.as_deref(), "operations.parent_id")?,
            state: word(&row.state, "operations.state")?,
            request: parse(&row.request, "operations.request")?,
            facts: parse(&row.facts, "operations.facts")?,
            plan: parse(&row.plan, "operations.plan")?,
            labels: parse(&row.labels, "operations.labels")?,
            idempotency_key: row.idempotency_key,
            actor: row.actor,
            waiver: parse_opt(row.waiver.as_deref(), "operations.waiver")?,
            fence: Fence(row.fence),
            runner: row.runner,
            lease_until: row.lease_until.map(moment),
            cancel_at: row.cancel_at.map(moment),
            cancel_by: row.cancel_by,
            progress: parse_opt(row.progress.as_deref(), "operations.progress")?,
            problem: parse_opt(row.problem.as_deref(), "operations.problem")?,
            result: parse(&row.result, "operations.result")?,
            resolution: row.resolution,
            pushed_at: row.pushed_at.map(moment),
            created_at: moment(row.created_at),
            started_at: row.started_at.map(moment),
            ended_at: row.ended_at.map(moment),
        })
    }
}
