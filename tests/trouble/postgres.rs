//! PostgreSQL's own troubles, on servers of the lab.

use std::{thread::sleep, time::Duration};

use super::*;
use support::postgres::{PASSWORD, Server};

/// A Zelo that knows a lab server as `pg`, reached in its container, with one
/// backup of a small database already.
struct Lab {
    bench: Bench,
    server: Server,
    first: String,
}

impl Lab {
    fn up() -> Option<Self> {
        Some(Self::on(Server::up("trouble", 17)?, "CREATE DATABASE shop"))
    }

    /// The same on this server, the database made so.
    fn on(server: Server, create: &str) -> Self {
        server.sql("postgres", create);
        server.sql(
            "shop",
            "CREATE TABLE orders (id int PRIMARY KEY, note text);
             INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 5000) i",
        );
        let bench = Bench::new();
        let container = format!("container={}", server.name);
        bench.zelo(&["resource", "add", "pg", "--kind", "postgres", "--set", &container, "--json"]).code(0);
        let made = bench.zelo(&["backup", "create", "pg", "--json"]).code(0).json();
        let first = text(&made["operation"]["backup"]);
        Self { bench, server, first }
    }

    /// The first backup is the only one, and nothing half-done lies about.
    fn assert_nothing_lost(&self, digest: &str, case: &str) {
        assert_eq!(self.server.table("shop", "orders"), digest, "{case}");
        self.bench.assert_tidy(case);
        assert_eq!(states(&self.bench), [(self.first.clone(), "complete".to_owned())], "{case}");
        self.bench.assert_backups_whole(case);
        self.server.assert_idle(case);
        let databases =
            self.server.sql("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE '%zelo%'");
        assert_eq!(databases, "0", "{case}");
    }
}

/// Takes so much of a small disk that this much of it stays free.
fn ballast(server: &Server, free_mib: u32) {
    let fill = format!(
        "rm -f /small/ballast; free=$(df --output=avail -B1M /small | tail -n1); \
         head -c $((free - {free_mib}))M /dev/zero >/small/ballast"
    );
    server.exec(&["bash", "-euc", &fill], "");
}

#[test]
fn a_database_disk_that_is_full_leaves_the_live_database_as_it_was() {
    // What a plan looks at is the disk of the data directory: this one it cannot foresee.
    let small = ["--tmpfs", "/small:size=128m"];
    // Its own sorts must not need that disk.
    let Some(server) = Server::with("full", 17, &small, &["-c", "work_mem=64MB"]) else { return };
    server.exec(&["sh", "-c", "mkdir /small/space && chown postgres /small/space"], "");
    server.sql("postgres", "CREATE TABLESPACE small LOCATION '/small/space'");
    let lab = Lab::on(server, "CREATE DATABASE shop TABLESPACE small");
    let rows = "INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(5001, 200000) i";
    lab.server.sql("shop", rows);
    let made = lab.bench.zelo(&["backup", "create", "pg", "--json"]).code(0).json();
    let whole = lab.server.table("shop", "orders");
    lab.server.sql("shop", "DELETE FROM orders WHERE id % 3 = 0");
    let digest = lab.server.digest("shop");
    let restore = ["restore", &text(&made["operation"]["backup"]), "--item", "shop", "--yes", "--json"];
    // No room for an empty database, and none for its rows.
    for free in [2, 16] {
        ballast(&lab.server, free);
        let ran = lab.bench.zelo(&restore).code(1);
        assert_eq!(ran.problem(), "pg-disk-full", "{free}: {ran}");
        assert_eq!(lab.server.digest("shop"), digest, "{free}");
        lab.server.assert_quiet(&format!("{free} MiB free"));
        lab.server.assert_no_sides(&format!("{free} MiB free"));
        lab.bench.assert_tidy(&format!("{free} MiB free"));
        lab.bench.assert_backups_whole(&format!("{free} MiB free"));
        assert!(states(&lab.bench).iter().all(|(_, state)| state == "complete"));
    }
    // What it says to do helps.
    lab.server.exec(&["rm", "/small/ballast"], "");
    lab.bench.zelo(&restore).code(0);
    assert_eq!(lab.server.table("shop", "orders"), whole);
}

/// What is dumped and compressed for long enough to be stopped in the middle.
fn fill_slowly(server: &Server) {
    server.sql(
        "shop",
        "CREATE TABLE big AS SELECT i, (SELECT string_agg(md5((i * 40 + j)::text), '') FROM generate_series(1, 32) j) t \
         FROM generate_series(1, 90000) i",
    );
}

