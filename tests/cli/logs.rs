//! The log for a collector, `log.format = "json"`: whatever comes on standard error is
//! one object a line.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use chrono::DateTime;
use serde_json::Value;

use super::{Machine, Server, until_it_runs};

/// The lines of a log, each with what all of them have.
#[track_caller]
fn lines(log: &str) -> Vec<Value> {
    let line = |line: &str| {
        let object: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let word = |name: &str| object[name].as_str().unwrap_or_else(|| panic!("no {name}: {line}"));
        DateTime::parse_from_rfc3339(word("timestamp")).unwrap();
        assert!(["ERROR", "WARN", "INFO", "DEBUG"].contains(&word("level")), "{line}");
        assert!(!word("message").is_empty() && !word("target").is_empty(), "{line}");
        object
    };
    log.lines().map(line).collect()
}

/// The ids of the operations of which a log says this.
fn said_of(lines: &[Value], message: &str) -> Vec<String> {
    let about = lines.iter().filter(|line| line["message"] == message);
    about.map(|line| line["operation"].as_str().unwrap_or("none").to_owned()).collect()
}

/// A server that logs so into a file, with a fault.
fn serve(machine: &Machine, name: &str, fault: &str) -> (Server, PathBuf) {
    let log = machine.folder.path().join(name);
    let mut command = machine.command(&["serve", "--bind", "127.0.0.1:0"]);
    command.env("ZELO_LOG_FORMAT", "json").env("ZELO_LOG_LEVEL", "debug").env("ZELO_FAULT", fault);
    let child = command.stdout(Stdio::null()).stderr(File::create(&log).unwrap()).spawn().unwrap();
    let server = Server(child);
    until_it_runs(machine);
    (server, log)
}

fn until_logged(log: &Path, word: &str) {
    let end = Instant::now() + Duration::from_secs(30);
    while !fs::read_to_string(log).unwrap().contains(word) {
        assert!(Instant::now() < end, "never logged: {word}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn queued(machine: &Machine) -> String {
    let queued = machine.json(0, &["backup", "create", "app", "--no-wait"]);
    queued["operation"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn every_line_of_a_server_is_an_object_that_names_its_operation() {
    let machine = Machine::new();
    machine.add();
    // One that has a mistake in it, and is killed.
    let (server, log) = serve(&machine, "first", "backup/panic:stage:after");
    let left = queued(&machine);
    until_logged(&log, "ZELO_FAULT");
    until_logged(&log, "an operation's runner died");
    drop(server);
    let told = lines(&fs::read_to_string(&log).unwrap());
    assert_eq!(said_of(&told, "an operation's runner died"), [left.as_str()]);

    // The next one recovers, works, and is told to stop.
    let (mut server, log) = serve(&machine, "next", "");
    let id = queued(&machine);
    assert_eq!(machine.json(0, &["operation", "watch", &id])["operation"]["state"], "succeeded");
    let pid = server.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(server.0.wait().unwrap().success());
    let told = lines(&fs::read_to_string(&log).unwrap());
    assert_eq!(said_of(&told, "recovering what a dead runner left"), [left.as_str()]);
    assert_eq!(said_of(&told, "operation ended"), [left, id]);
    let notes = ["is being finished or undone", "was finished or undone", "Stopping"];
    for note in notes {
        let found = told.iter().any(|line| line["message"].as_str().unwrap().contains(note));
        assert!(found, "{note} is in the log, too: {told:?}");
    }
}

#[test]
fn a_server_that_cannot_start_says_so_in_its_log() {
    let machine = Machine::new();
    let (_server, _) = serve(&machine, "first", "");
    let mut second = machine.command(&["worker"]);
    let output = second.env("ZELO_LOG_FORMAT", "json").output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    let told = lines(&String::from_utf8(output.stderr).unwrap());
    assert_eq!((told[0]["level"].as_str(), told[0]["code"].as_str()), (Some("ERROR"), Some("server-runs")));
    assert!(told[0]["next"].is_string(), "{told:?}");
}

#[test]
fn a_command_that_logs_does_it_in_the_same_way() {
    let machine = Machine::new();
    machine.add();
    let mut command = machine.command(&["backup", "create", "app", "--json", "-v"]);
    let output = command.env("ZELO_LOG_FORMAT", "json").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let done: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = lines(&String::from_utf8(output.stderr).unwrap());
    assert_eq!(said_of(&told, "operation ended"), [done["operation"]["id"].as_str().unwrap()]);
}
