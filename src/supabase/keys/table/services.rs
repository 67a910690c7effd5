//! Secrets of single services, each with the length that its service asks for.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 7] = [
    Key::new(
        Group::Services,
        "secret_key_base",
        "SECRET_KEY_BASE",
        ["key-secret-key-base", "key-secret-key-base-help"],
        ValueKind::Token { min: 64, max: 256 },
    )
    .secret(),
    Key::new(
        Group::Services,
        "realtime_db_enc_key",
        "REALTIME_DB_ENC_KEY",
        ["key-realtime-db-enc-key", "key-realtime-db-enc-key-help"],
        ValueKind::Token { min: 16, max: 16 },
    )
    .secret(),
    Key::new(
        Group::Services,
        "pg_meta_crypto_key",
        "PG_META_CRYPTO_KEY",
        ["key-pg-meta-crypto-key", "key-pg-meta-crypto-key-help"],
        ValueKind::Token { min: 32, max: 256 },
    )
    .secret(),
    Key::new(
        Group::Services,
        "s3_access_key_id",
        "S3_PROTOCOL_ACCESS_KEY_ID",
        ["key-s3-access-key-id", "key-s3-access-key-id-help"],
        ValueKind::Hex { length: 32 },
    )
    .secret(),
    Key::new(
        Group::Services,
        "s3_access_key_secret",
        "S3_PROTOCOL_ACCESS_KEY_SECRET",
        ["key-s3-access-key-secret", "key-s3-access-key-secret-help"],
        ValueKind::Hex { length: 64 },
    )
    .secret(),
    Key::new(
        Group::Services,
        "logflare_public_token",
        "LOGFLARE_PUBLIC_ACCESS_TOKEN",
        ["key-logflare-public-token", "key-logflare-public-token-help"],
        ValueKind::Token { min: 32, max: 256 },
    )
    .secret(),
    Key::new(
        Group::Services,
        "logflare_private_token",
        "LOGFLARE_PRIVATE_ACCESS_TOKEN",
        ["key-logflare-private-token", "key-logflare-private-token-help"],
        ValueKind::Token { min: 32, max: 256 },
    )
    .secret(),
];
