//! Downloads as clients see them: one file, a tar, any part of either, and damage.

use std::{io::Read, sync::Arc};

use bytes::Bytes;
use futures_util::StreamExt;
use proptest::prelude::*;

use super::{
    content::{Content, content},
    flow::Flow,
};
use crate::{
    db::BackupRow,
    domain::{
        backup::{BackupState, Origin},
        id::{BackupId, OperationId, ResourceId, StoreId, SystemIds},
        kind::Kind,
        manifest::{Codec, Consistency, EngineRef, Manifest, Part, PartFile, ResourceRef, VERSION},
    },
    store::{LocalStore, Reserve, Store},
    stream::digest,
};

const FOLDER: &str = "databases/shop/billing";
const BACKUP: &str = "backup-2026-02-09-18-30-00Z-00000001";

/// A backup of these files, in a store of its own.
struct Shelf {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    row: BackupRow,
    manifest: Manifest,
}

impl Shelf {
    async fn new(files: &[(&str, &[u8], Codec)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::new(folder.path().join("store"), Reserve { percent: 0, bytes: 0 });
        store.init().await.unwrap();
        let root = folder.path().join("store").join(FOLDER);
        std::fs::create_dir_all(root.join(BACKUP)).unwrap();
        let parts = files.iter().map(|(name, bytes, codec)| {
            let path = format!("{BACKUP}/{name}");
            std::fs::write(root.join(&path), bytes).unwrap();
            Part {
                name: format!("database:{name}"),
                files: vec![PartFile { path, codec: *codec, key: None, stored: digest::of(bytes) }],
                media_type: "application/octet-stream".to_owned(),
                raw: digest::of(bytes),
                counts: Default::default(),
                facts: serde_json::Value::Null,
            }
        });
        let manifest = manifest(parts.collect());
        std::fs::write(root.join(BACKUP).join("manifest.json"), manifest.to_bytes()).unwrap();
        std::fs::write(root.join(BACKUP).join("RECOVER.md"), "# How to get it back\n").unwrap();
        Self { store: Arc::new(store), row: row(&manifest), manifest, folder }
    }

    async fn content(&self) -> Content {
        content(&*self.store, &self.row, &self.manifest).await.unwrap()
    }

    /// What a client gets, and what was told to have failed.
    async fn get(&self, from: u64, length: u64) -> (Vec<u8>, Option<String>) {
        let (tell, mut told) = tokio::sync::mpsc::channel(1);
        let flow = Flow { store: self.store.clone(), content: self.content().await };
        let failed = move |problem: crate::domain::problem::Problem| async move {
            tell.send(problem.code).await.unwrap();
        };
        let runtime = tokio::runtime::Handle::current();
        let mut stream = Box::pin(flow.start(&runtime, from, length, failed));
        let (mut bytes, mut broken) = (Vec::new(), false);
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(piece) => bytes.extend_from_slice(&piece),
                Err(_) => broken = true,
            }
        }
        let told = told.recv().await;
        assert_eq!(told.is_some(), broken);
        (bytes, told)
    }
}

fn manifest(parts: Vec<Part>) -> Manifest {
    Manifest {
        version: VERSION,
        id: BackupId::new(&SystemIds),
        resource: ResourceRef {
            id: ResourceId::new(&SystemIds),
            name: "billing".to_owned(),
            kind: Kind::of("postgres"),
            project: "shop".to_owned(),
        },
        origin: Origin::Manual,
        name: None,
        note: None,
        operation: OperationId::new(&SystemIds),
        parent: None,
        taken_at: "2026-02-09T18:30:00Z".parse().unwrap(),
        finished_at: "2026-02-09T18:31:00Z".parse().unwrap(),
        engine: EngineRef::default(),
        consistency: Consistency { snapshots: Default::default(), skew_ms: 0 },
        marker: None,
        parts,
        zelo: "0".to_owned(),
    }
}

fn row(manifest: &Manifest) -> BackupRow {
    BackupRow {
        id: manifest.id.clone(),
        resource: manifest.resource.id.clone(),
        resource_name: "billing".to_owned(),
        kind: Kind::of("postgres"),
        project: None,
        store: StoreId::new(&SystemIds),
        path: format!("{FOLDER}/{BACKUP}"),
        origin: Origin::Manual,
        state: BackupState::Complete,
        name: None,
        note: None,
        operation: manifest.operation.clone(),
        parent: None,
        taken_at: manifest.taken_at,
        finished_at: manifest.finished_at,
        stored_bytes: 0,
        raw_bytes: 0,
        marker: None,
        pinned: false,
        verified_at: None,
        problem: None,
        keep_until: None,
    }
}

#[tokio::test]
async fn one_file_is_sent_as_it_lies() {
    let bytes: Vec<u8> = (0..700_000_u32).map(|n| (n % 251) as u8).collect();
    let shelf = Shelf::new(&[("billing.v2.dump.gz", &bytes, Codec::Gzip)]).await;
    let content = shelf.content().await;
    assert_eq!(content.name, "backup-2026-02-09-18-30.dump.gz");
    assert_eq!(content.length, bytes.len() as u64);
    assert_eq!(shelf.get(0, content.length).await, (bytes, None));
}

