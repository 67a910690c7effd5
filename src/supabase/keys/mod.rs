//! The keys of `.env` that have a form: what each may hold, what depends on it, and
//! which must be left alone. One file a group, in [`table`].
//!
//! What a value must be comes from what the services do with it (most were run and
//! seen to fail): an empty bool stops sign-in, a bad pattern makes it panic, a `|`
//! keeps the gateway from starting. A form that asks first costs nothing.

mod check;
mod glob;
mod jwt;
mod kind;
mod table;
#[cfg(test)]
mod tests;

pub use jwt::{expires, signed};
pub use kind::ValueKind;

use crate::{
    domain::{msg::Msg, problem::Problem},
    msg,
};

/// Where a key stands in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Names that people see.
    General,
    /// Who may sign in to Studio.
    Dashboard,
    /// Addresses.
    Urls,
    /// How an application's people sign up and in.
    SignIn,
    /// Outgoing mail.
    Smtp,
    /// Signing keys and how long a sign-in lasts.
    Jwt,
    /// What applications name themselves with.
    ApiKeys,
    /// The database.
    Database,
    /// The connection pooler.
    Pooler,
    /// The REST API.
    Postgrest,
    /// Ports on the host.
    Ports,
    /// Secrets of single services.
    Services,
    /// Edge functions.
    Functions,
}

impl Group {
    /// All of them, in the form's order.
    pub const ALL: [Self; 13] = [
        Self::General,
        Self::Dashboard,
        Self::Urls,
        Self::SignIn,
        Self::Smtp,
        Self::Jwt,
        Self::ApiKeys,
        Self::Database,
        Self::Pooler,
        Self::Postgrest,
        Self::Ports,
        Self::Services,
        Self::Functions,
    ];

    /// The heading's message id.
    pub fn label(self) -> &'static str {
        match self {
            Self::General => "key-group-general",
            Self::Dashboard => "key-group-dashboard",
            Self::Urls => "key-group-urls",
            Self::SignIn => "key-group-sign-in",
            Self::Smtp => "key-group-smtp",
            Self::Jwt => "key-group-jwt",
            Self::ApiKeys => "key-group-api-keys",
            Self::Database => "key-group-database",
            Self::Pooler => "key-group-pooler",
            Self::Postgrest => "key-group-postgrest",
            Self::Ports => "key-group-ports",
            Self::Services => "key-group-services",
            Self::Functions => "key-group-functions",
        }
    }
}

/// What must change inside the database with a key: those scripts of upstream that
/// set it run only when the database is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlEffect {
    /// `ALTER DATABASE postgres SET "<the setting>" TO '<the value>'`.
    DatabaseSetting(&'static str),
    /// The same, only where the database has the setting: older layouts keep it there.
    FollowedSetting(&'static str),
    /// `ALTER ROLE … PASSWORD` for every role of Supabase, and the records that hold it.
    RolePasswords,
}

impl SqlEffect {
    /// What must run, in words.
    pub fn told(self) -> Msg {
        match self {
            Self::DatabaseSetting(setting) => msg!("key-sql-setting", setting = setting),
            Self::FollowedSetting(setting) => msg!("key-sql-followed", setting = setting),
            Self::RolePasswords => msg!("key-sql-roles"),
        }
    }
}

/// One key of `.env`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name in Zelo's API and forms: `jwt_expiry`.
    pub field: &'static str,
    /// Its name in `.env`: `JWT_EXPIRY`.
    pub env: &'static str,
    /// What it may hold.
    pub kind: ValueKind,
    /// Whether its value is hidden, and left out of plans and records.
    pub secret: bool,
    /// What upstream's example file has, for what is no secret.
    pub default: Option<&'static str>,
    /// Its name for people: a message id.
    pub label: &'static str,
    /// What it does: a message id.
    pub help: &'static str,
    /// Where it stands in the form.
    pub group: Group,
    /// What else must change with it.
    pub sql: Option<SqlEffect>,
    /// Why it must not be edited by itself: a problem's code.
    pub refused: Option<&'static str>,
    /// Whether Envoy's start-up puts it into its template by `sed s|…|…|`: there `|`
    /// aborts, `&` puts the placeholder back, and `\` is eaten.
    pub envoy_sed: bool,
}

impl Key {
    /// An ordinary key; the others' differences are added to it.
    const fn new(
        group: Group,
        field: &'static str,
        env: &'static str,
        [label, help]: [&'static str; 2],
        kind: ValueKind,
    ) -> Self {
        Self {
            field,
            env,
            kind,
            secret: false,
            default: None,
            label,
            help,
            group,
            sql: None,
            refused: None,
            envoy_sed: false,
        }
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    const fn sets(mut self, setting: &'static str) -> Self {
        self.sql = Some(SqlEffect::DatabaseSetting(setting));
        self
    }

    const fn follows(mut self, setting: &'static str) -> Self {
        self.sql = Some(SqlEffect::FollowedSetting(setting));
        self
    }

    const fn in_roles(mut self) -> Self {
        self.sql = Some(SqlEffect::RolePasswords);
        self
    }

    const fn refused(mut self, code: &'static str) -> Self {
        self.refused = Some(code);
        self
    }

    const fn in_envoy(mut self) -> Self {
        self.envoy_sed = true;
        self
    }
}

/// What Zelo itself calls an instance: it stands in no `.env`, and never touches the
/// Compose project.
pub static NAME: Key =
    Key::new(Group::General, "name", "", ["key-name", "key-name-help"], ValueKind::Text { min: 1, max: 100 });

/// All keys of `.env`, group by group.
pub fn all() -> impl Iterator<Item = &'static Key> {
    table::GROUPS.iter().flat_map(|group| group.iter())
}

/// The key of a field of the API: `jwt_expiry`.
pub fn by_field(field: &str) -> Option<&'static Key> {
    std::iter::once(&NAME).chain(all()).find(|key| key.field == field)
}

/// The key of a name in `.env`: `JWT_EXPIRY`.
pub fn by_env(env: &str) -> Option<&'static Key> {
    all().find(|key| key.env == env)
}

/// What to write for what a person entered: checked, and in one form where there
/// are several (`True` → `true`). `current` gives the value that another key of
/// the instance will have.
///
/// # Errors
/// The key's own refusal (see [`Key::refused`]), or as [`check`].
pub fn accept(key: &Key, input: &str, current: &dyn Fn(&str) -> Option<String>) -> Result<String, Problem> {
    match key.refused {
        Some(code) => Err(Problem::new(code).with("key", key.env)),
        None => check(key, input, current),
    }
}

/// As [`accept`], also for a key that is not edited by itself: for the procedure
/// that changes all that belongs to it.
///
/// # Errors
/// An `env-…` problem that names the key and never what was entered.
pub fn check(key: &Key, input: &str, current: &dyn Fn(&str) -> Option<String>) -> Result<String, Problem> {
    check::check(key, input, current)
}

/// What is allowed and most likely not meant.
pub fn caution(key: &Key, value: &str) -> Option<Msg> {
    let path = value.trim_end_matches('/').ends_with("/auth/v1");
    (key.env == "API_EXTERNAL_URL" && !path).then(|| msg!("env-caution-auth-path", key = key.env))
}
