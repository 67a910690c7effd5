//! Procedures that change what belongs together: Zelo finds the values itself.

use super::*;
use crate::supabase::{dotenv::Dotenv, keys::signed};

/// Characters of a new signing secret.
const SECRET: usize = 48;
/// How long a new key lasts, in seconds: five years, as upstream's own.
const LIFETIME: i64 = 5 * 365 * 24 * 3600;

/// A procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guided {
    /// A new JWT secret, and both API keys signed anew with it. Whoever uses the old keys
    /// is shut out; people stay signed in by their refresh tokens.
    JwtSecret,
}

impl Guided {
    /// Its name, as programs give it.
    pub fn named(name: &str) -> Option<Self> {
        (name == "jwt_secret").then_some(Self::JwtSecret)
    }

    /// The values. Problem: `config-jwt-keys-set` (the instance signs with keys of its own,
    /// which are not made here).
    pub(super) fn values(self, world: &World, current: &Dotenv) -> Result<BTreeMap<String, Secret>, Problem> {
        let Self::JwtSecret = self;
        for key in ["JWT_KEYS", "JWT_JWKS"] {
            let value = current.value(key).and_then(Result::ok).map(|v| v.expose().trim().to_owned());
            if value.is_some_and(|value| !value.is_empty() && value != "[]") {
                return Err(problem!("config-jwt-keys-set", key = key));
            }
        }
        let no_random = |e: crate::secret::NoRandom| problem!("no-random").detail(e.0);
        let secret = world.sealer.make(SECRET).map_err(no_random)?;
        let issued = world.clock.now().timestamp();
        let key = |role: &str| {
            signed(&secret, role, issued, issued + LIFETIME).ok_or_else(|| problem!("plan-changed"))
        };
        Ok(BTreeMap::from([
            ("anon_key".to_owned(), key("anon")?),
            ("service_role_key".to_owned(), key("service_role")?),
            ("jwt_secret".to_owned(), secret),
        ]))
    }

    /// The database setting that follows a key, where there is one.
    pub(super) fn setting(self, key: &Key) -> Option<&'static str> {
        let Self::JwtSecret = self;
        (key.env == "JWT_SECRET").then_some("app.settings.jwt_secret")
    }
}
