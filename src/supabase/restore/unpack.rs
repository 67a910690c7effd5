//! A part that is an archive of files, laid out in a folder of its own by GNU tar, with
//! owners, modes and attributes. The archive's digest is checked before tar sees its end.

use std::{io, path::PathBuf};

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;

use super::{super::live::Live, room::crowded};
use crate::{
    domain::{manifest::Part, msg::Msg, problem::Problem},
    engine::Shelf,
    host::{Command, Reader, Running},
    msg, problem,
    saga::{
        Cx,
        context::LaunchError,
        step::{Adds, Limits, Step, UndoRule},
    },
    store::part::{open_part, problem_in},
};

/// Lays out one archive.
pub(super) struct Unpack {
    pub(super) live: Live,
    pub(super) shelf: Shelf,
    pub(super) part: Part,
    /// Made if it is not there; removed with the workspace.
    pub(super) into: PathBuf,
}

#[async_trait]
impl Step for Unpack {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        format!("unpack:{}", self.part.name)
    }

    fn title(&self) -> Msg {
        let folder = self.into.display().to_string();
        msg!("restore-step-unpack", part = &self.part.name, folder = folder, bytes = self.part.raw.bytes)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("restore-undo-with-folder"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        cx.progress().expect(self.part.raw.bytes);
        let progress = cx.progress().clone();
        let counted = std::sync::Arc::new(move |more| progress.add(more));
        let source = open_part(self.shelf.store.clone(), &self.shelf.resource, &self.part, counted).await?;
        let shown = self.into.display().to_string();
        let made = tokio::fs::create_dir_all(&self.into).await;
        made.map_err(|e| problem!("restore-folder-unwritable", folder = &shown).detail(e))?;
        let command = Command::new([
            "tar",
            "--extract",
            "--xattrs",
            "--xattrs-include=user.*",
            "--numeric-owner",
            "--preserve-permissions",
            "--same-owner",
            "--delay-directory-restore",
        ])
        .env("LC_ALL", "C")
        .arg(format!("--directory={shown}"));
        let held = self.live.local().start(command).await;
        let running = cx.launch(held).await.map_err(|error| match error {
            LaunchError::Host(error) => error.into(),
            LaunchError::Journal(problem) => problem,
        })?;
        feed(running, source, &shown, crowded(&self.live, &self.into)).await
    }
}

/// Gives tar the archive. If the source fails, or there is no room left, tar's input just
/// ends: its complaint is not what went wrong.
async fn feed(
    running: Running,
    mut source: Reader,
    folder: &str,
    crowded: impl Future<Output = Problem>,
) -> Result<(), Problem> {
    let Running { stdin, mut stdout, exit, .. } = running;
    let Some(mut stdin) = stdin else { return Err(problem!("internal-journal").detail("tar has no input")) };
    let giving = async {
        let copied = tokio::select! {
            copied = tokio::io::copy(&mut source, &mut stdin) => copied,
            full = crowded => Err(io::Error::other(full)),
        };
        let ended = stdin.shutdown().await;
        copied.map(drop).and(ended)
    };
    let mut sink = tokio::io::sink();
    let draining = tokio::io::copy(&mut stdout, &mut sink);
    let (given, _) = tokio::join!(giving, draining);
    let exit = exit.wait().await.map_err(Problem::from)?;
    if let Err(error) = &given
        && let Some(problem) = problem_in(error)
    {
        return Err(problem.clone());
    }
    if !exit.ok() {
        return Err(problem!("restore-unpack-failed", folder = folder, code = exit.code).detail(exit.stderr));
    }
    given.map_err(|e| problem!("restore-unpack-failed", folder = folder, code = 0).detail(e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Local, Place as _};

    #[tokio::test]
    async fn a_disk_that_fills_up_meanwhile_ends_it() {
        let cat =
            || async { Local::new().start(Command::new(["cat"])).await.unwrap().release().await.unwrap() };
        // Whoever gives nothing more, and does not end.
        let (source, _open) = tokio::io::duplex(16);
        let full = async { problem!("restore-no-room") };
        let fed = feed(cat().await, Box::pin(source), "/x", full).await;
        assert!(fed.unwrap_err().is("restore-no-room"));
        let never = std::future::pending();
        feed(cat().await, Box::pin(&b"all"[..]), "/x", never).await.unwrap();
    }
}
