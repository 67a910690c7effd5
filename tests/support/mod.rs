//! What the integration tests share: the real binary in a folder of its own, and
//! ways to look at what it left behind.

// Each test binary uses a part; tests open databases themselves and stop where they cannot go on.
#![allow(dead_code, unreachable_pub, missing_docs)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

pub mod bench;
pub mod http;
pub mod instance;
pub mod lab;
pub mod postgres;
pub mod random;

use std::{
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use zelo::{
    domain::problem::Problem,
    i18n::{Catalogue, Lang},
};

/// How a run of the binary ended.
pub struct Ran {
    pub output: Output,
    what: String,
}

/// `zelo` with nothing of this machine's settings, its data in `data`; not yet run.
pub fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zelo"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ZELO_") || name.starts_with("LC_"))
    {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8").env("ZELO_CONFIG", "/dev/null");
    command.env("ZELO_STORE_RESERVE_PERCENT", "0").env("ZELO_STORE_RESERVE_BYTES", "1MiB");
    command.arg("--data").arg(data).args(args);
    command
}

/// Starts a command whose end is looked at later.
pub fn start(mut command: Command) -> Running {
    let what = format!("{command:?}");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running { child: command.spawn().expect("the binary runs"), what }
}

/// A run of the binary that goes on.
pub struct Running {
    child: Child,
    what: String,
}

impl Running {
    /// Sends it a signal: `TERM`, `INT`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Waits until SIGINT, number 2, is caught and no longer kills it.
    pub fn listens(&mut self) {
        let status = format!("/proc/{}/status", self.child.id());
        let caught = || {
            let status = std::fs::read_to_string(&status).unwrap();
            let mask =
                status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim().to_owned();
            u64::from_str_radix(&mask, 16).unwrap() & 0b10 != 0
        };
        while self.child.try_wait().unwrap().is_none() && !caught() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Waits for its end.
    pub fn end(self) -> Ran {
        Ran { output: self.child.wait_with_output().unwrap(), what: self.what }
    }
}

/// Runs `zelo` in `data`, with a fault or without.
pub fn zelo(data: &Path, args: &[&str], fault: Option<&str>) -> Ran {
    let mut command = command(data, args);
    if let Some(fault) = fault {
        command.env("ZELO_FAULT", fault);
    }
    Ran { what: format!("zelo {} (fault {fault:?})", args.join(" ")), ..Ran::of(command) }
}

impl Ran {
    /// Runs a command to its end.
    pub fn of(mut command: Command) -> Self {
        let what = format!("{command:?}");
        Self { output: command.stdin(Stdio::null()).output().expect("the binary runs"), what }
    }

    /// The same with something on standard input.
    pub fn fed(mut command: Command, input: &str) -> Self {
        use std::io::{Seek, Write};

        let what = format!("{command:?}");
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(input.as_bytes()).unwrap();
        file.rewind().unwrap();
        Self { output: command.stdin(file).output().expect("the binary runs"), what }
    }

    /// The code of what went wrong, of the command or its operation, whose
    /// sentences are all there: what happened, what is safe, what to do next.
    #[track_caller]
    pub fn problem(&self) -> String {
        let told = self.json();
        let problem = told["problems"].get(0).unwrap_or(&told["operation"]["problem"]).clone();
        let code = text(&problem["code"]);
        for lang in Lang::ALL {
            let own: Problem = serde_json::from_value(problem.clone()).unwrap();
            let words = Catalogue::of(lang).problem(&own);
            for sentence in [Some(words.what), words.safe, words.next] {
                assert!(sentence.is_some_and(|s| !s.is_empty()), "{code} in {lang:?} is not told: {self}");
            }
        }
        if told["problems"].is_array() {
            assert!(problem["safe"].is_string() && problem["next"].is_string(), "{self}");
        }
        code
    }

    /// It ended with this exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.output.status.code(), Some(code), "{self}");
        self
    }

    /// It died by SIGKILL.
    #[track_caller]
    pub fn killed(self) -> Self {
        assert_eq!(self.output.status.signal(), Some(9), "{self}");
        self
    }

    /// Its last line of output, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.output.stdout);
        let last = text.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|e| panic!("no JSON ({e}): {self}"))
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (out, err) = (&self.output.stdout, &self.output.stderr);
        let (out, err) = (String::from_utf8_lossy(out), String::from_utf8_lossy(err));
        write!(f, "{}\n{}\n--- out\n{out}\n--- err\n{err}", self.what, self.output.status)
    }
}

/// Waits until something is so, looking again and again, but not for ever.
#[track_caller]
pub fn until(otherwise: &str, limit: Duration, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + limit;
    while !so() {
        assert!(Instant::now() < end, "{otherwise} within {limit:?}");
        sleep(Duration::from_millis(20));
    }
}

/// A string of a JSON value.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
