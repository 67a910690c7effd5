//! The real binary against real servers, PostgreSQL 15 and 17 in containers: what
//! was backed up comes back whole, an undo brings back what was there, and a
//! process killed anywhere leaves a database wholly old or wholly new.
//!
//! Where and when it is killed comes from `ZELO_TEST_SEED`, by default the commit.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods
)] // a test that cannot go on says so

mod support;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::Value;
use support::{
    Ran,
    postgres::{Server, assert_same, ident},
    text, zelo,
};
use tempfile::TempDir;

const ODD: &str = "odd \"name\" ção";
const SHOP: &str = "shop";

/// A Zelo that knows one server, by its container's name.
struct Panel {
    root: TempDir,
}

impl Panel {
    fn new(servers: &[&Server]) -> Self {
        let panel = Self { root: TempDir::new().unwrap() };
        for server in servers {
            let name = server.name.as_str();
            let seen = panel.zelo(&["resource", "detect", "--json"]).code(0).json();
            let found = seen.as_array().unwrap().iter().find(|s| s["name"] == name);
            let found = found.unwrap_or_else(|| panic!("{name} is not in {seen}"));
            assert_eq!((&found["kind"], &found["added"]), (&"postgres".into(), &Value::Null));
            assert!(!seen.to_string().contains("zelo-lab\""), "a password is shown");
            panel.zelo(&["resource", "add", "--detected", name, "--json"]).code(0);
            let checked = panel.zelo(&["resource", "check", name, "--json"]).code(0).json();
            assert_eq!(checked["ok"], true, "{checked}");
        }
        panel
    }

    fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    #[track_caller]
    fn zelo(&self, args: &[&str]) -> Ran {
        zelo(&self.data(), args, None)
    }

    /// It succeeded; the operation.
    #[track_caller]
    fn done(&self, args: &[&str]) -> Value {
        let mut all = args.to_vec();
        all.push("--json");
        let operation = self.zelo(&all).code(0).json()["operation"].clone();
        assert_eq!(operation["state"], "succeeded", "{args:?}");
        operation
    }

    /// A backup's id, made now.
    #[track_caller]
    fn backup(&self, args: &[&str]) -> String {
        text(&self.done(&[&["backup", "create"], args].concat())["backup"])
    }

    /// A restore's or an undo's id, carried out now.
    #[track_caller]
    fn carry_out(&self, args: &[&str]) -> String {
        text(&self.done(&[args, &["--yes"]].concat())["id"])
    }

    /// The newest operation of a kind that no other one wanted.
    fn newest(&self, kind: &str) -> Option<Value> {
        let all = self.zelo(&["operation", "list", "--json"]).code(0).json();
        all.as_array().unwrap().iter().find(|o| o["kind"] == kind && o["parent"].is_null()).cloned()
    }

