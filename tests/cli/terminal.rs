//! `zelo` at a terminal: what it asks, and what it shows while it works. The
//! terminal is util-linux's `script`.

use std::{
    io::{Read, Write},
    process::{Child, ChildStdin, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use super::{Machine, code};

/// A command at a terminal of its own.
pub(super) struct Terminal {
    child: Child,
    keys: Option<ChildStdin>,
    screen: Arc<Mutex<String>>,
}

impl Terminal {
    pub(super) fn run(machine: &Machine, words: &[&str]) -> Self {
        let program = [&[env!("CARGO_BIN_EXE_zelo")][..], words].concat().join(" ");
        let mut command = machine.command_of("script", &["-qefc", &format!("exec {program}"), "/dev/null"]);
        command.env("TERM", "xterm").env("SHELL", "/bin/sh");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let (keys, mut out) = (child.stdin.take(), child.stdout.take().unwrap());
        let screen = Arc::new(Mutex::new(String::new()));
        let shown = screen.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = out.read(&mut bytes) {
                shown.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self { child, keys, screen }
    }

    pub(super) fn screen(&self) -> String {
        self.screen.lock().unwrap().clone()
    }

    /// Waits until it shows this text so many times.
    #[track_caller]
    pub(super) fn shows(&self, text: &str, times: usize) {
        let end = Instant::now() + Duration::from_secs(30);
        while self.screen().matches(text).count() < times {
            assert!(Instant::now() < end, "no {text:?} on\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(super) fn types(&mut self, text: &str) {
        self.keys.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// The process at the terminal itself, below `script`.
    fn pid(&self) -> String {
        let below = format!("/proc/{0}/task/{0}/children", self.child.id());
        std::fs::read_to_string(below).unwrap().split_whitespace().next().unwrap().to_owned()
    }

    /// Its exit code, once it has ended by itself.
    #[track_caller]
    pub(super) fn ends(&mut self) -> i32 {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap();
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn damaged() -> (Machine, String) {
    let machine = Machine::new();
    machine.add();
    let backup = machine.back_up();
    machine.write("DELETE FROM t WHERE a = 1");
    (machine, backup)
}

#[test]
fn a_question_left_open_keeps_nobody_from_working() {
    let (machine, backup) = damaged();
    let mut asked = Terminal::run(&machine, &["restore", &backup]);
    asked.shows("to agree", 1);
    assert_eq!(machine.json(0, &["backup", "create", "app"])["operation"]["state"], "succeeded");
    assert_eq!(machine.rows().len(), 1, "nothing ran yet");
    asked.types("app\r");
    assert_eq!(asked.ends(), 0, "{}", asked.screen());
    assert_eq!(machine.rows().len(), 2);
}

#[test]
fn what_was_agreed_to_must_still_be_so_after_the_question() {
    let (machine, backup) = damaged();
    let mut asked = Terminal::run(&machine, &["restore", &backup]);
    asked.shows("to agree", 1);
    machine.json(0, &["backup", "delete", &backup, "--yes"]);
    asked.types("app\r");
    assert_eq!(asked.ends(), 1, "{}", asked.screen());
    assert!(asked.screen().contains("in the trash"), "{}", asked.screen());
    assert_eq!(machine.rows().len(), 1);
}

#[test]
fn a_question_is_left_by_a_signal_and_nothing_is_queued() {
    let (machine, backup) = damaged();
    for signal in ["-TERM", "-HUP", "keys"] {
        let mut asked = Terminal::run(&machine, &["restore", &backup]);
        asked.shows("to agree", 1);
        match signal {
            "keys" => asked.types("\u{3}"),
            name => {
                let pid = asked.pid();
                assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
            }
        }
        assert_eq!(asked.ends(), 8, "{signal}: {}", asked.screen());
    }
    let operations = machine.json(0, &["operation", "list"]);
    assert!(operations.as_array().unwrap().iter().all(|o| o["kind"] == "backup"), "{operations}");
    assert_eq!(machine.rows().len(), 1);
}

#[test]
fn the_safety_backup_is_shown_while_it_is_taken() {
    let (machine, backup) = damaged();
    machine.write(
        "CREATE TABLE files (body BLOB);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 96)
         INSERT INTO files SELECT randomblob(1048576) FROM n;",
    );
    let mut shown = Terminal::run(&machine, &["restore", &backup, "--yes"]);
    assert_eq!(shown.ends(), 0, "{}", shown.screen());
    let screen = shown.screen();
    assert!(screen.contains("Take and verify a safety backup: "), "{screen}");
}

#[test]
fn a_key_asked_with_again_answers_without_asking() {
    let (machine, backup) = damaged();
    let done = machine.json(0, &["restore", &backup, "--yes", "--idempotency-key", "once"]);
    let again = machine.json(0, &["restore", &backup, "--idempotency-key", "once"]);
    assert_eq!(again["operation"]["id"], done["operation"]["id"]);
    let restore = done["operation"]["id"].as_str().unwrap();
    let undo = machine.json(0, &["undo", restore, "--yes", "--idempotency-key", "back"]);
    let again = machine.json(0, &["undo", restore, "--yes", "--idempotency-key", "back"]);
    assert_eq!(again["operation"]["id"], undo["operation"]["id"]);
    let delete = ["backup", "delete", &backup, "--yes", "--idempotency-key", "away"];
    let deleted = machine.json(0, &delete);
    assert_eq!(machine.json(0, &delete)["operation"]["id"], deleted["operation"]["id"]);
    let dry = machine.json(0, &[&delete[..], &["--dry-run"]].concat());
    assert_eq!(dry["operation"]["id"], deleted["operation"]["id"]);
    let other = machine.json(2, &["backup", "validate", &backup, "--idempotency-key", "away"]);
    assert_eq!(code(&other), "idempotency-key-reused");
}
