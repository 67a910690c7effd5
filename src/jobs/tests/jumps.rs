//! A clock that jumps while an operation runs. Leases are written in the wall clock's
//! time, so whoever looks after them must not believe it.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::TimeDelta;
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

use super::{super::*, until};
use crate::{
    db::{NewResource, OperationFilter},
    domain::{
        clock::{Clock, Moment, SystemClock},
        id::{OperationId, SystemIds},
        kind::Kind,
        operation::OpState,
    },
    operation::{
        Actor, BackupRequest, Cancels, Request, RestoreRequest, Stores, World, enqueue, execute, prepare,
        recover, testing::world,
    },
    saga::{Fence, Journal},
    store::{
        LocalStore, Reserve,
        faulty::{At, FaultyStore, How},
    },
};

/// A lease, and longer than that: so long the store takes for a safety backup.
const LEASE: Duration = Duration::from_secs(3);
const HELD: Duration = Duration::from_secs(5);

/// The machine's clock, put forward or back.
struct Shifted(Mutex<TimeDelta>);

impl Clock for Shifted {
    fn now(&self) -> Moment {
        SystemClock.now() + *self.0.lock().unwrap()
    }
}

/// Runs and recovers, and counts what it recovers.
struct Here {
    world: World,
    recovered: AtomicUsize,
}

impl Here {
    fn of(world: World) -> Arc<Self> {
        Arc::new(Self { world, recovered: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl Execute for Here {
    async fn execute(&self, id: OperationId) {
        execute(&self.world, id).await;
    }
}

#[async_trait]
impl Recover for Here {
    async fn recover(&self, id: OperationId) {
        self.recovered.fetch_add(1, Ordering::SeqCst);
        recover(&self.world, id).await;
    }
}

/// A shop of three orders with a backup, of which one order is left, and its restore.
struct Shop {
    folder: tempfile::TempDir,
    clock: Arc<Shifted>,
    world: World,
    /// Holds the safety backup up.
    slow: Arc<FaultyStore>,
    restore: OperationId,
}

impl Shop {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tmp")).unwrap();
        let clock = Arc::new(Shifted(Mutex::default()));
        let mut world = world(folder.path(), clock.clone()).await;
        world.rules.lease = LEASE;
        let path = folder.path().join("shop.db");
        sql(&path, "CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (1), (2), (3)");
        let new = NewResource {
            project: None,
            host: None,
            kind: Kind::of("sqlite"),
            name: "shop".to_owned(),
            identity: "shop".to_owned(),
            access: [("path".to_owned(), path.display().to_string())].into(),
            sealed: None,
            restore_refused: None,
        };
        let resource = world.db.add_resource(new, "cli:test").await.unwrap().id;
        let request = serde_json::json!({ "resource": resource });
        let request = Request::Backup(serde_json::from_value::<BackupRequest>(request).unwrap());
        let backup = ask(&world, request).await;
        execute(&world, backup.clone()).await;
        let backup = world.db.operation(&backup).await.unwrap().backup.unwrap();
        sql(&path, "DELETE FROM orders WHERE id > 1");

        let store = LocalStore::new(folder.path().join("store"), Reserve::none());
        let slow = Arc::new(FaultyStore::new(Arc::new(store), At::Written(0), How::Delay(HELD)));
        world.stores = Stores::new(world.db.ensure_default_store("store").await.unwrap().id, slow.clone());
        let restore = ask(&world, Request::Restore(RestoreRequest::of(backup))).await;
        Self { folder, clock, world, slow, restore }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }

    #[allow(clippy::disallowed_methods)] // the test plays the application
    fn orders(&self) -> i64 {
        let db = Connection::open(self.path()).unwrap();
        db.query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).unwrap()
    }

    /// What a run that stopped half-way would leave beside the database and in the store.
    fn half_made(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path.clone());
                }
                found.push(path);
            }
        }
        let half = |path: &str| [".staging-", ".part-", "__zelo_new_"].iter().any(|mark| path.contains(mark));
        found.retain(|path| half(&path.display().to_string()));
        found
    }

    /// How often people were told that an operation is over.
    async fn ends_told(&self, id: &OperationId) -> usize {
        let told = self.world.db.outbox(None, 1000).await.unwrap();
        let ends =
            ["operation.succeeded", "operation.failed", "operation.rolled_back", "operation.cancelled"];
        let subject = format!("operation:{id}");
        told.iter().filter(|row| row.subject == subject && ends.contains(&&*row.topic)).count()
    }
}

