//! A Zelo that knows servers of the lab, and a database with everything in it.

use std::{path::PathBuf, process::Command};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    Ran,
    postgres::{Server, ident},
    text, zelo,
};

pub(crate) const ODD: &str = "odd \"name\" ção";
pub(crate) const SHOP: &str = "shop";

/// A Zelo that knows one server, by its container's name.
pub(crate) struct Panel {
    root: TempDir,
}

impl Panel {
    pub(crate) fn new(servers: &[&Server]) -> Self {
        let panel = Self { root: TempDir::new().unwrap() };
        for server in servers {
            let name = server.name.as_str();
            let seen = panel.zelo(&["resource", "detect", "--json"]).code(0).json();
            let found = seen.as_array().unwrap().iter().find(|s| s["name"] == name);
            let found = found.unwrap_or_else(|| panic!("{name} is not in {seen}"));
            assert_eq!((&found["kind"], &found["added"]), (&"postgres".into(), &Value::Null));
            assert!(!seen.to_string().contains("zelo-lab\""), "a password is shown");
            panel.zelo(&["resource", "add", "--detected", name, "--json"]).code(0);
            let checked = panel.zelo(&["resource", "check", name, "--json"]).code(0).json();
            assert_eq!(checked["ok"], true, "{checked}");
        }
        panel
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    #[track_caller]
    pub(crate) fn zelo(&self, args: &[&str]) -> Ran {
        zelo(&self.data(), args, None)
    }

    /// It succeeded; the operation.
    #[track_caller]
    pub(crate) fn done(&self, args: &[&str]) -> Value {
        let mut all = args.to_vec();
        all.push("--json");
        let operation = self.zelo(&all).code(0).json()["operation"].clone();
        assert_eq!(operation["state"], "succeeded", "{args:?}");
        operation
    }

    /// A backup's id, made now.
    #[track_caller]
    pub(crate) fn backup(&self, args: &[&str]) -> String {
        text(&self.done(&[&["backup", "create"], args].concat())["backup"])
    }

    /// A restore's or an undo's id, carried out now.
    #[track_caller]
    pub(crate) fn carry_out(&self, args: &[&str]) -> String {
        text(&self.done(&[args, &["--yes"]].concat())["id"])
    }

    /// The newest operation of a kind that no other one wanted.
    pub(crate) fn newest(&self, kind: &str) -> Option<Value> {
        let all = self.zelo(&["operation", "list", "--json"]).code(0).json();
        all.as_array().unwrap().iter().find(|o| o["kind"] == kind && o["parent"].is_null()).cloned()
    }

    pub(crate) fn count(&self, sql: &str) -> i64 {
        let db = Connection::open(self.data().join("zelo.db")).unwrap();
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// No lock, no hold, nothing unfinished, no staging folder.
    #[track_caller]
    pub(crate) fn assert_tidy(&self, case: &str) {
        assert_eq!(self.count("SELECT count(*) FROM operation_locks"), 0, "{case}: locks");
        assert_eq!(self.count("SELECT count(*) FROM holds"), 0, "{case}: holds");
        let open = "SELECT count(*) FROM operations WHERE state IN ('queued', 'running', 'needs_operator')";
        assert_eq!(self.count(open), 0, "{case}: unfinished");
        let found = Command::new("find").arg(self.data()).args(["-name", ".staging-*"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "", "{case}");
        let found = Command::new("find").arg(self.data()).args(["-name", ".part-*"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "", "{case}");
    }
}

/// Makes a database and puts everything a database can hold into it.
pub(crate) fn sample(server: &Server, name: &str) {
    server.sql("postgres", &format!("CREATE DATABASE {} TEMPLATE template0 LOCALE 'C'", ident(name)));
    server.sql(name, include_str!("inside.sql"));
    server.sql(name, &format!("\\set db {}\n{}", quoted(name), include_str!("outside.sql")));
}

/// Breaks a database as people do; always to the same state.
pub(crate) fn damage(server: &Server, name: &str) {
    server.sql(name, include_str!("damage.sql"));
}

/// An argument of psql's own commands.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
