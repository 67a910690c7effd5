//! The contract on real folders, and what is particular to them: links, modes,
//! disks that are full, unmounted or read by others.

use std::{
    os::{
        fd::{AsFd, AsRawFd as _, OwnedFd},
        unix::fs::PermissionsExt as _,
    },
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use bytes::Bytes;
use tempfile::TempDir;

use super::{tree::move_reserved, *};
use crate::store::contract::{contract, put};

/// What was made durable (`sync`) and what was named (`move`), by path and in
/// order, by all tests of this process.
static TRACE: Mutex<Vec<(&str, PathBuf)>> = Mutex::new(Vec::new());

fn path_of(fd: &impl AsFd) -> PathBuf {
    std::fs::read_link(format!("/proc/self/fd/{}", fd.as_fd().as_raw_fd())).unwrap()
}

pub(super) fn trace(fd: &impl AsFd) {
    TRACE.lock().unwrap().push(("sync", path_of(fd)));
}

pub(super) fn trace_move(folder: &OwnedFd, name: &str) {
    TRACE.lock().unwrap().push(("move", path_of(folder).join(name)));
}

/// What happened below a folder since the last time, as `<what> <path>`.
fn traced(below: &Path) -> Vec<String> {
    let below = below.canonicalize().unwrap();
    let mut told = Vec::new();
    TRACE.lock().unwrap().retain(|(what, path)| match path.strip_prefix(&below) {
        Ok(inner) => {
            let inner = inner.to_str().unwrap();
            let inner = inner.split_once(TEMPORARY).map_or(inner, |(folder, _)| folder);
            told.push(format!("{what} {inner}"));
            false
        }
        Err(_) => true,
    });
    told
}

async fn fresh() -> (TempDir, LocalStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path().join("store"), Reserve::none());
    store.init().await.unwrap();
    (folder, store)
}

fn path(text: &str) -> StorePath {
    StorePath::new(text).unwrap()
}

fn everything(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != MARKER)
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let (_folder, store) = fresh().await;
    contract(Arc::new(store)).await;
}

#[tokio::test]
async fn an_unmounted_disk_is_noticed_and_not_filled() {
    let (folder, store) = fresh().await;
    let root = folder.path().join("store");
    put(&store, "a/b", b"x").await.unwrap();
    std::fs::rename(&root, folder.path().join("elsewhere")).unwrap();
    for mounted in ["nothing", "an empty folder"] {
        let refused = put(&store, "a/c", b"x").await;
        assert!(matches!(refused, Err(StoreError::Unusable { .. })), "{mounted}: {refused:?}");
        assert!(matches!(store.list(None).await, Err(StoreError::Unusable { .. })));
        assert!(matches!(store.read(&path("a/b"), 0).await, Err(StoreError::Unusable { .. })));
        assert!(matches!(store.remove(&path("a")).await, Err(StoreError::Unusable { .. })));
        let _ = std::fs::create_dir(&root);
        assert_eq!(everything(&root), Vec::<String>::new());
    }
}

#[tokio::test]
async fn init_is_harmless_on_a_store_and_refuses_what_is_no_folder() {
    let (folder, store) = fresh().await;
    put(&store, "a", b"x").await.unwrap();
    store.init().await.unwrap();
    assert!(store.stat(&path("a")).await.unwrap().is_some());
    std::fs::write(folder.path().join("file"), "x").unwrap();
    let refused = LocalStore::new(folder.path().join("file"), Reserve::none()).init().await;
    assert!(matches!(refused, Err(StoreError::Unusable { .. })), "{refused:?}");
}

