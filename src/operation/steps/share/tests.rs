//! Two backups that share, one of which goes; failures and deaths in the middle; files
//! that rotted: what a manifest names is there and right, and what none names is not.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::io::AsyncReadExt as _;

use super::pile::{DATED, PILE, Pile};
use crate::{
    db::{NewResource, OperationRow},
    domain::{
        backup::{BackupState, Compression, Origin},
        clock::SystemClock,
        id::{BackupId, OperationId, ResourceId},
        manifest::Manifest,
        operation::OpState,
        problem::Problem,
    },
    engine::{BackupOptions, Engines},
    operation::{
        Actor, BackupRequest, DeleteRequest, PurgeRequest, Request, Stores, UntrashRequest, VerifyRequest,
        Way, World, enqueue, execute, prepare, recover, resolve, testing::world,
    },
    store::{
        LocalStore, Reserve, Store, StorePath,
        faulty::{At, Call, FaultyStore, How},
        layout, objects,
        part::open_part,
    },
};

const MANUAL: Origin = Origin::Manual;

struct Panel {
    folder: tempfile::TempDir,
    world: World,
    resource: ResourceId,
}

/// Bytes that no compression makes less of.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u8
    };
    (0..length).map(|_| next()).collect()
}

impl Panel {
    /// A pile of three files.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = world(folder.path(), Arc::new(SystemClock)).await;
        world.engines = Engines::default().with(Arc::new(Pile));
        world.rules.patience.pause = std::time::Duration::from_millis(1);
        let pile = folder.path().join("pile");
        std::fs::create_dir(&pile).unwrap();
        let new = NewResource {
            project: None,
            host: None,
            kind: PILE,
            name: "pile".to_owned(),
            identity: "pile".to_owned(),
            access: [("path".to_owned(), pile.display().to_string())].into(),
            sealed: None,
            restore_refused: None,
        };
        let resource = world.db.add_resource(new, "cli:test").await.unwrap().id;
        let panel = Self { folder, world, resource };
        panel.write("large", &noise(1, 300_000));
        panel.write("small", b"as it was");
        panel.write("twin", b"as it was");
        panel
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join("pile").join(name), bytes).unwrap();
    }

    /// The files as they are now.
    fn live(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(self.folder.path().join("pile")).unwrap().map(Result::unwrap);
        entries.map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap())).collect()
    }

    fn request(&self, compression: Compression) -> Request {
        Request::Backup(BackupRequest {
            resource: self.resource.clone(),
            name: None,
            note: None,
            options: BackupOptions { compression, ..BackupOptions::default() },
            origin: MANUAL,
            parent: None,
        })
    }

    async fn queued(&self, request: Request) -> Result<OperationId, Problem> {
        let actor = Actor("cli:test".to_owned());
        let prepared = prepare(&self.world, request, &actor).await?;
        Ok(enqueue(&self.world, prepared, Some("pile"), None).await?.row().id.clone())
    }

    async fn done(&self, request: Request) -> OperationRow {
        let id = self.queued(request).await.unwrap();
        execute(&self.world, id.clone()).await;
        self.world.db.operation(&id).await.unwrap()
    }

    #[track_caller]
    fn well(row: &OperationRow) {
        assert_eq!(row.state, OpState::Succeeded, "{:?}", row.problem);
    }

    async fn backup(&self) -> BackupId {
        self.backup_as(Compression::Auto).await
    }

    async fn backup_as(&self, compression: Compression) -> BackupId {
        let row = self.done(self.request(compression)).await;
        Self::well(&row);
        row.backup.unwrap()
    }

    async fn delete(&self, backup: &BackupId) {
        Self::well(&self.done(Request::Delete(DeleteRequest::of(backup.clone()))).await);
    }

    async fn purge(&self, backup: &BackupId) {
        self.delete(backup).await;
        let request = PurgeRequest { backup: backup.clone(), expired: false };
        Self::well(&self.done(Request::Purge(request)).await);
    }

    /// Whether all of it is right.
    async fn verifies(&self, backup: &BackupId) -> bool {
        let row = self.done(Request::Verify(VerifyRequest { backup: backup.clone() })).await;
        row.state == OpState::Succeeded
    }

    async fn manifest(&self, backup: &BackupId) -> (StorePath, Manifest) {
        let row = self.world.db.backup(backup).await.unwrap();
        let store = self.world.stores.get(&row.store).unwrap();
        let path = StorePath::new(row.path).unwrap();
        let manifest = crate::store::manifest::manifest(&*store, &path).await.unwrap();
        (layout::parent(&path).unwrap(), manifest)
    }

    /// What a restore would be given.
    async fn contents(&self, backup: &BackupId) -> BTreeMap<String, Vec<u8>> {
        let (resource, manifest) = self.manifest(backup).await;
        let store = self.world.stores.get(self.world.stores.default()).unwrap();
        let mut all = BTreeMap::new();
        for part in &manifest.parts {
            let mut reader = open_part(store.clone(), &resource, part, Arc::new(|_| ())).await.unwrap();
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).await.unwrap();
            all.insert(part.name.clone(), bytes);
        }
        all
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Every file of the store, and what is in it.
    fn disk(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut all, mut todo) = (BTreeMap::new(), vec![self.store()]);
        while let Some(folder) = todo.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                match entry.path() {
                    path if path.is_dir() => todo.push(path),
                    path => drop(all.insert(path.clone(), std::fs::read(path).unwrap())),
                }
            }
        }
        all
    }

    fn objects(&self) -> Vec<PathBuf> {
        let shared = |path: &PathBuf| path.parent().unwrap().ends_with(objects::FOLDER);
        self.disk().into_keys().filter(shared).collect()
    }

    /// The same panel with another store.
    fn over(&self, store: Arc<dyn Store>) -> World {
        let id = self.world.stores.default().clone();
        World { stores: Stores::new(id, store), ..self.world.clone() }
    }

    fn whole_store(&self) -> Arc<dyn Store> {
        Arc::new(LocalStore::new(self.store(), Reserve::none()))
    }
}

fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[0] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn what_did_not_change_is_there_once_and_as_long_as_somebody_needs_it() {
    let panel = Panel::new().await;
    let first = panel.backup().await;
    assert_eq!(panel.objects().len(), 2, "of two parts with the same bytes one is the backup's own");
    let was = panel.live();
    panel.write("small", b"changed");
    // Compressed otherwise, and the same nevertheless.
    let second = panel.backup_as(Compression::Zstd(3)).await;
    assert_eq!(panel.objects().len(), 4, "the twin is no twin any more");
    let path = |manifest: &Manifest, part: &str| manifest.part(part).unwrap().files[0].path.clone();
    let ((_, one), (_, two)) = (panel.manifest(&first).await, panel.manifest(&second).await);
    assert_eq!(path(&one, "large"), path(&two, "large"));
    assert_ne!(path(&one, "small"), path(&two, "small"));
    assert!(panel.verifies(&first).await && panel.verifies(&second).await);
    assert_eq!((panel.contents(&first).await, panel.contents(&second).await), (was, panel.live()));

    let rebuilt = crate::operation::rebuild(&panel.world).await.unwrap();
    assert_eq!((rebuilt.listed, rebuilt.damaged, rebuilt.refused.len()), (2, 0, 0));

    panel.purge(&first).await;
    assert_eq!(panel.objects().len(), 3, "the first one's small file is gone");
    assert!(panel.verifies(&second).await);
    assert_eq!(panel.contents(&second).await, panel.live());
    panel.purge(&second).await;
    assert_eq!(panel.objects(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn what_is_in_the_trash_still_needs_its_parts() {
    let panel = Panel::new().await;
    let (first, second) = (panel.backup().await, panel.backup().await);
    panel.delete(&first).await;
    panel.purge(&second).await;
    assert_eq!(panel.objects().len(), 2);
    // From the trash, too, parts are shared.
    let third = panel.backup().await;
    assert_eq!(panel.objects().len(), 2);
    let back = Request::Untrash(UntrashRequest { backup: first.clone() });
    Panel::well(&panel.done(back).await);
    assert!(panel.verifies(&first).await && panel.verifies(&third).await);
}

#[tokio::test]
async fn a_part_whose_essence_is_the_same_is_the_earlier_one() {
    let panel = Panel::new().await;
    let name = format!("dump{DATED}");
    panel.write(&name, b"18:30\nrows");
    panel.backup().await;
    panel.write(&name, b"18:31\nrows");
    let second = panel.backup().await;
    assert_eq!(panel.contents(&second).await[&name], b"18:30\nrows");
    assert!(panel.verifies(&second).await);
    panel.write(&name, b"18:32\nmore rows");
    let third = panel.backup().await;
    assert_eq!(panel.contents(&third).await[&name], b"18:32\nmore rows");
}

#[tokio::test]
async fn a_damaged_part_is_not_shared_and_is_mended_where_the_bytes_are_the_same() {
    let panel = Panel::new().await;
    let first = panel.backup_as(Compression::None).await;
    let large = panel.objects().into_iter().max_by_key(|p| p.metadata().unwrap().len()).unwrap();
    flip(&large);
    let second = panel.backup_as(Compression::Gzip(1)).await;
    assert_eq!(panel.world.db.backup(&first).await.unwrap().state, BackupState::Corrupt);
    assert!(panel.verifies(&second).await);
    assert_eq!(panel.contents(&second).await, panel.live());
    assert!(!panel.verifies(&first).await, "another file, so the first stays as it is");

    // A file of the very same bytes takes the place of what rotted.
    panel.purge(&second).await;
    let third = panel.backup_as(Compression::None).await;
    assert!(panel.verifies(&third).await && panel.verifies(&first).await);
    assert_eq!(panel.contents(&first).await, panel.live());

    std::fs::write(&large, b"cut").unwrap();
    let fourth = panel.backup_as(Compression::None).await;
    assert!(panel.verifies(&fourth).await && panel.verifies(&third).await);
}

#[tokio::test]
async fn a_manifest_that_cannot_be_read_keeps_every_part() {
    let panel = Panel::new().await;
    let first = panel.backup().await;
    let (resource, _) = panel.manifest(&first).await;
    let strange = panel.store().join(resource.as_str()).join("backup-2026-02-09-18-30-00Z-00000001");
    for manifest in [Some("{"), None] {
        let backup = panel.backup().await;
        std::fs::create_dir_all(&strange).unwrap();
        if let Some(text) = manifest {
            std::fs::write(strange.join("manifest.json"), text).unwrap();
        }
        panel.write("small", format!("{manifest:?}").as_bytes());
        let other = panel.backup().await;
        let before = panel.objects();
        panel.purge(&other).await;
        assert_eq!(panel.objects(), before, "{manifest:?}");
        assert!(panel.verifies(&backup).await);
        std::fs::remove_dir_all(&strange).unwrap();
    }
    assert_eq!(panel.objects().len(), 4);
    panel.purge(&first).await;
    assert_eq!(panel.objects().len(), 3, "once all can be read, what nobody needs goes");
}

#[tokio::test]
async fn nothing_is_shared_or_removed_while_a_backup_runs() {
    let panel = Panel::new().await;
    let first = panel.backup().await;
    panel.delete(&first).await;
    let running = panel.queued(panel.request(Compression::Auto)).await.unwrap();
    let purge = PurgeRequest { backup: first.clone(), expired: false };
    let refused = panel.queued(Request::Purge(purge.clone())).await.unwrap_err();
    assert!(refused.is("locked"), "{refused}");
    let refused = panel.queued(panel.request(Compression::Auto)).await.unwrap_err();
    assert!(refused.is("locked"), "{refused}");
    execute(&panel.world, running).await;
    Panel::well(&panel.done(Request::Purge(purge)).await);
}

/// One backup, and a pile that has changed in part since.
async fn half_changed() -> (Panel, BackupId) {
    let panel = Panel::new().await;
    let first = panel.backup().await;
    panel.write("small", b"changed");
    panel.write("new", &noise(2, 5000));
    (panel, first)
}

/// Every such call at which the store may fail while a backup shares some parts and makes
/// others; afterwards all is as it was, or the backup is whole. How often it failed.
async fn failing(how: How, calls: &[Call]) -> usize {
    let (mut failed, mut fresh) = (0, None);
    for call in calls {
        for number in 1.. {
            let (panel, first) = match fresh.take() {
                Some(unchanged) => unchanged,
                None => half_changed().await,
            };
            let before = panel.disk();
            let store = Arc::new(FaultyStore::new(panel.whole_store(), At::Call(*call, number), how));
            let id = panel.queued(panel.request(Compression::Auto)).await.unwrap();
            let faulty = panel.over(store.clone());
            execute(&faulty, id.clone()).await;
            let case = format!("{call:?} {number} {how:?}");
            if !store.struck() {
                break;
            }
            failed += 1;
            if panel.world.db.operation(&id).await.unwrap().state == OpState::NeedsOperator {
                // Another try, on a store that answers again.
                resolve(&panel.world, &id, Way::Retry, &Actor::system()).await.unwrap();
                recover(&panel.world, id.clone()).await;
            }
            let row = panel.world.db.operation(&id).await.unwrap();
            match row.state {
                OpState::Succeeded => {
                    let second = row.backup.unwrap();
                    assert!(panel.verifies(&second).await, "{case}");
                    assert_eq!(panel.contents(&second).await, panel.live(), "{case}");
                }
                OpState::Failed | OpState::RolledBack => {
                    assert_eq!(panel.disk(), before, "{case}");
                    fresh = Some((panel, first));
                    continue;
                }
                other => panic!("{case}: {other:?}"),
            }
            assert!(panel.verifies(&first).await, "{case}");
        }
    }
    failed
}

#[tokio::test]
async fn a_backup_that_fails_anywhere_leaves_no_part() {
    let calls = [Call::Rename, Call::Stat, Call::List, Call::Remove, Call::Create, Call::Finish, Call::Read];
    let failed = failing(How::Fail, &calls).await;
    assert!(failed > 20, "{failed}");
}

#[tokio::test]
async fn a_store_that_goes_away_between_part_and_manifest_is_cleared_up_later() {
    // Two new parts and one that proves to be there, then the backup's folder.
    assert_eq!(failing(How::Disconnect, &[Call::Rename]).await, 4);
}
