//! A whole cluster as PostgreSQL itself copies it while it runs: `BASE_BACKUP` with a
//! manifest, over the replication protocol.
//!
//! `pg_basebackup` cannot do it on a Supabase instance: its `pg_hba.conf` has no line for
//! replication. A connection that asks for `replication=database` and names a database is
//! let in by the lines for everyone (measured on 15 and 17), so nothing is changed on the
//! instance. The connection ends with this process, and the server's side of it within a
//! second.

mod backup;
mod manifest;
mod verify;
mod wire;

#[cfg(test)]
mod tests;

use std::{fmt::Display, time::Duration};

use self::wire::Wire;
pub use self::{
    backup::{BaseBackup, Taken, base_backup},
    verify::{Verified, verify},
};
use crate::{domain::problem::Problem, problem, secret::Secret};

/// What the server's manifest of a base backup is called, in the data directory.
pub const MANIFEST: &str = "backup_manifest";

/// The first major version whose `BASE_BACKUP` is asked for in this way.
const OLDEST: u32 = 15;
/// How long connecting, or one small question, may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Where a cluster is read from, and as whom.
#[derive(Debug, Clone)]
pub struct Source {
    /// Host or address, and port.
    pub address: (String, u16),
    /// A role that may replicate and read all settings.
    pub user: String,
    /// A database it may connect to.
    pub database: String,
    /// Its password; none where the server trusts the connection.
    pub password: Option<Secret>,
    /// As `pg_stat_activity` shows the connection.
    pub application: String,
}

/// What a server says of its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// `17`.
    pub major: u32,
    /// Its unique number: the same in all copies of it.
    pub system_id: String,
    /// Where it lies, in the server's own file system.
    pub data_directory: String,
    /// Whether its pages carry checksums: without them silent damage is copied silently.
    pub checksums: bool,
    /// Bytes of all databases.
    pub bytes: u64,
    /// Tablespaces besides the two of its own.
    pub tablespaces: u64,
}

/// Connects and asks. Problems: `pg-physical-unreachable`, `pg-physical-login`,
/// `pg-physical-login-kind`, `pg-physical-old`, `pg-physical-tablespaces`,
/// `pg-physical-failed`, `pg-physical-cut`.
pub async fn look(source: &Source) -> Result<Cluster, Problem> {
    let mut wire = Wire::open(source).await?;
    asked(&mut wire).await
}

const ABOUT: &str = "SELECT current_setting('data_directory'), current_setting('data_checksums'), \
     (SELECT sum(pg_database_size(oid))::bigint FROM pg_database), \
     (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global'))";

async fn asked(wire: &mut Wire) -> Result<Cluster, Problem> {
    let major = wire.major()?;
    if major < OLDEST {
        return Err(problem!("pg-physical-old", version = major, oldest = OLDEST));
    }
    let system = wire.row("IDENTIFY_SYSTEM").await?;
    let about = wire.row(ABOUT).await?;
    let cluster = Cluster {
        major,
        system_id: at(&system, 0)?.to_owned(),
        data_directory: at(&about, 0)?.to_owned(),
        checksums: at(&about, 1)? == "on",
        bytes: at(&about, 2)?.parse().map_err(cut)?,
        tablespaces: at(&about, 3)?.parse().map_err(cut)?,
    };
    if cluster.tablespaces > 0 {
        return Err(problem!("pg-physical-tablespaces", count = cluster.tablespaces));
    }
    Ok(cluster)
}

/// A column of a row.
fn at(row: &[Option<String>], column: usize) -> Result<&str, Problem> {
    row.get(column).and_then(Option::as_deref).ok_or_else(|| cut("a column is missing"))
}

/// What the server sent is not what the protocol says, or it broke off.
fn cut(why: impl Display) -> Problem {
    problem!("pg-physical-cut").detail(why)
}
