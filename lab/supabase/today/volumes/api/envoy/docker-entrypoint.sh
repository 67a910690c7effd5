#!/bin/bash
# Fills the gateway's listener with the keys of .env and starts Envoy. As upstream's,
# by sed: a `|` in a value ends it, `&` and `\` are not what they seem.
set -euo pipefail

unset_key() { printf 'unset-%s' "$(</proc/sys/kernel/random/uuid)"; }
publishable=${SUPABASE_PUBLISHABLE_KEY:-$(unset_key)}
secret=${SUPABASE_SECRET_KEY:-$(unset_key)}
password=$(printf %s "$DASHBOARD_PASSWORD" | openssl dgst -sha1 -binary | base64)

sed -e "s|__ANON_KEY__|$ANON_KEY|g" \
    -e "s|__SERVICE_ROLE_KEY__|$SERVICE_ROLE_KEY|g" \
    -e "s|__PUBLISHABLE_KEY__|$publishable|g" \
    -e "s|__SECRET_KEY__|$secret|g" \
    -e "s|__DASHBOARD_USERNAME__|$DASHBOARD_USERNAME|g" \
    -e "s|__DASHBOARD_PASSWORD__|$password|g" \
    /etc/envoy/lds.template.yaml >/tmp/lds.yaml
exec envoy --config-path /etc/envoy/envoy.yaml --disable-hot-restart --concurrency 1 --log-level warn
