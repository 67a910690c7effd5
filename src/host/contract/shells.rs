//! The scripts under every shell a container may call `sh`, as far as this
//! machine has them.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStderr, Command, Stdio},
};

use crate::host::{
    self,
    docker::end,
    held::{self, Greeting, Stat},
};

/// Shells to try: program and what must come before `-c`.
const SHELLS: [(&str, &[&str]); 6] = [
    ("/bin/sh", &[]),
    ("dash", &[]),
    ("bash", &["--posix"]),
    ("busybox", &["sh"]),
    ("mksh", &[]),
    ("ksh93", &[]),
];

fn shells() -> impl Iterator<Item = (&'static str, Command)> {
    SHELLS.into_iter().filter_map(|(program, first)| {
        let mut probe = Command::new(program);
        let there = probe.args(first).args(["-c", ":"]).output().is_ok_and(|o| o.status.success());
        let mut command = Command::new(program);
        command.args(first).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        there.then_some((program, command))
    })
}

fn hold(shell: Command, argv: &[&str]) -> (Child, BufReader<ChildStderr>, String) {
    hold_it(shell, &host::Command::new(argv.iter().copied()))
}

fn hold_it(mut shell: Command, command: &host::Command) -> (Child, BufReader<ChildStderr>, String) {
    let mut child = shell.args(held::hold("sh", command).split_off(1)).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    (child, stderr, line)
}

fn stat_of(pid: u32) -> Stat {
    Stat::parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap()).unwrap()
}

#[test]
fn every_shell_holds() {
    let command = host::Command::new(["cat", "-"]);
    let both = [command.clone(), command.in_large_pieces()];
    for ((name, shell), command) in both.iter().flat_map(|command| shells().map(move |s| (s, command))) {
        eprintln!("holding with {name}");
        let (mut child, _, line) = hold_it(shell, command);
        let Greeting::Held(stat) = held::greeting(&line) else { panic!("{name}: {line}") };
        assert_eq!((stat.pid as u32, stat.started), (child.id(), stat_of(child.id()).started), "{name}");
        let mut stdin = child.stdin.take().unwrap();
        // All at once: nothing behind the first line may be taken from the program.
        stdin.write_all(b"go\nfirst\nsecond").unwrap();
        drop(stdin);
        let mut out = String::new();
        child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        assert_eq!(out, "first\nsecond", "{name}");
        assert_eq!(child.wait().unwrap().code(), Some(0), "{name}");
    }
}

#[test]
fn every_shell_keeps_its_pid_and_goes_unrun() {
    for (name, shell) in shells() {
        let (mut child, mut stderr, _) = hold(shell, &["sleep", "100"]);
        let before = stat_of(child.id());
        child.stdin.as_mut().unwrap().write_all(held::GO).unwrap();
        let cmdline = format!("/proc/{}/cmdline", child.id());
        while std::fs::read(&cmdline).unwrap() != b"sleep\x00100\x00" {
            std::thread::yield_now();
        }
        assert_eq!(stat_of(child.id()).started, before.started, "{name}");
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(stderr.read_line(&mut String::new()).unwrap(), 0, "{name}");
    }
    // Any other end of the wait, and it goes without running.
    for input in ["", "g", "go", "stop\n", "\n"] {
        for (name, shell) in shells() {
            let (mut child, ..) = hold(shell, &["sh", "-c", "exit 77"]);
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(0), "{name} {input:?}");
        }
    }
}

#[test]
fn every_shell_tells_what_is_missing() {
    for (name, shell) in shells() {
        let (mut child, _, line) = hold(shell, &["no-such-program"]);
        assert_eq!(held::greeting(&line), Greeting::Missing, "{name}: {line}");
        assert_eq!(child.wait().unwrap().code(), Some(127), "{name}");
    }
    // It is there and cannot be run: the loader named in it is not.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no-loader");
    std::fs::write(&path, "#!/no/such/loader\n").unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for (name, shell) in shells() {
        let (mut child, mut stderr, _) = hold(shell, &[path.to_str().unwrap()]);
        child.stdin.take().unwrap().write_all(held::GO).unwrap();
        let mut words = String::new();
        stderr.read_to_string(&mut words).unwrap();
        let code = child.wait().unwrap().code().unwrap();
        assert!(held::exec_failed(code.into(), &words), "{name}: {code} {words}");
    }
}

#[test]
fn every_shell_ends_only_the_right_process() {
    for (name, _) in shells() {
        let again = || shells().find(|(n, _)| *n == name).unwrap().1;
        let mut child = Command::new("sleep").arg("100").spawn().unwrap();
        let (pid, started) = (child.id().to_string(), stat_of(child.id()).started);
        let end = |started: u64, signal: &str| {
            let mut shell = again();
            shell.args(["-c", end::SCRIPT, "zelo-end", &pid, &started.to_string(), signal]);
            shell.output().unwrap().status.code().unwrap()
        };
        assert_eq!(end(started, "0"), 0, "{name}: it runs");
        assert_eq!(end(started + 1, "KILL"), 10, "{name}: another process");
        assert_eq!(end(started, "0"), 0, "{name}: it still runs");
        assert_eq!(end(started, "TERM"), 0, "{name}: signalled");
        // Not waited for yet: a zombie, soon.
        while !stat_of(child.id()).dead {
            std::thread::yield_now();
        }
        assert_eq!(end(started, "KILL"), 10, "{name}: a zombie is gone");
        child.wait().unwrap();
        assert_eq!(end(started, "KILL"), 10, "{name}: gone");
    }
}