    fn count(&self, sql: &str) -> i64 {
        let db = Connection::open(self.data().join("zelo.db")).unwrap();
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// No lock, no hold, nothing unfinished, no staging folder.
    #[track_caller]
    fn assert_tidy(&self, case: &str) {
        assert_eq!(self.count("SELECT count(*) FROM operation_locks"), 0, "{case}: locks");
        assert_eq!(self.count("SELECT count(*) FROM holds"), 0, "{case}: holds");
        let open = "SELECT count(*) FROM operations WHERE state IN ('queued', 'running', 'needs_operator')";
        assert_eq!(self.count(open), 0, "{case}: unfinished");
        let found = Command::new("find").arg(self.data()).args(["-name", ".staging-*"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "", "{case}");
        let found = Command::new("find").arg(self.data()).args(["-name", ".part-*"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "", "{case}");
    }
}

/// Makes a database and puts everything a database can hold into it.
fn sample(server: &Server, name: &str) {
    server.sql("postgres", &format!("CREATE DATABASE {} TEMPLATE template0 LOCALE 'C'", ident(name)));
    server.sql(name, include_str!("postgres/inside.sql"));
    server.sql(name, &format!("\\set db {}\n{}", quoted(name), include_str!("postgres/outside.sql")));
}

/// Breaks a database as people do; always to the same state.
fn damage(server: &Server, name: &str) {
    server.sql(name, include_str!("postgres/damage.sql"));
}

/// An argument of psql's own commands.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn everything_comes_back(major: u32) {
    let Some(server) = Server::up(major) else { return };
    server.sql("postgres", include_str!("postgres/roles.sql"));
    for name in [ODD, SHOP] {
        sample(&server, name);
    }
    server.sql("postgres", "CREATE TABLE own AS SELECT i FROM generate_series(1, 9) AS i");
    let all = || [ODD, SHOP, "postgres"].map(|name| server.digest(name)).join("\n--\n");
    let (original, roles, contents) = (all(), server.roles(), server.contents(ODD));
    let shop = server.digest(SHOP);
    assert!(roles.iter().any(|r| r.starts_with("app|") && r.contains("SCRAM-SHA-256$")), "{roles:?}");
    let panel = Panel::new(&[&server]);
    let resource = server.name.as_str();
    let backup = panel.backup(&[resource]);
    assert_eq!((all(), server.roles()), (original.clone(), roles.clone()), "a backup changes nothing");

    for name in [ODD, SHOP] {
        damage(&server, name);
    }
    server.sql("postgres", "DROP TABLE own; DROP ROLE \"re\"\"porter\"; ALTER ROLE app CONNECTION LIMIT 3");
    let (damaged, fewer) = (all(), server.roles());
    let same = (server.databases(), panel.count("SELECT count(*) FROM operations"));
    panel.zelo(&["restore", &backup, "--dry-run", "--json"]).code(0);
    assert_eq!((all(), server.roles()), (damaged.clone(), fewer.clone()), "a dry run changes nothing");
    assert_eq!((server.databases(), panel.count("SELECT count(*) FROM operations")), same);

    let restored = panel.carry_out(&["restore", &backup]);
    assert_same(&all(), &original, "restored");
    // The role that was gone is back, with its password; one that was there stays as it was.
    let role = |roles: &[String], name: &str| roles.iter().find(|r| r.starts_with(name)).cloned();
    assert_eq!(role(&server.roles(), "re\"porter|"), role(&roles, "re\"porter|"));
    assert_eq!(role(&server.roles(), "app|"), role(&fewer, "app|"));
    assert_ne!(role(&server.roles(), "app|"), role(&roles, "app|"));
    let undone = panel.carry_out(&["undo", &restored]);
    assert_same(&all(), &damaged, "undone");
    panel.carry_out(&["undo", &undone]);
    assert_same(&all(), &original, "the undo undone");
    server.drop_asides();

    damage(&server, SHOP);
    server.sql(ODD, "CREATE TABLE mine ()");
    let odd = server.digest(ODD);
    panel.carry_out(&["restore", &backup, "--item", SHOP, "--replace-roles"]);
    assert_same(&server.digest(SHOP), &shop, "one of them");
    assert_eq!(server.digest(ODD), odd, "not asked for");
    assert_eq!(server.roles(), roles, "asked for");
    panel.carry_out(&["restore", &backup, "--item", ODD, "--new-name", "née \"x\""]);
    assert_eq!(server.digest(ODD), odd, "beside");
    assert_same(&server.contents("née \"x\""), &contents, "under a new name");
    server.drop_asides();

    for (format, compression) in [("plain", "zstd:3"), ("custom", "none"), ("plain", "gzip:1")] {
        let how = ["--format", format, "--compression", compression];
        let backup = panel.backup(&[&[resource, "--item", SHOP], &how[..]].concat());
        panel.zelo(&["backup", "validate", &backup, "--json"]).code(0);
        damage(&server, SHOP);
        panel.carry_out(&["restore", &backup]);
        assert_same(&server.digest(SHOP), &shop, &format!("{format}, {compression}"));
        server.drop_asides();
    }
    server.assert_quiet("after all");
    server.assert_no_sides("after all");
    panel.assert_tidy("after all");
}

#[test]
fn everything_of_15_comes_back() {
    everything_comes_back(15);
}

#[test]
fn everything_of_17_comes_back() {
    everything_comes_back(17);
}

#[test]
fn a_lost_server_comes_back_in_a_newer_one() {
    let (Some(old), Some(new)) = (Server::up(15), Server::up(17)) else { return };
    old.sql("postgres", include_str!("postgres/roles.sql"));
    sample(&old, ODD);
    let panel = Panel::new(&[&old, &new]);
    let backup = panel.backup(&[&old.name, "--item", ODD]);
    let digest = old.digest(ODD);
    panel.carry_out(&["restore", &backup, "--into", &new.name]);
    assert_same(&new.contents(ODD), &old.contents(ODD), "in the newer one");
    // The superuser's own password is the new server's.
    let but =
        |roles: Vec<String>| roles.into_iter().filter(|r| !r.starts_with("postgres|")).collect::<Vec<_>>();
    assert_eq!(but(new.roles()), but(old.roles()));
    assert_eq!(old.digest(ODD), digest, "the old one is left alone");
    // Again, over what is there by now.
    damage(&new, ODD);
    let damaged = new.digest(ODD);
    let restored = panel.carry_out(&["restore", &backup, "--into", &new.name]);
    assert_same(&new.contents(ODD), &old.contents(ODD), "in the newer one");
    panel.carry_out(&["undo", &restored]);
    assert_same(&new.digest(ODD), &damaged, "undone");
    for server in [&old, &new] {
        server.assert_quiet("after all");
        server.assert_no_sides("after all");
    }
    panel.assert_tidy("after all");
}

/// Chooses as a seed says: the same seed, the same choices.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let commit = || {
            let head = Command::new("git").args(["rev-parse", "HEAD"]).output().ok()?;
            u64::from_str_radix(String::from_utf8(head.stdout).ok()?.get(..8)?, 16).ok()
        };
        let given =
            std::env::var("ZELO_TEST_SEED").ok().map(|s| s.parse().expect("ZELO_TEST_SEED is a number"));
        let seed = given.or_else(commit).unwrap_or(20_260_209);
        eprintln!("ZELO_TEST_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn moment(&mut self) -> &'static str {
        ["before", "after", "done"][self.below(3) as usize]
    }
}

