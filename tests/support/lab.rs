//! The lab's Docker Engines: the shared one, and one of a test's own that it may
//! stop and kill.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// Says that a part of the lab is missing; a failure where the lab is asked for.
pub fn missing(what: &str) {
    assert!(std::env::var_os("ZELO_LAB").is_none_or(|v| v != "1"), "the lab is not complete: {what}");
    eprintln!("SKIPPED, the lab is not complete: {what} (run lab/up)");
}

/// Whether the shared engine has an image; said loudly where not.
pub fn has(image: &str) -> bool {
    let found = Command::new("docker").args(["image", "inspect", image]).output();
    let has = found.is_ok_and(|o| o.status.success());
    if !has {
        missing(image);
    }
    has
}

/// One of the lab's commands, in the name of this run or else of this test.
pub fn script(name: &str, test: &str) -> Command {
    let mut script = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("lab").join(name));
    script.env("ZELO_LAB_RUN", std::env::var("ZELO_LAB_RUN").unwrap_or_else(|_| test.to_owned()));
    script
}

/// What a command prints.
#[track_caller]
pub fn done(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned()
}

/// A Docker Engine of its own. It goes with all it made when this is dropped, and
/// also when this process is killed: its script then sees the end of its input.
pub struct Engine {
    script: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    pub socket: String,
}

impl Engine {
    /// A running one that has an image of the shared one's; `None`, said loudly,
    /// where that cannot be.
    pub fn up(image: &str, options: &[&str]) -> Option<Self> {
        if !has(image) {
            return None;
        }
        if !rustix::process::geteuid().is_root() {
            missing("the right to run a second Docker Engine");
            return None;
        }
        let mut script = script("engine", "engine");
        script.args(options).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = script.spawn().unwrap();
        let orders = script.stdin.take();
        let answers = BufReader::new(script.stdout.take().unwrap());
        let mut engine = Self { script, orders, answers, socket: String::new() };
        // It must leave the shared engine's network alone.
        let bridge = || Path::new("/sys/class/net/docker0").exists();
        let before = bridge();
        engine.socket = engine.order("start");
        assert_eq!(bridge(), before, "the second Docker Engine touched docker0");
        let load = format!("docker save {image} | DOCKER_HOST={} docker load", engine.address());
        let mut carry = Command::new("bash");
        carry.args(["-euo", "pipefail", "-c", &load]);
        done(carry);
        Some(engine)
    }

    /// As Docker's own clients write it.
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket)
    }

    /// As a service manager stops it.
    pub fn stop(&mut self) {
        assert_eq!(self.order("stop"), "done");
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        assert_eq!(self.order("kill"), "done");
    }

    /// Starts it again; returns when it answers.
    pub fn start(&mut self) {
        assert_eq!(self.order("start"), self.socket);
    }

    fn order(&mut self, order: &str) -> String {
        writeln!(self.orders.as_ref().unwrap(), "{order}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert!(!answer.is_empty(), "the second Docker Engine could not {order}");
        answer.trim_end().to_owned()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.script.wait();
    }
}
