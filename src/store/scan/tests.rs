//! A store as a bad year leaves it.

use std::{path::Path, sync::Arc};

use chrono::DateTime;
use tempfile::TempDir;

use super::*;
use crate::{
    domain::{
        backup::{Compression, Origin},
        clock::Moment,
        id::{OperationId, ResourceId, SystemIds},
        kind::Kind,
        manifest::{Consistency, EngineRef, Part, ResourceRef, VERSION},
    },
    store::{LocalStore, Reserve, contract::put, layout, part::WritePart},
};

async fn fresh() -> (TempDir, LocalStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path(), Reserve::none());
    store.init().await.unwrap();
    (folder, store)
}

fn moment() -> Moment {
    DateTime::from_timestamp(1_770_661_800, 0).unwrap()
}

fn manifest(parts: Vec<Part>) -> Manifest {
    Manifest {
        version: VERSION,
        id: BackupId::new(&SystemIds),
        resource: ResourceRef {
            id: ResourceId::new(&SystemIds),
            name: "orders".to_owned(),
            kind: Kind::of("postgres"),
            project: "shop".to_owned(),
        },
        origin: Origin::Manual,
        name: None,
        note: None,
        operation: OperationId::new(&SystemIds),
        parent: None,
        taken_at: moment(),
        finished_at: moment(),
        engine: EngineRef::default(),
        consistency: Consistency { snapshots: BTreeMap::new(), skew_ms: 0 },
        marker: None,
        parts,
        zelo: "0.1.0".to_owned(),
    }
}

/// A whole backup in a resource's folder, with one part of 5 bytes.
async fn publish(store: &LocalStore, resource: &StorePath) -> (StorePath, Manifest) {
    let mut manifest = manifest(Vec::new());
    let folder = layout::backup(resource, moment(), &manifest.id).unwrap();
    let written = WritePart {
        store,
        resource,
        path: &format!("{}/orders.dump", last(&folder)),
        compression: Compression::None,
        expect: 5,
        tap: None,
        on_bytes: Arc::new(|_| ()),
    };
    let written = written.from(Box::pin(&b"bytes"[..])).await.unwrap();
    manifest.parts.push(Part {
        name: "database:orders".to_owned(),
        files: vec![written.file],
        media_type: "application/sql".to_owned(),
        raw: written.raw,
        counts: BTreeMap::new(),
        facts: serde_json::Value::Null,
    });
    put(store, &format!("{folder}/{FILE}"), &manifest.to_bytes()).await.unwrap();
    (folder, manifest)
}

fn path(text: &str) -> StorePath {
    StorePath::new(text).unwrap()
}

fn why(scan: &Scan, at: &str) -> String {
    let refused: Vec<_> = scan.refused.iter().filter(|r| r.path == path(at)).collect();
    assert_eq!(refused.len(), 1, "{at}: {:?}", scan.refused);
    refused[0].why.code.clone()
}

#[tokio::test]
async fn an_empty_store_holds_nothing() {
    let (_folder, store) = fresh().await;
    assert_eq!(scan(&store).await.unwrap(), Scan::default());
}

#[tokio::test]
async fn a_store_that_cannot_be_used_is_no_empty_store() {
    let (folder, store) = fresh().await;
    std::fs::remove_file(folder.path().join(".zelo-store")).unwrap();
    assert!(matches!(scan(&store).await, Err(StoreError::Unusable { .. })));
}

#[tokio::test]
async fn every_backup_is_found_wherever_it_lies() {
    let (_folder, store) = fresh().await;
    let mut expected = Vec::new();
    for resource in ["databases/a/x-1", "databases/b/x-2", "instances/a/y-3", "moved by hand/z"] {
        for _ in 0..2 {
            let (folder, manifest) = publish(&store, &path(resource)).await;
            expected.push(Found { folder, resource: path(resource), manifest, damage: None });
        }
    }
    expected.sort_by(|a, b| a.folder.cmp(&b.folder));
    let found = scan(&store).await.unwrap();
    assert_eq!(found, Scan { backups: expected, ..Scan::default() });
}

#[tokio::test]
async fn trash_and_staging_are_told_apart() {
    let (_folder, store) = fresh().await;
    let resource = path("databases/a/x-1");
    let (kept, _) = publish(&store, &resource).await;
    let (deleted, manifest) = publish(&store, &resource).await;
    let trash = layout::trashed(&resource, last(&deleted)).unwrap();
    store.rename(&deleted, &trash).await.unwrap();
    let staging = layout::staging(&resource, &BackupId::new(&SystemIds)).unwrap();
    put(&store, &format!("{staging}/{FILE}"), b"{}").await.unwrap();

    let found = scan(&store).await.unwrap();
    assert_eq!(found.backups.iter().map(|f| &f.folder).collect::<Vec<_>>(), [&kept]);
    assert_eq!(found.trashed, [Found { folder: trash, resource, manifest, damage: None }]);
    assert_eq!(found.staging, [staging]);
    assert_eq!(found.refused, []);
}

