//! A sign-up as GoTrue's role would do it, rolled back: it keeps nothing but one used
//! number of a sequence. Tried once for a scene; several probes read what it came to.
//! Names are unqualified on purpose: it also tests the role's `search_path`.

use serde::Deserialize;

use super::kit::{Failure, failure};
use crate::{domain::problem::Problem, supabase::scene::Scene};

/// GoTrue's role.
pub(crate) const ROLE: &str = "supabase_auth_admin";

/// What a sign-up came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signing {
    /// The role's `search_path` in a session of its own; empty if there was none.
    pub(crate) search_path: String,
    /// The table that `users` means there; empty if none.
    pub(crate) users: String,
    /// Why it failed, if it did.
    pub(crate) failure: Option<Failure>,
}

impl Signing {
    /// Whether a trigger function is among the places where it failed.
    pub(crate) fn failed_in(&self, function: &str) -> bool {
        let context = self.failure.as_ref().map_or("", |f| f.context.as_str());
        context.lines().any(|line| line.contains(&format!("{function}(")))
    }
}

/// What GoTrue writes at a sign-up, with `:u` for the new user's id.
/// `identity` are the columns of `identities` that this version fills.
pub(crate) fn statements(identity: &str) -> String {
    format!(
        "INSERT INTO users(id,aud,role,email,encrypted_password,raw_app_meta_data,raw_user_meta_data,created_at,updated_at) \
         VALUES(:'u','authenticated','authenticated','zelo-'||:'u'||'@probe.invalid','','{{\"provider\":\"email\",\"providers\":[\"email\"]}}','{{}}',now(),now());\n\
         INSERT INTO identities({identity}user_id,identity_data,provider) VALUES(:'u',:'u',jsonb_build_object('sub',:'u'),'email');\n\
         INSERT INTO audit_log_entries(id,payload) VALUES(gen_random_uuid(),'{{}}');\n\
         UPDATE users SET email_confirmed_at=now(),last_sign_in_at=now() WHERE id=:'u';\n\
         INSERT INTO sessions(id,user_id) VALUES(:'u',:'u');\n\
         INSERT INTO refresh_tokens(token,user_id,session_id) VALUES('zelo-'||:'u',:'u',:'u');\n\
         SET CONSTRAINTS ALL IMMEDIATE;\n"
    )
}

/// The limits it runs under: it may neither wait for a lock nor be waited for.
pub(crate) const LIMITS: &str = "SET LOCAL statement_timeout='5s'; SET LOCAL lock_timeout='2s';\n";

impl Scene {
    /// Tries a sign-up, once for this scene.
    pub(crate) async fn signing(&self) -> Result<&Signing, Problem> {
        self.signing.get_or_init(|| self.sign_up()).await.as_ref().map_err(Clone::clone)
    }

    async fn sign_up(&self) -> Result<Signing, Problem> {
        let script = format!(
            "SELECT current_setting('search_path');\n\
             SELECT coalesce((SELECT n.nspname||'.'||c.relname FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid=c.relnamespace WHERE c.oid=to_regclass('users')),'');\n\
             BEGIN; {LIMITS}{}ROLLBACK;\n",
            statements(self.identity_columns().await?)
        );
        let said = self.psql(ROLE, &[("u", &self.probe_id())], &script).await?;
        let mut lines = said.out.lines();
        let search_path = lines.next().unwrap_or_default().to_owned();
        let users = lines.next().unwrap_or_default().trim().to_owned();
        Ok(Signing { search_path, users, failure: failure(&said) })
    }

    /// The first columns of `auth.identities`: until 2023 its id was the provider's.
    pub(crate) async fn identity_columns(&self) -> Result<&'static str, Problem> {
        #[derive(Deserialize)]
        struct Row {
            newer: bool,
        }
        let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute a \
                   WHERE a.attrelid = pg_catalog.to_regclass('auth.identities') \
                   AND a.attname = 'provider_id' AND NOT a.attisdropped) AS newer";
        let rows: Vec<Row> = self.rows("postgres", sql).await.map_err(Problem::from)?;
        Ok(if rows.first().is_none_or(|row| row.newer) { "provider_id," } else { "id," })
    }

    /// The id of the user that is never kept, of this scene's own: two diagnoses at once
    /// do not wait for each other.
    pub(crate) fn probe_id(&self) -> String {
        let micros = self.at.timestamp_micros().unsigned_abs();
        format!("2e105e10-{:04x}-4{:03x}-8000-{:012x}", micros & 0xffff, (micros >> 16) & 0xfff, micros >> 28)
    }
}
