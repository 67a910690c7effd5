//! Where the database is. All of it was settled when the database was made.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 4] = [
    Key::new(
        Group::Database,
        "postgres_password",
        "POSTGRES_PASSWORD",
        ["key-postgres-password", "key-postgres-password-help"],
        ValueKind::Alphanumeric { min: 8, max: 128 },
    )
    .secret()
    .in_roles()
    .refused("env-refused-password"),
    Key::new(
        Group::Database,
        "postgres_host",
        "POSTGRES_HOST",
        ["key-postgres-host", "key-postgres-host-help"],
        ValueKind::Host,
    )
    .default("db")
    .refused("env-refused-fixed"),
    Key::new(
        Group::Database,
        "postgres_db",
        "POSTGRES_DB",
        ["key-postgres-db", "key-postgres-db-help"],
        ValueKind::Text { min: 1, max: 63 },
    )
    .default("postgres")
    .refused("env-refused-fixed"),
    Key::new(
        Group::Database,
        "postgres_port",
        "POSTGRES_PORT",
        ["key-postgres-port", "key-postgres-port-help"],
        ValueKind::Port,
    )
    .default("5432")
    .refused("env-refused-pooler"),
];
