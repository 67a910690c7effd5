//! What every store must do, whatever it is made of. Each kind of store runs this
//! suite in its own tests, on a fresh, empty store.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::AsyncReadExt as _;

use super::{Store, StoreError, StorePath};

/// The whole contract.
pub(super) async fn contract(store: Arc<dyn Store>) {
    let store = &*store;
    a_file_appears_when_finished(store).await;
    a_dropped_writer_leaves_nothing(store).await;
    a_taken_name_is_refused(store).await;
    two_writers_of_one_name_make_one_file(store).await;
    reading_begins_anywhere(store).await;
    what_is_missing_is_said_to_be(store).await;
    lists_are_sorted_and_flat(store).await;
    a_folder_moves_once_and_replaces_nothing(store).await;
    removing_takes_all_and_may_be_repeated(store).await;
    space_is_plausible(store).await;
}

fn path(text: &str) -> StorePath {
    StorePath::new(text).unwrap()
}

/// Writes a small file.
pub(super) async fn put(store: &dyn Store, at: &str, bytes: &[u8]) -> Result<u64, StoreError> {
    let mut writer = store.create(&path(at), bytes.len() as u64).await?;
    writer.write(Bytes::copy_from_slice(bytes)).await?;
    writer.finish().await
}

async fn get(store: &dyn Store, at: &str, from: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    store.read(&path(at), from).await.unwrap().read_to_end(&mut bytes).await.unwrap();
    bytes
}

async fn names(store: &dyn Store, folder: &str) -> Vec<String> {
    let entries = store.list(Some(&path(folder))).await.unwrap();
    entries.into_iter().map(|e| e.path.to_string()).collect()
}

async fn a_file_appears_when_finished(store: &dyn Store) {
    let at = path("one/two/file");
    let mut writer = store.create(&at, 0).await.unwrap();
    writer.write(Bytes::from_static(b"hello ")).await.unwrap();
    assert_eq!(store.stat(&at).await.unwrap(), None, "not before it is finished");
    assert_eq!(names(store, "one/two").await, Vec::<String>::new());
    writer.write(Bytes::new()).await.unwrap();
    writer.write(Bytes::from_static(b"world")).await.unwrap();
    assert_eq!(writer.finish().await.unwrap(), 11);
    let entry = store.stat(&at).await.unwrap().unwrap();
    assert_eq!((entry.path, entry.folder, entry.bytes), (at, false, 11));
    assert_eq!(get(store, "one/two/file", 0).await, b"hello world");
    assert_eq!(put(store, "one/empty", b"").await.unwrap(), 0);
    assert_eq!(get(store, "one/empty", 0).await, b"");
}

async fn a_dropped_writer_leaves_nothing(store: &dyn Store) {
    let mut writer = store.create(&path("dropped/file"), 0).await.unwrap();
    writer.write(Bytes::from_static(b"half")).await.unwrap();
    drop(writer);
    assert_eq!(names(store, "dropped").await, Vec::<String>::new());
    assert_eq!(put(store, "dropped/file", b"again").await.unwrap(), 5);
}

async fn a_taken_name_is_refused(store: &dyn Store) {
    put(store, "taken/file", b"first").await.unwrap();
    let refused = put(store, "taken/file", b"second").await;
    assert!(matches!(refused, Err(StoreError::Exists(_))), "{refused:?}");
    assert_eq!(get(store, "taken/file", 0).await, b"first");
}

async fn two_writers_of_one_name_make_one_file(store: &dyn Store) {
    let at = path("race/file");
    let mut one = store.create(&at, 0).await.unwrap();
    let mut two = store.create(&at, 0).await.unwrap();
    one.write(Bytes::from_static(b"one")).await.unwrap();
    two.write(Bytes::from_static(b"two")).await.unwrap();
    two.finish().await.unwrap();
    assert!(matches!(one.finish().await, Err(StoreError::Exists(_))));
    assert_eq!(get(store, "race/file", 0).await, b"two");
    assert_eq!(names(store, "race").await, ["race/file"]);
}

