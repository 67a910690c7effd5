//! What applications name themselves with. The gateway compares them letter by letter.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 4] = [
    Key::new(
        Group::ApiKeys,
        "anon_key",
        "ANON_KEY",
        ["key-anon-key", "key-anon-key-help"],
        ValueKind::Jwt { role: "anon" },
    )
    .secret()
    .in_envoy(),
    Key::new(
        Group::ApiKeys,
        "service_role_key",
        "SERVICE_ROLE_KEY",
        ["key-service-role-key", "key-service-role-key-help"],
        ValueKind::Jwt { role: "service_role" },
    )
    .secret()
    .in_envoy(),
    Key::new(
        Group::ApiKeys,
        "publishable_key",
        "SUPABASE_PUBLISHABLE_KEY",
        ["key-publishable-key", "key-publishable-key-help"],
        ValueKind::ApiKey { prefix: "sb_publishable_" },
    )
    .secret()
    .in_envoy(),
    Key::new(
        Group::ApiKeys,
        "secret_key",
        "SUPABASE_SECRET_KEY",
        ["key-secret-key", "key-secret-key-help"],
        ValueKind::ApiKey { prefix: "sb_secret_" },
    )
    .secret()
    .in_envoy(),
];
