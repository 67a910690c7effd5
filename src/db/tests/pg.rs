//! A PostgreSQL server of this test process: started once, one database a test,
//! stopped and removed when the process ends, however it ends.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use crate::{db::DbTarget, secret::Secret};

/// Debian's folder with one folder for each major version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Runs until its input ends: that is, until the test process does.
const SCRIPT: &str = r#"
dir=$(mktemp -d /var/tmp/zelo-pg.XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir"
"$1/initdb" -D data -U zelo -A trust -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log >&2; exit 1; }
"$1/postgres" -D data -k "$dir" -c listen_addresses= -c fsync=off -c max_connections=500 >>log 2>&1 &
pid=$!
until "$1/pg_isready" -q -h "$dir"; do kill -0 $pid || { cat log >&2; exit 1; }; sleep 0.05; done
echo "$dir"
cat >/dev/null
kill -INT $pid
wait $pid
"#;

/// A new, empty database; `None` (said loudly) where there is no PostgreSQL.
pub(super) fn database() -> Option<DbTarget> {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let socket = SERVER.get_or_init(start).as_ref()?;
    let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let url = |database: &str| format!("host={socket} user=zelo dbname={database}");
    #[allow(clippy::disallowed_methods)] // a server of our own
    let mut conn = PgConnection::establish(&url("postgres")).unwrap();
    conn.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0")).unwrap();
    Some(DbTarget::Postgres(Secret::new(url(&name))))
}

/// Those of the newest server there is.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir(VERSIONS).ok()?.filter_map(Result::ok);
    let servers = versions.filter(|v| v.path().join("bin/initdb").exists());
    let newest = servers.max_by_key(|v| v.file_name().to_string_lossy().parse::<u32>().unwrap_or(0))?;
    Some(newest.path().join("bin"))
}

fn start() -> Option<String> {
    let Some(bin) = binaries() else {
        assert!(std::env::var_os("ZELO_LAB").is_none(), "the lab has no PostgreSQL server in {VERSIONS}");
        eprintln!("SKIPPED: no PostgreSQL server in {VERSIONS}; nothing is tested on PostgreSQL");
        return None;
    };
    let mut command = if rustix::process::geteuid().is_root() {
        let mut runuser = Command::new("runuser");
        runuser.args(["-u", "postgres", "--", "sh"]);
        runuser
    } else {
        Command::new("sh")
    };
    command.args(["-c", SCRIPT, "sh"]).arg(bin).current_dir("/");
    let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut socket = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut socket).unwrap();
    let socket = socket.trim().to_owned();
    assert!(!socket.is_empty(), "PostgreSQL did not start");
    // Its input stays open as long as this process lives.
    std::mem::forget(server);
    Some(socket)
}
