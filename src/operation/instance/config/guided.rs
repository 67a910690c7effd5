//! Procedures that change what belongs together: Zelo finds the values itself.

use super::*;
use crate::{
    secret::NoRandom,
    supabase::{dotenv::Dotenv, keys::signed},
};

/// Characters of a new signing secret.
const SECRET: usize = 48;
/// Characters of a new password.
const PASSWORD: usize = 32;
/// How long a new key lasts, in seconds: five years, as upstream's own.
const LIFETIME: i64 = 5 * 365 * 24 * 3600;

/// A procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guided {
    /// A new JWT secret, and both API keys signed anew with it. Whoever uses the old keys
    /// is shut out; people stay signed in by their refresh tokens.
    JwtSecret,
    /// A new password of the database: in `.env`, for every role of Supabase, and in the
    /// records of the pooler and of the log service.
    PostgresPassword,
}

impl Guided {
    /// Its name, as programs give it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "jwt_secret" => Some(Self::JwtSecret),
            "postgres_password" => Some(Self::PostgresPassword),
            _ => None,
        }
    }

    /// The one field a person may give the value of.
    pub fn typed(self) -> Option<&'static str> {
        (self == Self::PostgresPassword).then_some("postgres_password")
    }

    /// The values. Problem: `config-jwt-keys-set` (the instance signs with keys of its own,
    /// which are not made here).
    pub(super) fn values(self, world: &World, current: &Dotenv) -> Result<BTreeMap<String, Secret>, Problem> {
        match self {
            Self::JwtSecret => new_keys(world, current),
            Self::PostgresPassword => {
                let password = world.sealer.make(PASSWORD).map_err(no_random)?;
                Ok(BTreeMap::from([("postgres_password".to_owned(), password)]))
            }
        }
    }
}

pub(super) fn no_random(error: NoRandom) -> Problem {
    problem!("no-random").detail(error.0)
}

fn new_keys(world: &World, current: &Dotenv) -> Result<BTreeMap<String, Secret>, Problem> {
    for key in ["JWT_KEYS", "JWT_JWKS"] {
        let value = current.value(key).and_then(Result::ok).map(|v| v.expose().trim().to_owned());
        if value.is_some_and(|value| !value.is_empty() && value != "[]") {
            return Err(problem!("config-jwt-keys-set", key = key));
        }
    }
    let secret = world.sealer.make(SECRET).map_err(no_random)?;
    let issued = world.clock.now().timestamp();
    let key =
        |role: &str| signed(&secret, role, issued, issued + LIFETIME).ok_or_else(|| problem!("plan-changed"));
    Ok(BTreeMap::from([
        ("anon_key".to_owned(), key("anon")?),
        ("service_role_key".to_owned(), key("service_role")?),
        ("jwt_secret".to_owned(), secret),
    ]))
}
