//! One Zelo with one SQLite resource, which can be set back to an earlier moment:
//! fast enough to be killed a few hundred times.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use super::{Ran, command, text};

/// A data folder and a shop.
pub struct Bench {
    root: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Bench {
    /// A shop with some rows, known to Zelo.
    pub fn new() -> Self {
        let bench = Self { root: TempDir::new().unwrap(), settings: Vec::new() };
        fs::create_dir_all(bench.live().parent().unwrap()).unwrap();
        bench.sql(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             INSERT INTO orders SELECT i, 'order ' || i || hex(i * 7919) FROM n;",
        );
        let path = format!("path={}", bench.live().display());
        bench.zelo(&["resource", "add", "shop", "--kind", "sqlite", "--set", &path, "--json"]).code(0);
        bench
    }

    /// The same with a setting of Zelo's, by its variable.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.push((name, value.to_owned()));
        self
    }

    fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    pub fn data(&self) -> PathBuf {
        self.work().join("data")
    }

    pub fn live(&self) -> PathBuf {
        self.work().join("shop/shop.db")
    }

    /// `zelo` here; not yet run.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = command(&self.data(), args);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the binary here.
    pub fn zelo(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args))
    }

    /// The same with a fault.
    pub fn faulty(&self, args: &[&str], fault: &str) -> Ran {
        let mut command = self.command(args);
        command.env("ZELO_FAULT", fault);
        Ran::of(command)
    }

    /// Changes the shop, as its owner would.
    pub fn sql(&self, sql: &str) {
        Connection::open(self.live()).unwrap().execute_batch(sql).unwrap();
    }

    /// The shop's rows.
    pub fn rows(&self) -> Vec<(i64, String)> {
        rows(&self.live())
    }

    /// Remembers everything as it is now.
    pub fn save(&self) {
        copy(&self.work(), &self.root.path().join("saved"));
    }

    /// Everything as it was at [`save`](Self::save).
    pub fn reset(&self) {
        fs::remove_dir_all(self.work()).unwrap();
        copy(&self.root.path().join("saved"), &self.work());
    }

    /// A backup's id, made now.
    pub fn backup(&self) -> String {
        let made = self.zelo(&["backup", "create", "shop", "--json"]).code(0).json();
        text(&made["operation"]["backup"])
    }

    /// The newest operation of a kind that no other one wanted.
    pub fn newest(&self, kind: &str) -> Value {
        let all = self.zelo(&["operation", "list", "--json"]).code(0).json();
        let newest = all.as_array().unwrap().iter().find(|o| o["kind"] == kind && o["parent"].is_null());
        newest.unwrap_or_else(|| panic!("no {kind} in {all}")).clone()
    }

    /// What a query of Zelo's own database says, as one number.
    pub fn count(&self, sql: &str) -> i64 {
        let db = Connection::open(self.data().join("zelo.db")).unwrap();
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// What is set aside, on the disk and in the catalogue.
    pub fn kept(&self) -> Vec<String> {
        let mut all = files(self.live().parent().unwrap());
        all.retain(|path| path.contains("__zelo_old_"));
        all.extend(self.texts("SELECT operation_id || ' ' || state FROM asides ORDER BY id"));
        all
    }

    /// Every backup, on the disk and in the catalogue.
    pub fn shelves(&self) -> Vec<String> {
        let mut all = files(&self.data().join("store"));
        all.sort();
        all.extend(
            self.texts(
                "SELECT id || ' ' || state || ' ' || coalesce(keep_until, '') FROM backups ORDER BY id",
            ),
        );
        all
    }

    /// Every backup in the catalogue, by what it is and not which.
    pub fn listed(&self) -> Vec<String> {
        self.texts("SELECT origin || ' ' || state || ' ' || raw_bytes FROM backups ORDER BY 1")
    }

    /// A database file that Zelo knows nothing of.
    pub fn outside(&self, name: &str, sql: &str) -> String {
        let folder = self.work().join("elsewhere");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        path.display().to_string()
    }

    /// The newest backup as a compressed tar, as another Zelo's download may come.
    pub fn packed(&self) -> String {
        let path = self.texts("SELECT path FROM backups ORDER BY created_at DESC LIMIT 1").remove(0);
        let (resource, folder) = path.rsplit_once('/').unwrap();
        let into = self.work().join("elsewhere");
        fs::create_dir_all(&into).unwrap();
        let tar = into.join("backup.tar.gz");
        let store = self.data().join("store").join(resource);
        let done =
            Command::new("tar").arg("-czf").arg(&tar).arg("-C").arg(store).arg(folder).status().unwrap();
        assert!(done.success());
        tar.display().to_string()
    }

    fn texts(&self, sql: &str) -> Vec<String> {
        let db = Connection::open(self.data().join("zelo.db")).unwrap();
        let mut query = db.prepare(sql).unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Nothing half-done stays: no side file, no staging folder, no temporary
    /// file, no lock, no hold, no unfinished operation; and of each operation's end
    /// there is one line to tell people and one in the audit log.
    #[track_caller]
    pub fn assert_tidy(&self, case: &str) {
        let side = files(self.live().parent().unwrap());
        let stray = side.iter().find(|f| f.contains("__zelo_new_") || f.ends_with("-journal"));
        assert_eq!(stray, None, "{case}");
        let store = files(&self.data().join("store"));
        let half = store.iter().find(|f| f.contains(".staging-") || f.contains(".part-"));
        assert_eq!(half, None, "{case}");
        assert_eq!(files(&self.data().join("tmp")), Vec::<String>::new(), "{case}");
        assert_eq!(self.count("SELECT count(*) FROM operation_locks"), 0, "{case}");
        assert_eq!(self.count("SELECT count(*) FROM holds"), 0, "{case}");
        let open = "SELECT count(*) FROM operations WHERE state IN ('queued', 'running', 'needs_operator')";
        assert_eq!(self.count(open), 0, "{case}");
        for (table, told) in [("outbox", "payload"), ("audit", "detail")] {
            let ends = format!(
                "SELECT count(*) FROM operations o WHERE 1 <> (SELECT count(*) FROM {table} \
                 WHERE subject = 'operation:' || o.id AND json_extract({told}, '$.state') IN \
                 ('succeeded', 'failed', 'rolled_back', 'cancelled', 'resolved'))"
            );
            assert_eq!(self.count(&ends), 0, "{case}: an end is not told once in the {table}");
        }
    }

    /// Every listed backup is whole: it lies where the catalogue says, and each of
    /// its bytes is right.
    #[track_caller]
    pub fn assert_backups_whole(&self, case: &str) {
        let listed = self.zelo(&["backup", "list", "--json"]).code(0).json();
        for backup in listed["backups"].as_array().unwrap().iter().filter(|b| b["state"] == "complete") {
            let ran = self.zelo(&["backup", "validate", &text(&backup["id"]), "--json"]);
            assert_eq!(ran.output.status.code(), Some(0), "{case}: {ran}");
        }
    }
}

/// The rows of a shop's file.
pub fn rows(path: &Path) -> Vec<(i64, String)> {
    let db = Connection::open(path).unwrap();
    let mut rows = db.prepare("SELECT id, note FROM orders ORDER BY id").unwrap();
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg("-T").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

/// Every file below a folder, by path.
fn files(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                todo.push(entry.path());
            }
            all.push(entry.path().display().to_string());
        }
    }
    all.retain(|path| !Path::new(path).is_dir() || path.contains(".staging-"));
    all
}