#[tokio::test]
async fn only_the_owner_reads_backups() {
    let (folder, store) = fresh().await;
    put(&store, "databases/shop/file", b"x").await.unwrap();
    let mode = |at: &str| {
        std::fs::metadata(folder.path().join("store").join(at)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("databases"), 0o700);
    assert_eq!(mode("databases/shop"), 0o700);
    assert_eq!(mode("databases/shop/file"), 0o600);
    assert_eq!(mode(MARKER), 0o600);
}

#[tokio::test]
async fn links_lead_nowhere() {
    let (folder, store) = fresh().await;
    let (outside, root) = (folder.path().join("outside"), folder.path().join("store"));
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("secret"), "s").unwrap();
    std::os::unix::fs::symlink(&outside, root.join("way-out")).unwrap();
    std::os::unix::fs::symlink(outside.join("secret"), root.join("file")).unwrap();
    put(&store, "inside/kept", b"x").await.unwrap();
    std::os::unix::fs::symlink(&outside, root.join("inside/way-out")).unwrap();

    assert!(store.read(&path("way-out/secret"), 0).await.is_err());
    assert!(store.read(&path("file"), 0).await.is_err());
    assert!(put(&store, "way-out/new", b"x").await.is_err());
    assert!(put(&store, "file", b"x").await.is_err());
    assert!(store.list(Some(&path("way-out"))).await.is_err());
    assert!(store.stat(&path("way-out/secret")).await.is_err());
    assert_eq!(store.stat(&path("way-out")).await.unwrap(), None);
    assert!(store.rename(&path("inside"), &path("way-out/inside")).await.is_err());
    assert_eq!(store.list(None).await.unwrap().len(), 1, "links are not listed");
    // Removing a folder removes links in it, never what they point to.
    store.remove(&path("inside")).await.unwrap();
    assert!(store.remove(&path("way-out/secret")).await.is_err());
    store.remove(&path("way-out")).await.unwrap();
    assert_eq!(everything(&outside), ["secret"]);
}

