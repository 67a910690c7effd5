//! What every step of this engine holds: the gates, the patience, and the way
//! onto a blocking thread.

use std::{path::PathBuf, time::Duration};

use tokio::{io::AsyncReadExt, sync::mpsc};

use super::{
    conn::file_problem,
    files,
    work::{Gates, Work, run},
};
use crate::{
    domain::problem::Problem,
    host::Reader,
    problem,
    saga::{Cx, Progress},
    store::{Reserve, part::problem_in},
};

/// Bytes handed from the reader to the writing thread at once.
const CHUNK: usize = 1 << 20;

/// Shared by the engine and its steps.
#[derive(Clone)]
pub(super) struct Tools {
    pub(super) gates: Gates,
    pub(super) patience: Duration,
    /// What must stay free on every disk that is written to.
    pub(super) reserve: Reserve,
    /// Zelo's own folder for passing copies.
    pub(super) folder: PathBuf,
}

impl Tools {
    /// Blocking work of a step, alone in its operation.
    pub(super) async fn step<T: Send + 'static>(
        &self,
        cx: &Cx,
        f: impl FnOnce(&Work) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.gates.run(cx.operation(), self.work(cx.progress().clone()), f).await
    }

    /// Blocking work of no step: a check, a plan.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Work) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        run(self.work(Progress::default()), f).await
    }

    pub(super) fn work(&self, progress: Progress) -> Work {
        Work::new(progress, self.patience).keeping(self.reserve)
    }

    /// Writes a decoded part to a new file of ours, durable on `Ok`.
    pub(super) async fn decode(&self, cx: &Cx, raw: Reader, to: PathBuf) -> Result<u64, Problem> {
        let (give, take) = mpsc::channel(2);
        let write = self.step(cx, move |work| write_file(work, &to, take));
        both(feed(raw, give), write).await
    }

    /// The same outside of a step.
    pub(super) async fn spill(&self, raw: Reader, to: PathBuf) -> Result<u64, Problem> {
        let (give, take) = mpsc::channel(2);
        let write = self.look(move |work| write_file(work, &to, take));
        both(feed(raw, give), write).await
    }
}

/// What goes to the writing thread; a channel that closes without the end means
/// that the reader failed or was dropped.
enum Piece {
    Bytes(Vec<u8>),
    End,
}

async fn both(
    feed: impl Future<Output = Result<(), Problem>>,
    write: impl Future<Output = Result<u64, Problem>>,
) -> Result<u64, Problem> {
    let (fed, written) = tokio::join!(feed, write);
    fed?;
    written
}

async fn feed(mut raw: Reader, give: mpsc::Sender<Piece>) -> Result<(), Problem> {
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        while chunk.len() < CHUNK {
            let room = (CHUNK - chunk.len()) as u64;
            let read = (&mut raw).take(room).read_buf(&mut chunk).await.map_err(|e| source(&e))?;
            if read == 0 {
                break;
            }
        }
        let last = chunk.len() < CHUNK;
        // A writer that is gone says itself why.
        if give.send(Piece::Bytes(chunk)).await.is_err() {
            return Ok(());
        }
        if last {
            let _ = give.send(Piece::End).await;
            return Ok(());
        }
    }
}

fn source(error: &std::io::Error) -> Problem {
    problem_in(error).cloned().unwrap_or_else(|| problem!("sqlite-part-read").detail(error))
}

fn write_file(work: &Work, to: &std::path::Path, mut take: mpsc::Receiver<Piece>) -> Result<u64, Problem> {
    use std::io::Write;
    let mut file = files::fresh(to)?;
    let mut bytes = 0;
    loop {
        work.check()?;
        match take.blocking_recv() {
            Some(Piece::Bytes(chunk)) => {
                file.write_all(&chunk).map_err(|e| file_problem(&e, to))?;
                bytes += chunk.len() as u64;
                work.moved(chunk.len() as u64);
            }
            Some(Piece::End) => break,
            None => return Err(problem!("sqlite-stopped")),
        }
    }
    file.sync_all().map_err(|e| file_problem(&e, to))?;
    files::sync_folder(to)?;
    Ok(bytes)
}
