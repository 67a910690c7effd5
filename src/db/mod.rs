//! Zelo's own database: diesel on SQLite or PostgreSQL, one file a table. Only
//! this room holds a connection.
//!
//! Every public method of [`Db`] is async and does its work on a blocking thread.
//! Every write is one transaction that excludes all other writers from its first
//! statement (see `conn.rs`), holds its audit and outbox rows, and is durable when
//! the method returns.

mod asides;
mod audit;
mod backups;
mod conn;
mod convert;
mod download_links;
mod error;
mod holds;
mod hosts;
mod journal;
mod memberships;
mod migrate;
mod operations;
mod outbox;
mod projects;
mod proofs;
mod resources;
mod schema;
mod sessions;
mod set_up;
mod settings;
mod stores;
mod summaries;
#[cfg(test)]
mod tests;
mod tokens;
mod users;
mod version;

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use diesel::r2d2::Pool;
use tokio::sync::Mutex;

pub use asides::{AsideRow, AsideState, NewAside};
pub use audit::{AuditFilter, AuditRow, MailNote};
pub use backups::{BackupFilter, BackupRow, BackupSort};
pub use conn::DbTarget;
pub use download_links::DownloadLinkRow;
pub use hosts::HostRow;
pub use migrate::Schema;
pub use operations::{Enqueued, Finish, Lock, LogLine, NewOperation, OperationFilter, OperationRow};
pub use outbox::OutboxRow;
pub use projects::ProjectRow;
pub use proofs::NewProof;
pub use resources::{NewAccess, NewResource, ResourceFilter, ResourceRow, ResourceState};
pub use sessions::SessionRow;
pub use stores::StoreRow;
pub use summaries::{Figures, Summary};
pub use tokens::TokenRow;
pub use users::{NewUser, UserRow};
pub use version::Version;

use conn::{Conn, Manager, Purpose};
use error::DbError;
use version::Watch;

use crate::{
    domain::{
        clock::{Moment, SharedClock},
        id::SharedIds,
        problem::Problem,
    },
    problem,
};

/// Connections kept: readers beside the one writer.
const POOL: u32 = 8;

/// Zelo's own database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Manager>,
    /// Writers of this process queue here instead of polling SQLite's lock,
    /// which sleeps up to 100 ms between looks and is not fair.
    writer: Arc<Mutex<()>>,
    /// Counts what was written through this.
    written: Arc<AtomicU64>,
    /// Sees what others write.
    watch: Watch,
    pub(in crate::db) clock: SharedClock,
    pub(in crate::db) ids: SharedIds,
}

/// Some rows of a longer list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Page<T> {
    /// The rows asked for.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total: u64,
}

impl<T> Page<T> {
    /// Counts only where the rows do not tell: `whole` is the limit and offset they
    /// were read with, if nothing else was left out.
    fn counted(
        rows: Vec<T>,
        whole: Option<(i64, i64)>,
        count: impl FnOnce() -> Result<i64, DbError>,
    ) -> Result<Self, DbError> {
        let read = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let total = match whole {
            Some((limit, offset)) if read < limit && (read > 0 || offset == 0) => offset + read,
            _ => count()?,
        };
        Ok(Self { rows, total: convert::bytes(total) })
    }
}

impl Db {
    /// Opens the database, making it (file mode 0600, missing folders 0700) and
    /// its tables where needed. Problems: `db-unreachable`, `db-newer` (a newer
    /// Zelo has changed it), `db-corrupt`, `db-busy`, `db-path`, `db-full`,
    /// `db-readonly`, `db-password`, `db-migration`.
    pub async fn open(target: DbTarget, clock: SharedClock, ids: SharedIds) -> Result<Self, Problem> {
        let watch = Watch::of(target.clone());
        let pool = tokio::task::spawn_blocking(move || open_pool(target))
            .await
            .map_err(|_| DbError::Stopped)
            .and_then(|pool| pool)?;
        Ok(Self { pool, writer: Arc::default(), written: Arc::default(), watch, clock, ids })
    }

    /// Opens a database only to look at it: nothing is made, migrated or written,
    /// and every attempt to fails. Its tables may be an older or newer Zelo's, as
    /// the second value says. Problems: as for [`Db::open`].
    pub async fn look(
        target: DbTarget,
        clock: SharedClock,
        ids: SharedIds,
    ) -> Result<(Self, Schema), Problem> {
        let watch = Watch::of(target.clone());
        let look = move || {
            let schema = migrate::schema(&mut target.connect(Purpose::Look)?)?;
            Ok((pool(target, Purpose::Look)?, schema))
        };
        let (pool, schema) = tokio::task::spawn_blocking(look)
            .await
            .map_err(|_| DbError::Stopped)
            .and_then(|opened| opened)?;
        Ok((Self { pool, writer: Arc::default(), written: Arc::default(), watch, clock, ids }, schema))
    }

    /// Grows with every transaction that this process writes: what was read at one
    /// number still stands at the same one, as far as this process goes.
    pub fn generation(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// Looks, in one snapshot, on a blocking thread.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        let pool = self.pool.clone();
        let task = tokio::task::spawn_blocking(move || pool.get()?.snapshot(work));
        task.await.map_err(|_| DbError::Stopped)?
    }

    /// Changes, in one exclusive transaction, on a blocking thread. Dropping the
    /// future does not stop a transaction that has begun.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        let turn = self.writer.clone().lock_owned().await;
        let (pool, clock, ids) = (self.pool.clone(), self.clock.clone(), self.ids.clone());
        let written = self.written.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let done = pool.get()?.write(|conn| {
                let now = clock.now();
                work(&mut Tx { conn, now, ids: &ids })
            });
            written.fetch_add(1, Ordering::Release);
            done
        });
        task.await.map_err(|_| DbError::Stopped)?
    }
}

/// One writing transaction: the connection, the one time all its rows carry,
/// and new ids.
pub(in crate::db) struct Tx<'a> {
    conn: &'a mut Conn,
    now: Moment,
    ids: &'a SharedIds,
}

fn open_pool(target: DbTarget) -> Result<Pool<Manager>, DbError> {
    if let DbTarget::Sqlite(path) = &target {
        make_file(path).map_err(|e| problem!("db-path", path = path.display().to_string()).detail(e))?;
    }
    // By hand first: a pool only says that no connection came in time.
    let mut first = target.connect(Purpose::Work)?;
    migrate::migrate(&mut first)?;
    pool(target, Purpose::Work)
}

fn pool(target: DbTarget, purpose: Purpose) -> Result<Pool<Manager>, DbError> {
    let remote = matches!(target, DbTarget::Postgres(_));
    Ok(Pool::builder()
        .max_size(POOL)
        .min_idle(Some(1))
        .idle_timeout(Some(Duration::from_secs(600)))
        .connection_timeout(Duration::from_secs(15))
        .test_on_check_out(remote)
        .build(Manager(target, purpose))?)
}

/// SQLite gives its companions (`-wal`, `-shm`) the mode of the file itself.
fn make_file(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(|_| ())
}
