//! This machine: commands as local processes, each in a process group of its own
//! so that a Ctrl-C at the terminal reaches only Zelo.

use std::{
    io,
    os::unix::process::ExitStatusExt,
    pin::Pin,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use rustix::{
    io::Errno,
    process::{self, Pid, PidfdFlags, Signal},
};
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    process::{Child, ChildStderr, ChildStdin},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use super::{
    Command, Ending, Exit, Held, HostError, Place, PlaceId, ProcessRef, Running, Space,
    held::{self, Greeting, Stat},
    tail::Tail,
};

/// How long a held shell may take to say who it is.
const GREETING: Duration = Duration::from_secs(30);
/// How long standard error may stay open after the program has ended (its
/// children may hold it) before what came so far is taken.
const LINGER: Duration = Duration::from_secs(2);
/// How long a process may take to go after SIGKILL.
const KILLED: Duration = Duration::from_secs(10);

/// Runs commands on this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Local;

impl Local {
    /// This machine.
    pub fn new() -> Self {
        Self
    }
}

#[async_trait]
impl Place for Local {
    fn id(&self) -> PlaceId {
        PlaceId::local()
    }

    async fn start(&self, command: Command) -> Result<Box<dyn Held>, HostError> {
        let program = command.program().to_owned();
        let mut child = spawn(&command).await?;
        let (Some(stdin), Some(mut stderr)) = (child.stdin.take(), child.stderr.take()) else {
            return Err(io::Error::other("a process without pipes").into());
        };
        let (line, rest) = timeout(GREETING, first_line(&mut stderr))
            .await
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the shell did not start"))??;
        match held::greeting(&line) {
            Greeting::Held(stat) => {
                let process =
                    ProcessRef { place: self.id(), pid: stat.pid, started: stat.started, container: None };
                Ok(Box::new(LocalHeld { process, child, stdin, stderr, rest, program }))
            }
            Greeting::Missing => Err(HostError::NoProgram { program, place: self.id().0 }),
            Greeting::Strange => Err(io::Error::other(format!("the shell said {line:?}")).into()),
        }
    }

    async fn end(&self, process: &ProcessRef, grace: Duration) -> Result<(), HostError> {
        if !signal(process, Signal::TERM)? || gone_within(process, grace).await {
            return Ok(());
        }
        if !signal(process, Signal::KILL)? || gone_within(process, KILLED).await {
            return Ok(());
        }
        Err(HostError::WontEnd { pid: process.pid, place: self.id().0 })
    }

    async fn runs(&self, process: &ProcessRef) -> Result<bool, HostError> {
        Ok(alive(process).is_some())
    }

    async fn space(&self, path: &str) -> Result<Space, HostError> {
        let path = path.to_owned();
        // A dead network mount can hang here.
        let found = tokio::task::spawn_blocking(move || rustix::fs::statvfs(path.as_str()))
            .await
            .map_err(io::Error::other)?
            .map_err(io::Error::from)?;
        Ok(Space {
            free: found.f_bavail.saturating_mul(found.f_frsize),
            total: found.f_blocks.saturating_mul(found.f_frsize),
        })
    }
}

/// Starts the holding shell with all three streams as pipes.
async fn spawn(command: &Command) -> Result<Child, HostError> {
    let argv = held::hold("/bin/sh", command);
    let mut shell = tokio::process::Command::new("/bin/sh");
    shell.args(argv.iter().skip(1)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // The folder Zelo was started in may be closed to the other user.
    shell.process_group(0).current_dir("/").env_clear();
    for name in ["PATH", "HOME", "LANG"] {
        if let Some(value) = std::env::var_os(name) {
            shell.env(name, value);
        }
    }
    if let Some(user) = &command.user {
        become_user(&mut shell, user).await?;
    }
    shell.envs(command.env.iter().map(|(name, value)| (name, value)));
    shell.envs(command.secret_env.iter().map(|(name, value)| (name, value.expose())));
    shell.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            HostError::NoProgram { program: "/bin/sh".to_owned(), place: PlaceId::local().0 }
        }
        _ => error.into(),
    })
}

/// Makes the shell run as another user; only root may, anyone may "become" oneself.
async fn become_user(shell: &mut tokio::process::Command, user: &str) -> Result<(), HostError> {
    let list = tokio::fs::read_to_string("/etc/passwd").await?;
    let (uid, gid, home) = passwd(&list, user)
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("this machine has no user {user}")))?;
    shell.env("HOME", home);
    if process::geteuid().as_raw() == uid {
        return Ok(());
    }
    if !process::geteuid().is_root() {
        let words = format!("only root may run programs as {user}");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, words).into());
    }
    shell.uid(uid).gid(gid);
    Ok(())
}

/// Uid, gid and home of a user (or uid) in `/etc/passwd`.
fn passwd<'a>(list: &'a str, user: &str) -> Option<(u32, u32, &'a str)> {
    list.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, uid, gid, _, home, ..] = fields.as_slice() else { return None };
        if *name != user && *uid != user {
            return None;
        }
        Some((uid.parse().ok()?, gid.parse().ok()?, *home))
    })
}

