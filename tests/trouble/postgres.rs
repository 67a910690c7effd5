//! PostgreSQL's own troubles, on servers of the lab.

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
        let server = Server::up("trouble", 17)?;
        server.sql("postgres", "CREATE DATABASE shop");
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
        Some(Self { bench, server, first })
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

#[test]
fn a_container_that_stops_in_the_middle_of_a_dump() {
    let Some(lab) = Lab::up() else { return };
    lab.server.sql(
        "shop",
        "CREATE TABLE big AS SELECT i, (SELECT string_agg(md5((i * 40 + j)::text), '') FROM generate_series(1, 32) j) t \
         FROM generate_series(1, 90000) i",
    );
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
    }
    assert_eq!(server.sql("postgres", "SELECT count(*) FROM t"), "100");
    bench.assert_tidy("wrong password");
    bench.assert_backups_whole("wrong password");
    server.sql("postgres", &format!("ALTER ROLE postgres PASSWORD '{PASSWORD}'"));
    bench.zelo(&["restore", &first, "--yes", "--json"]).code(0);
    assert_eq!(server.sql("postgres", "SELECT count(*) FROM t"), "100");
}
