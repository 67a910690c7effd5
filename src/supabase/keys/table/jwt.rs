//! Signing keys, and how long a sign-in lasts. The lifetime also stands in the
//! database, put there by a script that runs only when the database is made.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 4] = [
    Key::new(
        Group::Jwt,
        "jwt_expiry",
        "JWT_EXPIRY",
        ["key-jwt-expiry", "key-jwt-expiry-help"],
        ValueKind::Int { min: 1, max: 604800 },
    )
    .default("3600")
    .sets("app.settings.jwt_exp"),
    Key::new(
        Group::Jwt,
        "jwt_secret",
        "JWT_SECRET",
        ["key-jwt-secret", "key-jwt-secret-help"],
        ValueKind::Token { min: 32, max: 512 },
    )
    .secret()
    .follows("app.settings.jwt_secret")
    .refused("env-refused-jwt"),
    Key::new(
        Group::Jwt,
        "jwt_keys",
        "JWT_KEYS",
        ["key-jwt-keys", "key-jwt-keys-help"],
        ValueKind::Json { array: true },
    )
    .secret()
    .refused("env-refused-jwt"),
    Key::new(
        Group::Jwt,
        "jwt_jwks",
        "JWT_JWKS",
        ["key-jwt-jwks", "key-jwt-jwks-help"],
        ValueKind::Json { array: false },
    )
    .secret()
    .refused("env-refused-jwt"),
];
