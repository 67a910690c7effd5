//! A Zelo that serves, in a data folder of its own.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, command, text, zelo};

/// Stopped, and its folder removed, when this is dropped.
pub(crate) struct Site {
    root: TempDir,
    serving: Option<Child>,
    /// Kept open: what it says next must find somebody.
    said: Option<BufReader<ChildStdout>>,
    /// `http://127.0.0.1:40123`.
    pub(crate) url: String,
    /// The set-up link, as long as there is nobody.
    pub(crate) link: Option<String>,
}

impl Site {
    /// Nothing is in it, and nothing runs yet.
    pub(crate) fn new() -> Self {
        Self { root: TempDir::new().unwrap(), serving: None, said: None, url: String::new(), link: None }
    }

    /// Starts the server.
    pub(crate) fn serve(mut self) -> Self {
        self.starts(&[]);
        self
    }

    /// Starts it with variables of its own, and where it was before if it ran.
    pub(crate) fn starts(&mut self, variables: &[(&str, &str)]) {
        let address = self.url.strip_prefix("http://").unwrap_or("127.0.0.1:0").to_owned();
        let mut serve = command(&self.data(), &["--json", "serve", "--bind", &address]);
        serve.envs(variables.iter().copied());
        let log = std::fs::File::create(self.path("serve.log")).unwrap();
        let mut child = serve.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        (self.serving, self.said) = (Some(child), Some(said));
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}{}", self.log()));
        self.url = text(&told["url"]);
        self.link = told["link"].as_str().map(str::to_owned);
    }

    /// Ends the server at once, whatever it does.
    pub(crate) fn dies(&mut self) {
        let mut child = self.serving.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Where it listens: `127.0.0.1:40123`.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Starts the server; the set-up link is there.
    pub(crate) fn fresh() -> Self {
        let site = Self::new().serve();
        assert!(site.link.is_some(), "there is no set-up link:\n{}", site.log());
        site
    }

    /// The same, and something in it fails.
    pub(crate) fn faulty(fault: &str) -> Self {
        let mut site = Self::new();
        site.starts(&[("ZELO_FAULT", fault)]);
        site
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// A path beside the data.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Runs the command line beside the server.
    #[track_caller]
    pub(crate) fn zelo(&self, args: &[&str]) -> Ran {
        zelo(&self.data(), args, None)
    }

    /// The same; what it prints.
    #[track_caller]
    pub(crate) fn told(&self, args: &[&str]) -> Value {
        self.zelo(&[args, &["--json"]].concat()).code(0).json()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.path("serve.log")).unwrap_or_default()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let Some(mut child) = self.serving.take() else { return };
        let _ = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status();
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
        if std::thread::panicking() {
            eprintln!("--- what zelo serve said\n{}", self.log());
        }
    }
}

/// The SHA-256 of a file, in hexadecimal.
pub(crate) fn sha256(path: &Path) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(std::fs::read(path).unwrap()))
}
