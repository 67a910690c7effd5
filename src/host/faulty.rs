//! A place with faults: wraps another and, for chosen commands, fails, cuts,
//! delays or disconnects a stream at a chosen byte. What a healthy machine does
//! once a year a test does on demand.

mod engine;
mod rules;

pub use engine::FaultyHost;
pub use rules::Faults;

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use super::{
    Command, Ending, Exit, Held, HostError, Place, PlaceId, ProcessRef, Reader, Running, Space, Writer,
};

/// What goes wrong with a stream after so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// An error of the system (`EIO`).
    Fail,
    /// It ends, and looks as if it had ended well; also the exit does. For an
    /// input: the program sees the end, the writer sees nothing.
    Truncate,
    /// It rests so long, once, then goes on.
    Delay(Duration),
    /// The connection breaks: an output may end as if well, an input fails, and
    /// the exit cannot be known.
    Disconnect,
}

/// What goes wrong with a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be started: the connection breaks before.
    Start,
    /// It is started and held; letting it go fails, it never runs.
    Release,
    /// Its standard output, after so many bytes.
    Output(u64, Harm),
    /// Its standard input, after so many bytes.
    Input(u64, Harm),
    /// It ends as always, and this code is answered.
    Exit(i64, String),
    /// It ends as always, and the answer is lost.
    ExitLost,
    /// Ending a process fails.
    End,
}

/// A place with faults.
pub struct Faulty {
    inner: Arc<dyn Place>,
    faults: Faults,
}

impl Faulty {
    /// A place that behaves as `inner` until told otherwise.
    pub fn new(inner: Arc<dyn Place>) -> Self {
        Self::sharing(inner, Faults::default())
    }

    /// A place with the faults of others.
    pub fn sharing(inner: Arc<dyn Place>, faults: Faults) -> Self {
        Self { inner, faults }
    }

    /// Harms every command of which any argument contains `part`.
    #[must_use]
    pub fn always(self, part: &str, fault: Fault) -> Self {
        self.faults.rule(part, fault, 0, None);
        self
    }

    /// Harms only the `nth` such command, counted from 1.
    #[must_use]
    pub fn nth(self, nth: u32, part: &str, fault: Fault) -> Self {
        self.faults.harm(nth, part, fault);
        self
    }

    /// Takes all faults away: the machine is well again.
    pub fn heal(&self) {
        self.faults.heal();
    }
}

fn broken(place: &PlaceId) -> HostError {
    HostError::Broken { place: place.0.clone(), why: "a fault of the test".to_owned() }
}

#[async_trait]
impl Place for Faulty {
    fn id(&self) -> PlaceId {
        self.inner.id()
    }

    async fn start(&self, command: Command) -> Result<Box<dyn Held>, HostError> {
        let faults = self.faults.of(&command.argv);
        if faults.contains(&Fault::Start) {
            self.faults.strike();
            return Err(broken(&self.id()));
        }
        let held = self.inner.start(command).await?;
        let all = self.faults.clone();
        Ok(if faults.is_empty() { held } else { Box::new(FaultyHeld { inner: held, faults, all }) })
    }

    async fn end(&self, process: &ProcessRef, grace: Duration) -> Result<(), HostError> {
        if self.faults.ends_badly() {
            self.faults.strike();
            return Err(HostError::WontEnd { pid: process.pid, place: self.id().0 });
        }
        self.inner.end(process, grace).await
    }

    async fn runs(&self, process: &ProcessRef) -> Result<bool, HostError> {
        self.inner.runs(process).await
    }

    async fn space(&self, path: &str) -> Result<Space, HostError> {
        self.inner.space(path).await
    }
}

struct FaultyHeld {
    inner: Box<dyn Held>,
    faults: Vec<Fault>,
    all: Faults,
}

#[async_trait]
impl Held for FaultyHeld {
    fn process(&self) -> &ProcessRef {
        self.inner.process()
    }

    async fn release(self: Box<Self>) -> Result<Running, HostError> {
        let place = self.process().place.clone();
        if self.faults.contains(&Fault::Release) {
            self.all.strike();
            return Err(broken(&place));
        }
        let Running { process, mut stdin, mut stdout, exit } = self.inner.release().await?;
        let mut ending = FaultyEnding { inner: exit, place, lost: Arc::default(), answer: None };
        for fault in self.faults {
            match fault {
                Fault::Output(at, harm) => {
                    let bad = Bad::new(at, harm, &ending.lost, &self.all);
                    stdout = Box::pin(BadReader { inner: stdout, bad });
                }
                Fault::Input(at, harm) => {
                    let bad = Bad::new(at, harm, &ending.lost, &self.all);
                    stdin = stdin.map(|inner| -> Writer { Box::pin(BadWriter { inner: Some(inner), bad }) });
                }
                Fault::Exit(code, stderr) => {
                    self.all.strike();
                    ending.answer = Some(Exit { code, stderr });
                }
                Fault::ExitLost => {
                    self.all.strike();
                    ending.lost.store(true, Ordering::SeqCst);
                }
                Fault::Start | Fault::Release | Fault::End => {}
            }
        }
        Ok(Running { process, stdin, stdout, exit: Box::new(ending) })
    }
}

