//! A folder of the host as a tar with owners, modes and `user.*` attributes, made by
//! GNU tar: storage objects are useless without their attributes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;

use super::{TAR, TarChecker, stored};
use crate::{
    domain::{backup::Compression, manifest, msg::Msg, names::slug, problem::Problem},
    engine::{Captured, Shelf},
    host::{Command, Running},
    msg, problem,
    saga::{
        Cx,
        context::LaunchError,
        step::{Adds, Limits, Step, UndoRule},
    },
    store::part::WritePart,
    supabase::live::{Live, run},
};

/// How long the size of a folder may be looked at.
const LOOKING: Duration = Duration::from_secs(60);
/// GNU tar's exit code for "some files changed while they were read".
const CHANGED: i64 = 1;

/// The same files give the same bytes: GNU tar would write when each was last read, and
/// its own process number into the names of attribute blocks.
const UNCHANGED: &str = "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime";

/// Writes one tar.
pub(super) struct Files {
    pub(super) live: Live,
    pub(super) shelf: Shelf,
    pub(super) part: String,
    pub(super) folder: PathBuf,
    /// Relative to the folder.
    pub(super) paths: Vec<String>,
    pub(super) leave_out: Vec<String>,
    pub(super) compression: Compression,
    /// Whether files may come and go while they are read: stored objects do.
    pub(super) live_files: bool,
}

#[async_trait]
impl Step for Files {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        self.part.clone()
    }

    fn title(&self) -> Msg {
        msg!("instance-step-files", folder = self.folder.display().to_string())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        Limits::stream().tries(3)
    }

    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let taken_at = cx.now();
        let held = self.live.local().start(self.command()).await;
        let Running { stdin, stdout, exit, .. } = cx.launch(held).await.map_err(|error| match error {
            LaunchError::Host(error) => error.into(),
            LaunchError::Journal(problem) => problem,
        })?;
        drop(stdin);
        let progress = cx.progress().clone();
        let written = WritePart {
            store: &*self.shelf.store,
            resource: &self.shelf.resource,
            path: &format!("{}/{}.tar", self.shelf.folder, slug(&self.part)),
            compression: self.compression,
            expect: 0,
            tap: Some(Box::<TarChecker>::default()),
            on_bytes: Arc::new(move |more| progress.add(more)),
        }
        .from(stdout)
        .await;
        // tar's own words say more than an archive that breaks off.
        let exit = exit.wait().await.map_err(Problem::from)?;
        stored(&written)?;
        if exit.code == CHANGED && only_changes(&exit.stderr) {
            if !self.live_files {
                return Err(self.failed("files-changed", exit.code, &exit.stderr).transient());
            }
            cx.log(msg!("instance-log-files-changed", folder = self.folder.display().to_string())).await;
        } else if !exit.ok() {
            return Err(self.failed("files-unreadable", exit.code, &exit.stderr));
        }
        let written = written?;
        let part = manifest::Part {
            name: self.part.clone(),
            files: vec![written.file],
            media_type: TAR.to_owned(),
            raw: written.raw,
            counts: BTreeMap::new(),
            facts: json!({ "folder": self.folder, "left_out": self.leave_out }),
        };
        // What changed meanwhile may be in it: it is of the time until then.
        let until = self.live_files.then(|| cx.now());
        Ok(Captured { parts: vec![part], taken_at, until, snapshots: BTreeMap::new() })
    }
}

impl Files {
    fn command(&self) -> Command {
        let mut command = Command::new([
            "tar",
            "--create",
            "--format=posix",
            "--numeric-owner",
            "--xattrs",
            "--xattrs-include=user.*",
            "--sort=name",
            UNCHANGED,
        ])
        .env("LC_ALL", "C")
        .arg(format!("--directory={}", self.folder.display()));
        for path in &self.leave_out {
            command = command.arg("--anchored").arg("--no-wildcards").arg(format!("--exclude=./{path}"));
        }
        command = command.arg("--");
        for path in &self.paths {
            command = command.arg(path);
        }
        command
    }

    fn failed(&self, code: &'static str, exit: i64, words: &str) -> Problem {
        let folder = self.folder.display().to_string();
        let problem = match code {
            "files-changed" => problem!("files-changed", folder = folder),
            _ => problem!("files-unreadable", folder = folder, code = exit),
        };
        problem.detail(words)
    }
}

/// Whether tar complained of nothing but files that changed or went while it read.
fn only_changes(words: &str) -> bool {
    let harmless = ["file changed as we read it", "File removed before we read it", "socket ignored"];
    let mut lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.all(|line| harmless.iter().any(|h| line.ends_with(h)))
}

/// Bytes of a folder's files, roughly, without what is left out.
pub(in crate::supabase) async fn size(
    live: &Live,
    folder: &Path,
    leave_out: &[String],
) -> Result<u64, Problem> {
    let mut command = Command::new(["du", "--summarize", "--bytes"]).env("LC_ALL", "C");
    for path in leave_out {
        command = command.arg(format!("--exclude={}", folder.join(path).display()));
    }
    command = command.arg("--").arg(folder.display().to_string());
    let said = run(&**live.local(), command, None, LOOKING, None).await?;
    let bytes = said.out.split_whitespace().next().and_then(|word| word.parse().ok());
    bytes.ok_or_else(|| {
        let folder = folder.display().to_string();
        problem!("files-unreadable", folder = folder, code = said.code).detail(said.err)
    })
}

#[cfg(test)]
mod tests {
    use super::only_changes;

    #[test]
    fn only_files_that_moved_are_passed_over() {
        assert!(only_changes(
            "tar: ./a: file changed as we read it\ntar: ./b: File removed before we read it\n"
        ));
        assert!(!only_changes("tar: ./a: Cannot open: Permission denied\n"));
        assert!(!only_changes(
            "tar: ./a: file changed as we read it\ntar: ./b: Cannot stat: Input/output error\n"
        ));
    }
}
