//! The folder in which everything is laid out before anybody sees it: beside the one it
//! will take the place of, on the same disk, so that the swap is a rename.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};

use super::{
    super::live::Live,
    room::{docker_room, room},
};
use crate::{
    domain::{id::OperationId, msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
};

/// The workspace of an operation beside a folder.
pub(super) fn beside(folder: &Path, op: &OperationId) -> PathBuf {
    let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    folder.with_file_name(format!("{name}.zelo-{}", op.short()))
}

/// The project's folder in a workspace.
pub(super) fn inner(work: &Path) -> PathBuf {
    work.join("folder")
}

/// A directory, whatever it is called now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Inode {
    device: u64,
    number: u64,
}

impl Inode {
    /// Of what lies at a path; nothing if nothing does.
    pub(super) fn of(path: &Path) -> io::Result<Option<Self>> {
        match fs::symlink_metadata(path) {
            Ok(about) => Ok(Some(Self { device: about.dev(), number: about.ino() })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Swaps two directories of one disk, in one moment.
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?;
    for folder in [one.parent(), other.parent()].into_iter().flatten() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Runs something that blocks.
pub(super) async fn blocking<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let shown = folder.display().to_string();
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other).and_then(|done| done);
    done.map_err(|e| problem!("restore-folder-unwritable", folder = shown).detail(e))
}

/// The folder that was live when the workspace was made beside it.
#[derive(Serialize, Deserialize)]
struct Was {
    live: Option<Inode>,
}

/// The folder that was made: no other is removed.
#[derive(Serialize, Deserialize)]
struct Made {
    folder: Option<Inode>,
}

/// Makes the workspace, and tries whether it can be swapped in.
pub(super) struct Workspace {
    pub(super) live: Live,
    /// The step's name.
    pub(super) name: &'static str,
    pub(super) work: PathBuf,
    /// Whether it is a place of its own that must not be there yet.
    pub(super) new: bool,
    /// What it is made beside; `None`: nothing is to be swapped.
    pub(super) swap: Option<PathBuf>,
    /// Bytes that will lie in it, roughly.
    pub(super) bytes: u64,
    /// Of which host the volumes get so many bytes later; `None`: none do.
    pub(super) volumes: Option<(String, u64)>,
}

#[async_trait]
impl Step for Workspace {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-workspace", folder = self.work.display().to_string(), bytes = self.bytes)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("restore-undo-workspace"))
    }

    fn limits(&self) -> Limits {
        // Its undo removes what may be many files.
        Limits::stream().tries(3)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let live = match self.swap.clone() {
            Some(swap) => blocking(&self.work, move || Inode::of(&swap)).await?,
            None => None,
        };
        // A place of its own must not be there before the first try; a later one takes
        // away what an earlier one made, and only that.
        let (there, first, ours) = (self.work.clone(), cx.notes::<Was>().is_empty(), made_by(cx));
        let new = self.new;
        let free = blocking(&self.work, move || {
            if new && first { Ok(Inode::of(&there)?.is_none()) } else { clear(&there, &ours) }
        });
        if !free.await? {
            return Err(problem!("restore-folder-taken", folder = self.work.display().to_string()));
        }
        cx.note(&Was { live }).await?;
        let parent = self.work.parent().unwrap_or(Path::new("/")).to_owned();
        room(&self.live, &parent, self.bytes).await?;
        if let Some((host, bytes)) = &self.volumes {
            docker_room(&self.live, host, *bytes).await?;
        }
        let (work, swap) = (self.work.clone(), self.swap.clone());
        let made = blocking(&self.work, move || {
            make(&work)?;
            Inode::of(&work)
        });
        cx.note(&Made { folder: made.await? }).await?;
        let Some(swap) = swap else { return Ok(()) };
        let work = self.work.clone();
        let shown = swap.display().to_string();
        let tried = tokio::task::spawn_blocking(move || trial(&work, &swap)).await.map_err(io::Error::other);
        tried.and_then(|tried| tried).map_err(|e| problem!("restore-no-swap", folder = shown).detail(e))
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        // Nothing was made: what lies there is somebody else's.
        if cx.notes::<Was>().is_empty() {
            return Ok(());
        }
        let inner = inner(&self.work);
        let there = blocking(&self.work, move || Inode::of(&inner)).await?;
        // Whatever the journal says: what was live before is never removed.
        if there.is_some() && cx.notes::<Was>().into_iter().any(|was| was.live == there) {
            return Err(problem!("restore-still-swapped", folder = self.work.display().to_string()));
        }
        let (work, ours) = (self.work.clone(), made_by(cx));
        blocking(&self.work, move || clear(&work, &ours)).await.map(drop)
    }
}

/// The folders that this step made, in all its tries.
fn made_by(cx: &Cx) -> Vec<Inode> {
    cx.notes::<Made>().into_iter().filter_map(|made| made.folder).collect()
}

/// Removes what this step made, and an empty folder: a try that died before it could say
/// that it made one leaves that. What is somebody else's stays; then it is false.
fn clear(work: &Path, ours: &[Inode]) -> io::Result<bool> {
    let Some(there) = Inode::of(work)? else { return Ok(true) };
    if ours.contains(&there) {
        return remove_tree(work).map(|()| true);
    }
    match fs::remove_dir(work) {
        Ok(()) => Ok(true),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory) =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Removes a workspace that is not needed any more.
pub(super) struct Tidy {
    pub(super) work: PathBuf,
}

#[async_trait]
impl Step for Tidy {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "tidy".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-tidy", folder = self.work.display().to_string())
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("restore-undo-with-folder"))
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        let work = self.work.clone();
        blocking(&self.work, move || remove_tree(&work)).await
    }
}

