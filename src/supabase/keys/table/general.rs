//! Names that people see in Studio.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 2] = [
    Key::new(
        Group::General,
        "organization",
        "STUDIO_DEFAULT_ORGANIZATION",
        ["key-organization", "key-organization-help"],
        ValueKind::Text { min: 1, max: 100 },
    )
    .default("Default Organization"),
    Key::new(
        Group::General,
        "default_project",
        "STUDIO_DEFAULT_PROJECT",
        ["key-default-project", "key-default-project-help"],
        ValueKind::Text { min: 1, max: 100 },
    )
    .default("Default Project"),
];