/// A plan's steps, and where it commits.
struct Steps {
    names: Vec<String>,
    commit: usize,
}

impl Steps {
    fn of(plan: &Value) -> Self {
        let steps = plan["steps"].as_array().unwrap();
        let commit = steps.iter().position(|s| s["commits"] == true).unwrap();
        Self { names: steps.iter().map(|s| text(&s["name"])).collect(), commit }
    }

    fn done(&self, step: usize, moment: &str) -> bool {
        step > self.commit || (step == self.commit && moment != "before")
    }
}

/// One database, one backup of it, and a process that dies.
struct Killing {
    server: Server,
    panel: Panel,
    backup: String,
    /// As backed up.
    new: String,
    /// As damaged since.
    old: String,
}

impl Killing {
    fn new() -> Option<Self> {
        let server = Server::up(17)?;
        server.sql("postgres", include_str!("postgres/roles.sql"));
        sample(&server, SHOP);
        let panel = Panel::new(&[&server]);
        let new = server.digest(SHOP);
        let backup = panel.backup(&[&server.name, "--item", SHOP]);
        damage(&server, SHOP);
        let old = server.digest(SHOP);
        Some(Self { server, panel, backup, new, old })
    }

    /// Runs it until the fault kills it, then lets a new process finish it.
    #[track_caller]
    fn killed(&self, args: &[&str], fault: &str) -> Value {
        zelo(&self.panel.data(), args, Some(fault)).killed();
        self.recovered(args[0], fault)
    }

    /// What a new process makes of the newest operation of a kind.
    #[track_caller]
    fn recovered(&self, kind: &str, case: &str) -> Value {
        let found = self.panel.newest(kind).unwrap_or_else(|| panic!("{case}: no {kind}"));
        let ran = self.panel.zelo(&["operation", "watch", &text(&found["id"]), "--json"]);
        ran.json()["operation"].clone()
    }

