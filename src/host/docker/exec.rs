//! One exec: its two directions, and how it ended.
//!
//! Both outputs come over one connection, so one task takes it apart: standard
//! error into a tail, standard output into a bounded channel. When nobody takes
//! from the channel the task stops reading, then the engine stops, then the
//! program does. An end that is not the program's own must never look like one:
//! what a broken connection leaves is told apart here.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bollard::{
    container::LogOutput,
    errors::Error,
    exec::{StartExecOptions, StartExecResults},
    models::ExecConfig,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::{mpsc, oneshot},
    time::{Instant, sleep},
};
use tokio_util::{
    io::StreamReader,
    sync::{CancellationToken, WaitForCancellationFutureOwned},
};

use super::{Docker, error};
use crate::host::{HostError, Reader, Writer, tail::Tail};

/// What comes out of an exec, both outputs mixed.
pub(super) type Output = Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>;

/// Frames (at most 32 KiB each) that may wait for the reader.
const WAITING: usize = 12;
/// The read buffer, in bytes.
const BUFFER: usize = 128 * 1024;
/// How long after the end of its output an exec may still count as running
/// before the end is taken for a broken connection.
const LINGER: Duration = Duration::from_secs(15);

/// A started exec.
pub(super) struct Exec {
    /// The engine's id for it.
    pub(super) id: String,
    /// What comes out.
    pub(super) output: Output,
    /// What goes in.
    pub(super) input: Writer,
}

/// How an exec's output ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// The end of standard error.
    pub(super) stderr: String,
    /// Why it was not the program that ended it.
    pub(super) broken: Option<String>,
}

impl Docker {
    /// Starts an exec in a running container (by id), all three streams attached.
    pub(super) async fn exec(&self, container: &str, config: ExecConfig) -> Result<Exec, HostError> {
        let client = self.client().await?;
        let config = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(false),
            ..config
        };
        let id = self.call(container, client.create_exec(container, config)).await?.id;
        let options = StartExecOptions { output_capacity: Some(BUFFER), ..Default::default() };
        match self.call(container, client.start_exec(&id, Some(options))).await? {
            StartExecResults::Attached { output, input } => Ok(joined(id, output, input)),
            StartExecResults::Detached => Err(HostError::Refused("the exec was not attached".to_owned())),
        }
    }

    /// Waits until the engine says that an exec has ended; its exit code.
    pub(super) async fn exit_code(&self, exec: &str, container: &str) -> Result<i64, HostError> {
        let client = self.client().await?;
        let until = Instant::now() + LINGER;
        let mut pause = Duration::from_millis(2);
        loop {
            let state = self.call(container, client.inspect_exec(exec)).await.map_err(forgotten)?;
            if state.running == Some(false)
                && let Some(code) = state.exit_code
            {
                return Ok(code);
            }
            if Instant::now() >= until {
                let why = "the output ended and the program still runs".to_owned();
                return Err(HostError::Broken { place: container.to_owned(), why });
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(250));
        }
    }
}

/// An exec of both directions, the input told of the end of the output: an engine may
/// keep a connection open, and read nothing from it, when the program has ended.
fn joined(id: String, output: Output, input: Writer) -> Exec {
    let over = CancellationToken::new();
    let input = Input { inner: Some(input), over: Box::pin(over.clone().cancelled_owned()), ended: false };
    let mut over = Some(over.drop_guard());
    let end = stream::poll_fn(move |_| {
        drop(over.take());
        Poll::Ready(None)
    });
    Exec { id, output: Box::pin(output.chain(end)), input: Box::pin(input) }
}

/// An engine that was restarted knows its containers, and no exec of before.
fn forgotten(error: HostError) -> HostError {
    match error {
        HostError::Refused(why) => HostError::Broken { place: "the Docker Engine".to_owned(), why },
        other => other,
    }
}

/// Takes an exec's output apart: the reader of its standard output, and how it
/// ended. Runs until the output ends, or until both are dropped.
pub(super) fn split(output: Output, tail: Tail) -> (Reader, oneshot::Receiver<Ended>) {
    let (send, mut receive) = mpsc::channel(WAITING);
    let (end, ended) = oneshot::channel();
    tokio::spawn(pump(output, tail, send, end));
    let frames = stream::poll_fn(move |cx| receive.poll_recv(cx));
    (Box::pin(StreamReader::new(frames)), ended)
}

async fn pump(
    mut output: Output,
    mut tail: Tail,
    send: mpsc::Sender<io::Result<Bytes>>,
    mut end: oneshot::Sender<Ended>,
) {
    let broken = loop {
        let frame = tokio::select! {
            frame = output.next() => frame,
            () = async { send.closed().await; end.closed().await } => return,
        };
        match frame {
            // Nobody reads any more: the rest is let go, so that the program can end.
            Some(Ok(LogOutput::StdOut { message })) => drop(send.send(Ok(message)).await),
            Some(Ok(LogOutput::StdErr { message })) => tail.add(&message),
            Some(Ok(LogOutput::StdIn { .. })) => {}
            // Without a terminal every byte comes in a frame; a loose one is what a
            // cut frame leaves.
            Some(Ok(LogOutput::Console { .. })) => break Some("its output was cut off".to_owned()),
            Some(Err(error)) => break Some(error::words(&error)),
            None => break None,
        }
    };
    if let Some(why) = &broken {
        let _ = send.send(Err(io::Error::new(io::ErrorKind::ConnectionAborted, why.clone()))).await;
    }
    let _ = end.send(Ended { stderr: tail.into_text(), broken });
}

/// An exec's input. Shutting it down, or dropping it, half-closes the connection:
/// the program sees the end of its input and its output still comes.
struct Input {
    inner: Option<Writer>,
    /// The output has ended: nobody reads what is written.
    over: Pin<Box<WaitForCancellationFutureOwned>>,
    ended: bool,
}

impl Input {
    fn pipe(&mut self) -> io::Result<Pin<&mut (dyn AsyncWrite + Send + 'static)>> {
        self.inner.as_mut().map(Pin::as_mut).ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

impl AsyncWrite for Input {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.ended || self.over.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        self.pipe()?.poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.over.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        self.pipe()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.ended {
            return Poll::Ready(Ok(()));
        }
        let done = self.pipe()?.poll_shutdown(cx);
        self.ended = done.is_ready();
        // A program that has ended already has closed it for us.
        match done {
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::NotConnected => Poll::Ready(Ok(())),
            other => other,
        }
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let (Some(mut inner), Ok(runtime)) = (self.inner.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            let _ = inner.shutdown().await;
        });
    }
}
