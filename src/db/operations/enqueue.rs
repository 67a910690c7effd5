//! A new operation: all its locks, steps, holds, audit and outbox rows, or
//! nothing, in one transaction.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};
use serde_json::Value;

use super::{Stored, find, lock::Lock, not_now, row::OperationRow};
use crate::{
    db::{
        Db, Tx,
        conn::Conn,
        convert::{json, naive},
        error::DbError,
        schema::{backups, operation_steps, operations, resources},
    },
    domain::{
        id::{BackupId, OperationId, ProjectId, ResourceId},
        operation::{OpKind, OpState},
        problem::Problem,
    },
    problem,
    saga::{StepState, Waiver, plan::PlanLine},
};

/// An operation to be queued.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOperation {
    /// Its id; made by the caller, since the plan's names carry it.
    pub id: OperationId,
    /// What it does.
    pub kind: OpKind,
    /// To what.
    pub resource: Option<ResourceId>,
    /// In which project.
    pub project: Option<ProjectId>,
    /// The backup it makes, reads or removes.
    pub backup: Option<BackupId>,
    /// The running operation under whose locks it runs.
    pub parent: Option<OperationId>,
    /// What was asked, all of it: compared, with kind, resource and parent, when an
    /// idempotency key comes again.
    pub request: Value,
    /// What planning found. No secrets.
    pub facts: Value,
    /// The steps.
    pub plan: Vec<PlanLine>,
    /// What it keeps others from. Ignored for a child.
    pub locks: Vec<Lock>,
    /// Backups that must not go while it lives.
    pub holds: Vec<BackupId>,
    /// With the actor: one request, one operation.
    pub idempotency_key: Option<String>,
    /// Who asks: `user:<id>`, `cli:<name>`.
    pub actor: String,
    /// An owner's decision to go without a safety backup.
    pub waiver: Option<Waiver>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Enqueued {
    /// It is a new operation.
    Created(OperationRow),
    /// The same request came before: this is its operation, as it stands now.
    Existing(OperationRow),
}

impl Enqueued {
    /// The operation, new or not.
    pub fn row(&self) -> &OperationRow {
        match self {
            Self::Created(row) | Self::Existing(row) => row,
        }
    }
}

impl Db {
    /// Queues an operation with all its locks, or changes nothing. Problems:
    /// `locked` (args `operation`, `kind`, `key`: who holds what), `idempotency-key-reused`,
    /// `not-found-backup` (a hold), `not-found-operation` and `operation-state`
    /// (a parent that is unknown or not running, or a way out of an operation that
    /// no longer needs a person).
    pub async fn enqueue(&self, new: NewOperation) -> Result<Enqueued, Problem> {
        Ok(self.write(move |tx| tx.enqueue(&new)).await?)
    }

    /// The operation this actor asked for with this idempotency key, if any.
    pub async fn asked_with(&self, actor: &str, key: &str) -> Result<Option<OperationRow>, Problem> {
        let (actor, key) = (actor.to_owned(), key.to_owned());
        Ok(self.read(move |conn| keyed(conn, &actor, &key)).await?)
    }
}

fn keyed(conn: &mut Conn, actor: &str, key: &str) -> Result<Option<OperationRow>, DbError> {
    let asked = operations::table.filter(operations::actor.eq(actor));
    let asked = asked.filter(operations::idempotency_key.eq(key)).select(Stored::as_select());
    asked.first::<Stored>(conn).optional()?.map(OperationRow::try_from).transpose()
}

impl Tx<'_> {
    fn enqueue(&mut self, new: &NewOperation) -> Result<Enqueued, DbError> {
        if let Some(row) = self.same_request(new)? {
            return Ok(Enqueued::Existing(row));
        }
        if let Some(parent) = &new.parent {
            let state = find(self.conn, parent)?.state;
            if state != OpState::Running {
                return Err(not_now(parent, state).into());
            }
        }
        let mut stored = self.stored(new)?;
        // Where the resource is now: it may have been assigned since it was planned.
        if let Some(resource) = &new.resource {
            let place = resources::table.find(resource.as_str());
            let project: Option<Option<String>> =
                place.select(resources::project_id).first(self.conn).optional()?;
            stored.project_id = project.flatten();
        }
        diesel::insert_into(operations::table).values(&stored).execute(self.conn)?;
        if new.parent.is_none() {
            self.lock(new)?;
        }
        self.steps(new)?;
        self.hold_all(new)?;
        let row = OperationRow::try_from(stored)?;
        self.tell(&row, &new.actor, "enqueue")?;
        Ok(Enqueued::Created(row))
    }

    fn same_request(&mut self, new: &NewOperation) -> Result<Option<OperationRow>, DbError> {
        let Some(key) = &new.idempotency_key else { return Ok(None) };
        let Some(row) = keyed(self.conn, &new.actor, key)? else { return Ok(None) };
        let same = row.kind == new.kind
            && row.resource == new.resource
            && row.parent == new.parent
            && row.request == new.request;
        if same {
            return Ok(Some(row));
        }
        Err(problem!("idempotency-key-reused", key = key, operation = row.id.as_str()).into())
    }

    fn stored(&self, new: &NewOperation) -> Result<Stored, DbError> {
        Ok(Stored {
            id: new.id.to_string(),
            kind: new.kind.to_string(),
            resource_id: new.resource.as_ref().map(ToString::to_string),
            project_id: new.project.as_ref().map(ToString::to_string),
            backup_id: new.backup.as_ref().map(ToString::to_string),
            parent_id: new.parent.as_ref().map(ToString::to_string),
            state: OpState::Queued.to_string(),
            request: json(&new.request)?,
            facts: json(&new.facts)?,
            plan: json(&new.plan)?,
            labels: "[]".to_owned(),
            idempotency_key: new.idempotency_key.clone(),
            actor: new.actor.clone(),
            waiver: new.waiver.as_ref().map(json).transpose()?,
            fence: 0,
            runner: None,
            lease_until: None,
            cancel_at: None,
            cancel_by: None,
            progress: None,
            problem: None,
            result: "null".to_owned(),
            resolution: None,
            pushed_at: None,
            created_at: naive(self.now),
            started_at: None,
            ended_at: None,
        })
    }

    fn steps(&mut self, new: &NewOperation) -> Result<(), DbError> {
        for (position, line) in (0_i32..).zip(&new.plan) {
            diesel::insert_into(operation_steps::table)
                .values((
                    operation_steps::operation_id.eq(new.id.as_str()),
                    operation_steps::position.eq(position),
                    operation_steps::name.eq(&line.name),
                    operation_steps::state.eq(StepState::Pending.as_str()),
                    operation_steps::tries.eq(0),
                ))
                .execute(self.conn)?;
        }
        Ok(())
    }

    fn hold_all(&mut self, new: &NewOperation) -> Result<(), DbError> {
        for backup in &new.holds {
            let known: Option<String> =
                backups::table.find(backup.as_str()).select(backups::id).first(self.conn).optional()?;
            if known.is_none() {
                return Err(problem!("not-found-backup", id = backup.as_str()).into());
            }
            self.hold(&new.id, backup)?;
        }
        Ok(())
    }
}
