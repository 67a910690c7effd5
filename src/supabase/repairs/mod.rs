//! Repairs: for a probe whose finding can be mended safely, what would be done and
//! what puts it back, computed from what is there now. One file each, one line in
//! [`of`].

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::scene::Scene;
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
        /// What puts it back: idempotent, also right if `apply` did not happen.
        back: Vec<String>,
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
    match probe {
        _ => None,
    }
}
