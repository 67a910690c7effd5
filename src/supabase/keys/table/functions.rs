//! Edge functions.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 1] = [Key::new(
    Group::Functions,
    "functions_verify_jwt",
    "FUNCTIONS_VERIFY_JWT",
    ["key-functions-verify-jwt", "key-functions-verify-jwt-help"],
    ValueKind::Bool,
)
.default("false")];
