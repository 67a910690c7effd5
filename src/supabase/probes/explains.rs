//! Which special finding explains which general one: a person is told the cause, not
//! all it leads to.

use super::{
    analytics, auth_answer, auth_migrations, auth_owner, auth_rls, auth_search_path, auth_settings,
    auth_trigger, auth_usage, collisions, compose_refused, database, disk, env_drift, gateway, internal_db,
    jwt_keys, line_ends, logins, mounts, password_signs, pg_version, pooler, realtime, services, sign_up,
    storage, urls,
};
use crate::{
    domain::{finding::{Finding, Outcome}, msg::Arg},
    supabase::{diagnose::Looked, instance::{Instance, Part}},
};

/// Causes in the database that GoTrue fails by.
const AUTH_DB: [&str; 8] = [
    auth_trigger::ID,
    auth_search_path::ID,
    auth_usage::ID,
    auth_owner::ID,
    auth_rls::ID,
    database::ID,
    disk::ID,
    logins::ID,
];

/// What a service's death is explained by.
const SERVICE: [(Part, &[&str]); 8] = [
    (
        Part::Auth,
        &[
            auth_settings::ID,
            auth_migrations::ID,
            auth_search_path::ID,
            auth_usage::ID,
            auth_owner::ID,
            auth_rls::ID,
            logins::ID,
            password_signs::ID,
            urls::ID,
            database::ID,
        ],
    ),
    (Part::Db, &[pg_version::ID, disk::ID, database::ID, line_ends::ID]),
    (Part::Gateway, &[mounts::FOLDERS, line_ends::ID]),
    (Part::Pooler, &[internal_db::ID, pooler::KEY, pooler::ROLE, line_ends::ID, logins::ID]),
    (Part::Analytics, &[analytics::ID, internal_db::ID]),
    (Part::Realtime, &[realtime::ID, logins::ID, env_drift::JWT, jwt_keys::ID]),
    (Part::Storage, &[storage::ID, logins::ID]),
    (Part::Vector, &[mounts::SOCKET, mounts::FOLDERS]),
];

/// Causes that keep any service from running.
const ANY_SERVICE: [&str; 2] = [collisions::PORTS, mounts::FOLDERS];

/// Whether one of the probes that found something explains a finding.
fn explained(finding: &Finding, found: &[String], instance: &Instance) -> bool {
    let any = |probes: &[&str]| probes.iter().any(|probe| found.iter().any(|f| f == probe));
    match finding.probe.as_str() {
        sign_up::ID => any(&AUTH_DB) || any(&[auth_migrations::ID]),
        auth_answer::ID => {
            any(&AUTH_DB) || any(&[auth_migrations::ID, jwt_keys::ID, env_drift::JWT, password_signs::ID])
        }
        // A migration fails by what is wrong in the database.
        auth_migrations::ID => {
            any(&[auth_search_path::ID, auth_usage::ID, auth_owner::ID, auth_rls::ID, database::ID, disk::ID])
        }
        // The password with such signs is the one that is sent in part.
        logins::ID => any(&[password_signs::ID]),
        // The same of the general difference: its cause has a probe of its own.
        env_drift::REST => any(&[compose_refused::ID]),
        gateway::NAMES => any(&[collisions::PORTS]),
        analytics::ID => any(&[internal_db::ID]),
        services::ID => {
            let named = match finding.title.args.get("service") {
                Some(Arg::Text(name)) => name.as_str(),
                _ => return false,
            };
            let of = |part: Part| instance.service_of(part) == Some(named);
            SERVICE.iter().any(|(part, probes)| of(*part) && any(probes)) || any(&ANY_SERVICE)
        }
        _ => false,
    }
}

/// Takes out what is explained.
pub(crate) fn settle(looked: &mut [Looked], instance: &Instance) {
    let found: Vec<String> = looked
        .iter()
        .filter(|l| matches!(l.outcome, Outcome::Found { .. }))
        .map(|l| l.probe.clone())
        .collect();
    for one in looked {
        if let Outcome::Found { findings } = &mut one.outcome {
            findings.retain(|finding| !explained(finding, &found, instance));
            if findings.is_empty() {
                one.outcome = Outcome::Unknown { why: crate::msg!("probe-explained") };
            }
        }
    }
}
