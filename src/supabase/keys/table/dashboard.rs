//! Who may open Studio through the gateway. The gateway of older releases, Kong, does
//! not start with a value that YAML reads as a number (#38197, #18847).

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 2] = [
    Key::new(
        Group::Dashboard,
        "dashboard_username",
        "DASHBOARD_USERNAME",
        ["key-dashboard-username", "key-dashboard-username-help"],
        ValueKind::Login { min: 1, max: 64 },
    )
    .default("supabase")
    .in_envoy(),
    Key::new(
        Group::Dashboard,
        "dashboard_password",
        "DASHBOARD_PASSWORD",
        ["key-dashboard-password", "key-dashboard-password-help"],
        ValueKind::Login { min: 8, max: 128 },
    )
    .secret(),
];
