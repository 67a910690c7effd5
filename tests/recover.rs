//! RECOVER.md without Zelo: the commands of a backup's own instructions are run
//! as they stand, and give back equal data.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods
)] // a test that cannot go on says so

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use support::{
    bench::{self, Bench},
    lab,
    postgres::{PASSWORD, Server, ident},
    text,
};

/// A backup's folder, copied as somebody would who has nothing else.
fn carried(bench: &Bench, backup: &str) -> (tempfile::TempDir, PathBuf) {
    let info = bench.zelo(&["backup", "info", backup, "--json"]).code(0).json();
    let folder = bench.data().join("store").join(text(&info["backup"]["path"]));
    let away = tempfile::tempdir().unwrap();
    let copied = Command::new("cp").arg("-a").arg(&folder).arg(away.path().join("backup")).status().unwrap();
    assert!(copied.success());
    let here = away.path().join("backup");
    (away, here)
}

/// The shell commands of a text, in order.
fn commands(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("RECOVER.md")).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language == "sh", String::new())),
            (Some(_), Some(_)) => {
                blocks.extend(open.take().filter(|(shell, _)| *shell).map(|(_, block)| block))
            }
            (Some((_, block)), None) => *block += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    assert!(open.is_none() && blocks.len() >= 3, "{text}");
    blocks
}

/// Runs a script by bash, stopping at the first failure.
fn bash(folder: &Path, script: &str) -> String {
    let ran = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{script}\n--- out\n{out}\n--- err\n{err}");
    out.into_owned()
}

#[test]
fn a_sqlite_backup_is_restored_by_its_own_instructions() {
    if !Command::new("sqlite3").arg("--version").output().is_ok_and(|o| o.status.success()) {
        return lab::missing("sqlite3");
    }
    for (how, wal) in [("auto", false), ("gzip:6", true), ("zstd:3", false), ("none", true)] {
        let bench = Bench::new();
        if wal {
            bench.sql("PRAGMA journal_mode = WAL;");
        }
        bench.sql("CREATE TABLE \"odd `name|\" (a, b BLOB); INSERT INTO \"odd `name|\" VALUES ('ü''\n', x'00ff'), (NULL, 1.5);");
        let rows = bench.rows();
        let dump = |path: &Path| bash(Path::new("/"), &format!("sqlite3 '{}' .dump", path.display()));
        let whole = dump(&bench.live());
        let made = bench.zelo(&["backup", "create", "shop", "--json", "--compression", how]).code(0).json();
        let (_away, folder) = carried(&bench, &text(&made["operation"]["backup"]));
        bench.sql("DELETE FROM orders; DROP TABLE \"odd `name|\";");
        assert_ne!(dump(&bench.live()), whole);

        let live = bench.live().display().to_string();
        let blocks: Vec<String> = commands(&folder);
        assert_eq!(blocks.iter().filter(|b| b.contains("LIVE=/path/to/")).count(), 1, "{blocks:?}");
        let script = blocks.concat().replace("LIVE=/path/to/'shop.db'", &format!("LIVE='{live}'"));
        assert!(script.contains(&live) && !script.contains("/path/to/"), "{script}");
        let told = bash(&folder, &script);
        assert!(told.lines().any(|line| line == "ok"), "{how}: the integrity check: {told}");
        assert_eq!(bench.rows(), rows, "{how}");
        assert_eq!(dump(&bench.live()), whole, "{how}");
        let kept = bench.live().with_file_name("shop.db.before-restore");
        assert_eq!(bench::rows(&kept).len(), 0, "{how}: what was live is kept");
        assert_eq!(bash(&folder, &format!("sqlite3 '{live}' 'PRAGMA journal_mode'")).trim() == "wal", wal);
    }
}

/// Damage is found by the instructions too.
#[test]
fn the_instructions_stop_at_damage() {
    let bench = Bench::new();
    let (_away, folder) = carried(&bench, &bench.backup());
    let blocks = commands(&folder);
    let file = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path());
    let file = file.max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let ran = Command::new("bash").args(["-euc", &blocks[0]]).current_dir(&folder).output().unwrap();
    assert!(!ran.status.success(), "{}", blocks[0]);
}

const SHOP: &str = "
    CREATE EXTENSION IF NOT EXISTS pgcrypto;
    CREATE SCHEMA \"Odd \"\"schema\";
    CREATE TABLE orders (id serial PRIMARY KEY, note text, body jsonb, at timestamptz DEFAULT now());
    INSERT INTO orders (note, body) SELECT md5(i::text) || E'\\n''\\\\', jsonb_build_object('i', i)
        FROM generate_series(1, 5000) i;
    CREATE INDEX ON orders (note);
    CREATE TABLE \"Odd \"\"schema\".\"t'able\" (a int, b bytea);
    INSERT INTO \"Odd \"\"schema\".\"t'able\" VALUES (1, '\\x00ff');
    SELECT lo_from_bytea(4711, '\\xdeadbeef');
    GRANT SELECT ON orders TO clerk;
    COMMENT ON TABLE orders IS 'it''s orders';";

