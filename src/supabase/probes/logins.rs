//! Passwords of the database's roles: what the services send against what the database
//! keeps, compared here. A login on the loopback address would prove nothing: it is
//! trusted.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::kit::{Gap, Look, Seen, advice, finding, list, repair};
use crate::{
    domain::{
        finding::{Finding, Severity},
        problem::Problem,
    },
    engine::postgres::literal,
    msg,
    secret::Secret,
    supabase::{proof, scene::Scene},
};

pub(super) const ID: &str = "db-passwords";

pub(super) const PROBE: Look = Look { id: ID, row: "5", see: |scene| Box::pin(see(scene)) };

/// Variables that hold a user and a password apart.
const PAIRS: [(&str, &str); 4] = [
    ("DB_USER", "DB_PASSWORD"),
    ("PG_META_DB_USER", "PG_META_DB_PASSWORD"),
    ("POSTGRES_USER_READ_WRITE", "POSTGRES_PASSWORD"),
    ("DB_USERNAME", "DB_PASSWORD"),
];

/// A role as the database keeps it.
#[derive(Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    may_login: bool,
    expired: bool,
    limit: i64,
    sessions: i64,
    /// `rolpassword`. Not a password, and yet a secret.
    #[serde(default)]
    stored: Option<String>,
}

impl Role {
    /// Its verifier.
    pub(crate) fn stored(&self) -> Option<Secret> {
        self.stored.as_deref().map(Secret::new)
    }
}

/// A login a service makes.
pub(crate) struct Login {
    /// The services that make it.
    pub(crate) services: Vec<String>,
    /// What they send.
    pub(crate) password: Secret,
}

