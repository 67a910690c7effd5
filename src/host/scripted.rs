//! A place that follows a script: for tests of what commands are run and of what
//! is made of their answers, without running any.

use std::{
    collections::BTreeSet,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI32, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::AsyncWrite;

use super::{Command, Ending, Exit, Held, HostError, Place, PlaceId, ProcessRef, Running, Space};

/// What a scripted command answers.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    stdout: Bytes,
    stderr: String,
    code: i64,
    no_program: bool,
}

impl Answer {
    /// Ends well, saying this on standard output.
    pub fn says(stdout: impl Into<Bytes>) -> Self {
        Self { stdout: stdout.into(), ..Self::default() }
    }

    /// Ends with this code, saying this on standard error.
    pub fn fails(code: i64, stderr: &str) -> Self {
        Self { stderr: stderr.to_owned(), code, ..Self::default() }
    }

    /// The same, with this on standard error.
    #[must_use]
    pub fn stderr(mut self, stderr: &str) -> Self {
        stderr.clone_into(&mut self.stderr);
        self
    }

    /// Cannot start: the program is not there.
    pub fn no_program() -> Self {
        Self { no_program: true, ..Self::default() }
    }
}

/// A command that was started.
#[derive(Debug, Clone)]
pub struct Call {
    /// The command, with its environment.
    pub command: Command,
    /// What it was given on standard input.
    pub stdin: Vec<u8>,
    /// Whether its input was ended.
    pub ended: bool,
    /// Whether it was let run.
    pub released: bool,
}

#[derive(Debug)]
struct Rule {
    pattern: Vec<String>,
    answer: Answer,
    /// `None`: any number of times.
    left: Option<u32>,
}

#[derive(Debug, Default)]
struct State {
    rules: Vec<Rule>,
    calls: Vec<Call>,
    unexpected: Vec<Vec<String>>,
    running: BTreeSet<i32>,
    ended: Vec<ProcessRef>,
}

/// A scripted place. Cheap to clone; clones share the script.
#[derive(Debug, Clone)]
pub struct Scripted {
    id: PlaceId,
    next: Arc<AtomicI32>,
    state: Arc<Mutex<State>>,
}

impl Scripted {
    /// A place that expects nothing yet, with 1 TiB, half of it free.
    pub fn new(id: PlaceId) -> Self {
        Self { id, next: Arc::new(AtomicI32::new(100)), state: Arc::default() }
    }

    /// Expects a command once. In a pattern `*` stands for any one argument (or,
    /// inside one, for any text: `--dbname=*`), a last `…` for all that follow.
    /// The first rule that fits and is not used up answers.
    #[must_use]
    pub fn once(self, pattern: &[&str], answer: Answer) -> Self {
        self.rule(pattern, answer, Some(1))
    }

    /// The same for any number of times, also none.
    #[must_use]
    pub fn always(self, pattern: &[&str], answer: Answer) -> Self {
        self.rule(pattern, answer, None)
    }

    fn rule(self, pattern: &[&str], answer: Answer, left: Option<u32>) -> Self {
        let pattern = pattern.iter().map(|&p| p.to_owned()).collect();
        self.lock().rules.push(Rule { pattern, answer, left });
        self
    }

    /// Every command started so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// Every process that was to be ended, in order.
    pub fn ended(&self) -> Vec<ProcessRef> {
        self.lock().ended.clone()
    }

    /// Fails the test if something unexpected was started, or something expected
    /// was not.
    pub fn assert_done(&self) {
        let state = self.lock();
        assert!(state.unexpected.is_empty(), "unexpected commands: {:?}", state.unexpected);
        let open: Vec<_> = state.rules.iter().filter(|r| r.left.is_some_and(|n| n > 0)).collect();
        assert!(
            open.is_empty(),
            "commands that never came: {:?}",
            open.iter().map(|r| &r.pattern).collect::<Vec<_>>()
        );
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, argv: &[String]) -> Result<Answer, HostError> {
        let mut state = self.lock();
        let rule = state.rules.iter_mut().find(|r| r.left != Some(0) && fits(&r.pattern, argv));
        let Some(rule) = rule else {
            state.unexpected.push(argv.to_vec());
            return Err(HostError::Refused(format!("not in the script: {argv:?}")));
        };
        rule.left = rule.left.map(|left| left - 1);
        Ok(rule.answer.clone())
    }
}

fn fits(pattern: &[String], argv: &[String]) -> bool {
    let (pattern, open) = match pattern.split_last() {
        Some((last, rest)) if last == "…" => (rest, true),
        _ => (pattern, false),
    };
    (argv.len() == pattern.len() || open && argv.len() > pattern.len())
        && pattern.iter().zip(argv).all(|(p, arg)| fits_one(p, arg))
}

fn fits_one(pattern: &str, arg: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == arg };
    let Some(mut arg) = arg.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = arg.find(part) else { return false };
        arg = arg.get(at + part.len()..).unwrap_or_default();
    }
    arg.ends_with(end)
}

#[async_trait]
impl Place for Scripted {
    fn id(&self) -> PlaceId {
        self.id.clone()
    }

