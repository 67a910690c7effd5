//! Who owns a service's tables: what several probes and repairs look at.

use serde::Deserialize;

use crate::{domain::problem::Problem, engine::postgres::literal, supabase::scene::Scene};

/// GoTrue's tables. A person's own tables in its schema may belong to anyone.
pub(crate) const AUTH: &[&str] = &[
    "audit_log_entries",
    "custom_oauth_providers",
    "flow_state",
    "identities",
    "instances",
    "mfa_amr_claims",
    "mfa_challenges",
    "mfa_factors",
    "oauth_authorizations",
    "oauth_client_states",
    "oauth_clients",
    "oauth_consents",
    "one_time_tokens",
    "refresh_tokens",
    "saml_providers",
    "saml_relay_states",
    "schema_migrations",
    "sessions",
    "sso_domains",
    "sso_providers",
    "users",
    "webauthn_challenges",
    "webauthn_credentials",
];

/// The storage API's.
pub(crate) const STORAGE: &[&str] = &["buckets", "migrations", "objects", "s3_multipart_uploads"];

/// A table of a service.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) owner: String,
    /// Row security holds for its owner as well.
    pub(crate) forced: bool,
    /// Row security is on.
    pub(crate) secured: bool,
    /// The service's role may read and write it.
    pub(crate) granted: bool,
}

/// Those of `tables` that are there, by name.
pub(crate) async fn tables(
    scene: &Scene,
    schema: &str,
    role: &str,
    tables: &[&str],
) -> Result<Vec<Table>, Problem> {
    let names: Vec<String> = tables.iter().map(|t| literal(t)).collect();
    let may = |right: &str| format!("pg_catalog.has_table_privilege({}, c.oid, '{right}')", literal(role));
    let sql = format!(
        "SELECT c.relname AS name, pg_catalog.pg_get_userbyid(c.relowner) AS owner, \
         c.relforcerowsecurity AS forced, c.relrowsecurity AS secured, {} AND {} AND {} AND {} AS granted \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = {} AND c.relkind IN ('r', 'p') AND c.relname IN ({}) ORDER BY 1",
        may("SELECT"),
        may("INSERT"),
        may("UPDATE"),
        may("DELETE"),
        literal(schema),
        names.join(", ")
    );
    scene.rows("postgres", &sql).await.map_err(Problem::from)
}

/// `users: postgres`, a line each, for evidence.
pub(crate) fn owned(table: &Table, schema: &str) -> (String, String) {
    (format!("{schema}.{}", table.name), table.owner.clone())
}
