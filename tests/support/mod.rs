//! What the integration tests share: the real binary in a folder of its own, and
//! ways to look at what it left behind.

#![allow(dead_code, clippy::disallowed_methods)] // each test binary uses a part; tests open databases themselves

pub mod bench;

use std::{
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

/// How a run of the binary ended.
pub struct Ran {
    pub output: Output,
    what: String,
}

/// Runs `zelo` with nothing of this machine's settings, its data in `data`.
pub fn zelo(data: &Path, args: &[&str], fault: Option<&str>) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zelo"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ZELO_") || name.starts_with("LC_"))
    {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8").env("ZELO_CONFIG", "/dev/null");
    command.env("ZELO_STORE_RESERVE_PERCENT", "0").env("ZELO_STORE_RESERVE_BYTES", "1MiB");
    if let Some(fault) = fault {
        command.env("ZELO_FAULT", fault);
    }
    let output = command.arg("--data").arg(data).args(args).output().expect("the binary runs");
    Ran { output, what: format!("zelo {} (fault {fault:?})", args.join(" ")) }
}

impl Ran {
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

/// A string of a JSON value.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