#[tokio::test]
async fn a_name_proves_nothing() {
    let (folder, store) = fresh().await;
    let resource = path("databases/a/x-1");
    // Named like a backup, holding none; with a manifest of nonsense, of a later
    // Zelo, leading out of the store, and too large.
    let named = |n: u32| format!("databases/a/x-1/backup-2026-02-09-18-30-0{n}Z-00000000");
    put(&store, &format!("{}/orders.dump.gz", named(0)), b"x").await.unwrap();
    put(&store, &format!("{}/{FILE}", named(1)), b"{\"version\": 1").await.unwrap();
    put(&store, &format!("{}/{FILE}", named(2)), b"{\"version\": 2}").await.unwrap();
    let mut evil = manifest(Vec::new());
    let (_, good) = publish(&store, &resource).await;
    evil.parts.clone_from(&good.parts);
    evil.parts[0].files[0].path = "../../../etc/passwd".to_owned();
    put(&store, &format!("{}/{FILE}", named(3)), &evil.to_bytes()).await.unwrap();
    put(&store, &format!("{}/{FILE}", named(4)), b"").await.unwrap();
    let huge = std::fs::File::options().write(true).open(folder.path().join(named(4)).join(FILE)).unwrap();
    huge.set_len(LONGEST_MANIFEST + 1).unwrap();
    put(&store, &format!("top/{FILE}"), b"[]").await.unwrap();
    put(&store, "1/2/3/4/5/6/7/8/9/10/file", b"x").await.unwrap();

    let found = scan(&store).await.unwrap();
    assert_eq!(found.backups.len(), 1);
    assert_eq!(why(&found, &named(0)), "scan-no-manifest");
    for n in 1..=4 {
        assert_eq!(why(&found, &named(n)), "scan-manifest");
    }
    assert_eq!(why(&found, "top"), "scan-manifest");
    assert_eq!(why(&found, "1/2/3/4/5/6/7/8/9"), "scan-deep");
    assert_eq!(found.refused.len(), 7);
}

fn file_of(root: &Path, found: &StorePath) -> std::path::PathBuf {
    root.join(found.as_str()).join("orders.dump")
}

#[tokio::test]
async fn visible_damage_is_told() {
    let (root, store) = fresh().await;
    let resource = path("databases/a/x-1");
    let (lost, _) = publish(&store, &resource).await;
    let (short, _) = publish(&store, &resource).await;
    let (renamed, _) = publish(&store, &resource).await;
    std::fs::remove_file(file_of(root.path(), &lost)).unwrap();
    std::fs::write(file_of(root.path(), &short), "byt").unwrap();
    store.rename(&renamed, &resource.join("my favourite").unwrap()).await.unwrap();
    let found = scan(&store).await.unwrap();
    let damage = |folder: &StorePath| {
        let one = found.backups.iter().find(|f| f.folder == *folder).unwrap();
        one.damage.as_ref().map(|p| p.code.clone())
    };
    assert_eq!(damage(&lost).as_deref(), Some("part-missing"));
    assert_eq!(damage(&short).as_deref(), Some("part-digest"));
    assert_eq!(damage(&resource.join("my favourite").unwrap()).as_deref(), Some("part-missing"));
}

#[tokio::test]
async fn a_backup_counts_once() {
    let (root, store) = fresh().await;
    let (one, two) = (path("databases/a/x-1"), path("databases/b/x-2"));
    let (folder, manifest) = publish(&store, &one).await;
    let copy = two.join(last(&folder)).unwrap();
    put(&store, &format!("{copy}/{FILE}"), &manifest.to_bytes()).await.unwrap();
    put(&store, &format!("{copy}/orders.dump"), b"bytes").await.unwrap();
    let found = scan(&store).await.unwrap();
    assert_eq!(found.backups.iter().map(|f| &f.folder).collect::<Vec<_>>(), [&folder]);
    assert_eq!(why(&found, copy.as_str()), "scan-duplicate");
    // The undamaged one counts, wherever it lies.
    std::fs::remove_file(file_of(root.path(), &folder)).unwrap();
    let found = scan(&store).await.unwrap();
    assert_eq!(found.backups.iter().map(|f| &f.folder).collect::<Vec<_>>(), [&copy]);
    assert_eq!(why(&found, folder.as_str()), "scan-duplicate");
}
