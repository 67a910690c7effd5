//! What an operation keeps others from: locks by key, exclusive or shared.
//!
//! Backups, verifications and downloads of one thing do not block each other
//! (shared); a restore blocks and is blocked by all of them (exclusive). The
//! primary key of the table is the lock: a shared holder's key carries its
//! operation's id, so that many can stand beside each other.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, TextExpressionMethods,
};

use super::{enqueue::NewOperation, find, not_now, row::OperationRow};
use crate::{
    db::{
        Tx,
        error::DbError,
        schema::{operation_locks, operations},
    },
    domain::{
        id::{AsideId, BackupId, OperationId, ResourceId},
        operation::OpState,
    },
    problem,
    stream::digest,
};

/// Between a key and the id of a shared holder; no key contains it.
const SHARED: char = '+';

/// Begins the key of a way out of `needs_operator`.
const WAY_OUT: &str = "way-out:";

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

    /// What a resource leads to, which may be another resource's as well. By digest: it
    /// may hold any character.
    pub fn target(target: &str) -> Self {
        Self::exclusive(format!("target:{}", digest::of(target.as_bytes()).sha256))
    }

    /// The same beside other shared holders.
    #[must_use]
    pub fn beside(self) -> Self {
        Self { shared: true, ..self }
    }

    /// A resource is changed.
    pub fn resource(id: &ResourceId) -> Self {
        Self::exclusive(format!("resource:{id}"))
    }

    /// A backup is removed or moved.
    pub fn backup(id: &BackupId) -> Self {
        Self::exclusive(format!("backup:{id}"))
    }

    /// A backup is read.
    pub fn backup_in_use(id: &BackupId) -> Self {
        Self::shared(format!("backup:{id}"))
    }

    /// The parts that a resource's backups share are added to or removed.
    pub fn objects(id: &ResourceId) -> Self {
        Self::exclusive(format!("objects:{id}"))
    }

    /// Something set aside is removed.
    pub fn aside(id: &AsideId) -> Self {
        Self::exclusive(format!("aside:{id}"))
    }

    /// The way out of an operation that needs a person: one at a time.
    pub fn way_out(id: &OperationId) -> Self {
        Self::exclusive(format!("{WAY_OUT}{id}"))
    }

    /// The operation whose way out this is, if it is one.
    fn way_out_of(&self) -> Option<OperationId> {
        self.key.strip_prefix(WAY_OUT)?.parse().ok()
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
            // A way out runs under the stuck operation's own locks: it must still have them.
            if let Some(stuck) = lock.way_out_of() {
                let state = find(self.conn, &stuck)?.state;
                if state != OpState::NeedsOperator {
                    return Err(not_now(&stuck, state).into());
                }
            }
            self.take(&new.id, lock, 0)?;
        }
        Ok(())
    }

    /// One lock for an operation, under its present fence.
    fn take(&mut self, operation: &OperationId, lock: &Lock, fence: i64) -> Result<(), DbError> {
        self.refuse_locked(lock)?;
        diesel::insert_into(operation_locks::table)
            .values((
                operation_locks::key.eq(lock.row(operation)),
                operation_locks::operation_id.eq(operation.as_str()),
                operation_locks::fence.eq(fence),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Nothing is on its way to end this stuck operation, but perhaps `by` itself.
    pub(super) fn refuse_way_out(
        &mut self,
        stuck: &OperationId,
        by: Option<&OperationId>,
    ) -> Result<(), DbError> {
        let lock = Lock::way_out(stuck);
        match self.holder(&lock)? {
            Some((operation, _)) if by.is_some_and(|by| by.as_str() == operation) => Ok(()),
            _ => self.refuse_locked(&lock),
        }
    }

    /// A running operation needs one more backup: nobody may remove it meanwhile.
    /// Nothing if it has it already.
    pub(in crate::db) fn keep_backup(
        &mut self,
        operation: &OperationRow,
        backup: &BackupId,
    ) -> Result<(), DbError> {
        let lock = Lock::backup_in_use(backup);
        let mine: Option<String> = operation_locks::table
            .find(lock.row(&operation.id))
            .select(operation_locks::key)
            .first(self.conn)
            .optional()?;
        if mine.is_none() {
            self.take(&operation.id, &lock, operation.fence.0)?;
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
