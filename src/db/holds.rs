//! Which operations need a backup: it must not go while one lives.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::{Db, convert::word, schema::holds};
use crate::domain::{
    id::{BackupId, OperationId},
    problem::Problem,
};

impl Db {
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
