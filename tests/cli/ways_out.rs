//! `zelo operation resolve` and what keeps it from doing anything yet.

use std::{
    io::Read,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use super::{Machine, Server, code, other_runner, signal};

/// A restore that needs a person, as far as Zelo's own database says.
fn stuck() -> (Machine, String) {
    let machine = Machine::new();
    machine.add();
    let backup = machine.back_up();
    let done = machine.json(0, &["restore", &backup, "--yes"]);
    let id = done["operation"]["id"].as_str().unwrap().to_owned();
    machine.own(&format!("UPDATE operations SET state = 'needs_operator' WHERE id = '{id}'"));
    (machine, id)
}

fn state(machine: &Machine, id: &str) -> String {
    machine.json(0, &["operation", "show", id])["operation"]["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_dry_run_takes_no_way_out() {
    let (machine, id) = stuck();
    for way in [&["--retry"][..], &["--note", "by hand"]] {
        let words = [&["operation", "resolve", &id, "--dry-run"][..], way].concat();
        let told = machine.json(0, &words);
        assert_eq!(told["operation"]["state"], "needs_operator");
        assert_eq!(told["would"]["way"], if way.len() == 1 { "retry" } else { "resolved" });
        assert_eq!(state(&machine, &id), "needs_operator");
    }
    let empty = machine.json(2, &["operation", "resolve", &id, "--dry-run", "--note", " "]);
    assert_eq!(code(&empty), "resolve-note");
}

#[test]
fn not_waiting_needs_somebody_who_tries_again() {
    let (machine, id) = stuck();
    let alone = machine.json(2, &["operation", "resolve", &id, "--retry", "--no-wait"]);
    assert_eq!(code(&alone), "cli-no-server");
    assert_eq!(state(&machine, &id), "needs_operator");
    let noted = machine.json(0, &["operation", "resolve", &id, "--note", "by hand", "--no-wait"]);
    assert_eq!(noted["operation"]["state"], "resolved");
    let late = machine.json(2, &["operation", "resolve", &id, "--retry", "--dry-run"]);
    assert_eq!(code(&late), "resolve-not-needed");
    let key = machine.run(&["operation", "resolve", &id, "--retry", "--idempotency-key", "k"]);
    assert_eq!(key.status.code(), Some(2), "a second try is not a second operation: the key means nothing");
}

/// Whether a signal no longer kills it: SIGINT, number 2, is caught.
fn listens(child: &Server) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.0.id())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0");
    u64::from_str_radix(caught.trim(), 16).unwrap() & 0b10 != 0
}

/// A command that follows; what it says, until it ends.
fn follow(machine: &Machine, words: &[&str], signals: u32) -> (Option<i32>, String) {
    let mut child = Server(machine.command(words).stderr(Stdio::piped()).spawn().unwrap());
    let end = Instant::now() + Duration::from_secs(60);
    while signals > 0 && !listens(&child) && Instant::now() < end {
        sleep(Duration::from_millis(20));
    }
    for _ in 0..signals {
        sleep(Duration::from_secs(1));
        signal(&child, "-INT");
    }
    while child.0.try_wait().unwrap().is_none() && Instant::now() < end {
        sleep(Duration::from_millis(50));
    }
    let mut told = String::new();
    child.0.stderr.as_mut().unwrap().read_to_string(&mut told).unwrap();
    (child.0.wait().unwrap().code(), told)
}

#[test]
fn who_cancels_is_told_what_comes_of_it() {
    let machine = Machine::new();
    machine.add();
    machine.back_up();
    let backups = machine.json(0, &["operation", "list"]);
    let id = backups[0]["id"].as_str().unwrap();
    // As if another process were running it, past its commit point.
    let other = other_runner(&machine);
    machine.own("UPDATE operations SET state = 'running', ended_at = NULL");
    for (words, signals) in [(["operation", "watch", id], 2), (["operation", "cancel", id], 1)] {
        let (exit, told) = follow(&machine, &words, signals);
        assert_eq!(exit, Some(130), "{told}");
        assert!(told.contains("is being finished, not undone"), "{words:?}: {told}");
    }
    machine.own("UPDATE operation_steps SET state = 'pending' WHERE position > 2");
    let (_, told) = follow(&machine, &["operation", "cancel", id], 1);
    assert!(told.contains("what it did is being undone"), "{told}");
    // Over meanwhile: how it ended counts, not that it cannot be cancelled.
    machine.own("UPDATE operations SET state = 'succeeded'");
    assert_eq!(follow(&machine, &["operation", "watch", id], 0).0, Some(0));
    assert_eq!(code(&machine.json(1, &["operation", "cancel", id])), "operation-state");
    drop(other);
}
