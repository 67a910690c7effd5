//! The lock, the queue, the sweep, the reconciler.

#![allow(clippy::panic, clippy::print_stderr, clippy::print_stdout)]

pub(super) mod janitor;
mod jumps;
mod refused;
mod upload;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    db::{Db, DbTarget, Finish, NewOperation},
    domain::{
        clock::{Clock, SystemClock},
        id::{OperationId, SystemIds},
        operation::{OpKind, OpState},
    },
    saga::Fence,
};

/// Counts what it is told to run, and says so at once.
struct Counter {
    runs: Mutex<HashMap<OperationId, u32>>,
    told: mpsc::UnboundedSender<(OperationId, Instant)>,
    takes: Duration,
}

#[async_trait]
impl Execute for Counter {
    async fn execute(&self, id: OperationId) {
        let _ = self.told.send((id.clone(), Instant::now()));
        *self.runs.lock().unwrap().entry(id).or_default() += 1;
        tokio::time::sleep(self.takes).await;
    }
}

struct Bench {
    queue: Queue,
    counter: Arc<Counter>,
    heard: mpsc::UnboundedReceiver<(OperationId, Instant)>,
    shutdown: CancellationToken,
}

async fn start(folder: &Path, concurrency: usize, takes: Duration) -> Bench {
    start_looking(folder, concurrency, takes, queue::EVERY).await
}

async fn start_looking(folder: &Path, concurrency: usize, takes: Duration, every: Duration) -> Bench {
    let (told, heard) = mpsc::unbounded_channel();
    let counter = Arc::new(Counter { runs: Mutex::default(), told, takes });
    let shutdown = CancellationToken::new();
    let executor = counter.clone();
    let ids = Arc::new(SystemIds);
    let queue =
        Queue::start_looking(folder, executor, concurrency, ids, shutdown.clone(), every).await.unwrap();
    Bench { queue, counter, heard, shutdown }
}

impl Bench {
    async fn next(&mut self) -> (OperationId, Instant) {
        tokio::time::timeout(Duration::from_secs(20), self.heard.recv()).await.unwrap().unwrap()
    }
}

