//! What a new password of the database touches besides `.env`: the roles that have it,
//! the pooler's records, which are encrypted with keys made from it, and the log
//! service's. As upstream's `utils/db-passwd.sh`, but for the way back: verifiers are put
//! back as they were, and the pooler's schema is set aside, not dropped, until the end.

use serde_json::Value;

use super::{guided::no_random, *};
use crate::supabase::{
    instance::Part,
    probes::logins::logins,
    proof,
    scene::Scene,
    steps::{ForgetSchema, KeepDb, PasswordFits},
};

/// The roles that upstream's script gives the password to, where they exist.
const ROLES: [&str; 12] = [
    "anon",
    "authenticated",
    "authenticator",
    "dashboard_user",
    "pgbouncer",
    "postgres",
    "service_role",
    "supabase_admin",
    "supabase_auth_admin",
    "supabase_functions_admin",
    "supabase_replication_admin",
    "supabase_storage_admin",
];

/// The services' own database, and the pooler's schema in it.
const INTERNAL: &str = "_supabase";
const POOLER: &str = "_supavisor";
/// Characters of a new salt: as many as PostgreSQL's has bytes.
const SALT: usize = 16;
/// Keeps statements out of the server's log, whatever is set for others: they hold
/// verifiers, and an address with a password.
const QUIET: [&str; 3] = [
    "SET LOCAL log_statement TO 'none'",
    "SET LOCAL log_min_duration_statement TO -1",
    "SET LOCAL log_min_error_statement TO 'panic'",
];

/// What it touches; the values are sealed with the others.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Passwords {
    /// The database's service.
    db: String,
    roles: Vec<String>,
    /// Whether the pooler has a schema.
    pooler: bool,
    /// How many records of the log service hold the password.
    backends: usize,
}

#[derive(Deserialize)]
struct Role {
    name: String,
    #[serde(default)]
    stored: Option<String>,
}

#[derive(Deserialize)]
struct Backend {
    id: String,
    config: String,
}

#[derive(Deserialize)]
struct There {
    pooler: bool,
    backends: bool,
}

impl Passwords {
    /// Looks what has the password now; former and new values go into `values`.
    pub(super) async fn of(world: &World, scene: &Scene, values: &mut Values) -> Result<Self, Problem> {
        let changed = values.env.get("POSTGRES_PASSWORD").ok_or_else(|| problem!("plan-changed"))?;
        let new = Secret::new(changed.new.as_str());
        let old = changed.old.as_deref().map(Secret::new);
        let db = scene.instance.service_of(Part::Db).unwrap_or_default().to_owned();
        let found = roles(scene, old.as_ref()).await?;
        let salt = world.sealer.make(SALT).map_err(no_random)?;
        values.roles = verifiers(found, new, salt).await?;
        let pooler = internal(scene, old.as_ref(), values).await?;
        Ok(Self {
            db,
            roles: values.roles.keys().cloned().collect(),
            pooler,
            backends: values.backends.len(),
        })
    }

    /// What the database is told before the services get the new `.env`.
    pub(super) fn tell(&self, target: &Target, id: &OperationId, values: &Values) -> Vec<Tell> {
        let mut steps = vec![alter_roles(target, &values.roles)];
        if !values.backends.is_empty() {
            steps.push(point_backends(target, &values.backends));
        }
        if self.pooler {
            steps.push(set_pooler_aside(target, &aside(id)));
        }
        steps
    }

    /// What makes sure that they can be taken back.
    pub(super) fn keep(&self, target: &Target) -> KeepDb {
        KeepDb { target: target.clone(), service: self.db.clone() }
    }

    /// The proof.
    pub(super) fn fits(&self, target: &Target, file: PathBuf) -> PasswordFits {
        PasswordFits { target: target.clone(), file, roles: self.roles.clone() }
    }

    /// What is removed once it is done.
    pub(super) fn forget(&self, target: &Target, id: &OperationId) -> Option<ForgetSchema> {
        let (database, schema) = (INTERNAL.to_owned(), aside(id));
        self.pooler.then(|| ForgetSchema { target: target.clone(), database, schema })
    }
}

