//! A restore in place: the live database is dropped before the backup is loaded,
//! and what undoes that is the safety backup, loaded again. Killed and failed at
//! each of its steps, and with undos that fail.

use serde_json::Value;

use crate::{
    killing::{Killing, Steps},
    panel::{Panel, SHOP},
    support::{
        Ran,
        postgres::{Server, assert_same},
        random::Random,
        text, zelo,
    },
};

/// The steps that touch what people use, and all between them.
const DANGEROUS: [&str; 7] =
    ["close", "drop:shop", "create:shop", "load:shop", "compare:shop", "analyze:shop", "carry:shop"];

/// A server and its damaged database, to be restored in place.
struct InPlace {
    it: Killing,
    steps: Steps,
}

impl InPlace {
    fn new() -> Option<Self> {
        let it = Killing::new()?;
        let plan =
            it.panel.zelo(&["restore", &it.backup, "--in-place", "--dry-run", "--json"]).code(0).json();
        let steps = Steps::of(&plan);
        assert!(DANGEROUS.iter().all(|name| steps.names.iter().any(|s| s == name)), "{plan}");
        Some(Self { it, steps })
    }

    fn args(&self) -> [&str; 5] {
        ["restore", &self.it.backup, "--in-place", "--yes", "--json"]
    }

    fn run(&self, fault: &str) -> Ran {
        zelo(&self.it.panel.data(), &self.args(), Some(fault))
    }

    /// A failure that undoes everything, and one in the undo of a step on the way.
    #[track_caller]
    fn stuck(&self, step: &str) -> String {
        let fault = format!("restore/fail:name:before;restore/fail:{step}:undo-before");
        self.needs_a_person(&fault)
    }

    /// It ends where only a person gets it out; its id.
    #[track_caller]
    fn needs_a_person(&self, fault: &str) -> String {
        let ran = self.run(fault).code(6);
        ran.problem();
        let operation = &ran.json()["operation"];
        assert_eq!(operation["state"], "needs_operator", "{fault}");
        // Nobody else gets in meanwhile.
        self.it.panel.zelo(&["restore", &self.it.backup, "--yes", "--json"]).code(4);
        text(&operation["id"])
    }

    fn resolve(&self, id: &str, way: &[&str]) -> Ran {
        self.it.panel.zelo(&[&["operation", "resolve", id, "--json"], way].concat())
    }

    fn operation(&self, id: &str) -> Value {
        self.it.panel.zelo(&["operation", "show", id, "--json"]).code(0).json()["operation"].clone()
    }

    fn newest_safety(&self) -> String {
        let listed = self.it.panel.zelo(&["backup", "list", "--json"]).code(0).json();
        let safety = listed["backups"].as_array().unwrap().iter().find(|b| b["origin"] == "safety");
        text(&safety.unwrap_or_else(|| panic!("no safety backup in {listed}"))["id"])
    }

    /// Nobody is needed any more, and the database is wholly this.
    #[track_caller]
    fn assert_resolved(&self, id: &str, whole: &str, case: &str) {
        assert_eq!(self.operation(id)["state"], "resolved", "{case}");
        self.it.server.assert_quiet(case);
        self.it.panel.assert_tidy(case);
        assert_same(&self.it.server.digest(SHOP), whole, case);
    }
}

/// SIGKILL at each step, at whatever moment of it is told.
fn killed_everywhere(mut moment: impl FnMut() -> &'static str) {
    let Some(it) = InPlace::new() else { return };
    for step in 0..it.steps.names.len() {
        if it.it.killed_at(&it.args(), &it.steps, step, moment()) {
            it.it.damage_again();
        }
    }
    it.it.panel.carry_out(&["restore", &it.it.backup, "--in-place"]);
    assert_same(&it.it.server.digest(SHOP), &it.it.new, "after all");
}

#[test]
fn killed_at_each_step() {
    let mut random = Random::new();
    killed_everywhere(|| random.moment());
}

#[test]
#[ignore = "many minutes: tests/soak runs it"]
fn killed_at_each_moment_of_each_step() {
    for moment in ["before", "after", "done"] {
        killed_everywhere(|| moment);
    }
}

#[test]
fn killed_in_its_streams_and_in_its_undos() {
    let Some(it) = InPlace::new() else { return };
    let mut random = Random::new();
    let mut faults = vec![format!("restore/kill-bytes:load:shop:{}", random.below(100_000))];
    // The undo of the drop is a load of its own.
    let failed = "restore/fail:name:before;restore/kill";
    faults.push(format!("{failed}-bytes:drop:shop:{}", random.below(100_000)));
    for step in ["close", "drop:shop", "create:shop"] {
        for moment in ["undo-before", "undo-after"] {
            faults.push(format!("{failed}:{step}:{moment}"));
        }
    }
    for fault in faults {
        let operation = it.it.killed(&it.args(), &fault);
        it.it.assert_ended(&operation, false, &it.it.old, &fault);
    }
}

