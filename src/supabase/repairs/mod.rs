//! Repairs: for a probe whose finding can be mended safely, what would be done and
//! what puts it back, computed from what is there now. One file each, one line in
//! [`of`].

mod auth_nulls;
mod auth_rights;
mod auth_trigger;
mod internal_db;
mod kit;
mod line_ends;
mod passwords;
mod recreate;
mod storage;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{probes::env_drift::Matter, scene::Scene};
use crate::domain::{finding::Finding, msg::Msg, problem::Problem};

/// One change of a repair, with what puts it back. Statements may hold secrets (a
/// password's hash): they are kept sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mend {
    /// Statements in one transaction as `supabase_admin`.
    Sql {
        /// In which database.
        database: String,
        /// What mends.
        apply: Vec<String>,
        /// What puts it back: idempotent, also right if `apply` did not happen. With none
        /// the database is not even asked: it may be gone by then.
        back: Vec<String>,
    },
    /// One statement that no transaction may hold, as `supabase_admin`.
    Alone {
        /// In which database.
        database: String,
        /// What mends.
        apply: String,
        /// What puts it back: idempotent.
        back: String,
    },
    /// A text file in the project's folder, given as it shall be.
    File {
        /// Relative to the project's folder.
        path: String,
        /// Its new contents.
        contents: Vec<u8>,
    },
    /// A service is recreated from the files as they are (`up --no-deps`).
    Recreate {
        /// Its name.
        service: String,
    },
    /// A service's container is restarted.
    Restart {
        /// Its name.
        service: String,
    },
}

/// How a finding is mended.
#[derive(Clone, Serialize, Deserialize)]
pub struct Remedy {
    /// In one line, for the plan.
    pub what: Msg,
    /// In order.
    pub mends: Vec<Mend>,
}

/// Mends what one probe finds.
#[async_trait]
pub trait Repair: Send + Sync {
    /// Looks once, and says what would be done. Problem: why it cannot be mended now.
    async fn plan(&self, scene: &Scene, finding: &Finding) -> Result<Remedy, Problem>;
}

/// The repair of a probe's findings, if there is a safe one.
pub fn of(probe: &str) -> Option<Box<dyn Repair>> {
    Some(match probe {
        "auth-trigger" => Box::new(auth_trigger::Fix),
        "auth-nulls" => Box::new(auth_nulls::Fix),
        "auth-search-path" => Box::new(auth_rights::SearchPath),
        "auth-usage" => Box::new(auth_rights::Usage),
        "auth-owner" => Box::new(auth_rights::Owner),
        "auth-rls" => Box::new(auth_rights::RowSecurity),
        "db-passwords" => Box::new(passwords::Fix),
        "jwt-stale" => Box::new(recreate::Fix(Matter::Jwt)),
        "gateway-keys" => Box::new(recreate::Fix(Matter::Gateway)),
        "internal-db" => Box::new(internal_db::Fix),
        "line-ends" => Box::new(line_ends::Fix),
        "storage-tables" => Box::new(storage::Fix),
        _ => return None,
    })
}
