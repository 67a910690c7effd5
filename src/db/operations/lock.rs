//! What an operation keeps others from: locks by key, exclusive or shared.
//!
//! Backups, verifications and downloads of one thing do not block each other
//! (shared); a restore blocks and is blocked by all of them (exclusive). The
//! primary key of the table is the lock: a shared holder's key carries its
//! operation's id, so that many can stand beside each other.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, TextExpressionMethods,
};

use super::enqueue::NewOperation;
use crate::{
    db::{
        Tx,
        error::DbError,
        schema::{operation_locks, operations},
    },
    domain::id::{AsideId, BackupId, OperationId, ResourceId},
    problem,
};

/// Between a key and the id of a shared holder; no key contains it.
const SHARED: char = '+';

/// A key an operation needs, for itself or together with others of its sort.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lock {
    key: String,
    shared: bool,
}

impl Lock {
    /// For itself alone.
    pub fn exclusive(key: impl Into<String>) -> Self {
        Self { key: key.into(), shared: false }
    }

    /// Beside other shared holders.
    pub fn shared(key: impl Into<String>) -> Self {
        Self { key: key.into(), shared: true }
    }

    /// A resource is changed.
    pub fn resource(id: &ResourceId) -> Self {
        Self::exclusive(format!("resource:{id}"))
    }

    /// A resource is read.
    pub fn shared_resource(id: &ResourceId) -> Self {
        Self::shared(format!("resource:{id}"))
    }

    /// A backup is removed or moved.
    pub fn backup(id: &BackupId) -> Self {
        Self::exclusive(format!("backup:{id}"))
    }

    /// A backup is read.
    pub fn backup_in_use(id: &BackupId) -> Self {
        Self::shared(format!("backup:{id}"))
    }

    /// Something set aside is removed.
    pub fn aside(id: &AsideId) -> Self {
        Self::exclusive(format!("aside:{id}"))
    }

    /// The way out of an operation that needs a person: one at a time.
    pub fn way_out(id: &OperationId) -> Self {
        Self::exclusive(format!("way-out:{id}"))
    }

    /// What is written for a holder.
    fn row(&self, holder: &OperationId) -> String {
        if self.shared { format!("{}{SHARED}{holder}", self.key) } else { self.key.clone() }
    }
}

impl Tx<'_> {
    /// All locks or none: the first that is taken ends the transaction.
    pub(super) fn lock(&mut self, new: &NewOperation) -> Result<(), DbError> {
        let locks: std::collections::BTreeSet<&Lock> = new.locks.iter().collect();
        for lock in locks {
            self.refuse_locked(lock)?;
            diesel::insert_into(operation_locks::table)
                .values((
                    operation_locks::key.eq(lock.row(&new.id)),
                    operation_locks::operation_id.eq(new.id.as_str()),
                    operation_locks::fence.eq(0_i64),
                ))
                .execute(self.conn)?;
        }
        Ok(())
    }

    /// Problem `locked` if some operation stands in the way of a lock.
    pub(in crate::db) fn refuse_locked(&mut self, lock: &Lock) -> Result<(), DbError> {
        match self.holder(lock)? {
            None => Ok(()),
            Some((operation, kind)) => {
                Err(problem!("locked", operation = operation, kind = kind, key = &lock.key).into())
            }
        }
    }

    /// Who stands in the way of a lock: the exclusive holder, or for an exclusive
    /// lock any shared one.
    fn holder(&mut self, lock: &Lock) -> Result<Option<(String, String)>, DbError> {
        let beside = if lock.shared { String::new() } else { format!("{}{SHARED}%", lock.key) };
        let holder = operation_locks::table
            .inner_join(operations::table)
            .filter(operation_locks::key.eq(&lock.key).or(operation_locks::key.like(beside)))
            .select((operations::id, operations::kind))
            .first(self.conn)
            .optional()?;
        Ok(holder)
    }
}
