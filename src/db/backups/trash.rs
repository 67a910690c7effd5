//! Into the trash, out of it, and gone for good.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde_json::json;

use super::{
    find,
    row::{BackupRow, Shown, shown},
};
use crate::{
    db::{
        Db, Tx,
        convert::naive,
        error::DbError,
        schema::{backups, holds, resources},
    },
    domain::{
        backup::BackupState,
        clock::Moment,
        id::{BackupId, OperationId},
        problem::Problem,
    },
    problem,
};

impl Db {
    /// Puts it into the trash until `keep_until`; again, only the time changes.
    /// Problem `backup-held` (args `backup`, `operation`): an operation other than
    /// `by` needs it.
    pub async fn trash_backup(
        &self,
        id: &BackupId,
        keep_until: Moment,
        by: Option<&OperationId>,
        actor: &str,
    ) -> Result<BackupRow, Problem> {
        let (id, by, actor) = (id.clone(), by.cloned(), actor.to_owned());
        let trashed = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            tx.refuse_held(&id, by.as_ref())?;
            let place = backups::table.find(id.as_str());
            diesel::update(place).set(backups::keep_until.eq(naive(keep_until))).execute(tx.conn)?;
            if row.state != BackupState::Trashed {
                diesel::update(place)
                    .set((
                        backups::state.eq(BackupState::Trashed.as_str()),
                        backups::trashed_from.eq(row.state.as_str()),
                    ))
                    .execute(tx.conn)?;
                tx.tell_backup(&row, &actor, "backup.trash")?;
            }
            find(tx.conn, &id)
        });
        Ok(trashed.await?)
    }

    /// Takes it out of the trash, as it was before; nothing if it is not there.
    pub async fn untrash_backup(&self, id: &BackupId, actor: &str) -> Result<BackupRow, Problem> {
        let (id, actor) = (id.clone(), actor.to_owned());
        let untrashed = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.state != BackupState::Trashed {
                return Ok(row);
            }
            let place = backups::table.find(id.as_str());
            let was: Option<String> = place.select(backups::trashed_from).first(tx.conn)?;
            diesel::update(place)
                .set((
                    backups::state.eq(was.unwrap_or_else(|| BackupState::Complete.to_string())),
                    backups::trashed_from.eq(None::<String>),
                    backups::keep_until.eq(None::<chrono::NaiveDateTime>),
                ))
                .execute(tx.conn)?;
            tx.tell_backup(&row, &actor, "backup.untrash")?;
            find(tx.conn, &id)
        });
        Ok(untrashed.await?)
    }

    /// What is in the trash although its time there ended by `now`, the longest
    /// overdue first.
    pub async fn trash_due(&self, now: Moment) -> Result<Vec<BackupRow>, Problem> {
        let listed = self.read(move |conn| {
            let rows: Vec<Shown> = backups::table
                .inner_join(resources::table)
                .filter(backups::state.eq(BackupState::Trashed.as_str()))
                .filter(backups::keep_until.le(naive(now)))
                .order((backups::keep_until, backups::id))
                .select(shown())
                .load(conn)?;
            rows.into_iter().map(BackupRow::try_from).collect()
        });
        Ok(listed.await?)
    }

    /// Takes it out of the catalogue after its folder is gone; nothing if it is
    /// out already. Problem `backup-held`, as for the trash.
    pub async fn forget_backup(
        &self,
        id: &BackupId,
        by: Option<&OperationId>,
        actor: &str,
    ) -> Result<(), Problem> {
        let (id, by, actor) = (id.clone(), by.cloned(), actor.to_owned());
        let forgotten = self.write(move |tx| {
            let known: Option<String> =
                backups::table.find(id.as_str()).select(backups::id).first(tx.conn).optional()?;
            if known.is_none() {
                return Ok(());
            }
            let row = find(tx.conn, &id)?;
            tx.refuse_held(&id, by.as_ref())?;
            diesel::delete(holds::table.filter(holds::backup_id.eq(id.as_str()))).execute(tx.conn)?;
            diesel::delete(backups::table.find(id.as_str())).execute(tx.conn)?;
            tx.tell_backup(&row, &actor, "backup.forget")
        });
        Ok(forgotten.await?)
    }
}

impl Tx<'_> {
    fn refuse_held(&mut self, id: &BackupId, by: Option<&OperationId>) -> Result<(), DbError> {
        let holders: Vec<String> = holds::table
            .filter(holds::backup_id.eq(id.as_str()))
            .select(holds::operation_id)
            .order(holds::operation_id)
            .load(self.conn)?;
        match holders.iter().find(|holder| by.is_none_or(|by| by.as_str() != holder.as_str())) {
            Some(holder) => Err(problem!("backup-held", backup = id.as_str(), operation = holder).into()),
            None => Ok(()),
        }
    }

    fn tell_backup(&mut self, row: &BackupRow, actor: &str, action: &str) -> Result<(), DbError> {
        let detail = json!({
            "resource": row.resource,
            "name": row.resource_name,
            "taken_at": row.taken_at,
            "origin": row.origin.as_str(),
            "path": row.path,
        });
        let subject = format!("backup:{}", row.id);
        self.audit(actor, action, &subject, &detail)?;
        self.outbox(action, &subject, &detail)
    }
}
