//! Where things run: a local process or a container of a Docker Engine.
//!
//! Two traits. A [`Place`] runs commands: this machine, or one container by
//! exec. A [`ContainerHost`] is an engine: what runs on it, its files, its disk.
//!
//! A process is first **held**: started, known by pid and start time, but waiting
//! for a byte before it becomes the program. So the journal can name it before it
//! does anything, and a Zelo that dies in between leaves nothing behind (the
//! wrapper sees the end of its input and exits). One process per command, argv
//! form, no pipelines: an orphan that dies by a signal in a container whose
//! server is PID 1 restarts the whole database.

pub mod compose;
#[cfg(test)]
mod contract;
mod disposable;
pub mod docker;
#[cfg(any(test, feature = "faults"))]
pub mod faulty;
mod held;
mod hosts;
mod local;
mod problem;
#[cfg(any(test, feature = "faults"))]
pub mod scripted;
mod tail;

pub use disposable::{Bind, Disposable, NewContainer};
pub use docker::Docker;
pub use hosts::Hosts;
pub use local::Local;
pub use problem::{Away, away};

use std::{fmt, path::PathBuf, pin::Pin, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::secret::Secret;

/// Bytes that come out.
pub type Reader = Pin<Box<dyn AsyncRead + Send>>;
/// Bytes that go in; shut down to end the input.
pub type Writer = Pin<Box<dyn AsyncWrite + Send>>;

/// Where a process runs: `local`, or `container:<host>:<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlaceId(pub String);

/// A process as the journal knows it: the same pid with another start time is
/// another process and is never touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRef {
    /// Where.
    pub place: PlaceId,
    /// Its pid there.
    pub pid: i32,
    /// Field 22 of `/proc/<pid>/stat` there: clock ticks since that kernel booted.
    pub started: u64,
    /// The container's full id, so that a recreated container is not mistaken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

/// A command to run. Its arguments are visible to everyone on that machine:
/// secrets go into `env` only.
#[derive(Debug, Clone)]
pub struct Command {
    /// Program and arguments; never through a shell.
    pub argv: Vec<String>,
    /// Plain environment.
    pub env: Vec<(String, String)>,
    /// Environment that must not be printed or logged.
    pub secret_env: Vec<(String, Secret)>,
    /// As which user of that place; `None`: its default.
    pub user: Option<String>,
    /// Whether it writes in larger pieces than it would by itself, where that can be
    /// had: each piece passes the container's shim, its engine and a socket.
    pub large_pieces: bool,
}

impl Command {
    /// A command from program and arguments.
    pub fn new<S: Into<String>>(argv: impl IntoIterator<Item = S>) -> Self {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            secret_env: Vec::new(),
            user: None,
            large_pieces: false,
        }
    }

    /// The same with one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.argv.push(arg.into());
        self
    }

    /// The same with one more variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// The same with one more secret variable.
    #[must_use]
    pub fn secret_env(mut self, name: &str, value: Secret) -> Self {
        self.secret_env.push((name.to_owned(), value));
        self
    }

    /// The same as another user.
    #[must_use]
    pub fn user(mut self, user: Option<&str>) -> Self {
        self.user = user.map(ToOwned::to_owned);
        self
    }

    /// The same for a program that writes much by C's standard output.
    #[must_use]
    pub fn in_large_pieces(mut self) -> Self {
        self.large_pieces = true;
        self
    }

    /// The program's name, for messages.
    pub fn program(&self) -> &str {
        self.argv.first().map_or("", String::as_str)
    }
}

/// How a process ended. Read only after its output has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// Its exit code; 128 + n for signal n.
    pub code: i64,
    /// The last 8 KiB of what it said on standard error (and, if it never
    /// started, the engine's message).
    pub stderr: String,
}

impl Exit {
    /// Whether it said that all went well.
    pub fn ok(&self) -> bool {
        self.code == 0
    }
}

/// A started process that waits to be let run.
#[async_trait]
pub trait Held: Send {
    /// Who it is, for the journal.
    fn process(&self) -> &ProcessRef;
    /// Lets it become the program.
    async fn release(self: Box<Self>) -> Result<Running, HostError>;
}

/// A running process. Read `stdout` to its end, then ask `exit`.
pub struct Running {
    /// Who it is.
    pub process: ProcessRef,
    /// Its input; drop or shut down to end it.
    pub stdin: Option<Writer>,
    /// Its output.
    pub stdout: Reader,
    /// How it will end.
    pub exit: Box<dyn Ending>,
}

/// The end of a process.
#[async_trait]
pub trait Ending: Send {
    /// Waits for it. An output that broke off (connection lost, truncated
    /// multiplexing) is an error here even if the reader saw a clean end.
    async fn wait(self: Box<Self>) -> Result<Exit, HostError>;
}

/// Somewhere commands can run.
#[async_trait]
pub trait Place: Send + Sync {
    /// Which.
    fn id(&self) -> PlaceId;

