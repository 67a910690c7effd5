//! Who runs an operation: claimed by one, renewed while alive, taken over from
//! the dead. Each change of hands raises the fence.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::{find, row::OperationRow};
use crate::{
    db::{
        Db, Tx,
        convert::naive,
        error::DbError,
        schema::{operation_locks, operations},
    },
    domain::{clock::Moment, id::OperationId, operation::OpState, problem::Problem},
    saga::Fence,
};

impl Db {
    /// Makes a queued operation this runner's; `None` if it is not queued (any
    /// more): another was first, or it was cancelled.
    pub async fn claim(
        &self,
        id: &OperationId,
        runner: &str,
        lease_until: Moment,
    ) -> Result<Option<(OperationRow, Fence)>, Problem> {
        let (id, runner) = (id.clone(), runner.to_owned());
        let claimed = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.state != OpState::Queued {
                return Ok(None);
            }
            let row = tx.hand_over(&row, &runner, lease_until)?;
            let fence = row.fence;
            Ok(Some((row, fence)))
        });
        Ok(claimed.await?)
    }

    /// Makes a running operation of a dead runner this runner's; `None` if it is
    /// not running under `old_fence` any more.
    pub async fn take_over(
        &self,
        id: &OperationId,
        old_fence: Fence,
        runner: &str,
        lease_until: Moment,
    ) -> Result<Option<Fence>, Problem> {
        let (id, runner) = (id.clone(), runner.to_owned());
        let taken = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.state != OpState::Running || row.fence != old_fence {
                return Ok(None);
            }
            Ok(Some(tx.hand_over(&row, &runner, lease_until)?.fence))
        });
        Ok(taken.await?)
    }

    /// Lengthens a lease; `false` if it was lost.
    pub async fn renew(&self, id: &OperationId, fence: Fence, until: Moment) -> Result<bool, Problem> {
        let id = id.clone();
        let renewed = self.write(move |tx| {
            let mine = operations::table
                .find(id.as_str())
                .filter(operations::fence.eq(fence.0))
                .filter(operations::state.eq(OpState::Running.as_str()));
            Ok(diesel::update(mine).set(operations::lease_until.eq(naive(until))).execute(tx.conn)?)
        });
        Ok(renewed.await? == 1)
    }
}

impl Tx<'_> {
    /// Running, by this runner, under the next fence. The caller has looked at
    /// the state in the same transaction.
    pub(super) fn hand_over(
        &mut self,
        row: &OperationRow,
        runner: &str,
        lease_until: Moment,
    ) -> Result<OperationRow, DbError> {
        let fence = row.fence.0 + 1;
        diesel::update(operations::table.find(row.id.as_str()))
            .set((
                operations::state.eq(OpState::Running.as_str()),
                operations::fence.eq(fence),
                operations::runner.eq(runner),
                operations::lease_until.eq(naive(lease_until)),
                operations::started_at.eq(naive(row.started_at.unwrap_or(self.now))),
            ))
            .execute(self.conn)?;
        diesel::update(operation_locks::table.filter(operation_locks::operation_id.eq(row.id.as_str())))
            .set(operation_locks::fence.eq(fence))
            .execute(self.conn)?;
        find(self.conn, &row.id)
    }
}