#[tokio::test]
async fn several_are_one_tar_with_manifest_and_how_to_recover() {
    let long = format!("{}.dump", "x".repeat(180));
    let files: [(&str, &[u8], Codec); 3] = [
        ("roles.sql", b"CREATE ROLE a;", Codec::None),
        (&long, &[7; 512], Codec::None),
        ("e", b"", Codec::None),
    ];
    let shelf = Shelf::new(&files).await;
    let content = shelf.content().await;
    assert_eq!(content.name, "backup-2026-02-09-18-30.tar");
    let (bytes, told) = shelf.get(0, content.length).await;
    assert_eq!((bytes.len() as u64, told), (content.length, None));
    let mut archive = tar::Archive::new(bytes.as_slice());
    let mut found = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut held = Vec::new();
        entry.read_to_end(&mut held).unwrap();
        found.push((entry.path().unwrap().display().to_string(), held));
    }
    let names: Vec<_> = found.iter().map(|(name, _)| name.trim_start_matches(BACKUP)).collect();
    assert_eq!(names, ["/manifest.json", "/RECOVER.md", "/roles.sql", &format!("/{long}"), "/e"]);
    assert_eq!(Manifest::parse(&found[0].1).unwrap(), shelf.manifest);
    assert_eq!(found[3].1, [7; 512]);
}

#[tokio::test]
async fn what_is_shared_comes_along_and_lies_where_the_instructions_look_for_it() {
    let mut shelf =
        Shelf::new(&[("files.tar.gz", b"tar", Codec::Gzip), ("own.sql", b"own", Codec::None)]).await;
    let root = shelf.folder.path().join("store").join(FOLDER);
    let file = &mut shelf.manifest.parts[0].files[0];
    let shared = crate::store::objects::path(&file.stored);
    std::fs::create_dir(root.join("objects")).unwrap();
    std::fs::rename(root.join(&file.path), root.join(&shared)).unwrap();
    file.path = shared.clone();
    let (bytes, told) = shelf.get(0, shelf.content().await.length).await;
    assert_eq!(told, None);
    let mut archive = tar::Archive::new(bytes.as_slice());
    let names = archive.entries().unwrap().map(|e| e.unwrap().path().unwrap().display().to_string());
    assert_eq!(names.skip(2).collect::<Vec<_>>(), [shared, format!("{BACKUP}/own.sql")]);

    // Alone it has no name that says what it is.
    shelf.manifest.parts.truncate(1);
    shelf.manifest.parts[0].media_type = "application/x-tar".to_owned();
    let content = shelf.content().await;
    assert_eq!(content.name, "backup-2026-02-09-18-30.tar.gz");
    assert_eq!(shelf.get(0, content.length).await, (b"tar".to_vec(), None));
}

#[tokio::test]
async fn what_was_damaged_never_ends_as_if_it_were_whole() {
    let bytes = vec![1_u8; 600_000];
    let shelf = Shelf::new(&[("a.dump", &bytes, Codec::None)]).await;
    let tag = shelf.content().await.etag;
    let at = shelf.folder.path().join("store").join(FOLDER).join(BACKUP).join("a.dump");
    let mut damaged = bytes.clone();
    damaged[599_999] = 2;
    std::fs::write(&at, &damaged).unwrap();
    let (got, told) = shelf.get(0, 600_000).await;
    assert!(got.len() < bytes.len() && told.as_deref() == Some("part-digest"));
    std::fs::write(&at, &bytes[..500_000]).unwrap();
    let (got, told) = shelf.get(0, 600_000).await;
    assert!(got.len() < bytes.len() && told.as_deref() == Some("part-digest"));
    assert_eq!(shelf.content().await.etag, tag, "the tag is of what it should be");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_read_from_any_byte_on() {
    let files: [(&str, &[u8], Codec); 2] =
        [("a.dump", &[1; 1000], Codec::None), ("b.dump", &[2; 3000], Codec::None)];
    let shelf = Shelf::new(&files).await;
    let length = shelf.content().await.length;
    let (whole, _) = shelf.get(0, length).await;
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
    let ranges = (0..length).prop_flat_map(move |from| (Just(from), 0..=length - from));
    let shelf = Arc::new(shelf);
    let handle = tokio::runtime::Handle::current();
    let checked = tokio::task::spawn_blocking(move || {
        runner.run(&ranges, |(from, take)| {
            let (bytes, told) = handle.block_on(shelf.get(from, take));
            let end = usize::try_from(from + take).unwrap();
            prop_assert_eq!(Bytes::from(bytes), Bytes::copy_from_slice(&whole[from as usize..end]));
            prop_assert_eq!(told, None);
            Ok(())
        })
    });
    checked.await.unwrap().unwrap();
}