    /// It ended as it had to, the database is wholly this, and nothing lies about.
    #[track_caller]
    fn assert_ended(&self, operation: &Value, done: bool, whole: &str, case: &str) {
        let state = text(&operation["state"]);
        let right =
            if done { state == "succeeded" } else { ["failed", "rolled_back"].contains(&state.as_str()) };
        assert!(right, "{case}: {state}: {}", operation["problem"]);
        self.server.assert_quiet(case);
        self.server.assert_no_sides(case);
        self.panel.assert_tidy(case);
        assert_same(&self.server.digest(SHOP), whole, case);
    }

    /// Back to the damaged state.
    fn damage_again(&self) {
        self.server.drop_asides();
        damage(&self.server, SHOP);
        assert_same(&self.server.digest(SHOP), &self.old, "damaged in the same way");
    }
}

#[test]
fn a_restore_killed_at_each_of_its_steps() {
    let Some(it) = Killing::new() else { return };
    let mut random = Random::new();
    let restore = ["restore", &it.backup, "--yes", "--json"];
    let steps = Steps::of(&it.panel.zelo(&["restore", &it.backup, "--dry-run", "--json"]).code(0).json());
    let mut ended = BTreeSet::new();
    for (index, step) in steps.names.iter().enumerate() {
        let moment = random.moment();
        let fault = format!("restore/kill:{step}:{moment}");
        zelo(&it.panel.data(), &restore, Some(&fault)).killed();
        let done = steps.done(index, moment);
        let mut whole = if done { it.new.clone() } else { it.old.clone() };
        // People go on writing while nobody has cleared up yet; a closed database
        // is one they cannot write to.
        let open =
            it.server.sql("postgres", "SELECT datallowconn FROM pg_database WHERE datname = 'shop'") == "t";
        if done && open {
            it.server.sql(SHOP, "INSERT INTO logs VALUES ('2026-02-03', 'written before the recovery')");
            whole = it.server.digest(SHOP);
            assert_ne!(whole, it.new, "{fault}");
        }
        it.assert_ended(&it.recovered("restore", &fault), done, &whole, &fault);
        if done {
            it.damage_again();
        }
        ended.insert(done);
    }
    assert_eq!(ended.len(), 2, "some before the commit, some after it");
    // In its safety backup.
    let step = ["reserve", "look", "stage", "roles", "dump:shop", "verify", "publish", "catalogue"];
    let fault = format!("backup/kill:{}:{}", step[random.below(8) as usize], random.moment());
    it.server.sql(SHOP, "SELECT setval('odd', 8); SELECT setval('odd', 7)"); // nothing to reuse
    let operation = it.killed(&restore, &fault);
    it.assert_ended(&operation, false, &it.old, &fault);
    // In the middle of its streams: with a safety backup, and in the load itself.
    let without = ["restore", &it.backup, "--without-safety", "a test", "--yes", "--json"];
    for args in [&restore[..], &without[..]] {
        let fault = format!("kill-bytes:{}", random.below(100_000));
        let operation = it.killed(args, &fault);
        it.assert_ended(&operation, false, &it.old, &format!("{args:?} {fault}"));
    }
    // After all of that it simply works.
    it.panel.carry_out(&["restore", &it.backup]);
    assert_eq!(it.server.digest(SHOP), it.new);
}

#[test]
fn a_backup_killed_at_each_of_its_steps() {
    let Some(it) = Killing::new() else { return };
    let mut random = Random::new();
    let name = it.server.name.as_str();
    let backup = ["backup", "create", name, "--item", SHOP, "--json"];
    let steps = Steps::of(&it.panel.zelo(&[&backup[..], &["--dry-run"]].concat()).code(0).json());
    let backups = || it.panel.zelo(&["backup", "list", "--json"]).code(0).json()["total"].as_u64().unwrap();
    for (index, step) in steps.names.iter().enumerate() {
        let moment = random.moment();
        let fault = format!("backup/kill:{step}:{moment}");
        let (before, done) = (backups(), steps.done(index, moment));
        let operation = it.killed(&backup, &fault);
        it.assert_ended(&operation, done, &it.old, &fault);
        assert_eq!(backups() - before, u64::from(done), "{fault}");
    }
    for _ in 0..2 {
        let fault = format!("backup/kill-bytes:{}", random.below(100_000));
        let operation = it.killed(&backup, &fault);
        it.assert_ended(&operation, false, &it.old, &fault);
    }
}