#[allow(clippy::disallowed_methods)] // the test plays the application
fn sql(path: &std::path::Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

async fn ask(world: &World, request: Request) -> OperationId {
    let prepared = prepare(world, request, &Actor("cli:test".to_owned())).await.unwrap();
    let confirm = prepared.view.confirm.clone();
    enqueue(world, prepared, confirm.as_deref(), None).await.unwrap().row().id.clone()
}

/// A restore in a server whose clock is put forward or back in the middle.
async fn restored_through(jump: TimeDelta) {
    let shop = Shop::new().await;
    let (here, stop) = (Here::of(shop.world.clone()), CancellationToken::new());
    let (db, folder) = (shop.world.db.clone(), shop.folder.path().to_owned());
    let queue = Queue::start(&folder, here.clone(), 2, Arc::new(SystemIds), stop.clone()).await.unwrap();
    let pace = Pace { lease: LEASE, ..Pace::default() };
    let sweep = Sweep { db: db.clone(), queue, recover: here.clone(), folder, pace };
    let swept = tokio::spawn(sweep.run(stop.clone()));
    until(async || shop.slow.struck()).await;
    *shop.clock.0.lock().unwrap() = jump;
    until(async || db.operation(&shop.restore).await.unwrap().state.is_final()).await;
    stop.cancel();
    swept.await.unwrap();

    let all = db.operations(OperationFilter::default()).await.unwrap().rows;
    assert_eq!(all.len(), 3, "{jump}: the backup, the restore, its safety backup");
    for row in all {
        assert_eq!((row.state, row.fence), (OpState::Succeeded, Fence(1)), "{jump}: {:?}", row.problem);
        assert_eq!(shop.ends_told(&row.id).await, 1, "{jump}: {row:?}");
        let steps = db.steps(&row.id).await.unwrap();
        assert!(steps.iter().all(|step| step.tries == 1), "{jump}: something ran twice: {steps:?}");
    }
    assert_eq!(here.recovered.load(Ordering::SeqCst), 0, "{jump}: nobody had died");
    assert_eq!(shop.orders(), 3, "{jump}");
    assert_eq!(shop.half_made(), Vec::<PathBuf>::new(), "{jump}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_ends_well_though_the_clock_jumps_meanwhile() {
    tokio::join!(restored_through(TimeDelta::hours(1)), restored_through(TimeDelta::hours(-1)));
}

/// By another machine's clock, an hour ahead, every lease ended long ago.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_over_while_it_lives_ends_once_and_is_wholly_undone() {
    let shop = Shop::new().await;
    let (world, restore) = (shop.world.clone(), shop.restore.clone());
    let first = tokio::spawn(async move { execute(&world, restore).await });
    until(async || shop.slow.struck()).await;
    let mut other = shop.world.clone();
    other.rules.runner = "w-other".to_owned();
    other.cancels = Cancels::default();
    let ahead = Dead::Since(shop.clock.now() + TimeDelta::hours(1));
    let taken = reconcile(&other.db, &*Here::of(other.clone()), ahead).await.unwrap();
    assert_eq!(taken, 2, "the restore and its safety backup");
    first.await.unwrap();

    let row = shop.world.db.operation(&shop.restore).await.unwrap();
    assert_eq!((row.state, row.fence), (OpState::Failed, Fence(2)), "{:?}", row.problem);
    assert_eq!(shop.ends_told(&shop.restore).await, 1);
    assert_eq!(shop.orders(), 1);
    assert_eq!(shop.half_made(), Vec::<PathBuf>::new());
    let listed = shop.world.db.backups(Default::default()).await.unwrap().rows;
    assert_eq!(listed.len(), 1, "the safety backup was not finished by anybody");
}
