//! Every operation, killed (SIGKILL, the real binary), failed and un-undone at
//! every one of its steps; then the next process must leave things wholly as they
//! were or wholly done. On SQLite, which is quick enough to do all of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)] // a test that cannot go on says so

#[path = "matrix/server.rs"]
mod server;
mod support;

use serde_json::Value;
use support::{bench::Bench, random::Random, text};

/// One operation with what has to be there before it.
struct Scenario {
    bench: Bench,
    kind: &'static str,
    command: Vec<String>,
    steps: Vec<String>,
    commit: usize,
    before: Rows,
    after: Rows,
    /// What else it changes.
    look: fn(&Bench) -> Vec<String>,
    looked_before: Vec<String>,
    looked_after: Vec<String>,
}

type Rows = Vec<(i64, String)>;

impl Scenario {
    fn new(kind: &'static str, arrange: impl FnOnce(&Bench) -> Vec<String>) -> Self {
        Self::looking(kind, |_| Vec::new(), arrange)
    }

    /// One that changes more than rows.
    fn looking(
        kind: &'static str,
        look: fn(&Bench) -> Vec<String>,
        arrange: impl FnOnce(&Bench) -> Vec<String>,
    ) -> Self {
        let bench = Bench::new();
        let command = arrange(&bench);
        let mut dry: Vec<&str> = command.iter().map(String::as_str).collect();
        dry.push("--dry-run");
        let plan = bench.zelo(&dry).code(0).json();
        let steps = plan["steps"].as_array().unwrap();
        let commit = steps.iter().position(|s| s["commits"] == true).unwrap();
        let steps: Vec<String> = steps.iter().map(|s| text(&s["name"])).collect();
        let (before, looked_before) = (bench.rows(), look(&bench));
        bench.save();
        bench.zelo(&command.iter().map(String::as_str).collect::<Vec<_>>()).code(0);
        let (after, looked_after) = (bench.rows(), look(&bench));
        let scenario =
            Self { bench, kind, command, steps, commit, before, after, look, looked_before, looked_after };
        scenario.bench.assert_tidy(kind);
        scenario
    }

    fn args(&self) -> Vec<&str> {
        self.command.iter().map(String::as_str).collect()
    }

    /// Runs it from the start with a fault.
    fn run(&self, fault: &str) -> support::Ran {
        self.bench.reset();
        self.bench.faulty(&self.args(), fault)
    }

    /// What another process makes of it.
    fn recovered(&self) -> Value {
        let id = text(&self.bench.newest(self.kind)["id"]);
        let ran = self.bench.zelo(&["operation", "watch", &id, "--json"]);
        ran.json()["operation"].clone()
    }

    /// The shop is as before, or as after, and nothing lies about.
    #[track_caller]
    fn assert_ended(&self, operation: &Value, done: bool, case: &str) {
        let state = text(&operation["state"]);
        if done {
            assert_eq!(state, "succeeded", "{case}: {operation}");
            assert_eq!(self.bench.rows(), self.after, "{case}");
            assert_eq!((self.look)(&self.bench), self.looked_after, "{case}");
        } else {
            assert!(["failed", "rolled_back"].contains(&state.as_str()), "{case}: {operation}");
            assert_eq!(self.bench.rows(), self.before, "{case}");
            assert_eq!((self.look)(&self.bench), self.looked_before, "{case}");
        }
        self.bench.assert_tidy(case);
        self.bench.assert_backups_whole(case);
        // Past a commit point steps are repeatable by design; before it none is repeated.
        let twice = "SELECT count(*) FROM operation_steps WHERE tries > 1 AND name IN \
                     ('reserve', 'look', 'stage', 'dump', 'verify', 'source', 'safety', 'side', 'compare', 'keep', \
                     'unpack', 'store', 'structure')";
        if !done {
            assert_eq!(self.bench.count(twice), 0, "{case}: something ran twice");
        }
    }
}

fn words(args: &[&str]) -> Vec<String> {
    args.iter().map(|a| (*a).to_owned()).collect()
}

fn backup() -> Scenario {
    Scenario::looking("backup", Bench::listed, |_| words(&["backup", "create", "shop", "--json"]))
}

