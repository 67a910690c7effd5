//! The safety backup: when one that exists will do, and that nobody can take it
//! away while an operation may have to go back to it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)] // a test that cannot go on says so

mod support;

use std::{fs, path::PathBuf, time::Duration};

use serde_json::Value;
use support::{bench::Bench, text};

/// A file written just now has no change marker yet.
const SETTLED: Duration = Duration::from_millis(2600);

/// A shop with an old backup, and a newer one of what it is now.
fn two_backups(bench: &Bench) -> (String, String) {
    let old = bench.backup();
    bench.sql("DELETE FROM orders WHERE id % 3 = 0");
    std::thread::sleep(SETTLED);
    (old, bench.backup())
}

/// Restores a backup; what its safety step left.
fn restore(bench: &Bench, backup: &str) -> Value {
    let done = bench.zelo(&["restore", backup, "--yes", "--json"]).code(0).json();
    let shown = bench.zelo(&["operation", "show", &text(&done["operation"]["id"]), "--json"]).code(0).json();
    let steps = shown["steps"].as_array().unwrap();
    steps.iter().find(|s| s["name"] == "safety").unwrap()["output"].clone()
}

/// The file with a backup's data.
fn data_file(bench: &Bench, backup: &str) -> PathBuf {
    let info = bench.zelo(&["backup", "info", backup, "--json"]).code(0).json();
    let file = text(&info["manifest"]["parts"][0]["files"][0]["path"]);
    let folder = PathBuf::from(text(&info["backup"]["path"]));
    bench.data().join("store").join(folder.parent().unwrap()).join(file)
}

#[test]
fn a_recent_backup_of_the_same_state_is_read_again_and_used() {
    let bench = Bench::new();
    let (old, newer) = two_backups(&bench);
    let proof = restore(&bench, &old);
    assert_eq!((&proof["reused"], text(&proof["backups"][0])), (&Value::Bool(true), newer));
}

#[test]
fn one_that_rotted_meanwhile_is_not_and_is_called_corrupt() {
    let bench = Bench::new();
    let (old, newer) = two_backups(&bench);
    let path = data_file(&bench, &newer);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let proof = restore(&bench, &old);
    assert_eq!(proof["reused"], false);
    assert_ne!(text(&proof["backups"][0]), newer);
    let info = bench.zelo(&["backup", "info", &newer, "--json"]).code(0).json();
    assert_eq!(info["backup"]["state"], "corrupt");
}

#[test]
fn one_that_is_older_than_the_setting_is_not_used() {
    let bench = Bench::new().with("ZELO_OPERATION_SAFETY_MAX_AGE", "1s");
    let (old, newer) = two_backups(&bench);
    std::thread::sleep(Duration::from_millis(1100));
    let proof = restore(&bench, &old);
    assert_eq!(proof["reused"], false);
    assert_ne!(text(&proof["backups"][0]), newer);
}

#[test]
fn it_cannot_be_deleted_while_an_operation_may_have_to_go_back_to_it() {
    let bench = Bench::new();
    let backup = bench.backup();
    bench.sql("DELETE FROM orders WHERE id % 3 = 0");
    let fault = "restore/fail:swap:before;restore/fail:safety:undo-before";
    let stuck = bench.faulty(&["restore", &backup, "--yes", "--json"], fault).code(6).json();
    let stuck = text(&stuck["operation"]["id"]);
    let listed = bench.zelo(&["backup", "list", "--json"]).code(0).json();
    let safety = listed["backups"].as_array().unwrap().iter().find(|b| b["origin"] == "safety").unwrap();
    let delete = ["backup", "delete", &text(&safety["id"]), "--yes", "--json"].map(str::to_owned);
    let delete: Vec<&str> = delete.iter().map(String::as_str).collect();
    let refused = bench.zelo(&delete);
    assert!(["locked", "backup-held"].contains(&refused.problem().as_str()), "{refused}");
    bench.zelo(&["operation", "resolve", &stuck, "--note", "all is well"]).code(0);
    bench.zelo(&delete).code(0);
}
