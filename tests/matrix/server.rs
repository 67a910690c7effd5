//! A server, or a worker, that dies in the middle of what it was asked, and what the
//! next one makes of it: nobody asks again, and nobody looks on.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    time::Duration,
};

use crate::{
    Scenario, backup, delete, restore,
    support::{bench::Bench, text, until},
    undo,
};

/// The steps of an upload and where it commits.
const STEPS: [&str; 9] =
    ["source", "reserve", "stage", "store", "verify", "structure", "publish", "catalogue", "received"];
const COMMIT: usize = 6;

const SERVE: &[&str] = &["serve", "--json", "--bind", "127.0.0.1:0"];
const WORK: &[&str] = &["worker", "--json"];

/// Runs operations until it is dropped, or dies before.
struct Running {
    child: Child,
    /// Where it serves; a worker does not.
    address: String,
}

impl Running {
    fn start(bench: &Bench, verb: &[&str], fault: &str) -> Self {
        let mut command = bench.command(verb);
        command.env("ZELO_FAULT", fault).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        Self { child, address: told["address"].as_str().unwrap_or_default().to_owned() }
    }

    /// Sends a request: its method and path, what its body is, and that. The server
    /// may be dead before it has answered.
    fn send(&self, what: &str, token: &str, kind: &str, body: &[u8]) {
        let head = format!(
            "{what} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 202"), "{answer}");
    }

    /// Sends a file.
    fn upload(&self, resource: &str, token: &str, file: &[u8]) {
        let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"other.db\"\r\n\r\n";
        let body = [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
        let what = format!("POST /api/resources/{resource}/backups/upload");
        self.send(&what, token, "multipart/form-data; boundary=edge", &body);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One that dies of what it is asked, and the next, which brings it to an end.
fn killed(bench: &Bench, verb: &[&str], fault: &str, ask: impl FnOnce(&Running)) {
    let mut running = Running::start(bench, verb, fault);
    ask(&running);
    let limit = Duration::from_secs(30);
    until(&format!("{fault}: it dies"), limit, || running.child.try_wait().unwrap().is_some());
    let _next = Running::start(bench, verb, "");
    let open = "SELECT count(*) FROM operations WHERE state IN ('queued', 'running')";
    until(&format!("{fault}: it is recovered"), limit, || bench.count(open) == 0);
}

/// A person's token, and the shop's id.
fn owner(bench: &Bench) -> (String, String) {
    bench.zelo(&["user", "add", "ada", "--admin", "--json"]).code(0);
    bench.zelo(&["project", "member", "add", "default", "ada", "--role", "owner", "--json"]).code(0);
    let made = bench.zelo(&["token", "create", "--user", "ada", "--name", "t", "--json"]).code(0).json();
    let all = bench.zelo(&["resource", "list", "--json"]).code(0).json();
    (text(&made["token"]), text(&all[0]["id"]))
}

/// What a command line asks for, as the API is asked for it.
fn call(command: &[&str], shop: &str) -> String {
    let backups = format!("/api/resources/{shop}/backups");
    match command {
        ["backup", "create", ..] => format!("POST {backups}"),
        ["backup", "delete", id, ..] => format!("DELETE {backups}/{id}"),
        ["restore", id, ..] => format!("POST {backups}/{id}/restore"),
        ["undo", id, ..] => format!("POST /api/operations/{id}/undo"),
        other => panic!("{other:?}"),
    }
}

/// Each step's moments at which a runner of `verb` dies, then what it is asked to do
/// with a scenario's request.
fn killed_everywhere(scenario: &Scenario, verb: &[&str], moments: &[&str], ask: impl Fn(&Running)) {
    let kind = scenario.kind;
    let asked = format!("SELECT count(*) FROM operations WHERE kind = '{kind}' AND parent_id IS NULL");
    for (index, step) in scenario.steps.iter().enumerate() {
        for moment in moments {
            let fault = format!("{kind}/kill:{step}:{moment}");
            scenario.bench.reset();
            let before = scenario.bench.count(&asked);
            killed(&scenario.bench, verb, &fault, &ask);
            let done = index > scenario.commit || (index == scenario.commit && *moment != "before");
            let case = format!("{}: {fault}", verb[0]);
            scenario.assert_ended(&scenario.bench.newest(kind), done, &case);
            assert_eq!(scenario.bench.count(&asked), before + 1, "{case}: asked for once");
        }
    }
}

fn served(scenario: &Scenario) {
    scenario.bench.reset();
    let (token, shop) = owner(&scenario.bench);
    scenario.bench.save();
    let what = call(&scenario.args(), &shop);
    let body: &[u8] = if scenario.kind == "backup" { b"{}" } else { br#"{"confirm":"shop"}"# };
    killed_everywhere(scenario, SERVE, &["before", "after", "done"], |server| {
        server.send(&what, &token, "application/json", body);
    });
}

/// A worker does the same as a server with what it finds in the queue.
fn worked(scenario: &Scenario) {
    let args = [&scenario.args()[..], &["--no-wait"]].concat();
    killed_everywhere(scenario, WORK, &["after"], |_| {
        scenario.bench.zelo(&args).code(0);
    });
}

#[test]
fn a_backup_by_a_server_or_worker_killed_anywhere() {
    let scenario = backup();
    served(&scenario);
    worked(&scenario);
}

#[test]
fn a_restore_by_a_server_killed_anywhere() {
    served(&restore());
}

#[test]
fn an_undo_by_a_server_killed_anywhere() {
    served(&undo());
}

#[test]
fn a_restore_or_undo_by_a_worker_killed_anywhere() {
    worked(&restore());
    worked(&undo());
}

#[test]
fn a_deletion_by_a_server_or_worker_killed_anywhere() {
    let scenario = delete();
    served(&scenario);
    worked(&scenario);
}

#[test]
fn an_upload_to_a_server_killed_anywhere() {
    let bench = Bench::new();
    let file = bench.outside("other.db", "CREATE TABLE other (a); INSERT INTO other VALUES (1);");
    let file = std::fs::read(file).unwrap();
    let (token, shop) = owner(&bench);
    let (rows, listed) = (bench.rows(), bench.listed());
    bench.save();
    for (index, step) in STEPS.iter().enumerate() {
        for moment in ["before", "after", "done"] {
            let case = format!("{step}:{moment}");
            bench.reset();
            let fault = format!("upload/kill:{case}");
            killed(&bench, SERVE, &fault, |server| server.upload(&shop, &token, &file));
            let done = index > COMMIT || (index == COMMIT && moment != "before");
            let state = text(&bench.newest("upload")["state"]);
            let expected: &[&str] = if done { &["succeeded"] } else { &["failed", "rolled_back"] };
            assert!(expected.contains(&state.as_str()), "{case}: {state}");
            assert_eq!(bench.listed().len(), listed.len() + usize::from(done), "{case}");
            assert_eq!(bench.rows(), rows, "{case}");
            assert_eq!(bench.count("SELECT count(*) FROM operation_locks"), 0, "{case}");
            bench.assert_backups_whole(&case);
        }
    }
}