fn restore() -> Scenario {
    Scenario::new("restore", |bench| {
        let backup = bench.backup();
        bench.sql("DELETE FROM orders WHERE id % 3 = 0; UPDATE orders SET note = 'lost' WHERE id < 50;");
        words(&["restore", &backup, "--yes", "--json"])
    })
}

fn undo() -> Scenario {
    Scenario::new("undo", |bench| {
        let backup = bench.backup();
        bench.sql("DELETE FROM orders WHERE id % 3 = 0;");
        let restored = bench.zelo(&["restore", &backup, "--yes", "--json"]).code(0).json();
        bench.sql("INSERT INTO orders VALUES (100000, 'written after the restore');");
        words(&["undo", &text(&restored["operation"]["id"]), "--yes", "--json"])
    })
}

fn delete() -> Scenario {
    Scenario::looking("delete", Bench::listed, |bench| {
        let backup = bench.backup();
        words(&["backup", "delete", &backup, "--yes", "--json"])
    })
}

fn untrash() -> Scenario {
    Scenario::looking("untrash", Bench::shelves, |bench| {
        let backup = bench.backup();
        bench.zelo(&["backup", "delete", &backup, "--yes", "--json"]).code(0);
        words(&["backup", "untrash", &backup, "--json"])
    })
}

fn purge() -> Scenario {
    Scenario::looking("purge", Bench::shelves, |bench| {
        let backup = bench.backup();
        bench.backup();
        bench.zelo(&["backup", "delete", &backup, "--yes", "--json"]).code(0);
        words(&["backup", "purge", &backup, "--yes", "--json"])
    })
}

fn free() -> Scenario {
    Scenario::looking("free", Bench::kept, |bench| {
        let backup = bench.backup();
        bench.sql("DELETE FROM orders WHERE id % 3 = 0;");
        bench.zelo(&["restore", &backup, "--yes", "--json"]).code(0);
        bench.sql("DELETE FROM orders WHERE id % 5 = 0;");
        bench.zelo(&["restore", &backup, "--yes", "--json"]).code(0);
        let asides = bench.zelo(&["aside", "list", "--json"]).code(0).json();
        assert_eq!(asides.as_array().unwrap().len(), 2, "{asides}");
        words(&["aside", "free", &text(&asides[0]["id"])[18..], "--yes", "--json"])
    })
}

/// A database file from elsewhere, compressed.
fn upload() -> Scenario {
    Scenario::looking("upload", Bench::listed, |bench| {
        // Larger than the furthest of the bytes it is killed after, packed as well.
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
            INSERT INTO other SELECT randomblob(1000) FROM n;";
        let file = bench.outside("other.db", &format!("CREATE TABLE other (a); {rows}"));
        words(&["backup", "import", &gzipped(&file), "--resource", "shop", "--json"])
    })
}

/// A backup of another Zelo, as an archive that must be unpacked.
fn takeover() -> Scenario {
    Scenario::looking("upload", Bench::listed, |bench| {
        bench.backup();
        words(&["backup", "import", &bench.packed(), "--resource", "shop", "--json"])
    })
}

fn gzipped(file: &str) -> String {
    let done = std::process::Command::new("gzip").arg(file).status().unwrap();
    assert!(done.success());
    format!("{file}.gz")
}

fn verify() -> Scenario {
    Scenario::new("verify", |bench| {
        let backup = bench.backup();
        words(&["backup", "validate", &backup, "--json"])
    })
}

/// SIGKILL at every step, before it runs, after it ran and after it was journalled.
fn killed_everywhere(scenario: &Scenario) {
    for (index, step) in scenario.steps.iter().enumerate() {
        for moment in ["before", "after", "done"] {
            let fault = format!("{}/kill:{step}:{moment}", scenario.kind);
            scenario.run(&fault).killed();
            let operation = scenario.recovered();
            let happened = index > scenario.commit || (index == scenario.commit && moment != "before");
            // A verification may always be taken as not yet done: it only looks.
            let done = happened && (scenario.kind != "verify" || moment == "done" || index > scenario.commit);
            scenario.assert_ended(&operation, done, &fault);
        }
    }
}

