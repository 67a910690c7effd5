//! Operations: what was asked, what was planned, where it stands.

mod cancel;
mod enqueue;
mod finish;
mod lease;
mod list;
mod lock;
mod resolve;
mod row;

pub use enqueue::{Enqueued, NewOperation};
pub use finish::Finish;
pub use list::{LogLine, OperationFilter};
pub use lock::Lock;
pub use row::OperationRow;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};
use serde_json::json;

use super::{
    Tx,
    conn::Conn,
    error::DbError,
    schema::{holds, operation_locks, operations},
};
use crate::{
    domain::{id::OperationId, operation::OpState, problem::Problem},
    problem,
};
use row::Stored;

/// One operation as it is now.
pub(super) fn find(conn: &mut Conn, id: &OperationId) -> Result<OperationRow, DbError> {
    let stored: Option<Stored> =
        operations::table.find(id.as_str()).select(Stored::as_select()).first(conn).optional()?;
    stored.ok_or_else(|| problem!("not-found-operation", id = id.as_str()))?.try_into()
}

/// Several of them, in no order.
pub(super) fn find_all(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<OperationRow>, DbError> {
    let rows: Vec<Stored> =
        operations::table.filter(operations::id.eq_any(ids)).select(Stored::as_select()).load(conn)?;
    rows.into_iter().map(OperationRow::try_from).collect()
}

/// The problem of a transition the table does not have.
pub(super) fn not_now(id: &OperationId, state: OpState) -> Problem {
    problem!("operation-state", operation = id.as_str(), state = state.as_str())
}

impl Tx<'_> {
    /// An operation that is over holds nothing any more.
    fn release(&mut self, id: &OperationId) -> Result<(), DbError> {
        diesel::delete(operation_locks::table.filter(operation_locks::operation_id.eq(id.as_str())))
            .execute(self.conn)?;
        diesel::delete(holds::table.filter(holds::operation_id.eq(id.as_str()))).execute(self.conn)?;
        Ok(())
    }

    /// Audit and outbox rows of a change of state by `actor`.
    fn tell(&mut self, row: &OperationRow, actor: &str, verb: &str) -> Result<(), DbError> {
        let detail = json!({
            "kind": row.kind.as_str(),
            "state": row.state.as_str(),
            "resource": row.resource,
            "backup": row.backup,
            "parent": row.parent,
            "problem": row.problem.as_ref().map(|p| &p.code),
            "waiver": row.waiver,
            "resolution": row.resolution,
        });
        let subject = format!("operation:{}", row.id);
        self.audit(actor, &format!("operation.{verb}"), &subject, &detail)?;
        self.outbox(&format!("operation.{}", row.state), &subject, &detail)
    }
}
