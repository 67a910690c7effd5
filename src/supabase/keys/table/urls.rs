//! Addresses under which people reach the instance.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 2] = [
    Key::new(
        Group::Urls,
        "public_url",
        "SUPABASE_PUBLIC_URL",
        ["key-public-url", "key-public-url-help"],
        ValueKind::Url { empty: false },
    )
    .default("http://localhost:8000")
    .in_envoy(),
    Key::new(
        Group::Urls,
        "api_external_url",
        "API_EXTERNAL_URL",
        ["key-api-external-url", "key-api-external-url-help"],
        ValueKind::Url { empty: false },
    )
    .default("http://localhost:8000/auth/v1"),
];