/// What the pooler's schema is called meanwhile.
fn aside(id: &OperationId) -> String {
    format!("{POOLER}_zelo_old_{}", id.short())
}

/// Upstream's roles, and those that a service logs in as with the same password.
async fn roles(scene: &Scene, old: Option<&Secret>) -> Result<Vec<Role>, Problem> {
    let mut names: Vec<String> = ROLES.map(str::to_owned).to_vec();
    for (role, logins) in logins(scene) {
        if !names.contains(&role) && logins.iter().any(|login| Some(&login.password) == old) {
            names.push(role);
        }
    }
    let names: Vec<String> = names.iter().map(|name| literal(name)).collect();
    let sql = format!(
        "SELECT rolname AS name, rolpassword AS stored FROM pg_catalog.pg_authid WHERE rolname IN ({})",
        names.join(", ")
    );
    scene.rows("postgres", &sql).await.map_err(Problem::from)
}

/// Each role's verifier, as it is and as it will be.
async fn verifiers(roles: Vec<Role>, new: Secret, salt: Secret) -> Result<BTreeMap<String, OldNew>, Problem> {
    let make = move || {
        let one = |role: Role| {
            let kept = role.stored.as_deref().and_then(|stored| proof::remade(&new, stored));
            let made = kept.or_else(|| proof::made(&new, salt.expose().as_bytes()))?;
            Some((role.name, OldNew { old: role.stored, new: made }))
        };
        roles.into_iter().map(one).collect::<Option<BTreeMap<_, _>>>()
    };
    let made = tokio::task::spawn_blocking(make).await.ok().flatten();
    made.ok_or_else(|| problem!("env-alphanumeric", key = "POSTGRES_PASSWORD"))
}

/// Looks into the services' own database, if there is one: whether the pooler has a
/// schema; and the log service's records that hold the password.
async fn internal(scene: &Scene, old: Option<&Secret>, values: &mut Values) -> Result<bool, Problem> {
    let exists = format!("SELECT 1 AS n FROM pg_catalog.pg_database WHERE datname = {}", literal(INTERNAL));
    if scene.rows::<Value>("postgres", &exists).await.map_err(Problem::from)?.is_empty() {
        return Ok(false);
    }
    let sql = format!(
        "SELECT pg_catalog.to_regnamespace({}) IS NOT NULL AS pooler, \
         pg_catalog.to_regclass('_analytics.source_backends') IS NOT NULL AS backends",
        literal(POOLER)
    );
    let there = scene.rows::<There>(INTERNAL, &sql).await.map_err(Problem::from)?;
    let there = there.into_iter().next().ok_or_else(|| problem!("plan-changed"))?;
    if let (true, Some(old)) = (there.backends, old) {
        // Newer ones keep the address encrypted or not at all: then there is nothing here.
        let sql = "SELECT id::text AS id, config::text AS config FROM _analytics.source_backends \
                   WHERE type = 'postgres' AND config ? 'url'";
        let new = values.env.get("POSTGRES_PASSWORD").map(|v| v.new.clone()).unwrap_or_default();
        for Backend { id, config } in scene.rows(INTERNAL, sql).await.map_err(Problem::from)? {
            let config = Secret::new(config);
            if let Some(next) = pointed(&config, old, &new) {
                values.backends.insert(id, OldNew { old: Some(config.expose().to_owned()), new: next });
            }
        }
    }
    Ok(there.pooler)
}

/// A record with the new password in its address; `None` if the old one is not there.
fn pointed(config: &Secret, old: &Secret, new: &str) -> Option<String> {
    let mut config: Value = serde_json::from_str(config.expose()).ok()?;
    let url = config.get_mut("url")?;
    let former = url.as_str()?;
    let next = former.replacen(&format!(":{}@", old.expose()), &format!(":{new}@"), 1);
    if old.expose().is_empty() || next == former {
        return None;
    }
    *url = Value::from(next);
    Some(config.to_string())
}

fn quietly(statements: impl Iterator<Item = String>) -> Vec<String> {
    QUIET.iter().map(|quiet| (*quiet).to_owned()).chain(statements).collect()
}

