//! A server of one test's own, a store, and operations composed from the engine's
//! steps and run by the real runner.

use std::{
    io::Write,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;

use crate::{
    domain::{
        id::{BackupId, OperationId, SystemIds},
        manifest::Manifest,
        operation::OpKind,
        problem::Problem,
    },
    engine::{
        Access, Aside, BackupOptions, Backups, Engine, RestoreOptions, RestoreSteps, Shelf, Swapped,
        postgres::{KIND, PostgresEngine, Tuning},
        rehearsal,
    },
    host::{
        Docker, Hosts, Local,
        faulty::{Faults, FaultyHost},
    },
    saga::{Plan, Runner, memory::Memory, plan::AnyCommit},
    secret::Secret,
    store::{LocalStore, Reserve, Store, StorePath},
};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A PostgreSQL container, removed when the test ends, however it ends.
pub(super) struct Rig {
    pub(super) name: String,
    /// The client itself: the one on the PATH is a Perl script that looks for it first.
    psql: String,
    pub(super) hosts: Hosts,
    /// What goes wrong with commands in containers: nothing, until a test says so.
    pub(super) faults: Faults,
    pub(super) access: Access,
    pub(super) shelf_root: tempfile::TempDir,
    pub(super) store: Arc<dyn Store>,
    pub(super) tuning: Tuning,
    pub(super) saved: Arc<Saved>,
    remover: Option<Child>,
}

/// Backups made so far: the safety backup is found among them.
#[derive(Default)]
pub(super) struct Saved(pub(super) Mutex<Vec<(BackupId, Shelf, Manifest)>>);

#[async_trait]
impl Backups for Saved {
    async fn open(&self, id: &BackupId) -> Result<(Shelf, Manifest), Problem> {
        let saved = self.0.lock().unwrap();
        let found = saved.iter().find(|(i, _, _)| i == id).unwrap();
        Ok((found.1.clone(), found.2.clone()))
    }
}

impl Rig {
    /// A fresh server; `None`, said loudly, where the lab is missing.
    pub(super) async fn up(major: u32) -> Option<Self> {
        Self::up_with(major, &[]).await
    }

    /// The same with more arguments for `docker run`.
    pub(super) async fn up_with(major: u32, extra: &[&str]) -> Option<Self> {
        let image = format!("zelo-lab/postgres:{major}");
        let docker = Docker::connect(None).await.ok();
        let found = Command::new("docker").args(["image", "inspect", &image]).output();
        let Some(docker) = docker.filter(|_| found.is_ok_and(|f| f.status.success())) else {
            assert!(
                std::env::var_os("ZELO_LAB").is_none_or(|v| v != "1"),
                "the lab is not complete: {image}"
            );
            eprintln!("SKIPPED, the lab is not complete: {image}");
            return None;
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("zelo-pg-{}-{count}", std::process::id());
        let run = std::env::var("ZELO_LAB_RUN").unwrap_or_else(|_| "pg".to_owned());
        let label = format!("zelo.lab={run}");
        let started = ["-e", "POSTGRES_PASSWORD=lab-password", &image, "-c", "fsync=off"];
        let arguments = [&["run", "-d", "--name", &name, "--label", &label][..], extra, &started].concat();
        let remover = remover(&name);
        cli("docker", &arguments, "");
        let store = tempfile::tempdir().unwrap();
        let root = store.path().join("store");
        let local = LocalStore::new(root, Reserve::none());
        local.init().await.unwrap();
        let mut access = Access::default();
        access.values.insert("container".to_owned(), name.clone());
        let faults = Faults::default();
        let docker = FaultyHost::new(Arc::new(docker), faults.clone());
        let rig = Self {
            hosts: Hosts::new(Arc::new(Local::new())).with("local", Arc::new(docker)),
            faults,
            name,
            psql: format!("/usr/lib/postgresql/{major}/bin/psql"),
            access,
            shelf_root: store,
            store: Arc::new(local),
            tuning: Tuning { reserve_bytes: 0, reserve_percent: 0, ..Tuning::default() },
            saved: Arc::default(),
            remover: Some(remover),
        };
        rig.wait();
        Some(rig)
    }

    /// Until the real server answers (the first one listens on its socket only).
    pub(super) fn wait(&self) {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(120);
        let ready = || {
            let arguments = ["exec", &self.name, "pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"];
            Command::new("docker").args(arguments).output().unwrap().status.success()
        };
        while !ready() {
            assert!(std::time::Instant::now() < until, "{} does not start", self.name);
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }

    pub(super) fn engine(&self) -> PostgresEngine {
        PostgresEngine::new(self.hosts.clone(), Arc::new(SystemIds), self.tuning)
            .with_backups(self.saved.clone())
    }

    /// Runs SQL with psql, independent of what is tested; its unaligned output.
    pub(super) fn sql(&self, database: &str, sql: &str) -> String {
        let database = super::super::quote::conninfo(database);
        let psql = [
            "exec",
            "-i",
            &self.name,
            &self.psql,
            "-XAtq",
            "-U",
            "postgres",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            &database,
        ];
        cli("docker", &psql, sql)
    }

    /// Runs SQL with psql beside the test.
    pub(super) fn beside(&self, database: &str, sql: &str) -> Child {
        let database = super::super::quote::conninfo(database);
        Command::new("docker")
            .args(["exec", &self.name, &self.psql, "-XAtq", "-U", "postgres", "-d", &database, "-c", sql])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Waits until a query says so.
    pub(super) fn until(&self, database: &str, sql: &str, wanted: &str) {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while self.sql(database, sql) != wanted {
            assert!(std::time::Instant::now() < until, "{sql} does not become {wanted}");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }

    /// The names of all databases.
    pub(super) fn databases(&self) -> Vec<String> {
        let names = self.sql("postgres", "SELECT to_json(datname) FROM pg_database ORDER BY datname");
        names.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    /// Nothing of Zelo's is left: no side database, no session, no process.
    pub(super) fn assert_clean(&self, when: &str) {
        let sides: Vec<String> =
            self.databases().into_iter().filter(|d| crate::domain::names::is_side(d)).collect();
        assert_eq!(sides, Vec::<String>::new(), "{when}");
        self.assert_quiet(when);
        let closed = self.sql(
            "postgres",
            "SELECT datname FROM pg_database WHERE NOT datallowconn AND datname <> 'template0'",
        );
        assert_eq!(closed, "", "{when}: closed");
    }

    /// No session and no process of Zelo's is left.
    pub(super) fn assert_quiet(&self, when: &str) {
        let sessions = "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'zelo%'";
        let gone = || self.sql("postgres", sessions).is_empty();
        let until = std::time::Instant::now() + std::time::Duration::from_secs(5);
        while !gone() && std::time::Instant::now() < until {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_eq!(self.sql("postgres", sessions), "", "{when}: sessions");
        let processes = cli("docker", &["top", &self.name, "-eo", "pid,args"], "");
        let left: Vec<&str> = processes
            .lines()
            .filter(|l| l.contains("pg_dump") || l.contains("pg_restore") || l.contains("psql "))
            .collect();
        assert_eq!(left, Vec::<&str>::new(), "{when}: processes");
    }

    fn shelf(&self, folder: &str) -> Shelf {
        let resource = StorePath::new("databases/shop/orders").unwrap();
        Shelf { store: self.store.clone(), resource, folder: folder.to_owned() }
    }

    /// Makes a backup by the real steps; its shelf and manifest.
    pub(super) async fn backup(&self, options: BackupOptions) -> (Shelf, Manifest) {
        self.try_backup(options).await.unwrap()
    }

    pub(super) async fn try_backup(&self, options: BackupOptions) -> Result<(Shelf, Manifest), Problem> {
        let engine = self.engine();
        let inspection = engine.inspect(&self.access).await?;
        let planned = engine.plan_backup(&self.access, &options).await?;
        let id = BackupId::new(&SystemIds);
        let shelf = self.shelf(&format!("backup-{}", id.short()));
        let captures = engine.capture(&self.access, &planned.facts, &shelf)?;
        let mut builder = Plan::builder(OpKind::of("backup"));
        let mut slots = Vec::new();
        for capture in captures {
            builder.add_any(capture.step);
            slots.push(capture.slot);
        }
        let plan = builder.commit(AnyCommit::new(rehearsal::Publish)).finish();
        let (op, journal) = (OperationId::new(&SystemIds), Memory::of(&plan));
        let outcome = self.runner(&op, &journal).run(&plan).await.unwrap();
        if let Some(problem) = outcome.problem {
            return Err(problem);
        }
        let captured = slots.iter().map(|s| journal.output(&s.step).unwrap()).collect();
        let manifest = rehearsal::manifest(KIND, id.clone(), op, inspection, captured);
        let manifest = Manifest::parse(&manifest.to_bytes()).unwrap();
        self.saved.0.lock().unwrap().push((id, shelf.clone(), manifest.clone()));
        Ok((shelf, manifest))
    }

    /// The plan of a restore, its safety backup being the newest made.
    pub(super) async fn restore_plan(
        &self,
        op: &OperationId,
        shelf: &Shelf,
        manifest: &Manifest,
        options: &RestoreOptions,
    ) -> Result<Plan, Problem> {
        let engine = self.engine();
        let planned = engine.plan_restore(&self.access, shelf, manifest, options, op).await?;
        let steps = engine.restore(&self.access, &planned.facts, shelf, manifest)?;
        Ok(self.plan(steps))
    }

    /// Restores; what was set aside.
    pub(super) async fn restore(
        &self,
        shelf: &Shelf,
        manifest: &Manifest,
        options: &RestoreOptions,
    ) -> Result<Vec<Aside>, Problem> {
        let op = OperationId::new(&SystemIds);
        let plan = self.restore_plan(&op, shelf, manifest, options).await?;
        self.to_its_end(op, &plan).await
    }

    /// Undoes a restore; what was set aside in turn.
    pub(super) async fn undo(&self, asides: &[Aside]) -> Result<Vec<Aside>, Problem> {
        let op = OperationId::new(&SystemIds);
        let engine = self.engine();
        let planned = engine.plan_undo(&self.access, asides, &op).await?;
        let plan = self.plan(engine.undo(&self.access, &planned.facts)?);
        self.to_its_end(op, &plan).await
    }

    /// Removes something set aside, by the real step.
    pub(super) async fn free(&self, aside: &Aside) -> Result<(), Problem> {
        let plan = rehearsal::removal(&self.engine(), &self.access, aside).await?;
        let op = OperationId::new(&SystemIds);
        let outcome = self.runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
        outcome.problem.map_or(Ok(()), Err)
    }

    pub(super) async fn to_its_end(&self, op: OperationId, plan: &Plan) -> Result<Vec<Aside>, Problem> {
        let outcome = self.runner(&op, &Memory::of(plan)).run(plan).await.unwrap();
        match outcome.problem {
            Some(problem) => Err(problem),
            None => Ok(serde_json::from_value::<Swapped>(outcome.result.unwrap()).unwrap().asides),
        }
    }

    /// Who runs operations here.
    pub(super) fn runner(&self, op: &OperationId, journal: &Arc<Memory>) -> Runner {
        journal.runner(op, Arc::new(self.hosts.clone()))
    }

    /// Steps as an operation would compose them, after the newest backup.
    pub(super) fn plan(&self, steps: RestoreSteps) -> Plan {
        let newest = self.saved.0.lock().unwrap().last().map(|(id, _, _)| id.clone());
        rehearsal::compose(steps, newest)
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        // Its end of the pipe closes, it removes the container.
        if let Some(mut remover) = self.remover.take() {
            drop(remover.stdin.take());
            let _ = remover.wait();
        }
    }
}

/// Removes the container when this process lets go, even if it is killed.
fn remover(name: &str) -> Child {
    Command::new("sh")
        .args([
            "-c",
            "trap '' INT TERM HUP; cat >/dev/null; exec docker rm -fv \"$1\" >/dev/null 2>&1",
            "sh",
            name,
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// A program's output; it must succeed.
pub(super) fn cli(program: &str, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let (out, words) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{program} {arguments:?}: {words}{out}");
    out.trim_end_matches('\n').to_owned()
}

/// An access with one more value.
pub(super) fn with(mut access: Access, name: &str, value: &str) -> Access {
    if name == "password" {
        access.secrets.insert(name.to_owned(), Secret::new(value));
    } else {
        access.values.insert(name.to_owned(), value.to_owned());
    }
    access
}
