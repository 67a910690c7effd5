//! The connection pooler. It keeps its tenant in its own database and makes it only
//! where there is none: what the tenant holds cannot be changed here.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 6] = [
    Key::new(
        Group::Pooler,
        "pooler_port_transaction",
        "POOLER_PROXY_PORT_TRANSACTION",
        ["key-pooler-port-transaction", "key-pooler-port-transaction-help"],
        ValueKind::Port,
    )
    .default("6543"),
    Key::new(
        Group::Pooler,
        "pooler_db_pool_size",
        "POOLER_DB_POOL_SIZE",
        ["key-pooler-db-pool-size", "key-pooler-db-pool-size-help"],
        ValueKind::Int { min: 1, max: 1000 },
    )
    .default("5"),
    Key::new(
        Group::Pooler,
        "pooler_tenant_id",
        "POOLER_TENANT_ID",
        ["key-pooler-tenant-id", "key-pooler-tenant-id-help"],
        ValueKind::Text { min: 1, max: 100 },
    )
    .default("your-tenant-id")
    .refused("env-refused-pooler"),
    Key::new(
        Group::Pooler,
        "pooler_default_pool_size",
        "POOLER_DEFAULT_POOL_SIZE",
        ["key-pooler-default-pool-size", "key-pooler-default-pool-size-help"],
        ValueKind::Int { min: 1, max: 10000 },
    )
    .default("20")
    .refused("env-refused-pooler"),
    Key::new(
        Group::Pooler,
        "pooler_max_client_conn",
        "POOLER_MAX_CLIENT_CONN",
        ["key-pooler-max-client-conn", "key-pooler-max-client-conn-help"],
        ValueKind::Int { min: 1, max: 1000000 },
    )
    .default("100")
    .refused("env-refused-pooler"),
    Key::new(
        Group::Pooler,
        "vault_enc_key",
        "VAULT_ENC_KEY",
        ["key-vault-enc-key", "key-vault-enc-key-help"],
        ValueKind::Token { min: 32, max: 32 },
    )
    .secret()
    .refused("env-refused-vault"),
];
