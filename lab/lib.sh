# shellcheck shell=bash
# shellcheck disable=SC2034  # used by those who source it
# What the lab's commands share. Sourced, never run.

# Every container, volume and network of the lab carries this label. Its value
# is the run that made it: `tests/run` takes away its own and no other.
lab_label=zelo.lab
lab_run=${ZELO_LAB_RUN:-hand}

# The images carry the hash of the recipe they were made from.
lab_recipe_label=zelo.lab.recipe

if [ -n "${ZELO_LAB_CACHE:-}" ]; then
    lab_cache=$ZELO_LAB_CACHE
elif [ "$(id -u)" = 0 ]; then
    lab_cache=/var/cache/zelo-lab
else
    lab_cache=${XDG_CACHE_HOME:-$HOME/.cache}/zelo-lab
fi

# Where the instances of lab/up lie.
lab_try=$lab_cache/try

say() { printf 'lab: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -- "$@"
    fi
}

engine_answers() { timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# The PostgreSQL majors the lab has, each with the Debian release it comes from.
postgres_suite() {
    case $1 in
        15) echo bookworm ;;
        17) echo trixie ;;
        *) return 1 ;;
    esac
}
postgres_majors='15 17'

compose_version=v2.40.3
compose_binary=$lab_cache/docker-compose-$compose_version
envoy_version=1.40.0

# The images a Supabase-shaped instance is made of: the real ones, and the names under
# which the one stand-in is known.
stand_ins='gotrue postgrest realtime storage-api imgproxy postgres-meta edge-runtime supavisor studio kong logflare vector'

# compose_in FOLDER ARGS...: Compose in a clean environment (a shell's variables beat
# .env), with the files that CONFIG= in .env adds, as upstream's older scripts do.
compose_in() {
    local folder=$1 name
    local -a files=()
    shift
    name=$(sed -n 's/^CONFIG=//p' "$folder/.env" 2>/dev/null | tail -n 1)
    [ -z "$name" ] || files=(-f "$folder/docker-compose.yml" -f "$folder/docker-compose.$name.yml")
    (cd "$folder" && env -i PATH="$PATH" HOME="${HOME:-/}" ${DOCKER_HOST:+DOCKER_HOST="$DOCKER_HOST"} \
        "$compose_binary" --project-directory "$folder" "${files[@]}" "$@")
}
