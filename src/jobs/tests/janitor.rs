//! The janitor, with a clock that jumps, on a SQLite shop.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use chrono::TimeDelta;
use rusqlite::Connection;

use super::super::{Janitor, Rounds};
use crate::{
    db::{Enqueued, NewResource, OperationFilter, OperationRow},
    domain::{
        backup::{BackupState, Origin},
        clock::Jumping,
        id::{BackupId, OperationId, ResourceId},
        kind::Kind,
        operation::{OpKind, OpState},
    },
    engine::BackupOptions,
    operation::{
        Actor, BackupRequest, DeleteRequest, Request, RestoreRequest, World, enqueue, execute, prepare,
        testing::world,
    },
};

struct Shop {
    folder: tempfile::TempDir,
    clock: Arc<Jumping>,
    world: World,
    resource: ResourceId,
}

impl Shop {
    /// A shop of three orders.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tmp")).unwrap();
        let clock = Arc::new(Jumping::from_now(TimeDelta::zero()));
        let world = world(folder.path(), clock.clone()).await;
        let path = folder.path().join("shop.db");
        let new = NewResource {
            project: Some(world.db.ensure_default_project().await.unwrap().id),
            host: None,
            kind: Kind::of("sqlite"),
            name: "shop".to_owned(),
            identity: "by-hand:shop".to_owned(),
            access: BTreeMap::from([("path".to_owned(), path.display().to_string())]),
            sealed: None,
            restore_refused: None,
        };
        let resource = world.db.add_resource(new, "cli:ada").await.unwrap().id;
        let shop = Self { folder, clock, world, resource };
        shop.sql("CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (1), (2), (3)");
        shop
    }

    #[allow(clippy::disallowed_methods)] // the test plays the application
    fn sql(&self, sql: &str) {
        Connection::open(self.folder.path().join("shop.db")).unwrap().execute_batch(sql).unwrap();
    }

    fn days(&self, days: i64) {
        self.clock.pass(TimeDelta::days(days));
    }

    async fn carry_out(&self, request: Request) -> OperationRow {
        let by = Actor("cli:ada".to_owned());
        let prepared = prepare(&self.world, request, &by).await.unwrap();
        let enqueued = enqueue(&self.world, prepared, Some("shop"), None).await.unwrap();
        let Enqueued::Created(row) = enqueued else { panic!("asked before") };
        execute(&self.world, row.id.clone()).await;
        let row = self.world.db.operation(&row.id).await.unwrap();
        assert_eq!(row.state, OpState::Succeeded, "{:?}", row.problem);
        row
    }

    async fn backup(&self) -> BackupId {
        let request = BackupRequest {
            resource: self.resource.clone(),
            name: None,
            note: None,
            options: BackupOptions::default(),
            origin: Origin::Manual,
            parent: None,
        };
        self.carry_out(Request::Backup(request)).await.backup.unwrap()
    }

    /// A restore that has set something aside.
    async fn restored(&self) -> OperationRow {
        let backup = self.backup().await;
        self.sql("DELETE FROM orders WHERE id = 1");
        self.carry_out(Request::Restore(RestoreRequest::of(backup))).await
    }

    async fn delete(&self, backup: &BackupId) {
        self.carry_out(Request::Delete(DeleteRequest::of(backup.clone()))).await;
    }

    /// What the janitor asked for and nobody has run yet.
    async fn asked(&self, kind: &'static str) -> Vec<OperationId> {
        let filter = OperationFilter {
            states: vec![OpState::Queued],
            kind: Some(OpKind::of(kind)),
            ..OperationFilter::default()
        };
        let rows = self.world.db.operations(filter).await.unwrap().rows;
        assert!(rows.iter().all(|row| row.actor == "system"));
        rows.into_iter().map(|row| row.id).collect()
    }

    fn asides(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.display().to_string().contains("__zelo_old_")).collect()
    }

    fn janitor(&self) -> Janitor {
        Janitor::new(self.world.clone(), Rounds::default())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_aside_goes_when_its_time_is_over_and_not_before() {
    let shop = Shop::new().await;
    let restore = shop.restored().await;
    let mut janitor = shop.janitor();
    shop.days(6);
    assert_eq!(janitor.round().await.unwrap(), 0);
    let kept = shop.world.db.asides_of(&restore.id).await.unwrap().remove(0);
    shop.world.db.extend_aside(&kept.id, kept.keep_until + TimeDelta::days(3), "cli:ada").await.unwrap();
    shop.days(2);
    assert_eq!(janitor.round().await.unwrap(), 0, "a person keeps it longer");
    assert_eq!(shop.asides().len(), 1);
    shop.days(2);
    assert_eq!(janitor.round().await.unwrap(), 1);
    assert_eq!(janitor.round().await.unwrap(), 0, "asked once");
    assert_eq!(shop.janitor().round().await.unwrap(), 0, "also by another process");
    // While it waits, it can no longer be kept.
    let late = shop.world.db.extend_aside(&kept.id, kept.keep_until, "cli:ada").await.unwrap_err();
    assert!(late.is("locked"), "{late}");
    let asked = shop.asked("free").await;
    execute(&shop.world, asked[0].clone()).await;
    let done = shop.world.db.operation(&asked[0]).await.unwrap();
    assert_eq!(done.state, OpState::Succeeded, "{:?}", done.problem);
    assert_eq!((asked.len(), shop.asides()), (1, vec![]));
    assert_eq!(shop.world.db.kept_asides(None).await.unwrap(), []);
    shop.days(30);
    assert_eq!(janitor.round().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_safety_backup_it_stays_and_is_told_of_once() {
    let shop = Shop::new().await;
    let restore = shop.restored().await;
    let backups = shop.world.db.backups(Default::default()).await.unwrap().rows;
    let safety = backups.iter().find(|row| row.origin == Origin::Safety).unwrap();
    assert_eq!(safety.parent.as_ref(), Some(&restore.id));
    shop.delete(&safety.id).await;
    shop.days(8);
    let mut janitor = shop.janitor();
    for _ in 0..3 {
        janitor.round().await.unwrap();
        shop.days(1);
    }
    assert_eq!(shop.asked("free").await, []);
    assert_eq!(shop.asides().len(), 1);
    let told = shop.world.db.outbox_due(shop.world.clock.now(), 1000).await.unwrap();
    let told: Vec<_> = told.iter().filter(|row| row.topic == "aside.overdue").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].payload["problem"], "free-no-safety");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_is_emptied_and_what_failed_is_asked_for_again_later() {
    let shop = Shop::new().await;
    let (gone, kept) = (shop.backup().await, shop.backup().await);
    shop.delete(&gone).await;
    let mut janitor = shop.janitor();
    assert_eq!(janitor.round().await.unwrap(), 0);
    shop.days(8);
    assert_eq!(janitor.round().await.unwrap(), 1);
    let asked = shop.asked("purge").await;
    shop.world.db.request_cancel(&asked[0], "cli:ada").await.unwrap();
    assert_eq!(janitor.round().await.unwrap(), 0, "not in a hot loop");
    shop.days(1);
    assert_eq!(janitor.round().await.unwrap(), 1);
    let asked = shop.asked("purge").await;
    execute(&shop.world, asked[0].clone()).await;
    let left = shop.world.db.backups(Default::default()).await.unwrap().rows;
    assert_eq!(
        left.iter().map(|row| (&row.id, row.state)).collect::<Vec<_>>(),
        [(&kept, BackupState::Complete)]
    );
    let folder = shop.folder.path().join("store/databases/default");
    let resource = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read_dir(resource.join(".trash")).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_file_of_the_same_name_is_not_removed() {
    let shop = Shop::new().await;
    shop.restored().await;
    shop.days(8);
    assert_eq!(shop.janitor().round().await.unwrap(), 1);
    let aside = shop.asides().remove(0);
    std::fs::rename(&aside, aside.with_extension("moved")).unwrap();
    std::fs::write(&aside, "somebody else's").unwrap();
    let asked = shop.asked("free").await;
    execute(&shop.world, asked[0].clone()).await;
    let failed = shop.world.db.operation(&asked[0]).await.unwrap();
    assert_eq!(failed.state, OpState::RolledBack);
    assert!(failed.problem.unwrap().is("sqlite-not-ours"));
    assert_eq!(std::fs::read_to_string(&aside).unwrap(), "somebody else's");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_more_than_is_kept_stays() {
    let shop = Shop::new().await;
    let backup = shop.backup().await;
    let request = Request::Delete(DeleteRequest { backup: backup.clone(), surplus: true });
    let prepared = prepare(&shop.world, request, &Actor::system()).await.unwrap();
    let Enqueued::Created(row) = enqueue(&shop.world, prepared, None, None).await.unwrap() else {
        panic!("asked before")
    };
    execute(&shop.world, row.id.clone()).await;
    let row = shop.world.db.operation(&row.id).await.unwrap();
    assert_eq!(row.state, OpState::Failed);
    assert!(row.problem.is_some_and(|problem| problem.is("backup-not-surplus")));
    assert_eq!(shop.world.db.backup(&backup).await.unwrap().state, BackupState::Complete);
}
