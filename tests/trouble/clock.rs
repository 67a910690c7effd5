//! A clock that jumps: a day back, a day forward, with work done and work left
//! half-done on both sides.

use super::*;

const DAY_BACK: &str = "-1d";
const DAY_ON: &str = "+1d";

/// The library that tells a program another time.
fn faketime() -> Option<PathBuf> {
    let found = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
        .map(|machine| Path::new("/usr/lib").join(machine).join("faketime/libfaketimeMT.so.1"))
        .into_iter()
        .find(|path| path.exists());
    if found.is_none() {
        support::lab::missing("faketime");
    }
    found
}

/// Runs `zelo` with the clock put forward or back; timers go on as ever.
fn at(bench: &Bench, library: &Path, jump: &str, args: &[&str], fault: Option<&str>) -> Ran {
    let mut command = support::command(&bench.data(), args);
    command.env("LD_PRELOAD", library).env("FAKETIME", jump);
    command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
    if let Some(fault) = fault {
        command.env("ZELO_FAULT", fault);
    }
    Ran::of(command)
}

#[test]
fn a_clock_that_jumps_loses_nothing() {
    let Some(library) = faketime() else { return };
    let bench = Bench::new();
    let now = bench.backup();
    bench.sql("DELETE FROM orders WHERE id <= 1000");
    let less = bench.rows();
    let create = ["backup", "create", "shop", "--json"];
    let made = |jump| text(&at(&bench, &library, jump, &create, None).code(0).json()["operation"]["backup"]);
    let back = made(DAY_BACK);
    let on = made(DAY_ON);
    // The doctor sees that the clock is behind what was recorded.
    let doctor = bench.zelo(&["doctor", "--json"]).json();
    assert!(doctor.to_string().contains("clock-behind"), "{doctor}");
    let again = bench.backup();
    let mut ids = vec![now.clone(), back.clone(), on.clone(), again];
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "ids are unique");
    assert_eq!(states(&bench).len(), 4);
    let taken =
        |id: &str| text(&bench.zelo(&["backup", "info", id, "--json"]).json()["manifest"]["taken_at"]);
    assert!(taken(&back) < taken(&now) && taken(&now) < taken(&on), "the clock really jumped");

    // Restored, and taken back, across the jumps.
    let restored = at(&bench, &library, DAY_BACK, &["restore", &now, "--yes", "--json"], None).code(0).json();
    assert_eq!(bench.rows().len(), 3000);
    let id = text(&restored["operation"]["id"]);
    at(&bench, &library, DAY_ON, &["undo", &id, "--yes", "--json"], None).code(0);
    assert_eq!(bench.rows(), less);
    bench.assert_tidy("clock");
    bench.assert_backups_whole("clock");
}

#[test]
fn what_died_on_one_side_of_a_jump_is_recovered_on_the_other() {
    let Some(library) = faketime() else { return };
    let bench = Bench::new();
    let backup = bench.backup();
    bench.sql("DELETE FROM orders WHERE id <= 1000");
    let before = bench.rows();
    bench.save();
    // (when it dies, when the next one looks)
    for (dies, looks) in [("+0", DAY_ON), ("+0", DAY_BACK), (DAY_ON, "+0"), (DAY_BACK, DAY_ON)] {
        for (fault, done) in [
            ("restore/kill:safety:done", false),
            ("restore/kill:swap:before", false),
            ("restore/kill:swap:done", true),
        ] {
            let case = format!("{fault} at {dies}, looked at {looks}");
            bench.reset();
            at(&bench, &library, dies, &["restore", &backup, "--yes", "--json"], Some(fault)).killed();
            let id = text(&bench.newest("restore")["id"]);
            let watched = at(&bench, &library, looks, &["operation", "watch", &id, "--json"], None).json();
            let state = text(&watched["operation"]["state"]);
            if done {
                assert_eq!(state, "succeeded", "{case}");
                assert_eq!(bench.rows().len(), 3000, "{case}");
            } else {
                assert!(["failed", "rolled_back"].contains(&state.as_str()), "{case}: {watched}");
                assert_eq!(bench.rows(), before, "{case}");
            }
            bench.assert_tidy(&case);
        }
        bench.assert_backups_whole(dies);
    }
}
