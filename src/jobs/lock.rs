//! One runner for each data folder: a lock the kernel lets go of when its holder
//! dies, however it dies.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{clock::Moment, problem::Problem},
    problem,
};

/// The file's name in the data folder.
const FILE: &str = "zelo.lock";

/// How often a taken lock is tried: somebody who only looks has it for a moment.
const TRIES: u32 = 5;

/// Who runs operations in a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// What it is: `serve`, `worker`, `demo`, `restore`…
    pub what: String,
    /// Since when.
    pub since: Moment,
}

/// The right to run operations in a data folder; kept until dropped.
#[derive(Debug)]
pub struct RunnerLock {
    _file: File,
}

impl RunnerLock {
    /// Takes the lock as `what`; `None` if another process has it. The folder
    /// must exist. Problem: `runner-lock` (the file cannot be opened or locked).
    pub async fn try_acquire(folder: &Path, what: &str, now: Moment) -> Result<Option<Self>, Problem> {
        let path = folder.join(FILE);
        let holder = Holder { pid: std::process::id(), what: what.to_owned(), since: now };
        blocking(path, move |path| {
            for _ in 0..TRIES {
                let mut file = open(path)?;
                if take(&file, FlockOperation::NonBlockingLockExclusive)? {
                    file.set_len(0)?;
                    file.write_all(&serde_json::to_vec(&holder)?)?;
                    file.sync_all()?;
                    return Ok(Some(Self { _file: file }));
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            Ok(None)
        })
        .await
    }

    /// Who has the lock now, if anyone. Problem: `runner-lock`.
    pub async fn holder(folder: &Path) -> Result<Option<Holder>, Problem> {
        blocking(folder.join(FILE), |path| {
            let mut file = match OpenOptions::new().read(true).open(path) {
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                opened => opened?,
            };
            if take(&file, FlockOperation::NonBlockingLockShared)? {
                return Ok(None); // let go of again with the file
            }
            for _ in 0..TRIES {
                let mut text = String::new();
                file.rewind()?;
                file.read_to_string(&mut text)?;
                if let Ok(holder) = serde_json::from_str(&text) {
                    return Ok(Some(holder));
                }
                // Its holder is writing it this moment.
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(std::io::Error::other("the lock is held, and its file does not say by whom"))
        })
        .await
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)
}

fn take(file: &File, operation: FlockOperation) -> std::io::Result<bool> {
    match flock(file, operation) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn blocking<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce(&Path) -> std::io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let at = path.display().to_string();
    let done = tokio::task::spawn_blocking(move || work(&path)).await;
    let done = done.map_err(std::io::Error::other).and_then(|result| result);
    done.map_err(|e| problem!("runner-lock", path = at).detail(e))
}