struct FaultyEnding {
    inner: Box<dyn Ending>,
    place: PlaceId,
    lost: Arc<AtomicBool>,
    answer: Option<Exit>,
}

#[async_trait]
impl Ending for FaultyEnding {
    async fn wait(self: Box<Self>) -> Result<Exit, HostError> {
        // With the connection gone there is nothing to wait for.
        if self.lost.load(Ordering::SeqCst) {
            return Err(broken(&self.place));
        }
        let exit = self.inner.wait().await?;
        if self.lost.load(Ordering::SeqCst) {
            return Err(broken(&self.place));
        }
        Ok(self.answer.unwrap_or(exit))
    }
}

/// How far a stream still is from its harm.
struct Bad {
    left: u64,
    harm: Harm,
    lost: Arc<AtomicBool>,
    all: Faults,
    rest: Option<Pin<Box<Sleep>>>,
    rested: bool,
}

impl Bad {
    fn new(at: u64, harm: Harm, lost: &Arc<AtomicBool>, all: &Faults) -> Self {
        Self { left: at, harm, lost: lost.clone(), all: all.clone(), rest: None, rested: false }
    }

    fn is_due(&self) -> bool {
        let due = self.left == 0 && !self.rested;
        if due {
            self.all.strike();
        }
        due
    }

    fn poll_rest(&mut self, cx: &mut Context<'_>, pause: Duration) -> Poll<()> {
        ready!(self.rest.get_or_insert_with(|| Box::pin(sleep(pause))).as_mut().poll(cx));
        self.rested = true;
        Poll::Ready(())
    }

    /// How many of `wanted` bytes may pass unharmed.
    fn allow(&self, wanted: usize) -> usize {
        if self.rested { wanted } else { wanted.min(usize::try_from(self.left).unwrap_or(usize::MAX)) }
    }

    fn passed(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes as u64);
    }
}

fn io_fault() -> io::Error {
    io::Error::other("a fault of the test")
}

struct BadReader {
    inner: Reader,
    bad: Bad,
}

impl AsyncRead for BadReader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.bad.is_due() {
            match self.bad.harm {
                Harm::Fail => return Poll::Ready(Err(io_fault())),
                Harm::Truncate => {
                    // The program must end by itself: the rest goes nowhere.
                    let mut sink = [0; 8192];
                    loop {
                        let mut rest = ReadBuf::new(&mut sink);
                        ready!(self.inner.as_mut().poll_read(cx, &mut rest))?;
                        if rest.filled().is_empty() {
                            return Poll::Ready(Ok(()));
                        }
                    }
                }
                Harm::Delay(pause) => ready!(self.bad.poll_rest(cx, pause)),
                Harm::Disconnect => {
                    self.bad.lost.store(true, Ordering::SeqCst);
                    return Poll::Ready(Ok(()));
                }
            }
        }
        let allowed = self.bad.allow(buf.remaining());
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(allowed));
        ready!(self.inner.as_mut().poll_read(cx, &mut part))?;
        let new = part.filled().len();
        buf.advance(new);
        self.bad.passed(new);
        Poll::Ready(Ok(()))
    }
}

struct BadWriter {
    /// `None` once its end was forced.
    inner: Option<Writer>,
    bad: Bad,
}

