//! Files the panel has received: taken in and put away, or left until they are swept.

use std::{path::PathBuf, sync::Arc};

use crate::{
    db::{BackupFilter, NewResource, OperationRow},
    domain::{
        clock::SystemClock,
        id::{OperationId, ResourceId},
        kind::Kind,
        operation::OpState,
        problem::Problem,
    },
    operation::{
        Actor, LookWhen, Request, UploadRequest, World, enqueue, execute, prepare, received,
        received_long_ago, sweep_uploads, testing::world,
    },
};

struct Panel {
    folder: tempfile::TempDir,
    world: World,
    resource: ResourceId,
}

impl Panel {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("uploads")).unwrap();
        let world = world(folder.path(), Arc::new(SystemClock)).await;
        let live = folder.path().join("live.db");
        std::fs::write(&live, shop()).unwrap();
        let access = [("path".to_owned(), live.display().to_string())].into();
        let new = NewResource {
            project: None,
            host: None,
            kind: Kind::of("sqlite"),
            name: "shop".to_owned(),
            identity: "live".to_owned(),
            access,
            sealed: None,
            restore_refused: None,
        };
        let resource = world.db.add_resource(new, "cli:test").await.unwrap().id;
        Self { folder, world, resource }
    }

    fn received(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("uploads/01abc");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn request(&self, file: &std::path::Path, sha256: Option<&str>) -> Request {
        Request::Upload(UploadRequest {
            resource: self.resource.clone(),
            file: file.to_owned(),
            file_name: "../other shop.sqlite".to_owned(),
            name: Some("theirs".to_owned()),
            note: None,
            sha256: sha256.map(str::to_owned),
            keep_source: false,
            item: None,
            look: LookWhen::Planning,
        })
    }

    /// As the panel asks: only its beginning is looked at before.
    fn unseen(&self, file: &std::path::Path, sha256: Option<&str>) -> Request {
        let Request::Upload(request) = self.request(file, sha256) else { unreachable!() };
        Request::Upload(UploadRequest { look: LookWhen::Running, ..request })
    }

    /// Queues it and carries it out.
    async fn done(&self, request: Request) -> OperationRow {
        let id = self.queued(request).await.unwrap();
        execute(&self.world, id.clone()).await;
        self.world.db.operation(&id).await.unwrap()
    }

    async fn queued(&self, request: Request) -> Result<OperationId, Problem> {
        let prepared = prepare(&self.world, request, &Actor("user:x".to_owned())).await?;
        Ok(enqueue(&self.world, prepared, None, None).await?.row().id.clone())
    }

    async fn listed(&self) -> usize {
        self.world.db.backups(BackupFilter::default()).await.unwrap().rows.len()
    }

    /// Everything in the store, by name.
    fn stored(&self) -> Vec<String> {
        let store = self.folder.path().join("store");
        let found = std::process::Command::new("find").arg(store).args(["-type", "f"]).output().unwrap();
        String::from_utf8(found.stdout)
            .unwrap()
            .lines()
            .filter(|l| !l.ends_with(".zelo-store"))
            .map(str::to_owned)
            .collect()
    }
}

#[allow(clippy::disallowed_methods)] // a file of this test's own
fn shop() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE a (b); INSERT INTO a VALUES (1), (2);").unwrap();
    db.close().unwrap();
    std::fs::read(path).unwrap()
}

#[tokio::test]
async fn what_was_received_is_taken_in_and_put_away() {
    let panel = Panel::new().await;
    let bytes = shop();
    let file = panel.received(&bytes);
    let sha256 = crate::stream::digest::of(&bytes).sha256.to_uppercase();
    let id = panel.queued(panel.request(&file, Some(&sha256))).await.unwrap();
    execute(&panel.world, id.clone()).await;
    let row = panel.world.db.operation(&id).await.unwrap();
    assert_eq!(row.state, OpState::Succeeded, "{:?}", row.problem);
    assert!(!file.exists());
    let backup = panel.world.db.backups(BackupFilter::default()).await.unwrap().rows.remove(0);
    assert_eq!((backup.origin.as_str(), backup.name.as_deref()), ("uploaded", Some("theirs")));
    assert!(backup.verified_at.is_some() && backup.marker.is_none());
    assert_eq!(panel.stored().len(), 3, "{:?}", panel.stored());
    let manifest = panel.world.db.backup_manifest(&backup.id).await.unwrap();
    assert_eq!(manifest.parts[0].counts["table:a"], 2);
    assert_eq!(manifest.parts[0].facts["outside"]["format"], "sqlite");
}

#[tokio::test]
async fn what_is_not_as_its_receiver_says_is_refused() {
    let panel = Panel::new().await;
    let file = panel.received(&shop());
    let other = panel.queued(panel.request(&file, Some(&"0".repeat(64)))).await.unwrap_err();
    assert!(other.is("upload-changed"));
    assert!(file.exists());
}

