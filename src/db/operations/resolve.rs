//! The ways out of "a person is needed".

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper};

use super::{Stored, find, not_now, row::OperationRow};
use crate::{
    db::{Db, Tx, convert::naive, error::DbError, schema::operations},
    domain::{clock::Moment, id::OperationId, operation::OpState, problem::Problem},
    saga::Fence,
};

impl Db {
    /// Runs it once more (to try the undo again), under a new fence. Problems:
    /// `operation-state` (it does not wait for a person), `locked` (a restore of
    /// its safety backup is on its way).
    pub async fn reopen(
        &self,
        id: &OperationId,
        runner: &str,
        lease_until: Moment,
        actor: &str,
    ) -> Result<(OperationRow, Fence), Problem> {
        let (id, runner, actor) = (id.clone(), runner.to_owned(), actor.to_owned());
        let reopened = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.state != OpState::NeedsOperator {
                return Err(not_now(&id, row.state).into());
            }
            tx.refuse_way_out(&id, None)?;
            let row = tx.hand_over(&row, &runner, lease_until)?;
            diesel::update(operations::table.find(id.as_str()))
                .set(operations::ended_at.eq(None::<chrono::NaiveDateTime>))
                .execute(tx.conn)?;
            tx.tell(&row, &actor, "reopen")?;
            Ok((find(tx.conn, &id)?, row.fence))
        });
        Ok(reopened.await?)
    }

    /// Marks it, and its children that wait too, as put right by hand; lets go of
    /// locks and holds. `by`: the way out that put it right. Problems:
    /// `operation-state` (it does not wait for a person), `locked` (another way
    /// out is on its way and needs what this one holds).
    pub async fn resolve(
        &self,
        id: &OperationId,
        by: Option<&OperationId>,
        actor: &str,
        note: &str,
    ) -> Result<OperationRow, Problem> {
        let (id, by, actor, note) = (id.clone(), by.cloned(), actor.to_owned(), note.to_owned());
        let resolved = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.state != OpState::NeedsOperator {
                return Err(not_now(&id, row.state).into());
            }
            tx.refuse_way_out(&id, by.as_ref())?;
            let children: Vec<Stored> = operations::table
                .filter(operations::parent_id.eq(id.as_str()))
                .filter(operations::state.eq(OpState::NeedsOperator.as_str()))
                .select(Stored::as_select())
                .load(tx.conn)?;
            for child in children {
                tx.resolve(&OperationRow::try_from(child)?.id, &actor, &note)?;
            }
            tx.resolve(&id, &actor, &note)
        });
        Ok(resolved.await?)
    }
}

impl Tx<'_> {
    fn resolve(&mut self, id: &OperationId, actor: &str, note: &str) -> Result<OperationRow, DbError> {
        diesel::update(operations::table.find(id.as_str()))
            .set((
                operations::state.eq(OpState::Resolved.as_str()),
                operations::resolution.eq(note),
                operations::ended_at.eq(naive(self.now)),
            ))
            .execute(self.conn)?;
        self.release(id)?;
        let row = find(self.conn, id)?;
        self.tell(&row, actor, "resolve")?;
        Ok(row)
    }
}
