//! The program itself, as a person or a script runs it: with a SQLite file as
//! the resource, in a data folder of its own, without Docker.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // a test that cannot go on says so

#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/document.rs"]
mod document;
#[path = "cli/editing.rs"]
mod editing;
#[path = "cli/going.rs"]
mod going;
#[path = "cli/logs.rs"]
mod logs;
#[path = "cli/people.rs"]
mod people;
#[path = "cli/terminal.rs"]
mod terminal;
#[path = "cli/ways_out.rs"]
mod ways_out;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

/// A machine of its own: a data folder and a database worth keeping.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap() };
        machine.write("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'one'), (2, 'two');");
        machine
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("app.db")
    }

    #[allow(clippy::disallowed_methods)] // the test plays the application
    fn open(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.database()).unwrap()
    }

    fn write(&self, sql: &str) {
        self.open().execute_batch(sql).unwrap();
    }

    fn rows(&self) -> Vec<(i64, String)> {
        let db = self.open();
        let mut query = db.prepare("SELECT a, b FROM t ORDER BY a").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Changes Zelo's own database past all rules.
    #[allow(clippy::disallowed_methods)] // the test plays somebody with access to it
    fn own(&self, sql: &str) {
        rusqlite::Connection::open(self.data().join("zelo.db")).unwrap().execute_batch(sql).unwrap();
    }

    /// What a query of Zelo's own database says, as one number.
    #[allow(clippy::disallowed_methods)] // the test looks past all rules
    fn own_count(&self, sql: &str) -> i64 {
        let own = rusqlite::Connection::open(self.data().join("zelo.db")).unwrap();
        own.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn command(&self, words: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_zelo"), words)
    }

    /// Any program with this machine's environment.
    fn command_of(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.folder.path());
        command.env("ZELO_DATA", self.data()).env("ZELO_DOCKER_SOCKET", "off");
        // A test machine may be short of disk; the reserve has tests of its own.
        command.env("ZELO_STORE_RESERVE_PERCENT", "0").env("ZELO_STORE_RESERVE_BYTES", "0 B");
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs it, expects this exit code, and returns the last JSON line.
    fn json(&self, exit: i32, words: &[&str]) -> Value {
        let output = self.run(&[words, &["--json"]].concat());
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(exit), "{words:?}\n{out}\n{err}");
        serde_json::from_str(out.lines().last().unwrap_or_default())
            .unwrap_or_else(|e| panic!("{e}: {out}{err}"))
    }

    /// Adds the database as `app`.
    fn add(&self) {
        let path = format!("path={}", self.database().display());
        self.json(0, &["resource", "add", "app", "--kind", "sqlite", "--set", &path]);
    }

    /// Backs `app` up and returns the backup's id.
    fn back_up(&self) -> String {
        let done = self.json(0, &["backup", "create", "app"]);
        assert_eq!(done["operation"]["state"], "succeeded");
        let backups = self.json(0, &["backup", "list", "app"]);
        backups["backups"][0]["id"].as_str().unwrap().to_owned()
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn code(problems: &Value) -> &str {
    problems["problems"][0]["code"].as_str().unwrap_or_default()
}

#[test]
fn the_doctor_looks_and_makes_nothing() {
    let machine = Machine::new();
    let found = machine.json(0, &["doctor"]);
    assert_eq!(found["ok"], true);
    assert!(!machine.data().exists());
    let output = machine.run(&["doctor", "--lang", "pt-BR"]);
    assert!(text(&output).contains("Arquivo de chave"), "{}", text(&output));
}

#[test]
fn settings_are_wrong_all_at_once() {
    let machine = Machine::new();
    let mut command = machine.command(&["resource", "list", "--config", "/nowhere/zelo.toml"]);
    let output = command.env("ZELO_HTTP_BIND", "here").env("ZELO_HTTP_BNID", "x").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output);
    for piece in ["/nowhere/zelo.toml", "ZELO_HTTP_BIND", "Did you mean “ZELO_HTTP_BIND”"] {
        assert!(told.contains(piece), "{piece} in {told}");
    }
    assert!(!machine.data().exists());
}

#[test]
fn exit_codes_are_printed() {
    let output = Machine::new().run(&["help", "exit-codes"]);
    let told = text(&output);
    assert!(told.contains("130") && told.contains("another operation holds"), "{told}");
}

#[test]
fn help_speaks_the_language_that_the_line_the_settings_or_the_terminal_ask_for() {
    let machine = Machine::new();
    let (en, pt) = ("Usage: zelo backup create [OPTIONS]", "Uso: zelo backup create [OPÇÕES]");
    let ways = [
        ("", "", en),
        ("--lang pt-BR", "", pt),
        ("--lang=pt-BR", "LANG=en_US.UTF-8", pt),
        ("", "LANG=pt_BR.UTF-8", pt),
        ("", "LC_ALL=C LANG=pt_BR.UTF-8", en),
        ("", "ZELO_LANGUAGE=en LANG=pt_BR.UTF-8", en),
        // Settings that are wrong do not keep anybody from reading the help.
        ("", "ZELO_HTTP_BIND=here LANG=pt_BR.UTF-8", pt),
    ];
    for (words, variables, expected) in ways {
        let mut command = machine.command(&["backup", "create", "--help"]);
        command.args(words.split_whitespace());
        command.envs(variables.split_whitespace().filter_map(|variable| variable.split_once('=')));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{words} {variables}");
        assert!(text(&output).contains(expected), "{words} {variables}");
    }
    let output = machine.run(&["help", "backup", "create", "--lang", "pt-BR"]);
    assert!(text(&output).contains(pt), "{}", text(&output));
    let output = machine.run(&["help", "exit-codes", "--lang", "pt-BR"]);
    assert!(text(&output).contains("Significado"), "{}", text(&output));
}

#[test]
fn a_line_that_makes_no_sense_is_a_problem_like_any_other() {
    let machine = Machine::new();
    assert_eq!(code(&machine.json(2, &["backup", "create", "app", "--nte", "x"])), "cli-argument-unknown");
    assert_eq!(code(&machine.json(2, &["bakup"])), "cli-command-unknown");
    let output = machine.run(&["backup", "create", "--lang", "pt-BR"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("Falta informar: <RECURSO>"), "{}", text(&output));
    // Nothing typed: the help, and still no way a script takes for done.
    assert_eq!(machine.run(&[]).status.code(), Some(2));
}

#[test]
fn a_database_is_backed_up_damaged_restored_and_restored_back() {
    let machine = Machine::new();
    machine.add();
    let before = machine.rows();
    let backup = machine.back_up();
    let short = &backup[backup.len() - 8..];
    machine.json(0, &["backup", "validate", short]);
    assert_eq!(machine.json(0, &["backup", "info", short])["manifest"]["id"], backup.as_str());

    machine.write("DELETE FROM t WHERE a = 1; INSERT INTO t VALUES (3, 'three');");
    let damaged = machine.rows();
    let plan = machine.json(0, &["restore", short, "--dry-run"]);
    assert!(plan["steps"].as_array().unwrap().len() > 3, "{plan}");
    assert_eq!(machine.rows(), damaged, "a dry run changes nothing");
    assert_eq!(code(&machine.json(2, &["restore", short])), "cli-confirm");
    assert_eq!(code(&machine.json(2, &["restore", short, "--confirm", "other"])), "cli-confirm-other");
    assert_eq!(machine.rows(), damaged);

    let done = machine.json(0, &["restore", short, "--yes"]);
    assert_eq!(machine.rows(), before);
    let restore = done["operation"]["id"].as_str().unwrap();
    machine.json(0, &["undo", restore, "--yes"]);
    assert_eq!(machine.rows(), damaged);

    let operations = machine.json(0, &["operation", "list"]);
    let kinds: Vec<_> = operations.as_array().unwrap().iter().map(|o| o["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"undo") && kinds.contains(&"restore") && kinds.contains(&"backup"), "{kinds:?}");
    let shown = machine.json(0, &["operation", "show", restore]);
    assert_eq!(shown["operation"]["actor"].as_str().unwrap().split(':').next(), Some("cli"));
    assert!(shown["steps"].as_array().unwrap().iter().all(|s| s["state"] == "done"), "{shown}");
}

#[test]
fn a_backup_is_deleted_only_when_agreed_to_and_the_catalogue_can_be_rebuilt() {
    let machine = Machine::new();
    machine.add();
    let (first, second) = (machine.back_up(), machine.back_up());
    assert_eq!(code(&machine.json(2, &["backup", "delete", &first])), "cli-confirm");
    machine.json(0, &["backup", "delete", &first, "--yes"]);
    let left = machine.json(0, &["backup", "list"]);
    assert_eq!(left["total"], 1);
    assert_eq!(left["backups"][0]["id"], second.as_str());

    // The metadata is lost; the store is not.
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(machine.data().join(format!("zelo.db{suffix}")));
    }
    assert_eq!(machine.json(0, &["backup", "list"])["total"], 0);
    assert_eq!(machine.json(0, &["catalog", "rebuild"])["listed"], 1);
    assert_eq!(machine.json(0, &["backup", "list"])["backups"][0]["id"], second.as_str());
    assert_eq!(machine.json(0, &["catalog", "rebuild"])["missing"], 0, "again changes nothing");
}

#[test]
fn what_does_not_exist_is_named() {
    let machine = Machine::new();
    machine.add();
    for (words, problem) in [
        (vec!["backup", "create", "nothing"], "cli-no-resource"),
        (vec!["restore", "zzzzzzzz"], "cli-no-backup"),
        (vec!["undo", "zzzzzzzz"], "cli-no-operation"),
        (vec!["operation", "show", "zzzzzzzz"], "cli-no-operation"),
    ] {
        assert_eq!(code(&machine.json(7, &words)), problem, "{words:?}");
    }
    let wrong = machine.json(2, &["resource", "add", "x", "--kind", "sqlite", "--set", "host=db"]);
    assert_eq!(code(&wrong), "cli-no-field");
    let queued = machine.json(2, &["backup", "create", "app", "--no-wait"]);
    assert_eq!(code(&queued), "cli-no-server");
}

#[test]
fn a_resource_that_cannot_be_reached_is_not_added() {
    let machine = Machine::new();
    let add = ["resource", "add", "gone", "--kind", "sqlite", "--set", "path=/nowhere/app.db"];
    assert_eq!(machine.json(1, &add)["ok"], false);
    assert_eq!(machine.json(0, &["resource", "list"]).as_array().unwrap().len(), 0);
}

#[test]
fn one_key_is_one_operation() {
    let machine = Machine::new();
    machine.add();
    let ask = || machine.json(0, &["backup", "create", "app", "--idempotency-key", "tonight"]);
    assert_eq!(ask()["operation"]["id"], ask()["operation"]["id"]);
    assert_eq!(machine.json(0, &["backup", "list"])["total"], 1);
}

/// Another process that runs operations in the data folder, as the others see
/// it; until dropped.
fn other_runner(machine: &Machine) -> std::fs::File {
    use std::io::Write;
    let mut file = std::fs::File::create(machine.data().join("zelo.lock")).unwrap();
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    file.write_all(br#"{"pid":1,"what":"command","since":"2026-01-01T00:00:00Z"}"#).unwrap();
    file
}

/// Starts a command and waits until its operation is in the queue; its id.
fn queued(machine: &Machine, words: &[&str]) -> (Server, String) {
    let mut command = machine.command(&[words, &["--json"]].concat());
    let child = Server(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let operations = machine.json(0, &["operation", "list", "--state", "queued"]);
        if let Some(id) = operations[0]["id"].as_str() {
            return (child, id.to_owned());
        }
        assert!(Instant::now() < end, "nothing was queued");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn signal(child: &Server, name: &str) {
    let pid = child.0.id().to_string();
    assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
}

#[test]
fn a_signal_cancels_what_waits() {
    let machine = Machine::new();
    machine.add();
    for name in ["-INT", "-TERM", "-HUP"] {
        let other = other_runner(&machine);
        let (mut child, id) = queued(&machine, &["backup", "create", "app"]);
        signal(&child, name);
        assert_eq!(child.0.wait().unwrap().code(), Some(8), "{name}");
        drop(other);
        assert_eq!(machine.json(8, &["operation", "watch", &id])["operation"]["state"], "cancelled");
    }
}

#[test]
fn a_hang_up_ends_a_worker_unless_it_was_started_to_outlive_it() {
    let machine = Machine::new();
    machine.add();
    let mut worker = serve(&machine, &["worker"]);
    signal(&worker, "-HUP");
    assert_eq!(worker.0.wait().unwrap().code(), Some(0));

    let shell = format!("trap '' HUP; exec {} worker --json", env!("CARGO_BIN_EXE_zelo"));
    let mut command = machine.command_of("sh", &["-c", &shell]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut worker = Server(child);
    until_it_runs(&machine);
    signal(&worker, "-HUP");
    std::thread::sleep(Duration::from_millis(500));
    assert!(worker.0.try_wait().unwrap().is_none(), "it runs on");
    signal(&worker, "-TERM");
    assert_eq!(worker.0.wait().unwrap().code(), Some(0));
    let mut told = String::new();
    std::io::Read::read_to_string(worker.0.stdout.as_mut().unwrap(), &mut told).unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((told["runner"].as_str(), told["pid"].as_u64()), (Some("worker"), Some(worker.0.id().into())));
}

#[test]
fn a_command_waits_for_the_one_that_runs_and_then_runs_itself() {
    let machine = Machine::new();
    machine.add();
    let other = other_runner(&machine);
    let (mut child, id) = queued(&machine, &["backup", "create", "app"]);
    drop(other);
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
    assert_eq!(machine.json(0, &["operation", "watch", &id])["operation"]["state"], "succeeded");
}

#[test]
fn what_a_killed_command_left_in_the_queue_holds_its_locks_until_somebody_decides() {
    let machine = Machine::new();
    machine.add();
    let backup = machine.back_up();
    machine.write("DELETE FROM t;");
    let other = other_runner(&machine);
    let (child, id) = queued(&machine, &["restore", &backup, "--yes"]);
    signal(&child, "-KILL");
    drop((child, other));
    assert_eq!(code(&machine.json(4, &["restore", &backup, "--yes"])), "locked");
    assert_eq!(machine.json(0, &["operation", "watch", &id])["operation"]["state"], "succeeded");
    assert_eq!(machine.rows().len(), 2);
}

/// A server of this machine, ended when dropped.
struct Server(std::process::Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(machine: &Machine, verb: &[&str]) -> Server {
    let child = machine.command(verb).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let server = Server(child);
    until_it_runs(machine);
    server
}

fn until_it_runs(machine: &Machine) {
    let lock = machine.data().join("zelo.lock");
    let end = Instant::now() + Duration::from_secs(20);
    while !runs(machine, &lock) {
        assert!(Instant::now() < end, "the server does not start");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn runs(machine: &Machine, lock: &Path) -> bool {
    lock.exists() && {
        let checks = machine.json(0, &["doctor"]);
        let server = checks["checks"].as_array().unwrap().iter().find(|c| c["id"] == "server").cloned();
        server.unwrap_or_default().to_string().contains("\"what\"")
    }
}

#[test]
fn a_running_server_carries_operations_out() {
    let machine = Machine::new();
    machine.add();
    for verb in [vec!["serve", "--bind", "127.0.0.1:0"], vec!["worker"]] {
        let server = serve(&machine, &verb);
        let second = machine.json(4, &["worker"]);
        assert_eq!(code(&second), "server-runs");
        let queued = machine.json(0, &["backup", "create", "app", "--no-wait"]);
        let id = queued["operation"]["id"].as_str().unwrap();
        let done = machine.json(0, &["operation", "watch", id]);
        assert_eq!(done["operation"]["state"], "succeeded");
        let waited = machine.json(0, &["backup", "create", "app"]);
        assert_eq!(waited["operation"]["state"], "succeeded");
        let pid = server.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let mut server = server;
        assert!(server.0.wait().unwrap().success(), "{verb:?} ends well when told to stop");
    }
}