#[test]
fn failed_at_each_step() {
    let Some(it) = InPlace::new() else { return };
    let mut random = Random::new();
    // From here on something people use has been touched.
    let closes = it.steps.names.iter().position(|name| name == "close").unwrap();
    for (index, step) in it.steps.names.iter().enumerate() {
        // One of the two, chosen by the seed: both are for tests/soak.
        let both = ["before", "after"];
        let one = random.below(2) as usize;
        let soak = std::env::var_os("ZELO_SOAK").is_some_and(|v| v == "1");
        for moment in if soak { &both[..] } else { &both[one..=one] } {
            let fault = format!("restore/fail:{step}:{moment}");
            let ran = it.run(&fault);
            if index > it.steps.commit {
                settled_later(&it, &ran, &fault);
                continue;
            }
            // A commit that has happened is believed, whatever its step says.
            let done = index == it.steps.commit && *moment == "after";
            let whole = if done { &it.it.new } else { &it.it.old };
            it.it.assert_ended(&ran.json()["operation"], done, whole, &fault);
            ran.code(if done {
                0
            } else if index >= closes {
                5
            } else {
                1
            });
            if done {
                it.it.damage_again();
            }
        }
    }
}

/// What comes after the point of no return failed: what was restored stays, and
/// when the cause is gone the operation is finished.
#[track_caller]
fn settled_later(it: &InPlace, ran: &Ran, fault: &str) {
    let operation = ran.json()["operation"].clone();
    assert_eq!(operation["state"], "needs_operator", "{fault}: {operation}");
    assert_eq!(ran.problem(), "settle-failed", "{fault}");
    assert_same(&it.it.server.digest(SHOP), &it.it.new, fault);
    it.it.server.sql(SHOP, "INSERT INTO logs VALUES ('2026-02-03', 'written meanwhile')");
    let written = it.it.server.digest(SHOP);
    let id = text(&operation["id"]);
    let retried = it.resolve(&id, &["--retry"]).json()["operation"].clone();
    it.it.assert_ended(&retried, true, &written, fault);
    it.it.damage_again();
}

#[test]
fn an_undo_that_fails_and_is_tried_again() {
    let Some(it) = InPlace::new() else { return };
    for step in it.steps.names[..=it.steps.commit].iter().filter(|s| *s != "source" && *s != "safety") {
        let id = it.stuck(step);
        let operation = it.resolve(&id, &["--retry"]).json()["operation"].clone();
        it.it.assert_ended(&operation, false, &it.it.old, step);
    }
}

#[test]
fn an_undo_that_fails_and_whose_safety_backup_is_restored() {
    let Some(it) = InPlace::new() else { return };
    for step in ["close", "drop:shop", "create:shop", "name"] {
        let id = it.stuck(step);
        it.resolve(&id, &["--restore", "--yes"]).code(0);
        it.assert_resolved(&id, &it.it.old, step);
        it.it.server.drop_asides();
    }
}

#[test]
fn an_undo_that_fails_and_is_put_right_by_hand() {
    let Some(it) = InPlace::new() else { return };
    for step in ["close", "drop:shop"] {
        let id = it.stuck(step);
        assert!(it.resolve(&id, &["--note", " "]).output.status.code() != Some(0), "a note says how");
        let safety = it.newest_safety();
        if step == "close" {
            it.it.server.sql("postgres", "ALTER DATABASE shop ALLOW_CONNECTIONS true");
        }
        it.resolve(&id, &["--note", "the safety backup is restored next"]);
        assert_eq!(it.operation(&id)["state"], "resolved", "{step}");
        it.it.panel.carry_out(&["restore", &safety]);
        it.assert_resolved(&id, &it.it.old, step);
        it.it.server.drop_asides();
    }
}

/// A server whose disk holds its one database once, and not twice.
fn narrow() -> Option<Server> {
    let disk = ["--tmpfs", "/small:size=240m,mode=0777", "-e", "PGDATA=/small/data"];
    let little_log = ["-c", "max_wal_size=32MB", "-c", "min_wal_size=32MB", "-c", "wal_level=minimal"];
    let settings = [&little_log[..], &["-c", "max_wal_senders=0"]].concat();
    let server = Server::with("narrow", 17, &disk, &settings)?;
    server.sql("postgres", "CREATE DATABASE shop");
    let row = "(SELECT string_agg(md5((i * 31 + k)::text), '') FROM generate_series(1, 30) k)";
    server
        .sql(SHOP, &format!("CREATE TABLE big AS SELECT i, {row} AS line FROM generate_series(1, 88000) i"));
    server.sql(SHOP, "CHECKPOINT");
    Some(server)
}

/// The contents of the large table, whatever their order: a sort would want room on
/// the disk that has none.
fn rows(server: &Server) -> String {
    server.sql(SHOP, "SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM big t")
}

#[test]
fn a_disk_that_holds_no_second_copy() {
    let Some(server) = narrow() else { return };
    let panel = Panel::new(&[&server]);
    let new = rows(&server);
    let backup = panel.backup(&[&server.name]);
    server.sql(SHOP, "UPDATE big SET line = 'lost' WHERE i % 1000 = 0");
    let old = rows(&server);

    let ran = panel.zelo(&["restore", &backup, "--yes", "--json"]);
    assert_eq!(ran.problem(), "pg-disk-two-copies", "{ran}");
    assert_ne!(ran.output.status.code(), Some(0), "{ran}");
    assert_eq!(rows(&server), old);

    let in_place = ["restore", &backup, "--in-place", "--yes", "--json"];
    zelo(&panel.data(), &in_place, Some("restore/fail:compare:shop:after")).code(5);
    assert_eq!(rows(&server), old, "undone by its safety backup");
    panel.carry_out(&["restore", &backup, "--in-place"]);
    assert_eq!(rows(&server), new);
    server.assert_quiet("in place");
    server.assert_no_sides("in place");
    panel.assert_tidy("in place");
}
