//! On a real PostgreSQL 17: every step of a restore and of an undo fails, every
//! undo of theirs fails, and each way out is taken. At which moment a step fails
//! comes from `ZELO_TEST_SEED`, by default the commit.

use std::{path::PathBuf, process::Command};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use super::{
    WAYS, Way,
    support::{
        Ran,
        postgres::{Server, assert_same, ident},
        text, zelo,
    },
};

const SHOP: &str = "shop";

const ROLE: &str = "CREATE ROLE keeper NOLOGIN";

const INSIDE: &str = "
CREATE TABLE orders AS SELECT i AS id, 'order ' || i AS note FROM generate_series(1, 5000) AS i;
ALTER TABLE orders ADD PRIMARY KEY (id);
CREATE SEQUENCE numbers;
SELECT setval('numbers', 42);
SELECT lo_from_bytea(4242, 'a large object');
GRANT SELECT ON orders TO keeper;
ALTER DATABASE shop OWNER TO keeper;
REVOKE CONNECT ON DATABASE shop FROM PUBLIC;
COMMENT ON DATABASE shop IS 'the shop';
ALTER DATABASE shop SET work_mem = '8MB';
";

/// Leads to the same state from the original one and from itself.
const DAMAGE: &str = "
DELETE FROM orders WHERE id % 3 = 0;
UPDATE orders SET note = 'lost' WHERE id < 50;
SELECT setval('numbers', 7);
";

/// A restore of the shop, or the undo of one, that can be arranged again.
struct Scene {
    server: Server,
    root: TempDir,
    kind: &'static str,
    backup: String,
    command: Vec<String>,
    steps: Vec<String>,
    commit: usize,
    /// The shop as it is before the operation and as it is after it.
    before: String,
    after: String,
    random: u64,
}

impl Scene {
    fn new(kind: &'static str) -> Option<Self> {
        let server = Server::up("operator", 17)?;
        server.sql("postgres", ROLE);
        server.sql("postgres", "CREATE DATABASE shop TEMPLATE template0 LOCALE 'C'");
        server.sql(SHOP, INSIDE);
        let mut scene = Self {
            root: TempDir::new().unwrap(),
            kind,
            backup: String::new(),
            command: Vec::new(),
            steps: Vec::new(),
            commit: 0,
            before: String::new(),
            after: String::new(),
            random: seed(),
            server,
        };
        let name = scene.server.name.clone();
        let container = format!("container={name}");
        scene.zelo(&["resource", "add", &name, "--kind", "postgres", "--set", &container, "--json"]).code(0);
        let made = scene.zelo(&["backup", "create", &name, "--item", SHOP, "--json"]).code(0).json();
        scene.backup = text(&made["operation"]["backup"]);
        scene.arrange();
        let mut dry: Vec<&str> = scene.args();
        dry.push("--dry-run");
        let plan = scene.zelo(&dry).code(0).json();
        let steps = plan["steps"].as_array().unwrap();
        scene.commit = steps.iter().position(|s| s["commits"] == true).unwrap();
        scene.steps = steps.iter().map(|s| text(&s["name"])).collect();
        Some(scene)
    }

    fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    fn zelo(&self, args: &[&str]) -> Ran {
        zelo(&self.data(), args, None)
    }

    fn args(&self) -> Vec<&str> {
        self.command.iter().map(String::as_str).collect()
    }

    fn shop(&self) -> String {
        self.server.digest(SHOP)
    }

    /// Everything from the start, whatever was left before.
    fn arrange(&mut self) {
        self.put_right_by_hand();
        self.server.drop_asides();
        self.server.sql(SHOP, DAMAGE);
        let restore = ["restore", &self.backup, "--yes", "--json"].map(str::to_owned).to_vec();
        let damaged = self.shop();
        if self.kind == "restore" {
            // The first restore of all shows what a restore must lead to.
            if self.after.is_empty() {
                self.zelo(&restore.iter().map(String::as_str).collect::<Vec<_>>()).code(0);
                self.after = self.shop();
                return self.arrange();
            }
            (self.command, self.before) = (restore, damaged);
        } else {
            let args: Vec<&str> = restore.iter().map(String::as_str).collect();
            let restored = self.zelo(&args).code(0).json();
            let id = text(&restored["operation"]["id"]);
            self.command = ["undo", &id, "--yes", "--json"].map(str::to_owned).to_vec();
            (self.before, self.after) = (self.shop(), damaged);
        }
    }

