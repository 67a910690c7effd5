//! Several people, or one impatient one, at the same time.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use super::*;

/// Waits until an operation of this kind runs the step.
pub(crate) fn until_running(bench: &Bench, kind: &str, step: &str) -> String {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let all = bench.zelo(&["operation", "list", "--json"]).code(0).json();
        let found = all.as_array().unwrap().iter().find(|o| o["kind"] == kind && o["state"] == "running");
        if let Some(operation) = found {
            let id = text(&operation["id"]);
            let running = format!(
                "SELECT count(*) FROM operation_steps WHERE operation_id = '{id}' AND name LIKE '{step}%' AND state = 'running'"
            );
            if bench.count(&running) == 1 {
                return id;
            }
        }
        assert!(Instant::now() < end, "no {kind} gets to {step}");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn of_two_restores_one_waits_its_turn() {
    let bench = Bench::new();
    let first = bench.backup();
    fill(&bench, 48);
    let second = bench.backup();
    bench.sql("DELETE FROM orders WHERE id > 10");
    let one = start(support::command(&bench.data(), &["restore", &second, "--yes", "--json"]));
    let holder = until_running(&bench, "restore", "source");
    let ran = bench.zelo(&["restore", &first, "--yes", "--json"]).code(4);
    assert_eq!(ran.problem(), "locked");
    let told = text(&ran.json()["problems"][0]["what"]);
    assert!(told.contains(&holder), "{told} does not name {holder}");
    one.end().code(0);
    assert_eq!(bench.rows().len(), 3000);
    bench.assert_tidy("two restores");
    assert_eq!(bench.count("SELECT count(*) FROM operations WHERE kind = 'restore'"), 1);
    bench.zelo(&["restore", &first, "--yes", "--json"]).code(0);
}

#[test]
fn a_double_click_is_one_operation() {
    let bench = Bench::new();
    let ask = || {
        let args = ["backup", "create", "shop", "--json", "--idempotency-key", "this very click"];
        start(support::command(&bench.data(), &args))
    };
    let ended: Vec<_> = [ask(), ask(), ask()].into_iter().map(|r| r.end().code(0).json()).collect();
    let ids: Vec<_> = ended.iter().map(|e| text(&e["operation"]["id"])).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert!(ended.iter().all(|e| e["operation"]["state"] == "succeeded"), "{ended:?}");
    assert_eq!(bench.count("SELECT count(*) FROM operations"), 1);
    assert_eq!(states(&bench).len(), 1);
    bench.assert_tidy("double click");

    let other = ["restore", &states(&bench)[0].0, "--yes", "--json", "--idempotency-key", "this very click"];
    let ran = bench.zelo(&other);
    assert_eq!(ran.problem(), "idempotency-key-reused", "{ran}");
    bench.assert_backups_whole("double click");
}

#[test]
fn a_stopped_backup_is_cancelled_and_leaves_nothing() {
    let bench = Bench::new();
    let first = bench.backup();
    fill(&bench, 48);
    let rows = bench.rows();
    for signal in ["TERM", "INT"] {
        let run = start(support::command(&bench.data(), &["backup", "create", "shop", "--json"]));
        until_running(&bench, "backup", "dump");
        run.signal(signal);
        let ran = run.end().code(8);
        assert_eq!(ran.json()["operation"]["state"], "cancelled", "{signal}: {ran}");
        assert_eq!(ran.problem(), "cancelled", "{signal}");
        bench.assert_tidy(signal);
    }
    assert_eq!(bench.rows(), rows);
    assert_eq!(states(&bench), [(first, "complete".to_owned())]);
    bench.assert_backups_whole("stopped");
    bench.backup();
}

#[test]
fn a_stopped_restore_puts_everything_back() {
    let bench = Bench::new();
    let backup = bench.backup();
    fill(&bench, 48);
    bench.sql("DELETE FROM orders WHERE id > 10");
    let rows = bench.rows();
    let run = start(support::command(&bench.data(), &["restore", &backup, "--yes", "--json"]));
    until_running(&bench, "restore", "safety");
    run.signal("TERM");
    let ran = run.end().code(8);
    assert_eq!(ran.problem(), "cancelled", "{ran}");
    assert_eq!(bench.rows(), rows);
    bench.assert_tidy("stopped restore");
    bench.assert_backups_whole("stopped restore");
}
