//! Asking an operation to stop.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::Value;

use super::{find, finish::Finish, not_now, row::OperationRow};
use crate::{
    db::{Db, convert::naive, schema::operations},
    domain::{id::OperationId, operation::OpState, problem::Problem},
};

impl Db {
    /// A queued operation is cancelled at once; a running one is marked, and its
    /// runner stops it. Asking again changes nothing. Problem `operation-state`:
    /// it is over already, or waits for a person.
    pub async fn request_cancel(&self, id: &OperationId, actor: &str) -> Result<OperationRow, Problem> {
        let (id, actor) = (id.clone(), actor.to_owned());
        let cancelled = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            match row.state {
                OpState::Queued | OpState::Running if row.cancel_at.is_some() => return Ok(row),
                OpState::Queued | OpState::Running => {}
                OpState::Cancelled => return Ok(row),
                other => return Err(not_now(&id, other).into()),
            }
            diesel::update(operations::table.find(id.as_str()))
                .set((operations::cancel_at.eq(naive(tx.now)), operations::cancel_by.eq(&actor)))
                .execute(tx.conn)?;
            if row.state == OpState::Queued {
                let end = Finish { state: OpState::Cancelled, problem: None, result: Value::Null };
                tx.end(&row, &end)?;
            }
            let row = find(tx.conn, &id)?;
            tx.tell(&row, &actor, "cancel")?;
            Ok(row)
        });
        Ok(cancelled.await?)
    }

    /// Whether somebody asked to cancel it, or the operation it belongs to.
    pub async fn cancel_requested(&self, id: &OperationId) -> Result<bool, Problem> {
        let id = id.clone();
        let asked = self.read(move |conn| {
            let row = find(conn, &id)?;
            if row.cancel_at.is_some() {
                return Ok(true);
            }
            match &row.parent {
                Some(parent) => Ok(find(conn, parent)?.cancel_at.is_some()),
                None => Ok(false),
            }
        });
        Ok(asked.await?)
    }
}