const SLOWLY: [&str; 6] = ["backup", "create", "pg", "--compression", "zstd:19", "--json"];

#[test]
fn a_server_that_is_stopped_leaves_no_dump_behind() {
    let Some(lab) = Lab::up() else { return };
    fill_slowly(&lab.server);
    let digest = lab.server.table("shop", "orders");
    let mut command = support::command(&lab.bench.data(), &["serve", "--bind", "127.0.0.1:0", "--json"]);
    command.env("ZELO_OPERATION_GRACE", "1s");
    let server = start(command);
    let queued = (0..100).find_map(|_| {
        let ran = lab.bench.zelo(&[&SLOWLY[..], &["--no-wait"]].concat());
        sleep(Duration::from_millis(200));
        (ran.output.status.code() == Some(0)).then(|| text(&ran.json()["operation"]["id"]))
    });
    let id = queued.expect("the server takes a backup");
    lab.server.until_running("COPY public.big%TO stdout%");
    server.signal("TERM");
    server.end().code(0);
    lab.server.assert_idle("server stopped");
    let ran = lab.bench.zelo(&["operation", "watch", &id, "--json"]).code(8);
    assert_eq!(ran.problem(), "stopped");
    lab.assert_nothing_lost(&digest, "server stopped");
}

/// Stops a database's dump where it is; it heeds no SIGTERM then.
fn freeze(server: &Server) {
    server.exec(&["sh", "-c", "kill -STOP $(grep -lx pg_dump /proc/[0-9]*/comm | cut -d/ -f3)"], "");
}

#[test]
fn a_dump_that_moves_nothing_any_more_is_ended_and_undone() {
    let Some(lab) = Lab::up() else { return };
    fill_slowly(&lab.server);
    let digest = lab.server.table("shop", "orders");
    let mut command = support::command(&lab.bench.data(), &SLOWLY);
    command.env("ZELO_OPERATION_STALL", "2s");
    let run = start(command);
    lab.server.until_running("COPY public.big%TO stdout%");
    freeze(&lab.server);
    let ran = run.end().code(1);
    assert_eq!(ran.problem(), "step-stalled", "{ran}");
    lab.assert_nothing_lost(&digest, "a dump that hangs");
    lab.bench.zelo(&["backup", "create", "pg", "--json"]).code(0);
}

#[test]
fn recovering_is_said_first_and_can_be_left() {
    let Some(lab) = Lab::up() else { return };
    fill_slowly(&lab.server);
    let digest = lab.server.table("shop", "orders");
    let run = start(support::command(&lab.bench.data(), &SLOWLY));
    lab.server.until_running("COPY public.big%TO stdout%");
    let id = text(&lab.bench.newest("backup")["id"]);
    // To end it takes until the SIGKILL after a SIGTERM.
    freeze(&lab.server);
    run.signal("KILL");
    run.end();
    let mut run = start(support::command(&lab.bench.data(), &["backup", "create", "pg"]));
    run.listens();
    sleep(Duration::from_secs(2));
    run.signal("INT");
    let ran = run.end().code(130);
    let told = ran.to_string();
    assert!(told.contains("An operation that a dead process left is being finished or undone"), "{ran}");
    assert!(told.contains("taken over by the next start"), "{ran}");
    let ran = lab.bench.zelo(&["operation", "watch", &id, "--json"]).code(1);
    assert_eq!(ran.problem(), "interrupted");
    lab.assert_nothing_lost(&digest, "recovery left alone");
}

#[test]
fn a_container_that_stops_in_the_middle_of_a_dump() {
    let Some(lab) = Lab::up() else { return };
    fill_slowly(&lab.server);
    let digest = lab.server.table("shop", "orders");
    let run = start(support::command(&lab.bench.data(), &["backup", "create", "pg", "--json"]));
    lab.server.until_running("COPY public.big%TO stdout%");
    lab.server.stop();
    let ran = run.end();
    assert!(matches!(ran.output.status.code(), Some(1 | 5)), "{ran}");
    let code = ran.problem();
    assert!(["container-stopped", "pg-lost", "host-connection-lost"].contains(&code.as_str()), "{ran}");

    // While it is down, and afterwards.
    let ran = lab.bench.zelo(&["backup", "create", "pg", "--json"]);
    assert_eq!(ran.problem(), "container-stopped", "{ran}");
    lab.server.restart();
    lab.assert_nothing_lost(&digest, "stopped in the middle");
    lab.bench.zelo(&["backup", "create", "pg", "--json"]).code(0);
}