/// Waits until something is so, but not for ever.
async fn until(so: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !so().await {
        assert!(Instant::now() < end, "it does not come");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn new_id() -> OperationId {
    OperationId::new(&SystemIds)
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_jobs_run_once_each() {
    let folder = tempfile::tempdir().unwrap();
    let mut b = start(folder.path(), 8, Duration::from_millis(1)).await;
    let ids: Vec<_> = (0..500).map(|_| new_id()).collect();
    let begun = Instant::now();
    for id in &ids {
        b.queue.push(id).await.unwrap();
    }
    for _ in &ids {
        b.next().await;
    }
    eprintln!("500 jobs in {:?}", begun.elapsed());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let runs = b.counter.runs.lock().unwrap().clone();
    assert_eq!(runs.len(), 500);
    assert!(ids.iter().all(|id| runs[id] == 1), "some ran twice");
    let purged = b.queue.purge().await.unwrap();
    assert!(purged >= 490, "handled jobs can be removed: {purged}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_starts_without_waiting_for_the_next_look() {
    let folder = tempfile::tempdir().unwrap();
    let mut b = start_looking(folder.path(), 4, Duration::ZERO, Duration::from_secs(3600)).await;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(7)).await;
        let id = new_id();
        b.queue.push(&id).await.unwrap();
        assert_eq!(b.next().await.0, id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_run_at_once_than_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let mut b = start(folder.path(), 2, Duration::from_secs(1)).await;
    for _ in 0..3 {
        b.queue.push(&new_id()).await.unwrap();
    }
    let first = b.next().await.1;
    b.next().await;
    assert!(b.next().await.1 - first > Duration::from_millis(900));
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_takes_no_more_and_waits_for_what_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut b = start(folder.path(), 1, Duration::from_secs(3)).await;
    let (runs, waits) = (new_id(), new_id());
    b.queue.push(&runs).await.unwrap();
    assert_eq!(b.next().await.0, runs);
    b.queue.push(&waits).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    b.shutdown.cancel();
    assert!(!b.queue.drain(Duration::from_millis(10)).await, "it still runs");
    assert!(b.queue.drain(Duration::from_secs(30)).await);
    assert_eq!(*b.counter.runs.lock().unwrap(), HashMap::from([(runs, 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panicking_operation_does_not_stop_the_queue() {
    struct Panics(mpsc::UnboundedSender<()>);
    #[async_trait]
    impl Execute for Panics {
        async fn execute(&self, _: OperationId) {
            self.0.send(()).unwrap();
            panic!("a step's mistake");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let (told, mut heard) = mpsc::unbounded_channel();
    let shutdown = CancellationToken::new();
    let queue =
        Queue::start(folder.path(), Arc::new(Panics(told)), 1, Arc::new(SystemIds), shutdown).await.unwrap();
    for _ in 0..3 {
        queue.push(&new_id()).await.unwrap();
        tokio::time::timeout(Duration::from_secs(10), heard.recv()).await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_queue_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("queue.db"), "rubbish").unwrap();
    std::fs::write(folder.path().join("queue.db-wal"), "rubbish").unwrap();
    let mut b = start(folder.path(), 1, Duration::ZERO).await;
    let id = new_id();
    b.queue.push(&id).await.unwrap();
    assert_eq!(b.next().await.0, id);
}

async fn db(folder: &Path) -> Db {
    let target = DbTarget::Sqlite(folder.join("zelo.db"));
    Db::open(target, Arc::new(SystemClock), Arc::new(SystemIds)).await.unwrap()
}

async fn queued(db: &Db, parent: Option<&OperationId>) -> OperationId {
    let new = NewOperation {
        id: new_id(),
        kind: OpKind::of("backup"),
        resource: None,
        project: None,
        backup: None,
        parent: parent.cloned(),
        request: json!({}),
        facts: json!({}),
        plan: vec![],
        locks: vec![],
        holds: vec![],
        idempotency_key: None,
        actor: "cli:ada".to_owned(),
        waiver: None,
    };
    db.enqueue(new).await.unwrap().row().id.clone()
}

async fn running(db: &Db, runner: &str, parent: Option<&OperationId>, lease: i64) -> (OperationId, Fence) {
    let id = queued(db, parent).await;
    let until = SystemClock.now() + chrono::TimeDelta::seconds(lease);
    let (_, fence) = db.claim(&id, runner, until).await.unwrap().unwrap();
    (id, fence)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_pushes_what_another_process_queued_and_takes_back_what_was_handed_back() {
    let folder = tempfile::tempdir().unwrap();
    let (db, mut b) = (db(folder.path()).await, start(folder.path(), 4, Duration::ZERO).await);
    let (others, _) = running(&db, "other", None, 1).await;
    let (stuck, _) = running(&db, "", None, 0).await;
    let stop = CancellationToken::new();
    // Looks so seldom that only a knock can be what made it look in time.
    let pace = Pace { look: Duration::from_secs(3600), ..Pace::default() };
    let undoer = Arc::new(Undoer { db: db.clone(), order: Mutex::default() });
    let (queue, recover) = (b.queue.clone(), undoer.clone());
    let sweep = Sweep { db: db.clone(), queue, recover, folder: folder.path().to_owned(), pace };
    let swept = tokio::spawn(sweep.run(stop.clone()));
    // Its first look is over once it has taken back what was handed back.
    until(async || *undoer.order.lock().unwrap() == [stuck.clone()]).await;
    let id = queued(&db, None).await;
    wake(folder.path());
    assert_eq!(b.next().await.0, id);
    until(async || db.operation(&id).await.unwrap().pushed_at.is_some()).await;
    // For what must not come there is nothing to wait for.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(b.counter.runs.lock().unwrap()[&id], 1, "pushed once");
    assert_eq!(*undoer.order.lock().unwrap(), [stuck], "handed back, and taken back once");
    assert_eq!(db.operation(&others).await.unwrap().state, OpState::Running, "not ours");
    stop.cancel();
    swept.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_dies_beside_a_living_runner_is_taken_over_and_what_lives_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (db, b) = (db(folder.path()).await, start(folder.path(), 4, Duration::ZERO).await);
    // The wall clock says nothing here: one lease ends long ago, one in an hour.
    let (dead, _) = running(&db, "dead", None, 3600).await;
    let (child, _) = running(&db, "dead", Some(&dead), 3600).await;
    let (alive, fence) = running(&db, "alive", None, -3600).await;
    let (tended, _) = running(&db, "dead", Some(&alive), -3600).await;
    let stop = CancellationToken::new();
    let renewing = tokio::spawn({
        let (db, alive, stop) = (db.clone(), alive.clone(), stop.clone());
        async move {
            while !stop.is_cancelled() {
                tokio::time::sleep(Duration::from_millis(50)).await;
                let until = SystemClock.now() - chrono::TimeDelta::seconds(3600);
                assert!(db.renew(&alive, fence, until).await.unwrap());
            }
        }
    });
    let undoer = Arc::new(Undoer { db: db.clone(), order: Mutex::default() });
    let pace = Pace { lease: Duration::from_secs(3), ..Pace::default() };
    let (queue, recover) = (b.queue.clone(), undoer.clone());
    let sweep = Sweep { db: db.clone(), queue, recover, folder: folder.path().to_owned(), pace };
    let swept = tokio::spawn(sweep.run(stop.clone()));
    for _ in 0..600 {
        if db.operation(&dead).await.unwrap().state == OpState::RolledBack {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(*undoer.order.lock().unwrap(), [child, dead], "children first, each once");
    for id in [&alive, &tended] {
        assert_eq!(db.operation(id).await.unwrap().state, OpState::Running, "somebody looks after it");
    }
    stop.cancel();
    swept.await.unwrap();
    renewing.await.unwrap();
}

/// Ends what it recovers, and notes the order.
struct Undoer {
    db: Db,
    order: Mutex<Vec<OperationId>>,
}

#[async_trait]
impl Recover for Undoer {
    async fn recover(&self, id: OperationId) {
        self.order.lock().unwrap().push(id.clone());
        let row = self.db.operation(&id).await.unwrap();
        let until = SystemClock.now() + chrono::TimeDelta::seconds(30);
        let fence = self.db.take_over(&id, row.fence, "next", until).await.unwrap().unwrap();
        let end = Finish { state: OpState::RolledBack, problem: None, result: json!(null) };
        self.db.finish(&id, fence, end).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_runner_left_is_recovered_children_first() {
    let folder = tempfile::tempdir().unwrap();
    let db = db(folder.path()).await;
    let (parent, _) = running(&db, "dead", None, -5).await;
    let (child, _) = running(&db, "dead", Some(&parent), -5).await;
    let (grandchild, _) = running(&db, "dead", Some(&child), -5).await;
    let (alive, _) = running(&db, "alive", None, 60).await;
    let waiting = queued(&db, None).await;
    db.mark_pushed(&waiting).await.unwrap();
    let undoer = Undoer { db: db.clone(), order: Mutex::default() };
    assert_eq!(reconcile(&db, &undoer, Dead::Since(SystemClock.now())).await.unwrap(), 3);
    assert_eq!(*undoer.order.lock().unwrap(), [grandchild, child, parent]);
    assert_eq!(db.operation(&alive).await.unwrap().state, OpState::Running);
    assert_eq!(db.unpushed().await.unwrap(), [waiting]);
    assert_eq!(reconcile(&db, &undoer, Dead::Everyone).await.unwrap(), 1);
    assert_eq!(db.running().await.unwrap(), []);
}

#[tokio::test]
async fn a_data_folder_has_one_runner() {
    let folder = tempfile::tempdir().unwrap();
    let (path, now) = (folder.path(), SystemClock.now());
    assert_eq!(RunnerLock::holder(path).await.unwrap(), None);
    let lock = RunnerLock::try_acquire(path, "serve", now).await.unwrap().unwrap();
    assert!(RunnerLock::try_acquire(path, "restore", now).await.unwrap().is_none());
    let holder = Holder { pid: std::process::id(), what: "serve".to_owned(), since: now };
    assert_eq!(RunnerLock::holder(path).await.unwrap(), Some(holder));
    drop(lock);
    // A child another test forks this moment has the file open until it execs.
    for _ in 0..100 {
        if RunnerLock::holder(path).await.is_ok_and(|holder| holder.is_none()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(RunnerLock::holder(path).await.unwrap(), None);
    assert!(RunnerLock::try_acquire(path, "restore", now).await.unwrap().is_some());
    let missing = RunnerLock::try_acquire(&path.join("missing"), "serve", now).await.unwrap_err();
    assert_eq!(missing.code, "runner-lock");
}

const CHILD: &str = "ZELO_TEST_LOCK_CHILD";

/// Not a test by itself: what the next one runs and kills.
#[tokio::test]
async fn hold_the_lock_until_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let lock = RunnerLock::try_acquire(Path::new(&path), "child", SystemClock.now()).await.unwrap();
    println!("\nheld {}", lock.is_some());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_killed_runner_leaves_no_lock() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "jobs::tests::hold_the_lock_until_killed", "--nocapture"])
        .env(CHILD, folder.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let held = lines.map_while(Result::ok).find(|l| l.starts_with("held")).unwrap();
    assert_eq!(held, "held true");
    assert_eq!(RunnerLock::holder(folder.path()).await.unwrap().unwrap().pid, child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    let now = SystemClock.now();
    assert!(RunnerLock::try_acquire(folder.path(), "serve", now).await.unwrap().is_some());
}
