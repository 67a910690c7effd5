# shellcheck shell=bash
# How the folder of an instance is written. Sourced by lab/instance, which sets
# `here` (the lab) and `folder` (where to write).

hex() { openssl rand -hex "$(($1 / 2))"; }
letters() { LC_ALL=C tr -dc 'A-Za-z0-9' < <(openssl rand 4096) | head -c "$1"; }
url64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# sign_key SECRET ROLE: an API key as upstream's generator makes it, for ten years.
# The secret is a key file for openssl, never an argument.
sign_key() {
    local secret=$1 role=$2 now head body
    now=$(date +%s)
    head=$(printf '{"alg":"HS256","typ":"JWT"}' | url64)
    body=$(printf '{"role":"%s","iss":"supabase","iat":%d,"exp":%d}' "$role" "$now" $((now + 315360000)) | url64)
    printf '%s.%s.%s' "$head" "$body" "$(printf '%s.%s' "$head" "$body" | SECRET=$secret python3 -c '
import hashlib, hmac, os, sys
sys.stdout.buffer.write(hmac.new(os.environ["SECRET"].encode(), sys.stdin.buffer.read(), hashlib.sha256).digest())' | url64)"
}

# The names in `values` are the placeholders of the templates.
new_values() {
    values[POSTGRES_PASSWORD]=$(letters 32)
    values[JWT_SECRET]=$(letters 40)
    values[ANON_KEY]=$(sign_key "${values[JWT_SECRET]}" anon)
    values[SERVICE_ROLE_KEY]=$(sign_key "${values[JWT_SECRET]}" service_role)
    values[PUBLISHABLE_KEY]=sb_publishable_$(letters 22)_$(letters 8)
    values[SECRET_KEY]=sb_secret_$(letters 22)_$(letters 8)
    values[DASHBOARD_PASSWORD]=a$(letters 23)
    values[SECRET_KEY_BASE]=$(letters 64)
    values[REALTIME_DB_ENC_KEY]=$(letters 16)
    values[VAULT_ENC_KEY]=$(hex 32)
    values[PG_META_CRYPTO_KEY]=$(letters 32)
    values[SMTP_PASS]=$(letters 20)
    values[S3_ID]=$(hex 32)
    values[S3_SECRET]=$(hex 64)
    values[LOGFLARE_PUBLIC]=$(letters 40)
    values[LOGFLARE_PRIVATE]=$(letters 40)
}

# render TEMPLATE: with its placeholders filled and the parts of other layouts left out.
render() {
    local text name
    text=$(awk -v layout="$layout" '/^#only: /{ skip = $2 != layout; next } /^#all$/{ skip = 0; next } !skip' "$1")
    for name in "${!values[@]}"; do
        text=${text//"__${name}__"/"${values[$name]}"}
    done
    printf '%s\n' "$text"
}

make_instance() {
    local project=$1 layout=$2 port=$3 template
    local -A values=([PROJECT]=$project [PORT]=$port [PORT_1]=$((port + 1)) [PORT_2]=$((port + 2)) [PORT_3]=$((port + 3))
        [LABEL]=$lab_label [RUN]=$lab_run)
    [ -d "$here/supabase/$layout/volumes" ] || die "no layout is called $layout (there are: today, kong)"
    [[ $project =~ ^[a-z0-9][a-z0-9_-]*$ ]] || die "$project is no name for a Compose project"
    [ ! -e "$folder/.env" ] || die "$folder holds an instance already"
    new_values
    mkdir -p "$folder/volumes/db/data" "$folder/volumes/storage"
    cp -r "$here/supabase/common/volumes" "$here/supabase/$layout/volumes" "$folder/"
    for template in docker-compose.yml docker-compose.extra.yml; do
        render "$here/supabase/$layout/$template" >"$folder/$template"
    done
    for template in volumes/api/envoy/cds.yaml volumes/api/kong.yml; do
        [ ! -f "$folder/$template" ] || render "$here/supabase/$layout/$template" >"$folder/$template"
    done
    (umask 0077 && render "$here/supabase/common/env" >"$folder/.env")
    [ "$layout" != today ] || cp "$here/supabase/common/version" "$folder/.supabase-version"
}

# setting NAME: a value of the instance's .env (which the lab wrote: no quotes in these).
setting() { sed -n "s/^$1=//p" "$folder/.env" | tail -n 1; }

# Those of .env; those inside the database and its key volume only while it runs.
print_secrets() {
    local name value
    for name in POSTGRES_PASSWORD JWT_SECRET ANON_KEY SERVICE_ROLE_KEY SUPABASE_PUBLISHABLE_KEY SUPABASE_SECRET_KEY \
        DASHBOARD_PASSWORD SECRET_KEY_BASE REALTIME_DB_ENC_KEY VAULT_ENC_KEY PG_META_CRYPTO_KEY SMTP_PASS \
        S3_PROTOCOL_ACCESS_KEY_ID S3_PROTOCOL_ACCESS_KEY_SECRET LOGFLARE_PUBLIC_ACCESS_TOKEN LOGFLARE_PRIVATE_ACCESS_TOKEN; do
        value=$(setting "$name")
        [ -z "$value" ] || printf '%s\n' "$value"
    done
    # The role `reporting`, made by fill.sql, has this one.
    echo scram-only-in-the-database
    # shellcheck disable=SC2016  # the container's own
    compose_in "$folder" exec -T db sh -c 'cat /etc/postgresql-custom/pgsodium_root.key
        psql -X -At -h 127.0.0.1 -U supabase_admin -d postgres -c "select secret from vault.secrets"' 2>/dev/null || true
}