    /// What a person would do: nothing half-made stays, and the shop is open.
    fn put_right_by_hand(&self) {
        for name in self.server.databases() {
            if name.contains("__zelo_new_") || name.contains("~since") {
                self.server.sql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", ident(&name)));
            }
        }
        self.server.sql("postgres", "ALTER DATABASE shop ALLOW_CONNECTIONS true");
    }

    fn is_closed(&self) -> bool {
        self.server.sql("postgres", "SELECT datallowconn FROM pg_database WHERE datname = 'shop'") == "f"
    }

    fn moment(&mut self) -> &'static str {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ["before", "after", "done"][(self.random >> 33) as usize % 3]
    }

    fn count(&self, sql: &str) -> i64 {
        let db = Connection::open(self.data().join("zelo.db")).unwrap();
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[track_caller]
    fn assert_state(&self, id: &str, state: &str, case: &str) {
        let found = format!("SELECT count(*) FROM operations WHERE id = '{id}' AND state = '{state}'");
        assert_eq!(self.count(&found), 1, "{case}: not {state}");
    }

    /// No lock, no hold, nothing unfinished, no staging folder.
    #[track_caller]
    fn assert_tidy(&self, case: &str) {
        assert_eq!(self.count("SELECT count(*) FROM operation_locks"), 0, "{case}: locks");
        assert_eq!(self.count("SELECT count(*) FROM holds"), 0, "{case}: holds");
        let open = "SELECT count(*) FROM operations WHERE state IN ('queued', 'running', 'needs_operator')";
        assert_eq!(self.count(open), 0, "{case}: unfinished");
        let half = ["-name", ".staging-*", "-o", "-name", ".part-*"];
        let found = Command::new("find").arg(self.data()).args(half).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "", "{case}");
    }

    /// It was undone: the shop is as before, and nothing lies about but what a
    /// swap that was taken back has set aside.
    #[track_caller]
    fn assert_undone(&self, operation: &Value, swapped_back: bool, case: &str) {
        let state = text(&operation["state"]);
        assert!(["failed", "rolled_back"].contains(&state.as_str()), "{case}: {operation}");
        if swapped_back {
            // An undo's own goes back to where the restore had set it aside.
            let kept = if self.kind == "undo" { "__zelo_old_" } else { "~since" };
            let all = self.server.databases();
            assert!(all.iter().any(|name| name.contains(kept)), "{case}: nothing is set aside: {all:?}");
            self.put_right_by_hand();
        }
        self.assert_rests(&self.before, case);
    }

    #[track_caller]
    fn assert_rests(&self, whole: &str, case: &str) {
        self.server.assert_quiet(case);
        self.server.assert_no_sides(case);
        self.assert_tidy(case);
        assert_same(&self.shop(), whole, case);
    }

    /// Runs it until its undo fails; its id.
    #[track_caller]
    fn stuck(&self, fault: &str) -> String {
        let ran = zelo(&self.data(), &self.args(), Some(fault));
        let ran = ran.code(6);
        assert_eq!(ran.problem(), "undo-failed", "{fault}");
        let operation = ran.json()["operation"].clone();
        assert_eq!(operation["state"], "needs_operator", "{fault}");
        // Nobody else gets in meanwhile.
        self.zelo(&["backup", "create", &self.server.name, "--json"]).code(4);
        text(&operation["id"])
    }

    /// Takes a way out; afterwards the shop is as before, or as the person left it.
    fn way_out(&mut self, id: &str, way: Way, swapped: bool, case: &str) {
        match way {
            Way::Retry => {
                let ran = self.zelo(&way.args(id));
                self.assert_undone(&ran.json()["operation"], swapped, case);
            }
            Way::Note => {
                self.put_right_by_hand();
                self.zelo(&way.args(id));
                self.assert_state(id, "resolved", case);
                let whole = if swapped { &self.after } else { &self.before };
                self.assert_rests(whole, case);
            }
            Way::Restore => {
                // Also where the stuck operation had closed it and could not open it again.
                self.zelo(&way.args(id)).code(0);
                assert!(!self.is_closed(), "{case}: closed");
                self.assert_state(id, "resolved", case);
                assert_same(&self.shop(), &self.before, case);
                // What the stuck operation had made beside is still there, closed.
                self.put_right_by_hand();
                self.assert_rests(&self.before, case);
            }
        }
        if way != Way::Retry || swapped {
            self.arrange();
        }
    }

    /// Whether the shop has been changed for good by now: how far an undo must go.
    fn exit_of(operation: &Value) -> i32 {
        match text(&operation["state"]).as_str() {
            "succeeded" => 0,
            "rolled_back" => 5,
            _ => 1,
        }
    }
}

