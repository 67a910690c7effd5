//! Probes: each looks for one failure mode, keeps nothing, and never cries wolf: what
//! it cannot know it says. One file each, one line in [`all`].

mod analytics;
pub(crate) mod auth_answer;
mod auth_migrations;
pub(super) mod auth_nulls;
pub(super) mod auth_owner;
pub(super) mod auth_rls;
pub(super) mod auth_search_path;
mod auth_settings;
pub(super) mod auth_trigger;
mod auth_usage;
mod collisions;
mod compose_refused;
mod database;
mod disk;
pub(super) mod env_drift;
mod explains;
mod gateway;
pub(super) mod internal_db;
mod jwt_keys;
mod kit;
pub(super) mod line_ends;
pub(crate) mod logins;
mod mail_server;
mod mounts;
pub(super) mod owners;
mod password_signs;
mod pg_version;
mod pooler;
mod realtime;
mod services;
mod sign_up;
pub(super) mod signing;
pub(super) mod storage;
mod urls;

use async_trait::async_trait;

pub(crate) use self::mail_server::ID as MAIL_SERVER;
pub(super) use self::{env_drift::differing, explains::settle, signing::Signing};

use super::scene::Scene;
use crate::domain::finding::Outcome;

/// Looks for one failure mode.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Stable, for programs, pages and journals: `auth-search-path`.
    fn id(&self) -> &'static str;

    /// The row of the table of failure modes it is about, for documents: `4a`; empty if
    /// it is about none of them.
    fn row(&self) -> &'static str;

    /// Looks. Changes nothing that lasts.
    async fn look(&self, scene: &Scene) -> Outcome;
}

/// All probes; the order is that of the report among findings of one severity.
pub fn all() -> Vec<Box<dyn Probe>> {
    vec![
        Box::new(compose_refused::PROBE),
        Box::new(database::PROBE),
        Box::new(services::PROBE),
        Box::new(auth_answer::PROBE),
        Box::new(sign_up::PROBE),
        Box::new(auth_trigger::PROBE),
        Box::new(auth_nulls::PROBE),
        Box::new(auth_migrations::PROBE),
        Box::new(auth_search_path::PROBE),
        Box::new(auth_usage::PROBE),
        Box::new(auth_owner::PROBE),
        Box::new(auth_rls::PROBE),
        Box::new(logins::PROBE),
        Box::new(password_signs::PROBE),
        Box::new(jwt_keys::PROBE),
        Box::new(env_drift::JWT_PROBE),
        Box::new(env_drift::GATEWAY_PROBE),
        Box::new(urls::PROBE),
        Box::new(gateway::NAMES_PROBE),
        Box::new(auth_settings::PROBE),
        Box::new(mail_server::PROBE),
        Box::new(analytics::PROBE),
        Box::new(internal_db::PROBE),
        Box::new(pooler::KEY_PROBE),
        Box::new(line_ends::PROBE),
        Box::new(pooler::ROLE_PROBE),
        Box::new(realtime::PROBE),
        Box::new(storage::PROBE),
        Box::new(mounts::FOLDERS_PROBE),
        Box::new(mounts::SOCKET_PROBE),
        Box::new(pg_version::PROBE),
        Box::new(disk::PROBE),
        Box::new(collisions::PORTS_PROBE),
        Box::new(collisions::NAMES_PROBE),
        Box::new(env_drift::REST_PROBE),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_has_its_probe_and_every_probe_its_id() {
        let all = all();
        let ids: BTreeSet<_> = all.iter().map(|p| p.id()).collect();
        assert_eq!(ids.len(), all.len());
        let rows: BTreeSet<_> = all.iter().map(|p| p.row()).filter(|row| !row.is_empty()).collect();
        let mut wanted: BTreeSet<String> = (1..=24).filter(|n| *n != 4).map(|n| n.to_string()).collect();
        wanted.extend(["4a", "4b", "4c", "4d"].map(str::to_owned));
        assert_eq!(rows.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), wanted);
    }
}