    /// Starts a command, held. `tool-missing` is reported here or by exit code
    /// 126/127, as [`HostError::NoProgram`].
    async fn start(&self, command: Command) -> Result<Box<dyn Held>, HostError>;

    /// Ends a process: SIGTERM, after `grace` SIGKILL, until it is proven gone.
    /// Gone already, or its container gone or stopped, counts as ended.
    async fn end(&self, process: &ProcessRef, grace: Duration) -> Result<(), HostError>;

    /// Whether exactly that process still runs.
    async fn runs(&self, process: &ProcessRef) -> Result<bool, HostError>;

    /// Bytes free and in all on the file system that holds `path` there.
    async fn space(&self, path: &str) -> Result<Space, HostError>;
}

/// Free and total bytes of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// Available to Zelo.
    pub free: u64,
    /// In all.
    pub total: u64,
}

/// A container as a list or inspection shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Full id; changes when it is recreated.
    pub id: String,
    /// Name without the leading slash.
    pub name: String,
    /// Image as given: `postgres:17`.
    pub image: String,
    /// Image id (`sha256:…`).
    pub image_id: String,
    /// `running`, `exited`, `created`, `paused`, `restarting`, `dead`.
    pub state: String,
    /// Health, where the image defines a check: `healthy`, `unhealthy`, `starting`.
    pub health: Option<String>,
    /// Published and exposed ports.
    pub ports: Vec<Port>,
    /// Configured environment. **Holds secrets**: never log or journal it.
    #[serde(skip)]
    pub env: Vec<(String, Secret)>,
    /// Labels.
    pub labels: std::collections::BTreeMap<String, String>,
    /// Mounts: volumes and binds.
    pub mounts: Vec<Mount>,
    /// Its addresses by network.
    pub networks: std::collections::BTreeMap<String, String>,
    /// When it last started (RFC 3339), if ever.
    pub started_at: Option<String>,
    /// How often the engine restarted it.
    pub restarts: i64,
}

impl Container {
    /// The Compose project and service it belongs to.
    pub fn compose(&self) -> Option<(&str, &str)> {
        let project = self.labels.get("com.docker.compose.project")?;
        let service = self.labels.get("com.docker.compose.service")?;
        Some((project, service))
    }
}

/// One line of a container's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When the engine got it (RFC 3339 with nanoseconds).
    pub at: String,
    /// Whether it came on standard error.
    pub error: bool,
    /// Its text; bytes that are no UTF-8 are replaced.
    pub text: String,
}

/// Lines of a container's output as they come.
pub type LogStream = futures_util::stream::BoxStream<'static, Result<LogLine, HostError>>;

/// What a container uses, as far as the engine says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Memory, without files that are only cached.
    pub memory_bytes: Option<u64>,
    /// Time of processors it has used since it started, in nanoseconds.
    pub cpu_nanos: Option<u64>,
    /// When the engine read this, by its own clock.
    pub at: Option<crate::domain::clock::Moment>,
}

impl Usage {
    /// How busy it was since an earlier reading, in per cent of one processor; `None` where
    /// that cannot be told: it was started anew, or the readings are one.
    pub fn cpu_percent_since(&self, earlier: &Self) -> Option<f64> {
        let used = self.cpu_nanos?.checked_sub(earlier.cpu_nanos?)?;
        let passed = (self.at? - earlier.at?).num_nanoseconds().filter(|nanos| *nanos > 0)?;
        // Tenths are all a page shows, and far more than this loses.
        Some((used as f64 / passed as f64 * 1000.0).round() / 10.0)
    }
}

/// How a container is, beyond its [`Container::state`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// As [`Container::state`].
    pub state: String,
    /// As [`Container::health`].
    pub health: Option<String>,
    /// Exit code of its last run.
    pub exit_code: i64,
    /// Whether the kernel ended it for want of memory.
    pub oom_killed: bool,
    /// Why the engine could not start it, in its words.
    pub error: String,
    /// How often the engine restarted it.
    pub restarts: i64,
    /// When it last started (RFC 3339), if ever.
    pub started_at: Option<String>,
    /// When it last ended.
    pub finished_at: Option<String>,
    /// What its last health check said, at most 1 KiB. **May hold secrets.**
    #[serde(skip)]
    pub health_said: String,
}

/// A port of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// Inside.
    pub container: u16,
    /// On the host, if published.
    pub host: Option<u16>,
    /// The host address it is bound to.
    pub address: Option<String>,
}

/// A mount of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// `volume`, `bind`, `tmpfs`.
    pub kind: String,
    /// Volume name, or host path.
    pub source: String,
    /// Path inside.
    pub target: String,
    /// Whether it may be written.
    pub writable: bool,
}

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// `28.2.2`.
    pub version: String,
    /// Where it keeps images, containers and volumes.
    pub root: PathBuf,
    /// `overlay2`, …
    pub storage: String,
}

