//! `zelo demo` as a person or a script runs it: every kind of sample, every ending,
//! and what is left afterwards, which is nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)] // a test that cannot go on says so

mod support;

use std::{
    fs,
    io::{BufRead, BufReader, Lines},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use support::{http, lab, text};

/// A place for temporary files of its own, and what the demo may find.
struct Machine {
    /// Not below /tmp, whose rights others may change: the server's user must get in.
    folder: tempfile::TempDir,
    binaries: PathBuf,
    docker: bool,
}

impl Machine {
    /// With the server programs in `binaries` (as `/usr/lib/postgresql` has them).
    fn new(binaries: impl Into<PathBuf>, docker: bool) -> Self {
        let folder = tempfile::Builder::new().prefix("zelo-t-").tempdir_in("/var/tmp").unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Self { folder, binaries: binaries.into(), docker }
    }

    /// Without anything PostgreSQL could come from.
    fn bare() -> Self {
        Self::new("/nonexistent", false)
    }

    /// With server programs; `None`, said loudly, where this machine has none.
    fn with_binaries() -> Option<Self> {
        let there = fs::read_dir("/usr/lib/postgresql").is_ok_and(|mut versions| {
            versions.any(|version| version.unwrap().path().join("bin/initdb").is_file())
        });
        if !there {
            lab::missing("PostgreSQL's server programs below /usr/lib/postgresql");
        }
        there.then(|| Self::new("/usr/lib/postgresql", false))
    }

    /// With a Docker Engine; `None`, said loudly, where the lab's image is missing.
    fn with_docker() -> Option<Self> {
        let image = "zelo-lab/postgres:17";
        let there = Command::new("docker").args(["image", "inspect", image]).output();
        if !there.is_ok_and(|output| output.status.success()) {
            lab::missing(image);
            return None;
        }
        Some(Self::new("/nonexistent", true))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zelo"));
        command.args(words).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.folder.path());
        command.env("TMPDIR", self.folder.path()).env("ZELO_FAULT_POSTGRESQL", &self.binaries);
        if !self.docker {
            command.env("ZELO_DOCKER_SOCKET", "off");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command
    }

    fn start(&self, words: &[&str]) -> Demo {
        let mut child = self.command(words).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Demo { child, lines, last: String::new() }
    }

    /// Runs it, expects this exit code, and returns the last line, as JSON.
    #[track_caller]
    fn report(&self, exit: i32, words: &[&str]) -> Value {
        self.start(words).report(exit)
    }

    /// Nothing is left: no folder, no process that names one.
    #[track_caller]
    fn assert_clean(&self) {
        let left: Vec<_> = fs::read_dir(self.folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(processes(self.folder.path()), Vec::<String>::new());
    }
}

/// A demo that goes on; nothing of it outlives the test.
struct Demo {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    last: String,
}

impl Demo {
    /// Reads until a line has these words, and returns it.
    #[track_caller]
    fn until(&mut self, words: &str) -> String {
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            if line.contains(words) {
                return line;
            }
        }
        panic!("it ended without {words:?}");
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Waits for its end and exit code.
    #[track_caller]
    fn ends(&mut self, exit: i32) {
        for line in self.lines.by_ref() {
            self.last = line.unwrap();
        }
        assert_eq!(self.child.wait().unwrap().code(), Some(exit), "last line: {}", self.last);
    }

    /// The same, and its last line as JSON.
    #[track_caller]
    fn report(mut self, exit: i32) -> Value {
        self.ends(exit);
        serde_json::from_str(&self.last).unwrap_or_else(|e| panic!("{e}: {:?}", self.last))
    }

    /// The names of its containers, running or not.
    fn containers(&self) -> Vec<String> {
        containers_of(self.child.id())
    }

    /// Waits until it has made one.
    #[track_caller]
    fn container(&self) -> String {
        let end = Instant::now() + Duration::from_secs(120);
        loop {
            if let Some(name) = self.containers().pop() {
                return name;
            }
            assert!(Instant::now() < end, "it makes no container");
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if Path::new("/var/run/docker.sock").exists() {
            for name in self.containers() {
                let _ = Command::new("docker").args(["rm", "-f", "-v", &name]).output();
            }
        }
    }
}

fn containers_of(pid: u32) -> Vec<String> {
    let format = "{{.Names}}\t{{.Label \"zelo.demo\"}}";
    let output = Command::new("docker")
        .args(["ps", "-a", "--filter", "label=zelo.demo", "--format", format])
        .output()
        .map(|output| String::from_utf8(output.stdout).unwrap())
        .unwrap_or_default();
    let lines = output.lines().filter_map(|line| line.split_once('\t'));
    let own = lines.filter(|(_, owner)| owner.split(' ').nth(2) == Some(&pid.to_string()));
    own.map(|(name, _)| name.to_owned()).collect()
}

/// Command lines that name a folder.
fn processes(folder: &Path) -> Vec<String> {
    let folder = folder.display().to_string();
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|l| l.contains(&folder))
        .collect()
}

/// Every part of the tour is there, and every comparison held, by the digests
/// themselves.
#[track_caller]
fn assert_whole(report: &Value, kind: &str) {
    let did = report["did"].as_array().unwrap_or_else(|| panic!("{report}"));
    let names: Vec<_> = did.iter().map(|did| text(&did["what"])).collect();
    assert_eq!(names, ["sample", "backup", "verify", "damage", "restore", "undo"], "{report}");
    assert!(did.iter().all(|did| did["ok"] == true), "{report}");
    assert_eq!((&report["kind"], &report["ok"]), (&kind.into(), &true.into()), "{report}");
    assert_eq!(report.get("problem"), None);
    let digest = |at: usize| text(&did[at]["digest"]);
    let (before, damaged, restored, undone) = (digest(0), digest(3), digest(4), digest(5));
    assert!(before.len() >= 32 && damaged != before && restored == before && undone == damaged, "{report}");
    assert_eq!((&did[4]["expected"], &did[5]["expected"]), (&before.into(), &damaged.into()));
    for at in [1, 2, 4, 5] {
        assert_eq!(text(&did[at]["operation"]).len(), 26, "{report}");
    }
}

fn codes(problems: &Value) -> Vec<String> {
    problems.as_array().map(|all| all.iter().map(|one| text(&one["code"])).collect()).unwrap_or_default()
}

#[test]
fn sqlite_by_choice() {
    let machine = Machine::bare();
    let report = machine.report(0, &["demo", "--exit", "--json", "--kind", "sqlite"]);
    assert_whole(&report, "sqlite");
    assert_eq!(report.get("skipped"), None, "{report}");
    machine.assert_clean();
}

#[test]
fn sqlite_where_there_is_nothing_else() {
    let machine = Machine::bare();
    let report = machine.report(0, &["demo", "--exit", "--json"]);
    assert_whole(&report, "sqlite");
    assert_eq!(codes(&report["skipped"]), ["demo-no-binaries"]);
    machine.assert_clean();
}

#[test]
fn postgres_by_all_means_is_refused_where_there_is_none() {
    let machine = Machine::bare();
    let report = machine.report(3, &["demo", "--exit", "--json", "--kind", "postgres"]);
    assert_eq!((&report["kind"], &report["ok"]), (&"postgres".into(), &false.into()), "{report}");
    assert_eq!(report["problem"]["code"], "demo-no-postgres");
    assert_eq!(report["did"], Value::Array(Vec::new()));
    machine.assert_clean();
}

#[test]
fn postgres_from_this_machines_programs() {
    let Some(machine) = Machine::with_binaries() else { return };
    let report = machine.report(0, &["demo", "--exit", "--json", "--kind", "postgres"]);
    assert_whole(&report, "postgres");
    machine.assert_clean();
}

#[test]
fn postgres_from_a_docker_engine() {
    let Some(machine) = Machine::with_docker() else { return };
    let demo = machine.start(&["demo", "--exit", "--json", "--kind", "postgres"]);
    let pid = demo.child.id();
    assert!(demo.container().starts_with("zelo-demo-"));
    assert_whole(&demo.report(0), "postgres");
    assert_eq!(containers_of(pid), Vec::<String>::new());
    machine.assert_clean();
}

#[test]
fn programs_that_start_no_server_are_passed_over() {
    let broken = tempfile::tempdir().unwrap();
    let bin = broken.path().join("17/bin");
    fs::create_dir_all(&bin).unwrap();
    fs::set_permissions(broken.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for tool in ["initdb", "pg_ctl", "psql", "pg_dump"] {
        fs::write(bin.join(tool), "#!/bin/sh\necho broken >&2\nexit 1\n").unwrap();
        fs::set_permissions(bin.join(tool), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let machine = Machine::new(broken.path(), false);
    let report = machine.report(0, &["demo", "--exit", "--json"]);
    assert_whole(&report, "sqlite");
    assert_eq!(codes(&report["skipped"]), ["demo-sample-command"]);
    assert_eq!(report["skipped"][0]["detail"], "broken");
    let report = machine.report(3, &["demo", "--exit", "--json", "--kind", "postgres"]);
    assert!(text(&report["problem"]["detail"]).contains("broken"), "{report}");
    machine.assert_clean();
}

#[test]
fn a_demo_that_cannot_begin_says_so_in_its_last_line() {
    let machine = Machine::bare();
    let report = machine.report(2, &["demo", "--json", "--bind", "nowhere"]);
    assert_eq!((&report["ok"], &report["problem"]["code"]), (&false.into(), &"setting-address".into()));
    let mut command = machine.command(&["demo", "--json", "--kind", "sqlite"]);
    let output = command.env("ZELO_LOG_LEVEL", "nonsense").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["kind"], &report["ok"]), (&"sqlite".into(), &false.into()), "{report}");
    assert!(report["problem"]["code"].is_string(), "{report}");
    machine.assert_clean();
}

#[test]
fn stopped_in_the_middle_nothing_stays() {
    let machine = Machine::bare();
    for signal in ["INT", "TERM", "HUP"] {
        let mut demo = machine.start(&["demo", "--kind", "sqlite"]);
        demo.until("2/6");
        demo.signal(signal);
        demo.ends(8);
        machine.assert_clean();
    }
}

#[test]
fn stopped_in_the_middle_no_server_stays() {
    let Some(machine) = Machine::with_binaries() else { return };
    let mut demo = machine.start(&["demo", "--kind", "postgres"]);
    demo.until("5/6");
    let server = processes(machine.folder.path()).into_iter().find(|line| line.contains("/postgres -D"));
    assert!(server.is_some(), "the server runs below the machine's folder");
    let data = fs::read_dir(machine.folder.path()).unwrap().next().unwrap().unwrap().path();
    let pid = fs::read_to_string(data.join("sample/postgres/postmaster.pid")).unwrap();
    let user = fs::metadata(format!("/proc/{}", pid.lines().next().unwrap())).unwrap().uid();
    assert_ne!(user, 0, "the server runs as an unprivileged user");
    demo.signal("INT");
    demo.ends(8);
    machine.assert_clean();
}

#[test]
fn stopped_in_the_middle_no_container_stays() {
    let Some(machine) = Machine::with_docker() else { return };
    let demo = machine.start(&["demo", "--json", "--kind", "postgres"]);
    let pid = demo.child.id();
    demo.container();
    demo.signal("INT");
    let report = demo.report(8);
    assert_eq!((&report["ok"], &report["problem"]["code"]), (&false.into(), &"demo-interrupted".into()));
    assert_eq!(containers_of(pid), Vec::<String>::new());
    machine.assert_clean();
}

#[test]
fn what_a_killed_demo_left_goes_with_the_next() {
    let Some(machine) = Machine::with_docker() else { return };
    let mut demo = machine.start(&["demo", "--json", "--kind", "postgres"]);
    demo.container();
    demo.child.kill().unwrap();
    demo.child.wait().unwrap();
    assert!(fs::read_dir(machine.folder.path()).unwrap().next().is_some(), "SIGKILL lets nobody clean up");
    let report = machine.report(0, &["demo", "--exit", "--json", "--kind", "sqlite"]);
    assert_whole(&report, "sqlite");
    assert_eq!(demo.containers(), Vec::<String>::new());
    machine.assert_clean();
}

#[test]
fn the_pages_open_once_by_the_link_and_speak_in_words() {
    let machine = Machine::bare();
    let mut demo = machine.start(&["demo", "--json", "--kind", "sqlite", "--lang", "pt-BR"]);
    let serving: Value = serde_json::from_str(&demo.until("\"link\"")).unwrap();
    let (address, link) = (text(&serving["address"]), text(&serving["link"]));
    let path = link.strip_prefix(&format!("http://{address}")).unwrap();

    assert_eq!(http::get(&address, "/dashboard", None).status, 303);
    let (cookie, set) = by_link(&address, path).unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    assert!(!set.contains("Secure"), "by http a browser would not send it back: {set}");

    let page = http::get(&address, "/operations", Some(&cookie));
    assert_eq!(page.status, 200);
    for words in ["Operações", "Restaurar", "Verificar", "Desfazer", "Feita"] {
        assert!(page.body.contains(words), "{words} in {}", page.body);
    }
    assert_eq!(http::get(&address, "/dashboard", Some(&cookie)).status, 200);

    assert!(by_link(&address, path).is_none(), "it works once");
    assert_eq!(http::get(&address, "/dashboard", Some("zelo_session=0123")).status, 303);
    demo.signal("TERM");
    assert_whole(&demo.report(0), "sqlite");
    machine.assert_clean();
}

#[test]
fn behind_https_the_session_never_travels_without() {
    let machine = Machine::bare();
    let data = machine.folder.path().join("data");
    let command = |words: &[&str]| {
        let mut command = machine.command(words);
        command.env("ZELO_DATA", &data).env("ZELO_HTTP_PUBLIC_URL", "https://zelo.example");
        command.env("ZELO_STORE_RESERVE_PERCENT", "0").env("ZELO_STORE_RESERVE_BYTES", "0 B");
        command
    };
    let json = |words: &[&str]| -> Value {
        let output = command(words).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    json(&["user", "add", "ada", "--json"]);
    let link = text(&json(&["user", "link", "ada", "--json"])["link"]);
    let mut child = command(&["serve", "--json", "--bind", "127.0.0.1:0"]).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut server = Demo { child, lines, last: String::new() };
    let serving: Value = serde_json::from_str(&server.until("\"link\"")).unwrap();
    assert!(serving["link"].is_null(), "somebody is here: {serving}");
    let path = link.strip_prefix("https://zelo.example").unwrap();
    let (_, set) = by_link(&text(&serving["address"]), path).unwrap();
    assert!(set.split("; ").any(|part| part == "Secure"), "{set}");
    server.signal("TERM");
    server.ends(0);
}

/// Presses the button behind a sign-in link: the session's cookie, and how it is set.
fn by_link(address: &str, path: &str) -> Option<(String, String)> {
    let page = http::get(address, path, None);
    assert_eq!(page.status, 200, "{}", page.body);
    let (guest, _) = page.cookie("zelo_guest").unwrap();
    let form = |name: &str| page.after(&format!("name=\"{name}\" value=\""));
    let form = format!("csrf={}&token={}", form("csrf"), form("token"));
    let answer = http::post(address, "/sign-in/link", &guest, &form);
    answer.cookie("zelo_session")
}