fn alter_roles(target: &Target, roles: &BTreeMap<String, OldNew>) -> Tell {
    let set = |role: &str, to: Option<&str>| {
        format!("ALTER ROLE {} PASSWORD {}", ident(role), to.map_or("NULL".to_owned(), literal))
    };
    Tell {
        target: target.clone(),
        name: "passwords".to_owned(),
        title: msg!("instance-step-passwords", count = roles.len()),
        database: "postgres".to_owned(),
        apply: quietly(roles.iter().map(|(role, v)| set(role, Some(&v.new)))),
        back: quietly(roles.iter().map(|(role, v)| set(role, v.old.as_deref()))),
        expect: None,
    }
}

fn point_backends(target: &Target, backends: &BTreeMap<String, OldNew>) -> Tell {
    let set = |id: &str, config: &str| {
        let (config, id) = (literal(config), literal(id));
        format!(
            "UPDATE _analytics.source_backends SET config = {config}::pg_catalog.jsonb WHERE id::text = {id}"
        )
    };
    Tell {
        target: target.clone(),
        name: "backends".to_owned(),
        title: msg!("instance-step-backends", count = backends.len()),
        database: INTERNAL.to_owned(),
        apply: quietly(backends.iter().map(|(id, v)| set(id, &v.new))),
        back: quietly(backends.iter().filter_map(|(id, v)| Some(set(id, v.old.as_deref()?)))),
        expect: None,
    }
}

/// The pooler makes its records anew in an empty schema.
fn set_pooler_aside(target: &Target, aside: &str) -> Tell {
    let (schema, old) = (ident(POOLER), ident(aside));
    // Only what was set aside may be put back, and a second time there is nothing to do.
    let back = format!(
        "DO $zelo$ BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = {}) THEN \
         DROP SCHEMA IF EXISTS {schema} CASCADE; ALTER SCHEMA {old} RENAME TO {schema}; END IF; END $zelo$",
        literal(aside)
    );
    Tell {
        target: target.clone(),
        name: "pooler-aside".to_owned(),
        title: msg!("instance-step-pooler-aside", schema = aside),
        database: INTERNAL.to_owned(),
        apply: vec![
            format!("ALTER SCHEMA {schema} RENAME TO {old}"),
            format!("CREATE SCHEMA {schema} AUTHORIZATION supabase_admin"),
        ],
        back: vec![back],
        expect: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_with_the_old_password_is_pointed_anew() {
        let old = Secret::new("old12345");
        let of = |config: &str| pointed(&Secret::new(config), &old, "new");
        assert_eq!(
            of(r#"{"url":"postgresql://supabase_admin:old12345@db:5432/postgres","schema":"x"}"#).unwrap(),
            r#"{"url":"postgresql://supabase_admin:new@db:5432/postgres","schema":"x"}"#
        );
        for other in [r#"{"url":"postgresql://a:other@db/x"}"#, r#"{"url":null}"#, "{}", "no json"] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(pointed(&Secret::new(r#"{"url":"postgresql://a:@db"}"#), &Secret::new(""), "n"), None);
    }

    #[tokio::test]
    async fn every_role_gets_a_verifier_of_the_new_password() {
        let old = proof::made(&Secret::new("old12345"), b"salt-of-the-role").unwrap();
        let role = |name: &str, stored: Option<&str>| Role {
            name: name.to_owned(),
            stored: stored.map(str::to_owned),
        };
        let roles = vec![role("anon", None), role("old", Some("md5abc")), role("postgres", Some(&old))];
        let made = verifiers(roles, Secret::new("new12345"), Secret::new("0123456789abcdef")).await.unwrap();
        assert_eq!(made["postgres"].old.as_deref(), Some(old.as_str()));
        assert_eq!((&made["anon"].old, made["old"].old.as_deref()), (&None, Some("md5abc")));
        for value in made.values() {
            assert!(value.new.starts_with("SCRAM-SHA-256$4096:"));
            assert!(!value.new.contains("new12345"));
        }
        let wrong = verifiers(vec![role("anon", None)], Secret::new("nové1234"), Secret::new("s"));
        assert!(wrong.await.err().unwrap().is("env-alphanumeric"));
    }
}
