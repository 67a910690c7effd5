//! The demo's own folder in the system's place for temporary files, and the
//! leftovers of demos that were killed.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use super::owner::{Life, Owner};
use crate::{
    domain::{id::Ids, problem::Problem},
    problem,
};

const PREFIX: &str = "zelo-demo-";
/// Names the process a folder belongs to.
const OWNER: &str = "owner";

/// A temporary folder with one part for Zelo and one for the sample.
pub(super) struct Folder {
    root: PathBuf,
    sample: PathBuf,
}

impl Folder {
    /// Makes one, after removing those of demos that no longer run.
    pub(super) async fn make(ids: &dyn Ids) -> Result<Self, Problem> {
        let root = std::env::temp_dir().join(format!("{PREFIX}{}", ids.next().to_string().to_lowercase()));
        let made = tokio::task::spawn_blocking(move || {
            sweep();
            // Others may pass through to reach the sample, and see nothing.
            fs::DirBuilder::new().mode(0o711).create(&root)?;
            fs::write(root.join(OWNER), Owner::this().to_string())?;
            let sample = root.join("sample");
            fs::DirBuilder::new().mode(0o700).create(&sample)?;
            Ok::<_, std::io::Error>(Self { root, sample })
        });
        let made = made.await.map_err(|e| problem!("demo-sample").detail(e))?;
        made.map_err(|e| problem!("demo-sample").detail(e))
    }

    /// Zelo's data folder.
    pub(super) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// The sample's folder.
    pub(super) fn sample(&self) -> &Path {
        &self.sample
    }

    /// Removes everything.
    pub(super) async fn remove(self) -> Result<(), Problem> {
        let path = self.root.display().to_string();
        let removed = tokio::fs::remove_dir_all(&self.root).await;
        removed.map_err(|e| problem!("demo-folder-stays", path = path).detail(e))
    }
}

/// Ends and removes what killed demos left: a server's own pid file says which
/// process it is.
fn sweep() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else { return };
    for root in entries.flatten().map(|entry| entry.path()).filter(|root| abandoned(root)) {
        let data = root.join("sample/postgres");
        if let Some(server) = first_number(&data.join("postmaster.pid"))
            && serves(server, &data)
            && let Some(pid) = rustix::process::Pid::from_raw(server)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::QUIT);
        }
        let _ = fs::remove_dir_all(&root);
    }
}

/// Whether a folder is a demo's of this user that no longer runs.
fn abandoned(root: &Path) -> bool {
    let ours = root.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX));
    let user = rustix::process::geteuid().as_raw();
    // Anyone may make a folder of that name, and a link to anywhere.
    if !ours || !fs::symlink_metadata(root).is_ok_and(|it| it.is_dir() && it.uid() == user) {
        return false;
    }
    let owner = fs::read_to_string(root.join(OWNER)).ok().and_then(|line| Owner::parse(&line));
    owner.is_some_and(|owner| matches!(owner.life(), Life::Gone | Life::OtherBoot))
}

fn first_number(path: &Path) -> Option<i32> {
    fs::read_to_string(path).ok()?.lines().next()?.trim().parse().ok()
}

/// Whether a process is the server of this data folder: its command line names it.
fn serves(pid: i32, data: &Path) -> bool {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).split('\0').any(|word| Path::new(word) == data)
}
