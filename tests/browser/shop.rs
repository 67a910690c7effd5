//! What the stories protect: the same shop as a PostgreSQL in a container and as a
//! SQLite file. Looked at with its own tools, never with what is tested.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rusqlite::Connection;

use crate::support::postgres::Server;

/// A database that people and Zelo change.
pub(crate) trait Shop {
    /// Everything in it, as text.
    fn contents(&self) -> String;
    /// Its owner goes on working: some rows go, some come.
    fn work(&self);
    /// A dump made by the database's own tool, into `folder`.
    fn dump(&self, folder: &Path) -> PathBuf;
}

/// The database of both.
pub(crate) const DATABASE: &str = "shop";

const ROWS: &str = "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
    INSERT INTO orders SELECT i, 'order ' || i FROM ";

/// In a container of the lab.
pub(crate) struct Contained {
    pub(crate) server: Server,
}

impl Contained {
    /// A fresh one; `None`, said loudly, where the lab is missing.
    pub(crate) fn up(test: &str) -> Option<Self> {
        let server = Server::up(test, 17)?;
        server.sql("postgres", &format!("CREATE DATABASE {DATABASE}"));
        server.sql(DATABASE, &format!("{ROWS} generate_series(1, 20000) i"));
        Some(Self { server })
    }

    /// Its owner goes on still.
    pub(crate) fn work_again(&self) {
        self.server.sql(DATABASE, "DELETE FROM orders WHERE id % 5 = 0");
    }

    /// Somebody keeps the table to themselves: a backup waits for them.
    pub(crate) fn locked(&self) -> Locked {
        let mut psql = Command::new("docker");
        psql.args(["exec", "-i", &self.server.name, "psql", "-XqU", "postgres", "-d", DATABASE]);
        let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        writeln!(child.stdin.as_mut().unwrap(), "BEGIN; LOCK TABLE orders; SELECT pg_sleep(0);").unwrap();
        let held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND \
                    relation = 'orders'::regclass";
        crate::support::until("the table is not locked", std::time::Duration::from_secs(30), || {
            self.server.sql(DATABASE, held) != "0"
        });
        Locked(child)
    }
}

/// Given free when dropped.
pub(crate) struct Locked(Child);

impl Drop for Locked {
    fn drop(&mut self) {
        // The end of its input is the end of its transaction.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

impl Shop for Contained {
    fn contents(&self) -> String {
        // What nobody granted and the same rights written out are no difference.
        let told = self.server.contents(DATABASE);
        told.replace("{=Tc/postgres,postgres=CTc/postgres}|f|", "{}|t|")
    }

    fn work(&self) {
        let sql = "DELETE FROM orders WHERE id % 3 = 0; INSERT INTO orders VALUES (-1, 'by telephone')";
        self.server.sql(DATABASE, sql);
    }

    fn dump(&self, folder: &Path) -> PathBuf {
        let path = folder.join("from-elsewhere.dump");
        let mut dump = Command::new("docker");
        dump.args(["exec", &self.server.name, "pg_dump", "-U", "postgres", "-Fc", DATABASE]);
        assert!(dump.stdout(File::create(&path).unwrap()).status().unwrap().success());
        path
    }
}

/// A file.
pub(crate) struct Filed {
    pub(crate) path: PathBuf,
}

impl Filed {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let filed = Self { path: folder.join("shop.db") };
        let numbers = "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i FROM n)";
        filed.sql(&format!("{ROWS} {numbers}"));
        filed
    }

    fn sql(&self, sql: &str) {
        Connection::open(&self.path).unwrap().execute_batch(sql).unwrap();
    }
}

impl Shop for Filed {
    fn contents(&self) -> String {
        let db = Connection::open(&self.path).unwrap();
        let mut rows = db.prepare("SELECT id || ' ' || note FROM orders ORDER BY id").unwrap();
        let rows = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    }

    fn work(&self) {
        self.sql("DELETE FROM orders WHERE id % 3 = 0; INSERT INTO orders VALUES (-1, 'by telephone')");
    }

    fn dump(&self, folder: &Path) -> PathBuf {
        let path = folder.join("from-elsewhere.sqlite");
        self.sql(&format!("VACUUM INTO '{}'", path.display()));
        path
    }
}