    async fn start(&self, command: Command) -> Result<Box<dyn Held>, HostError> {
        let answer = self.answer(&command.argv)?;
        if answer.no_program {
            let program = command.program().to_owned();
            return Err(HostError::NoProgram { program, place: self.id.0.clone() });
        }
        let pid = self.next.fetch_add(1, Ordering::Relaxed);
        let process = ProcessRef { place: self.id(), pid, started: 1, container: None };
        let mut state = self.lock();
        let call = state.calls.len();
        state.calls.push(Call { command, stdin: Vec::new(), ended: false, released: false });
        state.running.insert(pid);
        drop(state);
        Ok(Box::new(ScriptedHeld { place: self.clone(), process, call, answer, gone: true }))
    }

    async fn end(&self, process: &ProcessRef, _: Duration) -> Result<(), HostError> {
        let mut state = self.lock();
        state.running.remove(&process.pid);
        state.ended.push(process.clone());
        Ok(())
    }

    async fn runs(&self, process: &ProcessRef) -> Result<bool, HostError> {
        Ok(process.started == 1 && self.lock().running.contains(&process.pid))
    }

    async fn space(&self, _: &str) -> Result<Space, HostError> {
        Ok(Space { free: 1 << 39, total: 1 << 40 })
    }
}

struct ScriptedHeld {
    place: Scripted,
    process: ProcessRef,
    call: usize,
    answer: Answer,
    /// Ends the process when dropped unreleased.
    gone: bool,
}

impl Drop for ScriptedHeld {
    fn drop(&mut self) {
        if self.gone {
            self.place.lock().running.remove(&self.process.pid);
        }
    }
}

#[async_trait]
impl Held for ScriptedHeld {
    fn process(&self) -> &ProcessRef {
        &self.process
    }

    async fn release(mut self: Box<Self>) -> Result<Running, HostError> {
        self.gone = false;
        let (place, call) = (self.place.clone(), self.call);
        if let Some(call) = place.lock().calls.get_mut(call) {
            call.released = true;
        }
        Ok(Running {
            process: self.process.clone(),
            stdin: Some(Box::pin(Recorder { place: place.clone(), call })),
            stdout: Box::pin(io::Cursor::new(self.answer.stdout.clone())),
            exit: Box::new(ScriptedEnding { place, pid: self.process.pid, answer: self.answer.clone() }),
        })
    }
}

struct ScriptedEnding {
    place: Scripted,
    pid: i32,
    answer: Answer,
}

#[async_trait]
impl Ending for ScriptedEnding {
    async fn wait(self: Box<Self>) -> Result<Exit, HostError> {
        self.place.lock().running.remove(&self.pid);
        Ok(Exit { code: self.answer.code, stderr: self.answer.stderr })
    }
}

/// Keeps what is written, in the call it belongs to.
struct Recorder {
    place: Scripted,
    call: usize,
}

impl Recorder {
    fn with(&self, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.place.lock().calls.get_mut(self.call) {
            change(call);
        }
    }
}

impl AsyncWrite for Recorder {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.with(|call| call.stdin.extend_from_slice(bytes));
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|call| call.ended = true);
        Poll::Ready(Ok(()))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.with(|call| call.ended = true);
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn argv(words: &[&str]) -> Vec<String> {
        words.iter().map(|&w| w.to_owned()).collect()
    }

    #[test]
    fn patterns() {
        let fit = |pattern: &[&str], words: &[&str]| fits(&argv(pattern), &argv(words));
        assert!(fit(&["psql", "*", "-c"], &["psql", "-X", "-c"]));
        assert!(!fit(&["psql", "*"], &["psql"]));
        assert!(fit(&["pg_dump", "--dbname=*x*", "…"], &["pg_dump", "--dbname=axb", "1", "2"]));
        assert!(fit(&["pg_dump", "…"], &["pg_dump"]));
        assert!(!fit(&["pg_dump"], &["pg_dump", "-Fc"]));
        assert!(!fit(&["a*bc*c"], &["abc"]));
    }

    #[tokio::test]
    async fn answers_and_remembers() {
        let place = Scripted::new(PlaceId::local())
            .once(&["psql", "…"], Answer::says("1\n"))
            .once(&["psql", "…"], Answer::fails(2, "FATAL"));
        let mut running = place.start(Command::new(["psql", "-X"])).await.unwrap().release().await.unwrap();
        assert!(place.runs(&running.process).await.unwrap());
        running.stdin.take().unwrap().write_all(b"select 1").await.unwrap();
        let mut out = String::new();
        running.stdout.read_to_string(&mut out).await.unwrap();
        assert_eq!(out, "1\n");
        assert!(running.exit.wait().await.unwrap().ok());
        assert!(!place.runs(&running.process).await.unwrap());

        drop(place.start(Command::new(["psql"])).await.unwrap());
        let calls = place.calls();
        assert_eq!((calls[0].stdin.as_slice(), calls[0].ended), (b"select 1".as_slice(), true));
        assert!(calls[0].released && !calls[1].released);
        place.assert_done();
        assert!(place.start(Command::new(["psql"])).await.is_err(), "the script is used up");
    }
}