/// The first line, and what came after it in the same read.
async fn first_line(from: &mut ChildStderr) -> io::Result<(String, Vec<u8>)> {
    let mut seen = Vec::new();
    loop {
        if let Some(end) = seen.iter().position(|b| *b == b'\n') {
            let rest = seen.split_off(end + 1);
            return Ok((String::from_utf8_lossy(&seen).into_owned(), rest));
        }
        if from.read_buf(&mut seen).await? == 0 {
            return Ok((String::from_utf8_lossy(&seen).into_owned(), Vec::new()));
        }
    }
}

/// That process, if it still runs. (The kernel makes this file up: no disk is waited for.)
fn alive(process: &ProcessRef) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{}/stat", process.pid)).ok()?;
    Stat::parse(&text).filter(|stat| stat.started == process.started && !stat.dead)
}

/// Signals exactly that process; `false` if it is gone. SIGKILL also goes to the
/// rest of its group: a killed leader can end nobody any more.
fn signal(to: &ProcessRef, signal: Signal) -> Result<bool, HostError> {
    let Some(pid) = Pid::from_raw(to.pid) else { return Ok(false) };
    // Held open, the pid cannot pass to another process after the look.
    let handle = match process::pidfd_open(pid, PidfdFlags::empty()) {
        Ok(handle) => Some(handle),
        Err(Errno::SRCH | Errno::INVAL) => return Ok(false),
        Err(_) => None, // a kernel before 5.3, or a filter
    };
    let Some(stat) = alive(to) else { return Ok(false) };
    if signal == Signal::KILL && stat.group == to.pid {
        let _ = process::kill_process_group(pid, signal);
    }
    let sent = match &handle {
        Some(handle) => process::pidfd_send_signal(handle, signal),
        None => process::kill_process(pid, signal),
    };
    match sent {
        Ok(()) => Ok(true),
        Err(Errno::SRCH) => Ok(false),
        Err(error) => Err(io::Error::from(error).into()),
    }
}

/// Waits for a process to be gone, at most so long.
async fn gone_within(process: &ProcessRef, limit: Duration) -> bool {
    let until = Instant::now() + limit;
    let mut pause = Duration::from_millis(2);
    while alive(process).is_some() {
        if Instant::now() >= until {
            return false;
        }
        sleep(pause.min(until.saturating_duration_since(Instant::now()))).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
    true
}

struct LocalHeld {
    process: ProcessRef,
    child: Child,
    stdin: ChildStdin,
    stderr: ChildStderr,
    /// Standard error that came with the greeting.
    rest: Vec<u8>,
    program: String,
}

#[async_trait]
impl Held for LocalHeld {
    fn process(&self) -> &ProcessRef {
        &self.process
    }

    async fn release(self: Box<Self>) -> Result<Running, HostError> {
        let Self { process, mut child, mut stdin, stderr, rest, program } = *self;
        let Some(stdout) = child.stdout.take() else {
            return Err(io::Error::other("a process without pipes").into());
        };
        stdin.write_all(held::GO).await.map_err(|error| broken(&error))?;
        let tail = Arc::new(Mutex::new(Tail::default()));
        lock(&tail).add(&rest);
        let listener = tokio::spawn(listen(stderr, tail.clone()));
        Ok(Running {
            process,
            stdin: Some(Box::pin(Input(Some(stdin)))),
            stdout: Box::pin(stdout),
            exit: Box::new(LocalEnding { child, listener, tail, program }),
        })
    }
}

fn broken(error: &io::Error) -> HostError {
    HostError::Broken { place: PlaceId::local().0, why: error.to_string() }
}

/// Reads standard error to its end.
async fn listen(mut stderr: ChildStderr, tail: Arc<Mutex<Tail>>) {
    let mut buffer = vec![0; 8 * 1024];
    while let Ok(n @ 1..) = stderr.read(&mut buffer).await {
        lock(&tail).add(buffer.get(..n).unwrap_or_default());
    }
}

fn lock(tail: &Mutex<Tail>) -> MutexGuard<'_, Tail> {
    tail.lock().unwrap_or_else(PoisonError::into_inner)
}

struct LocalEnding {
    child: Child,
    listener: JoinHandle<()>,
    tail: Arc<Mutex<Tail>>,
    program: String,
}

#[async_trait]
impl Ending for LocalEnding {
    async fn wait(mut self: Box<Self>) -> Result<Exit, HostError> {
        let code = code(self.child.wait().await?);
        if timeout(LINGER, &mut self.listener).await.is_err() {
            self.listener.abort();
        }
        let stderr = std::mem::take(&mut *lock(&self.tail)).into_text();
        if held::exec_failed(code, &stderr) {
            return Err(HostError::NoProgram { program: self.program, place: PlaceId::local().0 });
        }
        Ok(Exit { code, stderr })
    }
}

/// The exit code as a shell gives it.
fn code(status: ExitStatus) -> i64 {
    match (status.code(), status.signal()) {
        (Some(code), _) => code.into(),
        (None, signal) => 128 + i64::from(signal.unwrap_or_default()),
    }
}

/// A program's input; a pipe ends only when it is closed, so shutting down closes it.
struct Input(Option<ChildStdin>);

impl AsyncWrite for Input {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            Some(pipe) => Pin::new(pipe).poll_write(cx, bytes),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().map_or(Poll::Ready(Ok(())), |pipe| Pin::new(pipe).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0 = None;
        Poll::Ready(Ok(()))
    }
}