impl AsyncWrite for BadWriter {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.bad.is_due() {
            match self.bad.harm {
                Harm::Fail => return Poll::Ready(Err(io_fault())),
                Harm::Truncate => {
                    self.inner = None;
                    return Poll::Ready(Ok(bytes.len()));
                }
                Harm::Delay(pause) => ready!(self.bad.poll_rest(cx, pause)),
                Harm::Disconnect => {
                    self.inner = None;
                    self.bad.lost.store(true, Ordering::SeqCst);
                    return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
                }
            }
        }
        let allowed = bytes.get(..self.bad.allow(bytes.len())).unwrap_or(bytes);
        let Some(inner) = self.inner.as_mut() else { return Poll::Ready(Ok(bytes.len())) };
        let written = ready!(inner.as_mut().poll_write(cx, allowed))?;
        self.bad.passed(written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().map_or(Poll::Ready(Ok(())), |inner| inner.as_mut().poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().map_or(Poll::Ready(Ok(())), |inner| inner.as_mut().poll_shutdown(cx))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::host::Local;

    fn local() -> Faulty {
        Faulty::new(Arc::new(Local::new()))
    }

    async fn read(place: &Faulty) -> (Vec<u8>, io::Result<()>, Result<Exit, HostError>) {
        let command = Command::new(["head", "-c", "200000", "/dev/zero"]);
        let mut running = place.start(command).await.unwrap().release().await.unwrap();
        let mut out = Vec::new();
        let end = running.stdout.read_to_end(&mut out).await.map(drop);
        drop(running.stdout);
        (out, end, running.exit.wait().await)
    }

    async fn write(place: &Faulty) -> (io::Result<()>, String, Result<Exit, HostError>) {
        let command = Command::new(["wc", "-c"]);
        let mut running = place.start(command).await.unwrap().release().await.unwrap();
        let mut stdin = running.stdin.take().unwrap();
        let end = stdin.write_all(&[0; 200_000]).await;
        let _ = stdin.shutdown().await;
        drop(stdin);
        let mut out = String::new();
        running.stdout.read_to_string(&mut out).await.unwrap();
        (end, out.trim().to_owned(), running.exit.wait().await)
    }

    #[tokio::test]
    async fn harms_outputs_at_the_byte() {
        for at in [0, 1, 65_536, 199_999] {
            let (out, end, _) = read(&local().always("head", Fault::Output(at, Harm::Fail))).await;
            assert!(out.len() as u64 == at && end.is_err());

            let (out, end, exit) = read(&local().always("head", Fault::Output(at, Harm::Truncate))).await;
            assert!(out.len() as u64 == at && end.is_ok() && exit.unwrap().ok());

            let (out, end, exit) = read(&local().always("head", Fault::Output(at, Harm::Disconnect))).await;
            assert!(out.len() as u64 == at && end.is_ok());
            assert!(matches!(exit, Err(HostError::Broken { .. })));
        }
    }

    #[tokio::test]
    async fn harms_inputs_at_the_byte() {
        for at in [0, 1, 65_536, 199_999] {
            let (end, out, _) = write(&local().always("wc", Fault::Input(at, Harm::Fail))).await;
            assert!(out == at.to_string() && end.is_err());

            let (end, out, exit) = write(&local().always("wc", Fault::Input(at, Harm::Truncate))).await;
            assert!(out == at.to_string() && end.is_ok() && exit.unwrap().ok());

            let (end, out, exit) = write(&local().always("wc", Fault::Input(at, Harm::Disconnect))).await;
            assert!(out == at.to_string() && end.is_err());
            assert!(matches!(exit, Err(HostError::Broken { .. })));
        }
    }

    #[tokio::test]
    async fn delays_and_goes_on() {
        let pause = Duration::from_millis(300);
        let start = std::time::Instant::now();
        let (out, end, exit) = read(&local().always("head", Fault::Output(70_000, Harm::Delay(pause)))).await;
        assert!(out.len() == 200_000 && end.is_ok() && exit.unwrap().ok());
        let (end, out, exit) = write(&local().always("wc", Fault::Input(70_000, Harm::Delay(pause)))).await;
        assert!(out == "200000" && end.is_ok() && exit.unwrap().ok());
        assert!(start.elapsed() >= pause * 2);
    }

    #[tokio::test]
    async fn harms_only_whom_it_should() {
        let place = local().nth(2, "head", Fault::Exit(9, "scripted".to_owned()));
        assert_eq!(read(&place).await.2.unwrap().code, 0);
        assert_eq!(read(&place).await.2.unwrap(), Exit { code: 9, stderr: "scripted".to_owned() });
        assert_eq!(read(&place).await.2.unwrap().code, 0);

        let place = local().always("head", Fault::Start).always("sleep", Fault::End);
        assert!(place.start(Command::new(["head"])).await.is_err());
        let held = place.start(Command::new(["sleep", "100"])).await.unwrap();
        assert!(place.end(held.process(), Duration::ZERO).await.is_err());
        place.heal();
        place.end(held.process(), Duration::ZERO).await.unwrap();
        assert!(!place.runs(held.process()).await.unwrap());
    }

    #[tokio::test]
    async fn one_not_released_never_runs() {
        let place = local().always("head", Fault::Release);
        let held = place.start(Command::new(["head"])).await.unwrap();
        let process = held.process().clone();
        assert!(held.release().await.is_err());
        while place.runs(&process).await.unwrap() {
            tokio::task::yield_now().await;
        }
    }
}
