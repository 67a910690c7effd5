//! The Docker Engine itself goes down in the middle of things, and comes back: an
//! engine of the test's own, so that nobody else loses theirs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::*;
use support::{lab::Engine, postgres::Server};

/// One engine at a time: each comes with an image of some 200 MB.
static TURN: Mutex<()> = Mutex::new(());

/// A Zelo that knows a server on an engine of its own, with one backup and the
/// database damaged since. What is dropped first stands first.
struct Lab {
    bench: Bench,
    server: Server,
    engine: Engine,
    backup: String,
    new: String,
    old: String,
    _turn: MutexGuard<'static, ()>,
}

/// Big enough that a dump takes a while, and slower still to load: each fiftieth
/// row is checked for a millisecond.
const SAMPLE: &str = "
    CREATE FUNCTION slow(i int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
    CREATE TABLE orders (id int PRIMARY KEY, note text);
    INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 5000) i;
    CREATE TABLE big (i int CHECK (slow(i)), line text);
    INSERT INTO big SELECT i, (SELECT string_agg(md5((i * 40 + j)::text), '') FROM generate_series(1, 32) j)
        FROM generate_series(1, 120000) i;
    CREATE OR REPLACE FUNCTION slow(i int) RETURNS boolean LANGUAGE plpgsql AS
        'BEGIN IF i % 50 = 0 THEN PERFORM pg_sleep(0.001); END IF; RETURN true; END';";

const DUMPING: &str = "COPY public.big%TO stdout%";
const LOADING: &str = "COPY public.big%FROM stdin%";

impl Lab {
    /// Operations wait for the engine for as long as they do by themselves.
    fn up(options: &[&str]) -> Option<Self> {
        Self::waiting("10m", options)
    }

    fn waiting(away: &str, options: &[&str]) -> Option<Self> {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = Engine::up("zelo-lab/postgres:17", options)?;
        let server = Server::on(&engine, "engine", 17);
        server.sql("postgres", "CREATE DATABASE shop");
        server.sql("shop", SAMPLE);
        let bench =
            Bench::new().with("ZELO_DOCKER_SOCKET", &engine.socket).with("ZELO_OPERATION_ENGINE_AWAY", away);
        let container = format!("container={}", server.name);
        bench.zelo(&["resource", "add", "pg", "--kind", "postgres", "--set", &container, "--json"]).code(0);
        let made = bench.zelo(&["backup", "create", "pg", "--json"]).code(0).json();
        let backup = text(&made["operation"]["backup"]);
        let mut lab =
            Self { bench, server, engine, backup, new: String::new(), old: String::new(), _turn: turn };
        lab.new = lab.contents();
        lab.server.sql("shop", "DELETE FROM orders WHERE id % 3 = 0; DELETE FROM big WHERE i % 3 = 0");
        lab.old = lab.contents();
        Some(lab)
    }

    fn contents(&self) -> String {
        self.server.table("shop", "orders") + &self.server.table("shop", "big")
    }

    fn create(&self) -> [&str; 6] {
        ["backup", "create", "pg", "--json", "--compression", "gzip:6"]
    }

    fn restore(&self) -> [&str; 4] {
        ["restore", &self.backup, "--yes", "--json"]
    }

    /// What is run, and what the server does in the middle of it.
    fn cases(&self) -> [(Vec<String>, &'static str); 2] {
        let owned = |args: &[&str]| args.iter().map(|a| (*a).to_owned()).collect();
        [(owned(&self.create()), DUMPING), (owned(&self.restore()), LOADING)]
    }

    /// Starts a command and returns once the server is in the middle of it.
    fn until(&self, args: &[&str], statement: &str) -> support::Running {
        let run = start(self.bench.command(args));
        self.server.until_running(statement);
        run
    }

    /// Everything is as before, and nothing of what was begun is left.
    #[track_caller]
    fn assert_nothing_lost(&self, case: &str) {
        self.server.until_ready();
        assert_eq!(self.contents(), self.old, "{case}");
        self.server.assert_idle(case);
        self.server.assert_no_sides(case);
        self.bench.assert_tidy(case);
        self.bench.assert_backups_whole(case);
        let made = states(&self.bench);
        let own = self.bench.count("SELECT count(*) FROM backups WHERE origin <> 'safety'");
        assert_eq!(own, 1, "{case}: {made:?}");
        assert!(made.iter().all(|(_, state)| state == "complete"), "{case}: {made:?}");
    }

    /// It failed by a named problem that says what to do.
    #[track_caller]
    fn assert_named(&self, ran: &Ran, case: &str) {
        let names =
            ["container-stopped", "docker-unreachable", "host-connection-lost", "pg-lost", "pg-starting"];
        let code = ran.problem();
        assert!(names.contains(&code.as_str()), "{case}: {code}: {ran}");
        assert!(matches!(ran.output.status.code(), Some(1 | 5)), "{case}: {ran}");
    }

    /// Now that the engine is back the same commands work.
    fn assert_works(&self) {
        self.bench.zelo(&self.create()).code(0);
        self.bench.zelo(&self.restore()).code(0);
        assert_eq!(self.contents(), self.new);
        self.server.assert_idle("after all");
        self.bench.assert_tidy("after all");
        self.bench.assert_backups_whole("after all");
    }
}

#[test]
fn an_engine_restarted_in_the_middle() {
    let Some(mut lab) = Lab::up(&[]) else { return };
    for (args, statement) in lab.cases() {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let case = format!("restarted in the middle of a {}", args[0]);
        let run = lab.until(&args, statement);
        lab.engine.stop();
        lab.engine.start();
        lab.assert_named(&run.end(), &case);
        lab.assert_nothing_lost(&case);
    }
    lab.assert_works();
}

/// With `live-restore` containers outlive the engine: what Zelo started in them
/// runs on with nobody at the other end.
#[test]
fn an_engine_killed_while_its_containers_go_on() {
    let Some(mut lab) = Lab::up(&["--live-restore"]) else { return };
    for (args, statement) in lab.cases() {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let case = format!("killed in the middle of a {}", args[0]);
        let run = lab.until(&args, statement);
        lab.engine.kill();
        lab.engine.start();
        lab.assert_named(&run.end(), &case);
        lab.assert_nothing_lost(&case);
        lab.server.assert_quiet(&case);
    }
    lab.assert_works();
}

/// What was started in the container cannot be proven gone: a person is asked, and
/// nobody guesses. When the engine is back, the next try puts everything back.
#[test]
fn an_engine_that_stays_down() {
    let Some(mut lab) = Lab::waiting("3s", &[]) else { return };
    for (args, statement) in lab.cases() {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let case = format!("down in the middle of a {}", args[0]);
        let run = lab.until(&args, statement);
        lab.engine.stop();
        let ran = run.end().code(6);
        ran.problem();
        assert_eq!(lab.bench.zelo(&args).problem(), "docker-unreachable", "{case}");
        lab.engine.start();
        lab.server.until_ready();
        let id = text(&ran.json()["operation"]["id"]);
        let retried = lab.bench.zelo(&["operation", "resolve", &id, "--retry", "--json"]).json();
        let state = text(&retried["operation"]["state"]);
        assert!(["failed", "rolled_back"].contains(&state.as_str()), "{case}: {retried}");
        lab.assert_nothing_lost(&case);
    }
    lab.assert_works();
}