#[test]
fn a_dump_tool_that_is_missing() {
    let Some(lab) = Lab::up() else { return };
    let digest = lab.server.table("shop", "orders");
    // Debian's pg_dump on the PATH is a wrapper around each version's own.
    let hide = "for f in $(command -v pg_dump) /usr/lib/postgresql/*/bin/pg_dump; do \
                [ ! -e $f ] || mv $f $f.away; done";
    lab.server.exec(&["sh", "-c", hide], "");
    let ran = lab.bench.zelo(&["backup", "create", "pg", "--json"]);
    assert_eq!(ran.problem(), "tool-missing", "{ran}");
    assert_ne!(ran.output.status.code(), Some(0));
    lab.bench.assert_tidy("no pg_dump");
    let show = "for f in /usr/bin/pg_dump.away /usr/local/bin/pg_dump.away \
                /usr/lib/postgresql/*/bin/pg_dump.away; do [ ! -e $f ] || mv $f ${f%.away}; done";
    lab.server.exec(&["sh", "-c", show], "");
    lab.assert_nothing_lost(&digest, "no pg_dump");
    lab.bench.zelo(&["backup", "create", "pg", "--json"]).code(0);
}

#[test]
fn a_password_that_is_wrong() {
    // By network, with this machine's tools: these are PostgreSQL 15.
    let Some(server) = Server::published("trouble", 15) else { return };
    server.sql("postgres", "CREATE TABLE t AS SELECT generate_series(1, 100) i");
    let bench = Bench::new();
    let file = bench.data().join("password");
    let add = |password: &str| {
        fs::write(&file, format!("{password}\n")).unwrap();
        let port = format!("port={}", server.port());
        let args =
            ["resource", "add", "net", "--kind", "postgres", "--set", "host=127.0.0.1", "--set", &port];
        let mut command = support::command(&bench.data(), &args);
        command.args(["--set", "user=postgres", "--json", "--password-file"]).arg(&file);
        Ran::of(command)
    };
    let ran = add("not this one");
    assert_ne!(ran.output.status.code(), Some(0), "{ran}");
    let told = String::from_utf8_lossy(&ran.output.stdout).into_owned();
    assert!(told.contains("pg-password"), "{ran}");
    assert!(!told.contains("not this one"), "{ran}");
    let added = bench.zelo(&["resource", "list", "--json"]).json();
    assert!(!added.to_string().contains("\"net\""), "{added}");

    add(PASSWORD).code(0);
    let made = bench.zelo(&["backup", "create", "net", "--json"]).code(0).json();
    let first = text(&made["operation"]["backup"]);
    server.sql("postgres", "ALTER ROLE postgres PASSWORD 'changed meanwhile'");
    for args in [&["backup", "create", "net", "--json"][..], &["restore", &first, "--yes", "--json"]] {
        let ran = bench.zelo(args);
        assert_eq!(ran.problem(), "pg-password", "{ran}");
        assert_ne!(ran.output.status.code(), Some(0), "{ran}");
        assert!(!ran.to_string().contains(PASSWORD), "{ran}");
        assert!(ran.to_string().contains("zelo resource edit NAME --password-stdin"), "{ran}");
    }
    let edit = |password: &str| {
        fs::write(&file, format!("{password}\n")).unwrap();
        bench.zelo(&["resource", "edit", "net", "--password-file", file.to_str().unwrap(), "--json"])
    };
    let ran = edit("nor this one").code(1);
    assert!(ran.to_string().contains("pg-password") && !ran.to_string().contains("nor this one"), "{ran}");
    let ran = edit("changed meanwhile").code(0);
    assert_eq!(ran.json()["access"]["port"], server.port(), "what was not given stays: {ran}");
    bench.zelo(&["backup", "create", "net", "--json"]).code(0);
    assert_eq!(server.sql("postgres", "SELECT count(*) FROM t"), "100");
    bench.assert_tidy("wrong password");
    bench.assert_backups_whole("wrong password");
    server.sql("postgres", &format!("ALTER ROLE postgres PASSWORD '{PASSWORD}'"));
    edit(PASSWORD).code(0);
    bench.zelo(&["restore", &first, "--yes", "--json"]).code(0);
    assert_eq!(server.sql("postgres", "SELECT count(*) FROM t"), "100");
}