/// Everything that must be equal, as text.
fn seen(server: &Server, database: &str) -> Vec<String> {
    let one = |sql: &str| server.sql(database, sql);
    vec![
        server.table(database, "orders"),
        server.table(database, "\"Odd \"\"schema\".\"t'able\""),
        one("SELECT last_value, is_called FROM orders_id_seq"),
        one("SELECT md5(lo_get(4711))"),
        one("SELECT relacl::text FROM pg_class WHERE relname = 'orders'"),
        one("SELECT obj_description('orders'::regclass)"),
        one("SELECT string_agg(extname, ',' ORDER BY extname) FROM pg_extension"),
        one("SELECT rolpassword FROM pg_authid WHERE rolname = 'clerk'"),
        one(
            "SELECT string_agg(setconfig::text, ',') FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase \
             WHERE datname = current_database()",
        ),
        one("SELECT pg_get_userbyid(datdba) || shobj_description(oid, 'pg_database') FROM pg_database \
             WHERE datname = current_database()"),
    ]
}

const NAME: &str = "Odd 'shop";

/// A server with two databases.
fn shops(major: u32) -> Option<Server> {
    let server = Server::up("recover", major)?;
    server.sql("postgres", "CREATE ROLE clerk LOGIN PASSWORD 'cl''erk'");
    server.sql("postgres", "CREATE DATABASE \"Odd 'shop\" OWNER clerk");
    server.sql("postgres", "COMMENT ON DATABASE \"Odd 'shop\" IS 'the shop'");
    server.sql("postgres", "ALTER DATABASE \"Odd 'shop\" SET work_mem TO '7MB'");
    server.sql(NAME, SHOP);
    server.sql("postgres", "CREATE DATABASE second");
    server.sql("second", "CREATE TABLE orders AS SELECT i, md5(i::text) FROM generate_series(1, 2000) i");
    Some(server)
}

/// Does as a backup's own instructions say, on a server that has nothing of it.
fn follow(fresh: &Server, folder: &Path) {
    fresh.exec(&["rm", "-rf", "/tmp/backup"], "");
    fresh.copy(folder, "/tmp/backup");
    let script = format!("cd /tmp/backup\nexport PGPASSWORD={PASSWORD}\n{}", commands(folder).concat());
    fresh.exec(&["bash", "-euo", "pipefail", "-c", &script], "");
    let text = fs::read_to_string(folder.join("RECOVER.md")).unwrap();
    let (mut database, mut checks) = ("", 0);
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## Database `") {
            database = name.trim_end_matches('`');
        } else if line.starts_with("SELECT count(*) = ") {
            assert_eq!(fresh.sql(database, line), "t", "{line}");
            checks += 1;
        }
    }
    assert_eq!(checks, 3, "{text}");
}

#[test]
fn a_postgres_backup_is_restored_by_its_own_instructions() {
    let ways: [(u32, &[[&str; 2]]); 2] = [
        (17, &[["custom", "auto"], ["plain", "zstd:3"], ["custom", "none"]]),
        (15, &[["plain", "auto"], ["custom", "zstd:3"], ["plain", "none"]]),
    ];
    for (major, ways) in ways {
        let Some(server) = shops(major) else { return };
        let (before, second) = (seen(&server, NAME), server.table("second", "orders"));
        let bench = Bench::new();
        let container = format!("container={}", server.name);
        bench.zelo(&["resource", "add", "pg", "--kind", "postgres", "--set", &container, "--json"]).code(0);
        let create = ["backup", "create", "pg", "--json", "--roles", "--item", NAME, "--item", "second"];
        let made = |[format, compression]: [&str; 2]| {
            let how = ["--format", format, "--compression", compression];
            let made = bench.zelo(&[&create[..], &how].concat()).code(0).json();
            carried(&bench, &text(&made["operation"]["backup"]))
        };
        let backups: Vec<_> = ways.iter().map(|way| made(*way)).collect();
        drop(server);

        let Some(fresh) = Server::up("recover", major) else { return };
        for (way, (_away, folder)) in ways.iter().zip(&backups) {
            follow(&fresh, folder);
            assert_eq!(seen(&fresh, NAME), before, "{major} {way:?}");
            assert_eq!(fresh.table("second", "orders"), second, "{major} {way:?}");
            for name in [NAME, "second"] {
                fresh.sql("postgres", &format!("DROP DATABASE {}", ident(name)));
            }
        }
    }
}
