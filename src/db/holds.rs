//! Which operations need a backup: it must not go while one lives.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::{Db, Tx, backups, convert::word, error::DbError, operations, schema::holds};
use crate::domain::{
    id::{BackupId, OperationId},
    operation::OpState,
    problem::Problem,
};

impl Db {
    /// From now on a running operation needs these backups too: they cannot be
    /// removed before it ends. Said again, it changes nothing. Problems:
    /// `not-found-operation`, `operation-state` (it does not run), `not-found-backup`,
    /// those of [`BackupRow::usable`](super::BackupRow::usable), `locked` (one is
    /// being removed).
    pub async fn hold(&self, operation: &OperationId, backups: &[BackupId]) -> Result<(), Problem> {
        let (operation, backups) = (operation.clone(), backups.to_vec());
        let held = self.write(move |tx| {
            let row = operations::find(tx.conn, &operation)?;
            if row.state != OpState::Running {
                return Err(operations::not_now(&operation, row.state).into());
            }
            for backup in &backups {
                backups::find(tx.conn, backup)?.usable()?;
                tx.keep_backup(&row, backup)?;
                tx.hold(&operation, backup)?;
            }
            Ok(())
        });
        Ok(held.await?)
    }

    /// The operations that need this backup.
    pub async fn held_by(&self, backup: &BackupId) -> Result<Vec<OperationId>, Problem> {
        let backup = backup.clone();
        let held = self.read(move |conn| {
            let ids: Vec<String> = holds::table
                .filter(holds::backup_id.eq(backup.as_str()))
                .select(holds::operation_id)
                .order(holds::operation_id)
                .load(conn)?;
            ids.iter().map(|id| word(id, "holds.operation_id")).collect()
        });
        Ok(held.await?)
    }
}

impl Tx<'_> {
    /// An operation needs a backup that is known to exist; nothing if it is said
    /// already.
    pub(super) fn hold(&mut self, operation: &OperationId, backup: &BackupId) -> Result<(), DbError> {
        let said: Option<String> = holds::table
            .find((backup.as_str(), operation.as_str()))
            .select(holds::backup_id)
            .first(self.conn)
            .optional()?;
        if said.is_none() {
            diesel::insert_into(holds::table)
                .values((holds::backup_id.eq(backup.as_str()), holds::operation_id.eq(operation.as_str())))
                .execute(self.conn)?;
        }
        Ok(())
    }
}