/// User and password of a database URL, as they are sent; `None` if it is none.
pub(crate) fn from_url(text: &str) -> Option<(String, Secret)> {
    let url =
        url::Url::parse(text).ok().filter(|u| matches!(u.scheme(), "postgres" | "postgresql" | "ecto"))?;
    let user = decoded(url.username())?;
    Some((user, Secret::new(decoded(url.password()?)?)))
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let pair = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// The logins the services make now, by role. Where two send different passwords for one
/// role, the later service's counts twice: both are kept.
pub(crate) fn logins(scene: &Scene) -> BTreeMap<String, Vec<Login>> {
    let mut all: BTreeMap<String, Vec<Login>> = BTreeMap::new();
    let mut add = |service: &str, role: String, password: Secret| {
        let logins = all.entry(role).or_default();
        match logins.iter_mut().find(|login| login.password == password) {
            Some(login) if login.services.iter().any(|s| s == service) => {}
            Some(login) => login.services.push(service.to_owned()),
            None => logins.push(Login { services: vec![service.to_owned()], password }),
        }
    };
    for (service, container) in scene.instance.containers() {
        let value = |name: &str| container.env.iter().find(|(n, _)| n == name).map(|(_, value)| value);
        for (_, text) in &container.env {
            if let Some((role, password)) = from_url(text.expose()) {
                add(service, role, password);
            }
        }
        for (user, password) in PAIRS {
            if let (Some(user), Some(password)) = (value(user), value(password)) {
                add(service, user.expose().to_owned(), password.clone());
            }
        }
    }
    all
}

/// The roles of these names.
pub(crate) async fn roles(scene: &Scene, names: &[String]) -> Result<Vec<Role>, Problem> {
    let names: Vec<String> = names.iter().map(|n| literal(n)).collect();
    let sql = format!(
        "SELECT a.rolname AS name, a.rolcanlogin AS may_login, \
         coalesce(a.rolvaliduntil <= pg_catalog.now(), false) AS expired, a.rolconnlimit AS \"limit\", \
         (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity s WHERE s.usesysid = a.oid) AS sessions, \
         a.rolpassword AS stored FROM pg_catalog.pg_authid a WHERE a.rolname IN ({}) ORDER BY 1",
        names.join(", ")
    );
    scene.rows("postgres", &sql).await.map_err(Problem::from)
}

/// A role whose stored password is not the one that services send.
pub(crate) struct Drift {
    pub(crate) role: Role,
    pub(crate) login: Login,
}

/// All of them.
pub(crate) async fn drifted(scene: &Scene, roles: Vec<Role>) -> Vec<Drift> {
    let mut logins = logins(scene);
    let mut pairs = Vec::new();
    for role in roles {
        // With several passwords in use one may be right: the first wrong one is told.
        for login in logins.remove(&role.name).unwrap_or_default() {
            pairs.push((role_copy(&role), login));
        }
    }
    // Thousands of rounds each: not on the threads that answer people.
    let compared = tokio::task::spawn_blocking(move || {
        pairs.retain(|(role, login)| match role.stored() {
            Some(stored) => proof::fits(&login.password, stored.expose()) == Some(false),
            None => true,
        });
        pairs
    });
    let compared = compared.await.unwrap_or_default();
    compared.into_iter().map(|(role, login)| Drift { role, login }).collect()
}

fn role_copy(role: &Role) -> Role {
    Role { name: role.name.clone(), stored: role.stored.clone(), ..*role }
}

async fn see(scene: &Scene) -> Seen {
    scene.with_db()?;
    let names: Vec<String> = logins(scene).into_keys().collect();
    if names.is_empty() {
        return Err(Gap::Unknown(msg!("probe-no-logins")));
    }
    let roles = roles(scene, &names).await?;
    let mut found: Vec<Finding> = roles.iter().filter_map(|role| shut(scene, role)).collect();
    let drifts = drifted(scene, roles).await;
    if drifts.is_empty() {
        return Ok(found);
    }
    let wanted = scene.env_value("POSTGRES_PASSWORD");
    let same = drifts.iter().all(|d| wanted.as_ref() == Some(&d.login.password));
    let next = if same {
        repair(msg!("repair-db-passwords", roles = list(drifts.iter().map(|d| &d.role.name))))
    } else {
        advice(msg!("finding-db-passwords-next"), vec![scene.zelo_line("config rotate", "postgres_password")])
    };
    let title = msg!("finding-db-passwords", roles = drifts.len());
    let means = msg!("finding-db-passwords-means");
    let mut drift = finding(ID, Severity::Critical, title, means, next).harmed_by_restart();
    for Drift { role, login } in &drifts {
        let services = list(&login.services);
        drift.evidence.push(msg!("finding-db-passwords-saw", role = &role.name, services = services));
    }
    found.push(drift);
    Ok(found)
}

/// A role that may not log in whatever its password.
fn shut(scene: &Scene, role: &Role) -> Option<Finding> {
    let name = crate::engine::postgres::ident(&role.name);
    let (saw, sql) = if !role.may_login {
        (msg!("finding-role-nologin", role = &role.name), format!("ALTER ROLE {name} LOGIN"))
    } else if role.expired {
        (msg!("finding-role-expired", role = &role.name), format!("ALTER ROLE {name} VALID UNTIL 'infinity'"))
    } else if role.limit >= 0 && role.sessions >= role.limit {
        let saw = msg!("finding-role-full", role = &role.name, limit = role.limit);
        (saw, format!("ALTER ROLE {name} CONNECTION LIMIT -1"))
    } else {
        return None;
    };
    let next = advice(msg!("finding-role-next"), vec![scene.psql_line(&sql)]);
    let title = msg!("finding-role", role = &role.name);
    let mut found = finding(ID, Severity::Critical, title, msg!("finding-role-means"), next);
    found.evidence = vec![saw];
    Some(found.harmed_by_restart())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_url_sends_is_read() {
        let (user, password) = from_url("postgres://supabase_auth_admin:a%40b@db:5432/postgres").unwrap();
        assert_eq!((user.as_str(), password.expose()), ("supabase_auth_admin", "a@b"));
        assert_eq!(from_url("ecto://supabase_admin:x@db/_supabase").unwrap().0, "supabase_admin");
        assert!(from_url("https://a:b@c").is_none());
        assert!(from_url("postgres://db:5432/postgres").is_none());
        assert!(from_url("postgres://u:%zz@db/postgres").is_none());
    }
}