async fn reading_begins_anywhere(store: &dyn Store) {
    put(store, "seek/file", b"0123456789").await.unwrap();
    assert_eq!(get(store, "seek/file", 7).await, b"789");
    assert_eq!(get(store, "seek/file", 10).await, b"");
    assert_eq!(get(store, "seek/file", 99).await, b"");
}

async fn what_is_missing_is_said_to_be(store: &dyn Store) {
    for at in ["nowhere", "nowhere/file", "one/nothing"] {
        assert!(matches!(store.read(&path(at), 0).await, Err(StoreError::Missing(_))), "{at}");
        assert_eq!(store.stat(&path(at)).await.unwrap(), None);
    }
    assert_eq!(store.list(Some(&path("nowhere/below"))).await.unwrap(), []);
    assert!(store.read(&path("one"), 0).await.is_err(), "a folder is no file");
}

async fn lists_are_sorted_and_flat(store: &dyn Store) {
    for at in ["list/b", "list/.hidden/x", "list/a/deep", "list/ç", "list/B"] {
        put(store, at, b"x").await.unwrap();
    }
    assert_eq!(names(store, "list").await, ["list/.hidden", "list/B", "list/a", "list/b", "list/ç"]);
    let top = store.list(None).await.unwrap();
    assert!(top.iter().any(|e| e.path == path("list") && e.folder && e.bytes == 0));
    assert!(top.is_sorted_by(|a, b| a.path < b.path));
}

async fn a_folder_moves_once_and_replaces_nothing(store: &dyn Store) {
    put(store, "move/staging/inner/file", b"kept").await.unwrap();
    let (from, to) = (path("move/staging"), path("move/trash/final"));
    store.rename(&from, &to).await.unwrap();
    assert_eq!(get(store, "move/trash/final/inner/file", 0).await, b"kept");
    assert_eq!(store.stat(&from).await.unwrap(), None);
    store.rename(&from, &to).await.expect("made before");

    put(store, "move/staging/other", b"other").await.unwrap();
    assert!(matches!(store.rename(&from, &to).await, Err(StoreError::Exists(_))));
    assert_eq!(get(store, "move/staging/other", 0).await, b"other");
    assert_eq!(get(store, "move/trash/final/inner/file", 0).await, b"kept");

    let (file, named) = (path("move/staging/other"), path("move/objects/abc"));
    store.rename(&file, &named).await.unwrap();
    store.rename(&file, &named).await.expect("a file, moved before");
    put(store, "move/staging/other", b"again").await.unwrap();
    assert!(matches!(store.rename(&file, &named).await, Err(StoreError::Exists(_))));
    assert_eq!(get(store, "move/objects/abc", 0).await, b"other");
    assert_eq!(get(store, "move/staging/other", 0).await, b"again");

    let nothing = store.rename(&path("move/never"), &path("move/nowhere")).await;
    assert!(matches!(nothing, Err(StoreError::Missing(_))), "{nothing:?}");
}

async fn removing_takes_all_and_may_be_repeated(store: &dyn Store) {
    for at in ["gone/a", "gone/b/c/d", "gone/b/e"] {
        put(store, at, b"x").await.unwrap();
    }
    store.remove(&path("gone/a")).await.unwrap();
    assert_eq!(names(store, "gone").await, ["gone/b"]);
    for _ in 0..2 {
        store.remove(&path("gone")).await.unwrap();
        assert_eq!(store.stat(&path("gone")).await.unwrap(), None);
    }
    store.remove(&path("gone/b/c")).await.unwrap();
}

async fn space_is_plausible(store: &dyn Store) {
    if let Some(space) = store.space().await.unwrap() {
        assert!(space.free <= space.total && space.total > 0, "{space:?}");
        assert!(matches!(store.room(space.total + 1).await, Err(StoreError::Full { .. })));
    }
}