#[tokio::test]
async fn what_was_not_looked_through_is_looked_through_first() {
    let panel = Panel::new().await;
    let bytes = shop();
    let file = panel.received(&bytes);
    let sha256 = crate::stream::digest::of(&bytes).sha256;
    let row = panel.done(panel.unseen(&file, Some(&sha256))).await;
    assert_eq!(row.state, OpState::Succeeded, "{:?}", row.problem);
    assert!(!file.exists());
    let backup = panel.world.db.backups(BackupFilter::default()).await.unwrap().rows.remove(0);
    let manifest = panel.world.db.backup_manifest(&backup.id).await.unwrap();
    assert_eq!(manifest.parts[0].counts["table:a"], 2);
    assert_eq!(row.plan[0].title.id, "step-upload-look");
}

#[tokio::test]
async fn what_turns_out_to_be_nothing_is_not_listed() {
    let panel = Panel::new().await;
    let unknown = panel.queued(panel.unseen(&panel.received(b"hello"), None)).await.unwrap_err();
    assert!(unknown.is("upload-unknown"), "its beginning says so: {unknown:?}");
    let whole = shop();
    let cut = &whole[..whole.len() - 512];
    let mut damaged = whole.clone();
    damaged[4096..].fill(0xa5);
    for (bytes, sha256, code) in [
        (cut, None, "upload-truncated"),
        (&damaged, None, "upload-broken"),
        (&whole, Some("0".repeat(64)), "upload-changed"),
    ] {
        let file = panel.received(bytes);
        let row = panel.done(panel.unseen(&file, sha256.as_deref())).await;
        assert_eq!(row.state, OpState::Failed, "{row:?}");
        assert!(row.problem.as_ref().unwrap().is(code), "{code}: {:?}", row.problem);
        assert_eq!((panel.listed().await, panel.stored()), (0, Vec::new()), "{code}");
    }
}

#[tokio::test]
async fn a_file_that_changes_after_the_plan_is_not_stored() {
    let panel = Panel::new().await;
    let file = panel.received(&shop());
    let id = panel.queued(panel.request(&file, None)).await.unwrap();
    // The same length and time: only its digest tells.
    let mut bytes = shop();
    let at = bytes.len() - 1;
    bytes[at] ^= 1;
    let time = std::fs::metadata(&file).unwrap().modified().unwrap();
    std::fs::write(&file, &bytes).unwrap();
    std::fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
    execute(&panel.world, id.clone()).await;
    let row = panel.world.db.operation(&id).await.unwrap();
    assert_eq!(row.state, OpState::Failed, "{row:?}");
    assert!(row.problem.unwrap().is("upload-changed"));
    assert_eq!((panel.listed().await, panel.stored()), (0, Vec::new()));
    assert!(file.exists(), "it may be asked for again");
}

#[tokio::test]
async fn one_file_is_taken_in_once_at_a_time() {
    let panel = Panel::new().await;
    let file = panel.received(&shop());
    panel.queued(panel.request(&file, None)).await.unwrap();
    assert!(panel.queued(panel.request(&file, None)).await.unwrap_err().is("locked"));
}

#[tokio::test]
async fn a_received_file_is_swept_unless_an_operation_waits_for_it() {
    let panel = Panel::new().await;
    let file = panel.received(&shop());
    let old = std::time::SystemTime::from(panel.world.clock.now() - chrono::TimeDelta::hours(48));
    std::fs::File::options().write(true).open(&file).unwrap().set_modified(old).unwrap();
    let id = panel.queued(panel.request(&file, None)).await.unwrap();
    // Nobody has this one: it goes at the next start, or once it is old.
    let lost = panel.folder.path().join("uploads/lost");
    std::fs::write(&lost, "x").unwrap();
    let old = async || received_long_ago(&panel.world).await.unwrap();
    let sweep = async |files| sweep_uploads(&panel.world, files).await.unwrap();
    assert_eq!(old().await, std::slice::from_ref(&file));
    assert_eq!(sweep(old().await).await, 0);
    assert_eq!(sweep(received(&panel.world.rules.uploads)).await, 1);
    assert_eq!((file.exists(), lost.exists()), (true, false));
    panel.world.db.request_cancel(&id, "cli:test").await.unwrap();
    assert_eq!(sweep(old().await).await, 1);
    assert!(!file.exists());
}

#[tokio::test]
async fn the_state_of_a_resource_does_not_matter() {
    let panel = Panel::new().await;
    std::fs::remove_file(panel.folder.path().join("live.db")).unwrap();
    let file = panel.received(&shop());
    let id = panel.queued(panel.request(&file, None)).await.unwrap();
    execute(&panel.world, id.clone()).await;
    assert_eq!(panel.world.db.operation(&id).await.unwrap().state, OpState::Succeeded);
}