#[test]
fn an_undo_killed_at_each_of_its_steps() {
    let Some(it) = Killing::new() else { return };
    let mut random = Random::new();
    let mut undo = it.panel.carry_out(&["restore", &it.backup]);
    let (mut live, mut beside) = (it.new.clone(), it.old.clone());
    let steps = Steps::of(&it.panel.zelo(&["undo", &undo, "--dry-run", "--json"]).code(0).json());
    for (index, step) in steps.names.iter().enumerate() {
        let moment = random.moment();
        let fault = format!("undo/kill:{step}:{moment}");
        let done = steps.done(index, moment);
        let operation = it.killed(&["undo", &undo, "--yes", "--json"], &fault);
        if done {
            std::mem::swap(&mut live, &mut beside);
            undo = text(&operation["id"]);
        }
        it.assert_ended(&operation, done, &live, &fault);
    }
    it.panel.carry_out(&["undo", &undo]);
    assert_eq!(it.server.digest(SHOP), beside);
}

/// Starts it, kills it after a while unless it has ended by then.
fn killed_after(data: &Path, args: &[&str], wait: Duration) {
    let mut child = support::command(data, args).spawn().expect("the binary runs");
    let until = Instant::now() + wait;
    while Instant::now() < until && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    child.wait().unwrap();
}

#[test]
fn killed_from_outside_at_any_moment() {
    let Some(server) = Server::up(17) else { return };
    let mut random = Random::new();
    server.sql("postgres", "CREATE DATABASE shop");
    // Some 64 MB of dump.
    server.sql(
        SHOP,
        "CREATE TABLE big AS SELECT i, (SELECT string_agg(md5((i * k)::text), '') FROM generate_series(1, 8) AS k) AS line \
         FROM generate_series(1, 240000) AS i; ALTER TABLE big ADD PRIMARY KEY (i);",
    );
    let look = || server.sql(SHOP, "SELECT count(*), sum(hashtextextended(b::text, 0)) FROM big b");
    let panel = Panel::new(&[&server]);
    let new = look();
    let began = Instant::now();
    let backup = panel.backup(&[&server.name, "--item", SHOP]);
    let took = began.elapsed();
    server.sql(SHOP, "DELETE FROM big WHERE i % 5 = 0");
    let old = look();
    let began = Instant::now();
    panel.carry_out(&["restore", &backup]);
    let restoring = began.elapsed();
    assert_eq!(look(), new);
    server.drop_asides();
    server.sql(SHOP, "DELETE FROM big WHERE i % 5 = 0");
    let create = ["backup", "create", &server.name, "--item", SHOP, "--json"];
    let restore = ["restore", &backup, "--yes", "--json"];
    for (args, span) in [&create[..], &restore[..]]
        .into_iter()
        .flat_map(|a| [a; 3])
        .zip([took; 3].into_iter().chain([restoring; 3]))
    {
        let wait = Duration::from_millis(random.below(span.as_millis() as u64));
        let case = format!("{} killed after {wait:?} of {span:?}", args[0]);
        let before = panel.newest(args[0]).map(|o| o["id"].clone());
        killed_after(&panel.data(), args, wait);
        let newest = panel.newest(args[0]).filter(|o| Some(&o["id"]) != before.as_ref());
        // It may have died before it wrote anything down.
        let state = newest.map_or_else(
            || "never begun".to_owned(),
            |o| {
                let ran = panel.zelo(&["operation", "watch", &text(&o["id"]), "--json"]);
                text(&ran.json()["operation"]["state"])
            },
        );
        eprintln!("{case}: {state}");
        let swapped = args[0] == "restore" && state == "succeeded";
        assert!(
            ["never begun", "failed", "rolled_back", "succeeded"].contains(&state.as_str()),
            "{case}: {state}"
        );
        assert_eq!(look(), if swapped { &new } else { &old }.as_str(), "{case}");
        server.assert_quiet(&case);
        server.assert_no_sides(&case);
        panel.assert_tidy(&case);
        if swapped {
            server.drop_asides();
            server.sql(SHOP, "DELETE FROM big WHERE i % 5 = 0");
        }
    }
}
