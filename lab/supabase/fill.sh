# shellcheck shell=bash
# What an instance is filled with. Sourced by lab/instance, after make.sh.

fill_instance() {
    local port
    port=$(setting KONG_HTTP_PORT)
    compose_in "$folder" exec -T db psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -U supabase_admin -d postgres \
        <"$here/supabase/fill.sql" >/dev/null
    # shellcheck disable=SC2016  # awk's own
    compose_in "$folder" exec -T db sh -c 'umask 0077
        key=/etc/postgresql-custom/pgsodium_root.key
        [ -s "$key" ] || openssl rand -hex 32 >"$key"
        chown postgres:postgres "$key" && chmod 600 "$key"'
    store_objects "http://127.0.0.1:$port/storage/v1"
}

# Through the gateway and the storage service, so that rows, files and extended
# attributes come about as they do in use.
store_objects() {
    local base=$1 bucket name number=0
    call_storage "$base/bucket" -H 'Content-Type: application/json' --data '{"id":"avatars","name":"avatars","public":true}'
    call_storage "$base/bucket" -H 'Content-Type: application/json' --data '{"id":"documents","name":"documents","public":false}'
    for name in ada.png grace.png 'folder/a file with spaces.txt' reports/2026/summary.pdf 'notes/ação.txt' empty.bin; do
        bucket=documents
        [ "${name%.png}" = "$name" ] || bucket=avatars
        number=$((number + 1))
        { [ "$name" = empty.bin ] || head -c $((number * 3000)) /dev/zero | openssl enc -aes-128-ctr -K "$(printf '%032d' $number)" -iv "$(printf '%032d' 0)"; } |
            call_storage "$base/object/$bucket/$(jq -rn --arg n "$name" '$n | split("/") | map(@uri) | join("/")')" \
                -H "Content-Type: $(media_type "$name")" --data-binary @-
    done
}

media_type() {
    case $1 in
        *.png) echo image/png ;;
        *.txt) echo text/plain ;;
        *.pdf) echo application/pdf ;;
        *) echo application/octet-stream ;;
    esac
}

# The key goes in by a file descriptor, not by the command line.
call_storage() {
    local address=$1 key
    shift
    key=$(setting SERVICE_ROLE_KEY)
    curl -sS --fail-with-body -o /dev/null -H @<(printf 'apikey: %s\nAuthorization: Bearer %s\n' "$key" "$key") "$@" "$address"
}
