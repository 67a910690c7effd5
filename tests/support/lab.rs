//! One PostgreSQL server of the lab, gone when the test ends.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// The superuser's password of lab servers.
pub const PASSWORD: &str = "zelo-lab";

/// A container with a fresh server.
pub struct Postgres {
    pub name: String,
}

impl Postgres {
    /// Starts one; `None`, said loudly, where the lab is missing.
    pub fn up(test: &str, major: u32) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let image = format!("zelo-lab/postgres:{major}");
        let there = Command::new("docker").args(["image", "inspect", &image]).output();
        if !there.is_ok_and(|o| o.status.success()) {
            missing(&image);
            return None;
        }
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("zelo-{test}-{}-{count}", std::process::id());
        let server = Self { name };
        let run = std::env::var("ZELO_LAB_RUN").unwrap_or_else(|_| test.to_owned());
        let mut lab = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/postgres"));
        lab.env("ZELO_LAB_RUN", run).env("POSTGRES_PASSWORD", PASSWORD);
        lab.args([&server.name, &major.to_string(), "-p", "127.0.0.1:0:5432", "--", "-c", "fsync=off"]);
        done(lab);
        Some(server)
    }

    /// Its port on this machine.
    pub fn port(&self) -> String {
        let told = docker(&["port", &self.name, "5432/tcp"]);
        told.lines().next().unwrap().rsplit_once(':').unwrap().1.to_owned()
    }

    /// Runs a command in it.
    pub fn exec(&self, words: &[&str]) -> String {
        docker(&[&["exec", &self.name][..], words].concat())
    }

    /// What SQL says in a database, unaligned.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let psql = ["psql", "-X", "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-Atqc"];
        self.exec(&[&psql[..], &[sql]].concat())
    }

    /// The digest of a table's ordered contents.
    pub fn digest(&self, database: &str, table: &str) -> String {
        self.sql(
            database,
            &format!("SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"),
        )
    }

    /// How many clients of the server a dump left in it.
    pub fn processes(&self, program: &str) -> usize {
        let all = self.exec(&["sh", "-c", "cat /proc/[0-9]*/comm 2>/dev/null || true"]);
        all.lines().filter(|comm| *comm == program).count()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        for words in
            [vec!["rm", "-f", "-v", &self.name], vec!["volume", "rm", &format!("{}-data", self.name)]]
        {
            let _ = Command::new("docker").args(words).stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
    }
}

/// Says that a part of the lab is missing; a failure where the lab is asked for.
pub fn missing(what: &str) {
    assert!(std::env::var_os("ZELO_LAB").is_none_or(|v| v != "1"), "the lab is not complete: {what}");
    eprintln!("SKIPPED, the lab is not complete: {what}");
}

/// What docker prints.
pub fn docker(words: &[&str]) -> String {
    let mut command = Command::new("docker");
    command.args(words);
    String::from_utf8(done(command).stdout).unwrap().trim_end().to_owned()
}

fn done(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
