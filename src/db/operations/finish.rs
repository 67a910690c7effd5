//! The end of a run.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::Value;

use super::{find, not_now, row::OperationRow};
use crate::{
    db::{
        Db, Tx,
        convert::{json, naive},
        error::DbError,
        schema::operations,
    },
    domain::{id::OperationId, operation::OpState, problem::Problem},
    problem,
    saga::Fence,
};

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    /// `Succeeded`, `Failed`, `RolledBack`, `Cancelled` or `NeedsOperator`.
    pub state: OpState,
    /// Why, unless all went well.
    pub problem: Option<Problem>,
    /// What it leaves.
    pub result: Value,
}

impl Db {
    /// Ends a run: state, audit and outbox rows, and (except when a person is
    /// needed) its locks and holds, in one transaction. Problems: `lease-lost`,
    /// `operation-state` (the transition table does not have it).
    pub async fn finish(&self, id: &OperationId, fence: Fence, end: Finish) -> Result<OperationRow, Problem> {
        let id = id.clone();
        Ok(self.write(move |tx| tx.finish(&id, fence, &end)).await?)
    }
}

/// The states a run may end in; the others are reached by their own verbs.
fn ends(state: OpState) -> bool {
    use OpState::*;
    matches!(state, Succeeded | Failed | RolledBack | Cancelled | NeedsOperator)
}

impl Tx<'_> {
    fn finish(&mut self, id: &OperationId, fence: Fence, end: &Finish) -> Result<OperationRow, DbError> {
        let row = find(self.conn, id)?;
        if row.fence != fence {
            return Err(problem!("lease-lost").into());
        }
        if !ends(end.state) || !row.state.may_become(end.state) {
            return Err(not_now(id, row.state).into());
        }
        self.end(&row, end)?;
        let row = find(self.conn, id)?;
        self.tell(&row, &row.actor, end.state.as_str())?;
        Ok(row)
    }

    /// Writes the end down and lets go of what the operation held.
    pub(super) fn end(&mut self, row: &OperationRow, end: &Finish) -> Result<(), DbError> {
        diesel::update(operations::table.find(row.id.as_str()))
            .set((
                operations::state.eq(end.state.as_str()),
                operations::problem.eq(end.problem.as_ref().map(json).transpose()?),
                operations::result.eq(json(&end.result)?),
                operations::lease_until.eq(None::<chrono::NaiveDateTime>),
                operations::ended_at.eq(naive(self.now)),
            ))
            .execute(self.conn)?;
        if end.state.is_final() {
            self.release(&row.id)?;
        }
        Ok(())
    }
}