fn seed() -> u64 {
    let commit = || {
        let head = Command::new("git").args(["rev-parse", "HEAD"]).output().ok()?;
        u64::from_str_radix(String::from_utf8(head.stdout).ok()?.get(..8)?, 16).ok()
    };
    let given = std::env::var("ZELO_TEST_SEED").ok().map(|s| s.parse().expect("ZELO_TEST_SEED is a number"));
    let seed = given.or_else(commit).unwrap_or(20_260_209);
    eprintln!("ZELO_TEST_SEED={seed}");
    seed
}

/// A failure at every step: the same process puts everything back.
fn failing_at_each_step(mut scene: Scene) {
    for (index, step) in scene.steps.clone().iter().enumerate() {
        let moment = scene.moment();
        let fault = format!("{}/fail:{step}:{moment}", scene.kind);
        let ran = zelo(&scene.data(), &scene.args(), Some(&fault));
        let operation = ran.json()["operation"].clone();
        let ran = ran.code(Scene::exit_of(&operation));
        // A commit that has happened is believed, whatever its step says.
        if index == scene.commit && moment == "after" {
            assert_eq!(operation["state"], "succeeded", "{fault}");
            scene.assert_rests(&scene.after, &fault);
            scene.arrange();
            continue;
        }
        assert_eq!(ran.problem(), "fault", "{fault}");
        let swapped = index > scene.commit || (index == scene.commit && moment == "done");
        scene.assert_undone(&operation, swapped, &fault);
    }
}

/// The undo of every step up to the commit fails, and each way out works.
fn undo_failing_at_each_step(mut scene: Scene) {
    let last = scene.steps[scene.commit].clone();
    let saved = scene.steps.iter().position(|step| step == "safety").unwrap();
    for (index, step) in scene.steps[..=scene.commit].to_vec().iter().enumerate() {
        let fault = format!("{0}/fail:{last}:before;{0}/fail:{step}:undo-before", scene.kind);
        // Without a safety backup there is none to restore.
        let way = WAYS[index % if index > saved { 3 } else { 2 }];
        let id = scene.stuck(&fault);
        scene.way_out(&id, way, false, &format!("{fault}, {way:?}"));
    }
}

/// A step after the commit point fails, and then the swap cannot be taken back.
fn settling_fails_and_the_swap_stays(mut scene: Scene) {
    let last = scene.steps[scene.commit].clone();
    let settling = scene.steps[scene.commit + 1..].to_vec();
    for (index, way) in WAYS.into_iter().enumerate() {
        let step = &settling[index % settling.len()];
        let fault = format!("{0}/fail:{step}:before;{0}/fail:{last}:undo-before", scene.kind);
        let id = scene.stuck(&fault);
        scene.way_out(&id, way, true, &format!("{fault}, {way:?}"));
    }
}

macro_rules! scenes {
    ($($test:ident: $kind:literal => $act:ident;)+) => {$(
        #[test]
        fn $test() {
            if let Some(scene) = Scene::new($kind) {
                $act(scene);
            }
        }
    )+};
}

scenes! {
    a_restore_failing_at_each_step: "restore" => failing_at_each_step;
    a_restore_whose_undo_fails_at_each_step: "restore" => undo_failing_at_each_step;
    a_restore_that_cannot_settle_nor_swap_back: "restore" => settling_fails_and_the_swap_stays;
    an_undo_failing_at_each_step: "undo" => failing_at_each_step;
    an_undo_whose_undo_fails_at_each_step: "undo" => undo_failing_at_each_step;
    an_undo_that_cannot_settle_nor_swap_back: "undo" => settling_fails_and_the_swap_stays;
}