/// A Docker Engine.
#[async_trait]
pub trait ContainerHost: Send + Sync {
    /// Version and root folder; also the check that it answers.
    async fn info(&self) -> Result<EngineInfo, HostError>;
    /// All containers, running or not, inspected. Every call asks the engine.
    async fn containers(&self) -> Result<Vec<Container>, HostError>;
    /// One container by name or id.
    async fn container(&self, name: &str) -> Result<Container, HostError>;
    /// Starts a stopped container.
    async fn start(&self, name: &str) -> Result<(), HostError>;
    /// Stops it: its stop signal, then SIGKILL after `grace`. Says whether it had
    /// to be killed.
    async fn stop(&self, name: &str, grace: Duration) -> Result<bool, HostError>;
    /// Stop and start.
    async fn restart(&self, name: &str, grace: Duration) -> Result<(), HostError>;
    /// Removes a stopped container (not its named volumes).
    async fn remove(&self, name: &str) -> Result<(), HostError>;
    /// A tar of a path inside; works on stopped containers too.
    async fn download(&self, name: &str, path: &str) -> Result<Reader, HostError>;
    /// Unpacks a tar into a folder inside.
    async fn upload(&self, name: &str, folder: &str, tar: Reader) -> Result<(), HostError>;
    /// Names of all volumes.
    async fn volumes(&self) -> Result<Vec<String>, HostError>;
    /// Names of the networks that a Compose project made.
    async fn networks(&self, project: &str) -> Result<Vec<String>, HostError>;
    /// Removes a network that no running container is in. Gone already is fine.
    async fn remove_network(&self, name: &str) -> Result<(), HostError>;
    /// Names of the images the engine already has: `postgres:17`.
    async fn images(&self) -> Result<Vec<String>, HostError>;
    /// Makes and starts a container of Zelo's own; never pulls an image.
    async fn run(&self, new: &NewContainer) -> Result<Container, HostError>;
    /// Ends and removes a container made by [`run`](Self::run), with its volumes;
    /// refuses any other. Gone already is fine.
    async fn discard(&self, name: &str) -> Result<(), HostError>;
    /// Containers made by [`run`](Self::run) that carry a label besides, running or
    /// not. One call: none of the others is asked for.
    async fn disposables(&self, label: &str) -> Result<Vec<Disposable>, HostError>;
    /// All the engine knows of a container, as its API says it: enough to make it
    /// again. **Holds secrets.**
    async fn record(&self, name: &str) -> Result<serde_json::Value, HostError>;
    /// The same of an image.
    async fn image_record(&self, image: &str) -> Result<serde_json::Value, HostError>;
    /// The last lines of what a container wrote, oldest first, at most 1 MiB of them.
    /// **May hold secrets.**
    async fn logs(&self, name: &str, lines: u32) -> Result<Vec<LogLine>, HostError>;
    /// The last lines, then every other one as it comes, until the container stops. `since`,
    /// in seconds since 1970: none from before. **May hold secrets.**
    async fn follow(&self, name: &str, lines: u32, since: Option<i64>) -> Result<LogStream, HostError>;
    /// What a container uses at this moment; nothing of one that does not run.
    async fn usage(&self, name: &str) -> Result<Usage, HostError>;
    /// How a container is and how it last ended.
    async fn condition(&self, name: &str) -> Result<Condition, HostError>;
    /// Running commands inside it by exec.
    fn place(&self, name: &str) -> std::sync::Arc<dyn Place>;
}

/// Finds the place a journalled process ran in, so that recovery can end it.
pub trait Places: Send + Sync {
    /// `None` for a place this Zelo cannot reach any more.
    fn place(&self, id: &PlaceId) -> Option<std::sync::Arc<dyn Place>>;
}

/// What can go wrong between Zelo and the machine.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// No engine answers on that socket.
    #[error("no Docker Engine answers at {at}: {why}")]
    NoEngine {
        /// Socket or address.
        at: String,
        /// The system's words.
        why: String,
    },
    /// No such container.
    #[error("no container named {0}")]
    NoContainer(String),
    /// It exists and does not run.
    #[error("container {0} is not running")]
    NotRunning(String),
    /// The program does not exist there.
    #[error("{program} is not installed in {place}")]
    NoProgram {
        /// Its name.
        program: String,
        /// Where.
        place: String,
    },
    /// The connection to the engine or process broke in the middle.
    #[error("the connection to {place} broke: {why}")]
    Broken {
        /// Where.
        place: String,
        /// The system's words.
        why: String,
    },
    /// A process could not be proven gone.
    #[error("process {pid} in {place} does not end")]
    WontEnd {
        /// Which.
        pid: i32,
        /// Where.
        place: String,
    },
    /// The engine refused.
    #[error("the Docker Engine refused: {0}")]
    Refused(String),
    /// Anything else of the system.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl fmt::Display for PlaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("process", &self.process).finish_non_exhaustive()
    }
}