fn make(work: &Path) -> io::Result<()> {
    // What is laid out in it has its own modes; nobody else looks in meanwhile.
    fs::DirBuilder::new().mode(0o700).create(work)
}

/// Whether the disk can swap directories, and the one to be swapped lies on the same.
fn trial(work: &Path, swap: &Path) -> io::Result<()> {
    let device = |path: &Path| fs::symlink_metadata(path).map(|about| (about.dev(), about.is_dir()));
    if device(work)? != device(swap)? {
        return Err(io::Error::other("it is a link, or a disk of its own"));
    }
    let (one, other) = (work.join("one"), work.join("other"));
    fs::create_dir(&one)?;
    fs::create_dir(&other)?;
    exchange(&one, &other)?;
    fs::remove_dir(&one)?;
    fs::remove_dir(&other)
}

/// Removes a folder with all that is in it; links are not followed. One that is not
/// there is no error.
pub(super) fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_directories_change_places_in_one_moment() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        fs::create_dir(&one).unwrap();
        fs::create_dir(&other).unwrap();
        fs::write(one.join("a"), "1").unwrap();
        let was = Inode::of(&one).unwrap();
        exchange(&one, &other).unwrap();
        assert_eq!(Inode::of(&other).unwrap(), was);
        assert_eq!(fs::read(other.join("a")).unwrap(), b"1");
        assert!(Inode::of(&folder.path().join("none")).unwrap().is_none());
    }

    #[test]
    fn only_what_was_made_here_or_is_empty_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("shop.zelo-1");
        assert!(clear(&work, &[]).unwrap(), "nothing there");

        make(&work).unwrap();
        assert!(clear(&work, &[]).unwrap(), "made, and not said");
        assert!(!work.exists());

        make(&work).unwrap();
        fs::write(work.join("theirs"), "1").unwrap();
        let another = Inode::of(folder.path()).unwrap().unwrap();
        assert!(!clear(&work, &[another]).unwrap());
        assert_eq!(fs::read(work.join("theirs")).unwrap(), b"1");
        let ours = Inode::of(&work).unwrap().unwrap();
        assert!(clear(&work, &[another, ours]).unwrap());
        assert!(!work.exists());

        for stranger in ["file", "link"] {
            let path = folder.path().join(stranger);
            match stranger {
                "file" => fs::write(&path, "1").unwrap(),
                _ => std::os::unix::fs::symlink(folder.path().join("file"), &path).unwrap(),
            }
            assert!(!clear(&path, &[]).unwrap(), "{stranger}");
            assert!(fs::symlink_metadata(&path).is_ok(), "{stranger}");
        }
    }

    #[test]
    fn a_link_is_not_swapped() {
        let folder = tempfile::tempdir().unwrap();
        let (work, real, link) =
            (folder.path().join("w"), folder.path().join("real"), folder.path().join("link"));
        make(&work).unwrap();
        fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        trial(&work, &real).unwrap();
        assert!(trial(&work, &link).is_err());
        remove_tree(&work).unwrap();
        remove_tree(&work).unwrap();
    }
}