/// SIGKILL at every step of the safety backup inside another operation.
fn killed_in_its_child(scenario: &Scenario) {
    for step in ["reserve", "look", "stage", "dump", "verify", "publish", "catalogue"] {
        for moment in ["before", "after", "done"] {
            let fault = format!("backup/kill:{step}:{moment}");
            scenario.run(&fault).killed();
            scenario.assert_ended(&scenario.recovered(), false, &fault);
        }
    }
}

/// A failure at every step: the same process puts everything back.
fn failed_everywhere(scenario: &Scenario) {
    for (index, step) in scenario.steps.iter().enumerate() {
        for moment in ["before", "after", "done"] {
            let fault = format!("{}/fail:{step}:{moment}", scenario.kind);
            let ran = scenario.run(&fault);
            let operation = ran.json()["operation"].clone();
            // A commit that has happened is believed, whatever its step says.
            let done = index == scenario.commit && moment == "after" && scenario.kind != "verify";
            let exit = match text(&operation["state"]).as_str() {
                "succeeded" => 0,
                "rolled_back" => 5,
                _ => 1,
            };
            scenario.assert_ended(&operation, done, &fault);
            ran.code(exit);
        }
    }
}

/// The same where the commit cannot be taken back: after it things only go on, if
/// not in this process then when a person says so.
fn failed_everywhere_for_good(scenario: &Scenario) {
    for (index, step) in scenario.steps.iter().enumerate() {
        for moment in ["before", "after", "done"] {
            let fault = format!("{}/fail:{step}:{moment}", scenario.kind);
            let ran = scenario.run(&fault);
            let mut operation = ran.json()["operation"].clone();
            let done = index > scenario.commit || (index == scenario.commit && moment != "before");
            let stuck = index > scenario.commit && moment != "done";
            if stuck {
                assert_eq!(operation["state"], "needs_operator", "{fault}: {operation}");
                assert_eq!(operation["problem"]["code"], "settle-failed", "{fault}: {operation}");
                ran.code(6);
                let id = text(&operation["id"]);
                let again = scenario.bench.zelo(&["operation", "resolve", &id, "--retry", "--json"]);
                operation = again.code(0).json()["operation"].clone();
            }
            scenario.assert_ended(&operation, done, &fault);
        }
    }
}

/// A failure late, then SIGKILL in the middle of each undo.
fn killed_while_undoing(scenario: &Scenario) {
    let last = &scenario.steps[scenario.commit];
    for step in &scenario.steps[..scenario.commit] {
        for moment in ["undo-before", "undo-after"] {
            let fault = format!("{0}/fail:{last}:before;{0}/kill:{step}:{moment}", scenario.kind);
            scenario.run(&fault).killed();
            scenario.assert_ended(&scenario.recovered(), false, &fault);
        }
    }
}

/// An undo that fails needs a person, and each way out works.
fn undo_fails_everywhere(scenario: &Scenario) {
    let last = &scenario.steps[scenario.commit];
    let mut saved = false;
    for (index, step) in scenario.steps[..=scenario.commit].iter().enumerate() {
        saved |= index > 0 && scenario.steps[index - 1] == "safety";
        let fault = format!("{0}/fail:{last}:before;{0}/fail:{step}:undo-before", scenario.kind);
        let ran = scenario.run(&fault).code(6);
        let id = text(&ran.json()["operation"]["id"]);
        assert_eq!(scenario.bench.newest(scenario.kind)["state"], "needs_operator", "{fault}");
        // Nobody else gets in meanwhile.
        if scenario.kind == "restore" {
            scenario.bench.zelo(&["backup", "create", "shop"]).code(4);
        }
        let resolve = |args: &[&str]| {
            let mut all = vec!["operation", "resolve", &id, "--json"];
            all.extend(args);
            scenario.bench.zelo(&all)
        };
        match index % 3 {
            0 if saved => {
                resolve(&["--restore", "--yes"]).code(0);
                assert_eq!(scenario.bench.rows(), scenario.before, "{fault}");
                let stuck =
                    format!("SELECT count(*) FROM operations WHERE id = '{id}' AND state = 'resolved'");
                assert_eq!(scenario.bench.count(&stuck), 1, "{fault}");
            }
            1 => {
                resolve(&["--note", "looked, all is well"]);
                let stuck =
                    format!("SELECT count(*) FROM operations WHERE id = '{id}' AND state = 'resolved'");
                assert_eq!(scenario.bench.count(&stuck), 1, "{fault}");
                assert_eq!(scenario.bench.rows(), scenario.before, "{fault}");
            }
            _ => {
                let operation = resolve(&["--retry"]).json()["operation"].clone();
                scenario.assert_ended(&operation, false, &fault);
            }
        }
    }
}

