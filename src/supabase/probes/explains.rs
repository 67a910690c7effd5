//! Which special finding explains which general one: a person is told the cause, not
//! all it leads to.

use super::{
    analytics, auth_answer, auth_migrations, auth_owner, auth_rls, auth_search_path, auth_settings,
    auth_trigger, auth_usage, collisions, compose_refused, database, disk, env_drift, internal_db, jwt_keys,
    line_ends, logins, mounts, password_signs, pg_version, pooler, realtime, services, sign_up, storage,
    urls,
};
use crate::{
    domain::{
        finding::{Finding, Outcome},
        msg::Arg,
    },
    msg,
    supabase::{
        diagnose::Looked,
        instance::{Instance, Part},
    },
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

/// Causes in auth's own settings and keys.
const AUTH_SELF: [&str; 5] =
    [auth_migrations::ID, auth_settings::ID, env_drift::JWT, jwt_keys::ID, password_signs::ID];

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
const ANY_SERVICE: [&str; 3] = [collisions::PORTS, collisions::NAMES, mounts::FOLDERS];

/// What a difference between containers and files is meant by, or comes with: their
/// repair recreates the containers.
const DIFFERENCE: [&str; 10] = [
    auth_settings::ID,
    compose_refused::ID,
    env_drift::GATEWAY,
    env_drift::JWT,
    jwt_keys::ID,
    logins::ID,
    password_signs::ID,
    pooler::KEY,
    pooler::ROLE,
    urls::ID,
];

/// What is known of the whole diagnosis.
struct Known<'a> {
    instance: &'a Instance,
    /// The probes that found something.
    found: Vec<String>,
    /// The services that are said not to work.
    down: Vec<String>,
}

impl Known<'_> {
    fn any(&self, probes: &[&str]) -> bool {
        probes.iter().any(|probe| self.found.iter().any(|f| f == probe))
    }

    fn is_down(&self, part: Part) -> bool {
        self.instance.service_of(part).is_some_and(|service| self.down.iter().any(|d| d == service))
    }

    /// Whether another finding explains this one.
    fn explains(&self, finding: &Finding) -> bool {
        match finding.probe.as_str() {
            sign_up::ID => self.any(&AUTH_DB) || self.any(&[auth_migrations::ID]),
            auth_answer::ID => self.is_down(Part::Db) || self.any(&AUTH_DB) || self.any(&AUTH_SELF),
            // A migration fails by what is wrong in the database.
            auth_migrations::ID => self.any(&AUTH_DB),
            // The keys come first: recreated with these, services refuse everyone.
            env_drift::JWT => self.any(&[jwt_keys::ID]),
            // The password with such signs is the one that is sent in part.
            logins::ID => self.any(&[password_signs::ID]),
            env_drift::GATEWAY => self.any(&[jwt_keys::ID]),
            env_drift::REST => self.any(&DIFFERENCE),
            analytics::ID => self.any(&[internal_db::ID]) || self.is_down(Part::Db),
            realtime::ID => self.any(&[database::ID]),
            services::ID => self.explains_service(finding),
            _ => false,
        }
    }

    fn explains_service(&self, finding: &Finding) -> bool {
        let Some(named) = service(finding) else { return false };
        let of = |part: Part| self.instance.service_of(part) == Some(named);
        let cause = SERVICE.iter().any(|(part, probes)| of(*part) && self.any(probes));
        cause || self.any(&ANY_SERVICE) || (!of(Part::Db) && self.is_down(Part::Db))
    }
}

/// The service a finding is about.
fn service(finding: &Finding) -> Option<&str> {
    match finding.title.args.get("service") {
        Some(Arg::Text(name)) => Some(name),
        _ => None,
    }
}

/// Takes out what is explained.
pub(crate) fn settle(looked: &mut [Looked], instance: &Instance) {
    let mut known = Known { instance, found: Vec::new(), down: Vec::new() };
    for one in looked.iter() {
        let Outcome::Found { findings } = &one.outcome else { continue };
        known.found.push(one.probe.clone());
        let of_services = findings.iter().filter(|f| f.probe == services::ID);
        known.down.extend(of_services.filter_map(service).map(str::to_owned));
    }
    for one in looked {
        if let Outcome::Found { findings } = &mut one.outcome {
            findings.retain(|finding| !known.explains(finding));
            if findings.is_empty() {
                one.outcome = Outcome::Unknown { why: msg!("probe-explained") };
            }
        }
    }
}
