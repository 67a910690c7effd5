//! Ports of the gateway on the host. Which of them counts depends on the release.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 3] = [
    Key::new(
        Group::Ports,
        "api_gw_http_port",
        "API_GW_HTTP_PORT",
        ["key-api-gw-http-port", "key-api-gw-http-port-help"],
        ValueKind::Port,
    )
    .default("8000"),
    Key::new(
        Group::Ports,
        "kong_http_port",
        "KONG_HTTP_PORT",
        ["key-kong-http-port", "key-kong-http-port-help"],
        ValueKind::Port,
    )
    .default("8000"),
    Key::new(
        Group::Ports,
        "kong_https_port",
        "KONG_HTTPS_PORT",
        ["key-kong-https-port", "key-kong-https-port-help"],
        ValueKind::Port,
    )
    .default("8443"),
];