/// SIGKILL after so many bytes of each stream.
fn killed_at_bytes(scenario: &Scenario) {
    let streams: &[&str] = match scenario.kind {
        "backup" | "undo" => &["backup/kill-bytes:dump"],
        "upload" => &["upload/kill-bytes:store", "upload/kill-bytes:verify", "upload/kill-bytes:structure"],
        _ => &["restore/kill-bytes:source", "backup/kill-bytes:dump", "restore/kill-bytes:side"],
    };
    let mut random = Random::new();
    for stream in streams.iter().cycle().take(6) {
        // Every stream here is longer.
        let bytes = random.below(16_000);
        let fault = format!("{stream}:{bytes}");
        scenario.run(&fault).killed();
        scenario.assert_ended(&scenario.recovered(), false, &fault);
    }
}

/// A run that ends without having written its end: its command recovers it.
#[test]
fn a_run_that_panics_is_recovered_by_its_own_command() {
    let scenario = restore();
    for (fault, done) in [
        ("restore/panic:side:after", false),
        ("backup/panic:dump:before", false),
        ("restore/panic:swap:after", true),
    ] {
        scenario.bench.reset();
        let ran = scenario.bench.faulty(&scenario.args(), fault);
        let operation = ran.json()["operation"].clone();
        scenario.assert_ended(&operation, done, fault);
    }
}

macro_rules! matrix {
    ($($test:ident: $scenario:ident => $($act:ident),+;)+) => {$(
        #[test]
        fn $test() {
            let scenario = $scenario();
            $($act(&scenario);)+
        }
    )+};
}

matrix! {
    a_backup_killed_anywhere: backup => killed_everywhere, killed_at_bytes;
    a_backup_failing_anywhere: backup => failed_everywhere, killed_while_undoing, undo_fails_everywhere;
    a_restore_killed_anywhere: restore => killed_everywhere;
    a_restore_killed_in_its_safety_backup: restore => killed_in_its_child, killed_at_bytes;
    a_restore_failing_anywhere: restore => failed_everywhere;
    a_restore_failing_in_its_undo: restore => killed_while_undoing, undo_fails_everywhere;
    an_undo_killed_anywhere: undo => killed_everywhere;
    an_undo_killed_in_its_safety_backup: undo => killed_in_its_child, killed_at_bytes;
    an_undo_failing_anywhere: undo => failed_everywhere, killed_while_undoing, undo_fails_everywhere;
    a_deletion_killed_or_failing_anywhere: delete => killed_everywhere, failed_everywhere;
    a_backup_brought_back_killed_anywhere: untrash => killed_everywhere;
    a_backup_brought_back_failing_anywhere: untrash => failed_everywhere, undo_fails_everywhere;
    a_purge_killed_anywhere: purge => killed_everywhere, killed_while_undoing;
    a_purge_failing_anywhere: purge => failed_everywhere_for_good, undo_fails_everywhere;
    a_removal_of_an_aside_killed_anywhere: free => killed_everywhere, killed_while_undoing;
    a_removal_of_an_aside_failing_anywhere: free => failed_everywhere_for_good, undo_fails_everywhere;
    an_upload_killed_anywhere: upload => killed_everywhere, killed_at_bytes;
    an_upload_failing_anywhere: upload => failed_everywhere, killed_while_undoing, undo_fails_everywhere;
    a_backup_of_another_zelo_killed_or_failing_anywhere: takeover => killed_everywhere, failed_everywhere, killed_while_undoing;
    a_verification_killed_or_failing_anywhere: verify => killed_everywhere;
}

#[test]
fn rows_written_after_a_swap_stay_whatever_happens_next() {
    let scenario = restore();
    scenario.run("restore/kill:swap:done").killed();
    scenario.bench.sql("INSERT INTO orders VALUES (200000, 'written before the recovery')");
    let operation = scenario.recovered();
    assert_eq!(operation["state"], "succeeded");
    assert!(scenario.bench.rows().iter().any(|(id, _)| *id == 200_000));
}
