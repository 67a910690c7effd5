//! What later checks and people change of a backup.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;

use super::{find, row::BackupRow};
use crate::{
    db::{
        Db, Tx,
        convert::{self, naive},
        error::DbError,
        schema::backups,
    },
    domain::{backup::BackupState, clock::Moment, id::BackupId, problem::Problem},
    problem,
};

impl Db {
    /// Its bytes and structure were found right at `at`. One taken for corrupt
    /// is complete again.
    pub async fn mark_verified(&self, id: &BackupId, at: Moment) -> Result<BackupRow, Problem> {
        let id = id.clone();
        let marked = self.write(move |tx| {
            tx.found_state(&id, BackupState::Complete)?;
            diesel::update(backups::table.find(id.as_str()))
                .set((backups::verified_at.eq(naive(at)), backups::problem.eq(None::<String>)))
                .execute(tx.conn)?;
            find(tx.conn, &id)
        });
        Ok(marked.await?)
    }

    /// Its bytes are not what was written, and what exactly was found.
    pub async fn mark_corrupt(&self, id: &BackupId, why: &Problem) -> Result<BackupRow, Problem> {
        let (id, why) = (id.clone(), why.clone());
        let marked = self.write(move |tx| {
            tx.found_state(&id, BackupState::Corrupt)?;
            let none = None::<chrono::NaiveDateTime>;
            diesel::update(backups::table.find(id.as_str()))
                .set((backups::verified_at.eq(none), backups::problem.eq(convert::json(&why)?)))
                .execute(tx.conn)?;
            find(tx.conn, &id)
        });
        Ok(marked.await?)
    }

    /// Its folder is gone from the store (`Missing`) or there again (`Complete`).
    /// What is in the trash stays in the trash. Problem `backup-state`: any other
    /// state has a verb of its own.
    pub async fn set_backup_state(&self, id: &BackupId, state: BackupState) -> Result<BackupRow, Problem> {
        let id = id.clone();
        let set = self.write(move |tx| {
            if !matches!(state, BackupState::Complete | BackupState::Missing) {
                return Err(problem!("backup-state", id = id.as_str(), state = state.as_str()).into());
            }
            tx.found_state(&id, state)?;
            find(tx.conn, &id)
        });
        Ok(set.await?)
    }

    /// Keeps it from retention, or no longer.
    pub async fn pin_backup(&self, id: &BackupId, pinned: bool, actor: &str) -> Result<BackupRow, Problem> {
        let (id, actor) = (id.clone(), actor.to_owned());
        let pin = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.pinned != pinned {
                let place = backups::table.find(id.as_str());
                diesel::update(place).set(backups::pinned.eq(pinned)).execute(tx.conn)?;
                let action = if pinned { "backup.pin" } else { "backup.unpin" };
                tx.audit(&actor, action, &format!("backup:{id}"), &json!({}))?;
            }
            find(tx.conn, &id)
        });
        Ok(pin.await?)
    }
}

impl Tx<'_> {
    /// A check found it in this state. In the trash it is remembered for the way
    /// back; a change is told of.
    fn found_state(&mut self, id: &BackupId, state: BackupState) -> Result<(), DbError> {
        let row = find(self.conn, id)?;
        let place = backups::table.find(id.as_str());
        if row.state == BackupState::Trashed {
            diesel::update(place).set(backups::trashed_from.eq(state.as_str())).execute(self.conn)?;
            return Ok(());
        }
        if row.state == state {
            return Ok(());
        }
        diesel::update(place).set(backups::state.eq(state.as_str())).execute(self.conn)?;
        let detail = json!({"from": row.state.as_str(), "to": state.as_str(), "resource": row.resource});
        let subject = format!("backup:{id}");
        self.audit("zelo", "backup.state", &subject, &detail)?;
        self.outbox(&format!("backup.{state}"), &subject, &detail)
    }
}
