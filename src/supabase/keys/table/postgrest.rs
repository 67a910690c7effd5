//! The REST API.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 3] = [
    Key::new(
        Group::Postgrest,
        "pgrst_db_schemas",
        "PGRST_DB_SCHEMAS",
        ["key-pgrst-db-schemas", "key-pgrst-db-schemas-help"],
        ValueKind::Names { empty: false },
    )
    .default("public,graphql_public"),
    Key::new(
        Group::Postgrest,
        "pgrst_db_max_rows",
        "PGRST_DB_MAX_ROWS",
        ["key-pgrst-db-max-rows", "key-pgrst-db-max-rows-help"],
        ValueKind::Int { min: 1, max: 10000000 },
    )
    .default("1000"),
    Key::new(
        Group::Postgrest,
        "pgrst_db_extra_search_path",
        "PGRST_DB_EXTRA_SEARCH_PATH",
        ["key-pgrst-db-extra-search-path", "key-pgrst-db-extra-search-path-help"],
        ValueKind::Names { empty: true },
    )
    .default("public"),
];