#[tokio::test]
async fn a_pipe_does_not_hang_a_reader() {
    let (folder, store) = fresh().await;
    let pipe = folder.path().join("store/pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0)
        .unwrap();
    let read = tokio::time::timeout(Duration::from_secs(5), store.read(&path("pipe"), 0)).await;
    assert!(read.expect("no hang").is_err());
}

#[tokio::test]
async fn the_reserve_is_kept() {
    let (folder, _) = fresh().await;
    let root = folder.path().join("store");
    let space = LocalStore::new(&root, Reserve::none()).space().await.unwrap().unwrap();
    let store = LocalStore::new(&root, Reserve { percent: 0, bytes: space.total + 1 });
    let refused = put(&store, "a", b"x").await;
    assert!(matches!(refused, Err(StoreError::Full { reserve, .. }) if reserve == space.total + 1));
    let store = LocalStore::new(&root, Reserve::none());
    let refused = store.create(&path("a"), space.total * 2).await.err();
    assert!(matches!(refused, Some(StoreError::Full { .. })), "more is foreseen than is free");
    assert_eq!(everything(&root), Vec::<String>::new());
}

#[test]
fn the_reserve_is_the_larger_of_both() {
    let reserve = Reserve::default();
    assert_eq!(reserve.of(1 << 30), 2 << 30);
    assert_eq!(reserve.of(1000 << 30), (1000 << 30) / 100 * 5);
    let space = Space { free: 10 << 30, total: 20 << 30 };
    assert!(reserve.check(space, 8 << 30).is_ok());
    assert!(reserve.check(space, (8 << 30) + 1).is_err());
    assert!(reserve.check(space, u64::MAX).is_err());
    assert_eq!(Reserve::none().of(u64::MAX), 0);
}

/// A small disk of its own; only root may have one.
struct Tmpfs(TempDir);

impl Tmpfs {
    fn mounted(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let done = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "zelo-test"])
            .arg(folder.path())
            .output();
        match done {
            Ok(output) if output.status.success() => Some(Self(folder)),
            _ => None,
        }
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_named_and_nothing_stays() {
    let Some(disk) = Tmpfs::mounted("size=8m") else {
        assert!(std::env::var_os("CI").is_none(), "only root can mount a small disk");
        #[allow(clippy::print_stderr)]
        {
            eprintln!("SKIPPED: only root can mount a small disk");
        }
        return;
    };
    let store = LocalStore::new(disk.0.path(), Reserve::none());
    store.init().await.unwrap();
    put(&store, "kept", b"kept").await.unwrap();
    let mut writer = store.create(&path("folder/file"), 0).await.unwrap();
    let mut full = None;
    for _ in 0..12 {
        if let Err(error) = writer.write(Bytes::from(vec![1; 1 << 20])).await {
            full = Some(error);
            break;
        }
    }
    assert!(matches!(full, Some(StoreError::Full { .. })), "{full:?}");
    drop(writer);
    assert_eq!(everything(&disk.0.path().join("folder")), Vec::<String>::new());
    assert!(store.space().await.unwrap().unwrap().free > 7 << 20, "its bytes are free again");
    assert!(store.stat(&path("kept")).await.unwrap().is_some());
}

#[tokio::test]
async fn the_reserve_is_watched_while_writing() {
    let Some(disk) = Tmpfs::mounted("size=256m") else { return };
    let store = LocalStore::new(disk.0.path(), Reserve { percent: 0, bytes: 100 << 20 });
    store.init().await.unwrap();
    let mut writer = store.create(&path("file"), 0).await.unwrap();
    let chunk = Bytes::from(vec![1; 1 << 20]);
    let mut written = 0_u64;
    let error = loop {
        match writer.write(chunk.clone()).await {
            Ok(()) => written += 1 << 20,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full { free, .. } if free > 0), "{error:?}: before the disk is full");
    assert!(written < 230 << 20, "{written}");
}

#[tokio::test]
async fn a_sweep_takes_what_dead_writers_left_and_nothing_else() {
    let (folder, store) = fresh().await;
    let root = folder.path().join("store");
    let mut alive = store.create(&path("a/b/alive"), 0).await.unwrap();
    alive.write(Bytes::from_static(b"x")).await.unwrap();
    put(&store, "a/b/done", b"x").await.unwrap();
    std::fs::write(root.join("a/b/.part-1-1"), "left").unwrap();
    std::fs::write(root.join("a/.part-1-2"), "left").unwrap();
    std::fs::write(root.join("a/.partial"), "somebody's").unwrap();
    assert_eq!(store.sweep().await.unwrap(), 2);
    assert_eq!(store.sweep().await.unwrap(), 0);
    assert_eq!(everything(&root.join("a")), [".partial", "b"]);
    alive.finish().await.unwrap();
    assert_eq!(everything(&root.join("a/b")), ["alive", "done"]);
}

#[tokio::test]
async fn a_finish_that_nobody_waits_for_leaves_nothing() {
    let (folder, store) = fresh().await;
    for round in 0..200_u64 {
        let mut writer = store.create(&path("a/file"), 0).await.unwrap();
        writer.write(Bytes::from_static(b"x")).await.unwrap();
        // Dropped before, in the middle of and after naming it.
        let finished = tokio::time::timeout(Duration::from_micros(round * 10), writer.finish()).await.is_ok();
        // What runs on its own thread ends before the next task does.
        for _ in 0..50 {
            if everything(&folder.path().join("store/a")).len() == usize::from(finished) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let left = everything(&folder.path().join("store/a"));
        assert_eq!(left.len(), usize::from(finished), "round {round}: {left:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(everything(&folder.path().join("store/a")), left, "round {round}");
        store.remove(&path("a/file")).await.unwrap();
    }
}

/// Temporary files show as their folder with a `/`.
#[tokio::test]
async fn nothing_is_named_before_it_is_on_the_disk() {
    let (folder, store) = fresh().await;
    let root = folder.path().join("store");
    assert_eq!(traced(&root), ["sync .zelo-store", "sync "]);
    put(&store, "a/staging/file", b"x").await.unwrap();
    // Each new folder in its parent, the file, its name.
    assert_eq!(traced(&root), ["sync ", "sync a", "sync a/staging/", "move a/staging/", "sync a/staging"]);
    store.rename(&path("a/staging"), &path("a/trash/final")).await.unwrap();
    assert_eq!(traced(&root), ["sync a", "move a/staging", "sync a/trash", "sync a"]);
    store.remove(&path("a/trash/final")).await.unwrap();
    assert_eq!(traced(&root), ["sync a/trash"]);
}

/// The way for file systems that cannot refuse to replace.
#[test]
fn moving_without_help_replaces_nothing_either() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let fd = OwnedFd::from(std::fs::File::open(folder.path()).unwrap());
    let moved = |from: &str, to: &str| move_reserved(&fd, from, &fd, to);
    for name in ["file", "other"] {
        std::fs::write(at(name), name).unwrap();
        std::fs::create_dir(at(&format!("{name}-folder"))).unwrap();
        std::fs::write(at(&format!("{name}-folder/inner")), name).unwrap();
    }
    assert_eq!(moved("file", "other"), Err(rustix::io::Errno::EXIST));
    assert_eq!(moved("file-folder", "other-folder"), Err(rustix::io::Errno::EXIST));
    assert_eq!(moved("missing", "new"), Err(rustix::io::Errno::NOENT));
    assert!(!at("new").exists());
    moved("file", "new").unwrap();
    moved("file-folder", "new-folder").unwrap();
    assert_eq!(std::fs::read_to_string(at("new")).unwrap(), "file");
    assert_eq!(std::fs::read_to_string(at("new-folder/inner")).unwrap(), "file");
    assert_eq!(std::fs::read_to_string(at("other-folder/inner")).unwrap(), "other");
    assert_eq!(everything(folder.path()), ["new", "new-folder", "other", "other-folder"]);
}
