//! The worker removes what is overdue, and nothing that only looks like it: on a
//! SQLite shop, and on a real PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods
)] // a test that cannot go on says so

mod support;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use support::{Ran, bench::Bench, postgres::Server, text, zelo};
use tempfile::TempDir;

/// Changes Zelo's own database past it: time passes.
fn records(data: &Path, sql: &str) {
    Connection::open(data.join("zelo.db")).unwrap().execute_batch(sql).unwrap();
}

const WEEKS_AGO: &str = "UPDATE asides SET keep_until = '2020-01-01 00:00:00'; \
                         UPDATE backups SET keep_until = '2020-01-01 00:00:00' WHERE state = 'trashed';";

/// Runs a worker until something is so, then ends it.
fn worked(data: &Path, mut done: impl FnMut() -> bool) -> Ran {
    let worker = support::start(support::command(data, &["worker"]));
    let until = Instant::now() + Duration::from_secs(180);
    while !done() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(200));
    }
    worker.signal("TERM");
    let ran = worker.end();
    assert!(done(), "it does not come: {ran}");
    ran.code(0)
}

#[test]
fn a_worker_empties_trash_and_frees_what_is_overdue() {
    let bench = Bench::new();
    let backup = bench.backup();
    bench.sql("DELETE FROM orders WHERE id % 3 = 0;");
    bench.zelo(&["restore", &backup, "--yes", "--json"]).code(0);
    bench.zelo(&["backup", "delete", &backup, "--yes", "--json"]).code(0);
    let stray = bench.live().with_file_name("shop.db__zelo_old_zzzzzzzz");
    std::fs::write(&stray, "not Zelo's").unwrap();
    let rows = bench.rows();
    // Nothing is overdue yet.
    let began = Instant::now();
    worked(&bench.data(), || began.elapsed() > Duration::from_secs(3));
    assert_eq!(
        bench.count("SELECT count(*) FROM operations WHERE actor = 'system' AND parent_id IS NULL"),
        0
    );
    records(&bench.data(), WEEKS_AGO);
    let left = "SELECT (SELECT count(*) FROM asides WHERE state = 'kept') + \
                (SELECT count(*) FROM backups WHERE state = 'trashed') + \
                (SELECT count(*) FROM operations WHERE state IN ('queued', 'running'))";
    worked(&bench.data(), || bench.count(left) == 0);
    assert_eq!(bench.count("SELECT count(*) FROM operations WHERE kind IN ('free', 'purge')"), 2);
    let kept = bench.kept();
    assert_eq!(kept.iter().filter(|line| line.contains("__zelo_old_")).count(), 1, "{kept:?}");
    assert_eq!(std::fs::read_to_string(&stray).unwrap(), "not Zelo's");
    assert!(!bench.shelves().iter().any(|line| line.contains(&backup)), "{:?}", bench.shelves());
    assert_eq!(bench.rows(), rows);
    bench.assert_tidy("after all");
    bench.assert_backups_whole("after all");
}

#[test]
fn a_worker_drops_an_overdue_database_and_none_that_only_looks_like_it() {
    let Some(server) = Server::up("janitor", 17) else { return };
    server.sql("postgres", "CREATE DATABASE shop");
    server.sql("shop", "CREATE TABLE orders AS SELECT i FROM generate_series(1, 100) AS i");
    let root = TempDir::new().unwrap();
    let data = root.path().join("data");
    let run = |args: &[&str]| zelo(&data, &[args, &["--json"]].concat(), None).code(0).json();
    run(&["resource", "add", "--detected", &server.name]);
    let backup = text(&run(&["backup", "create", &server.name])["operation"]["backup"]);
    server.sql("shop", "DELETE FROM orders WHERE i % 2 = 0");
    run(&["restore", &backup, "--yes"]);
    let asides = run(&["aside", "list"]);
    let asides = asides.as_array().unwrap();
    let shop = asides.iter().find(|aside| aside["item"] == "shop").unwrap();
    let overdue = text(&shop["locator"]["database"]);
    assert!(shop["bytes"].as_u64().unwrap() > 0 && shop["locator"]["oid"].as_u64().is_some(), "{shop}");
    let mut wanted = server.databases();
    assert!(wanted.contains(&overdue), "{wanted:?}");
    // Somebody else's, named alike; and one of Zelo's pattern that no catalogue knows.
    for name in ["shop__zelo_old_zzzzzzzz", "shop__zelo_new_zzzzzzzz", "stock__zelo_old_abcdefgh"] {
        server.sql("postgres", &format!("CREATE DATABASE {name}"));
        wanted.push(name.to_owned());
    }
    wanted.retain(|name| asides.iter().all(|aside| aside["locator"]["database"] != name.as_str()));
    wanted.sort();
    records(&data, WEEKS_AGO);
    let count = || {
        let db = Connection::open(data.join("zelo.db")).unwrap();
        let left = "SELECT count(*) FROM operations WHERE state IN ('queued', 'running')";
        db.query_row(left, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    // One after another: each holds the resource.
    worked(&data, || run(&["aside", "list"]).as_array().unwrap().is_empty() && count() == 0);
    assert!(!server.databases().contains(&overdue));
    let mut now = server.databases();
    now.sort();
    assert_eq!(now, wanted);
    assert_eq!(run(&["aside", "list"]).as_array().unwrap().len(), 0);
    assert_eq!(server.sql("shop", "SELECT count(*) FROM orders"), "100");
    server.assert_quiet("after all");
}
