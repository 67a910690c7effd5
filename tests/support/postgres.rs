//! A PostgreSQL of the lab in a container of its own, and a text that is equal
//! exactly if two servers hold the same. Looks with psql and pg_dump, never with
//! what is tested.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use super::{
    lab::{self, Engine},
    until,
};

/// The superuser's password of lab servers.
pub const PASSWORD: &str = "zelo-lab";

/// A server; its container and its volume go with it.
pub struct Server {
    pub name: String,
    /// The client itself: the one on the PATH is a Perl script that looks for it first.
    psql: String,
    /// The address of the engine it runs on; `None`: the shared one.
    engine: Option<String>,
    started: String,
}

impl Server {
    /// A fresh server; `None`, said loudly, where the lab is missing.
    pub fn up(test: &str, major: u32) -> Option<Self> {
        Self::with(test, major, &[], &[])
    }

    /// The same, with a port of this machine.
    pub fn published(test: &str, major: u32) -> Option<Self> {
        Self::with(test, major, &["-p", "127.0.0.1:0:5432"], &[])
    }

    /// The same with arguments of `docker run` and of the server.
    pub fn with(test: &str, major: u32, run: &[&str], postgres: &[&str]) -> Option<Self> {
        lab::has(&image(major)).then(|| Self::start(test, major, None, run, postgres))
    }

    /// One that an engine of the test's own keeps running.
    pub fn on(engine: &Engine, test: &str, major: u32) -> Self {
        Self::start(test, major, Some(engine.address()), &["--network", "none", "--restart", "always"], &[])
    }

    fn start(test: &str, major: u32, engine: Option<String>, run: &[&str], postgres: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("zelo-{test}-{}-{count}", std::process::id());
        let psql = format!("/usr/lib/postgresql/{major}/bin/psql");
        let mut server = Self { name, psql, engine, started: String::new() };
        let mut start = lab::script("postgres", test);
        start.env("POSTGRES_PASSWORD", PASSWORD).args([&server.name, &major.to_string()]);
        start.args(run).args(["--", "-c", "fsync=off"]).args(postgres);
        start.envs(server.engine.iter().map(|address| ("DOCKER_HOST", address)));
        lab::done(start);
        server.started = server.postmaster();
        server
    }

    /// Docker's client, on the engine this server is on.
    fn docker(&self, args: &[&str]) -> Command {
        let mut docker = Command::new("docker");
        docker.args(args).envs(self.engine.iter().map(|address| ("DOCKER_HOST", address)));
        docker
    }

    /// Its port on this machine.
    pub fn port(&self) -> String {
        let told = lab::done(self.docker(&["port", &self.name, "5432/tcp"]));
        told.lines().next().unwrap().rsplit_once(':').unwrap().1.to_owned()
    }

    /// Stops its container without any grace.
    pub fn stop(&self) {
        lab::done(self.docker(&["stop", "-t", "0", &self.name]));
    }

    /// Starts it again.
    pub fn restart(&self) {
        lab::done(self.docker(&["start", &self.name]));
        self.until_ready();
    }

    /// Until it takes connections.
    #[track_caller]
    pub fn until_ready(&self) {
        until(&format!("{} takes no connections", self.name), Duration::from_secs(60), || {
            let asked = self.docker(&["exec", &self.name, "pg_isready", "-qh", "127.0.0.1"]).output();
            asked.is_ok_and(|o| o.status.success())
        });
    }

    /// Copies a folder's contents into it.
    pub fn copy(&self, folder: &std::path::Path, to: &str) {
        let from = format!("{}/.", folder.display());
        lab::done(self.docker(&["cp", &from, &format!("{}:{to}", self.name)]));
    }

    /// Copies a file or folder out of it.
    pub fn fetch(&self, path: &str, to: &std::path::Path) {
        lab::done(self.docker(&["cp", &format!("{}:{path}", self.name), &to.display().to_string()]));
    }

    /// Runs a program in the container; its output.
    #[track_caller]
    pub fn exec(&self, args: &[&str], input: &str) -> String {
        let mut child = self
            .docker(&["exec", "-i", &self.name])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let done = child.wait_with_output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{}: {args:?}: {err}\n{input}", self.name);
        out.trim_end_matches('\n').to_owned()
    }

    /// What SQL prints, unaligned.
    #[track_caller]
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let to = conninfo(database);
        self.exec(&[&self.psql, "-XAtq", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-d", &to], sql)
    }

    /// Until a statement that begins like this runs in the server.
    #[track_caller]
    pub fn until_running(&self, statement: &str) {
        let running = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '{statement}' AND state = 'active' \
             AND pid <> pg_backend_pid()"
        );
        until(&format!("no {statement} runs"), Duration::from_secs(60), || {
            self.sql("postgres", &running) != "0"
        });
    }

    /// How many rows a table has, and the digest of its ordered contents.
    pub fn table(&self, database: &str, table: &str) -> String {
        self.sql(
            database,
            &format!("SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"),
        )
    }

    fn postmaster(&self) -> String {
        self.sql("postgres", "SELECT pg_postmaster_start_time()")
    }

    /// The names of all databases.
    pub fn databases(&self) -> Vec<String> {
        let names = self.sql("postgres", "SELECT datname FROM pg_database ORDER BY datname");
        names.lines().map(str::to_owned).collect()
    }

    /// Drops what was set aside, as "free now" would.
    pub fn drop_asides(&self) {
        for name in self.databases().iter().filter(|n| n.contains("__zelo_old_")) {
            self.sql("postgres", &format!("DROP DATABASE {}", ident(name)));
        }
    }

    /// Rows, sequences and large objects of a database, and what the database
    /// itself wears: equal between major versions.
    pub fn contents(&self, database: &str) -> String {
        self.sql(database, &format!("SET search_path = '';{QUERIES}{OTHERS}"))
    }

    /// All of it: definitions, owners, grants, comments and settings too.
    pub fn digest(&self, database: &str) -> String {
        let dump = self.exec(&["pg_dump", "-U", "postgres", "-C", "-s", "-d", &conninfo(database)], "");
        // Newer ones write a random word.
        let mut lines: Vec<&str> = dump.lines().filter(|l| !l.contains("restrict ")).collect();
        // Their order depends on object identifiers.
        lines.sort_unstable();
        format!("{}\n{}", lines.join("\n"), self.contents(database))
    }

    /// Roles with their password hashes, settings and memberships; one a line.
    pub fn roles(&self) -> Vec<String> {
        self.sql("postgres", ROLES).lines().filter(|l| !l.contains("__zelo_")).map(str::to_owned).collect()
    }

    /// No session and no process of Zelo's is left, everything that is live lets
    /// people in, and the server has run all the time.
    #[track_caller]
    pub fn assert_quiet(&self, case: &str) {
        self.assert_idle(case);
        assert_eq!(self.postmaster(), self.started, "{case}: PostgreSQL was restarted");
    }

    /// The same of a server that may have been stopped.
    #[track_caller]
    pub fn assert_idle(&self, case: &str) {
        let sessions = "SELECT application_name, state, query FROM pg_stat_activity \
                        WHERE application_name LIKE 'zelo%' OR application_name LIKE 'pg_%'";
        // A server notices only after a while that its client is gone.
        until(&format!("{case}: sessions"), Duration::from_secs(10), || {
            self.sql("postgres", sessions).is_empty()
        });
        assert_eq!(self.tools(), Vec::<String>::new(), "{case}: processes");
        let closed = "SELECT datname FROM pg_database WHERE NOT datallowconn AND datname <> 'template0' \
                      AND datname NOT LIKE '%\\_\\_zelo\\_old\\_%'";
        assert_eq!(self.sql("postgres", closed), "", "{case}: closed");
    }

    /// The clients that run in the container.
    fn tools(&self) -> Vec<String> {
        let scan = "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null; echo; done";
        let processes = self.exec(&["sh", "-c", scan], "");
        let tools = ["pg_dump", "pg_restore", "pg_dumpall", "psql"];
        // Debian's are started by a Perl script of the same name.
        let is_tool = |word: &str| tools.contains(&word.rsplit('/').next().unwrap_or_default());
        processes.lines().filter(|l| l.split(' ').take(2).any(is_tool)).map(str::to_owned).collect()
    }

    /// No half-made side database is left.
    #[track_caller]
    pub fn assert_no_sides(&self, case: &str) {
        let sides: Vec<String> = self
            .databases()
            .into_iter()
            .filter(|n| n.contains("__zelo_new_") || n.contains("~since"))
            .collect();
        assert_eq!(sides, Vec::<String>::new(), "{case}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let quiet = |args: &[&str]| drop(self.docker(args).output());
        quiet(&["rm", "-fv", &self.name]);
        quiet(&["volume", "rm", "-f", &format!("{}-data", self.name)]);
    }
}

fn image(major: u32) -> String {
    format!("zelo-lab/postgres:{major}")
}

/// A name as SQL writes it.
pub fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn conninfo(database: &str) -> String {
    format!("dbname='{}'", database.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Every table, materialized view and sequence, each by a query of its own.
const QUERIES: &str = r"
SELECT format('SELECT %L, count(*), md5(coalesce(string_agg(md5(t::text), '''' ORDER BY t::text), '''')) FROM ONLY %I.%I t',
    n.nspname || '.' || relname, n.nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'm') AND relispopulated AND nspname !~ '^(pg_|information_schema)' ORDER BY nspname, relname \gexec
SELECT 'unpopulated', oid::regclass FROM pg_class WHERE NOT relispopulated ORDER BY oid::regclass::text;
SELECT format('SELECT %L, last_value, is_called FROM %I.%I', relname, n.nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'S' ORDER BY nspname, relname \gexec
";

const OTHERS: &str = r"
SELECT 'lob', oid, lomowner::regrole, lomacl, obj_description(oid, 'pg_largeobject'), md5(lo_get(oid))
FROM pg_largeobject_metadata ORDER BY 2;
SELECT 'db', datdba::regrole, pg_encoding_to_char(encoding), datcollate, datctype, datconnlimit, datallowconn,
    ARRAY(SELECT a::text FROM unnest(datacl) a ORDER BY 1), datacl IS NULL, shobj_description(oid, 'pg_database')
FROM pg_database WHERE datname = current_database();
SELECT 'set', s.setrole::regrole, s.setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
WHERE d.datname = current_database() ORDER BY 2;
";

const ROLES: &str = r"
SELECT a.rolname, a.rolsuper, a.rolinherit, a.rolcreaterole, a.rolcreatedb, a.rolcanlogin, a.rolreplication,
    a.rolbypassrls, a.rolconnlimit, a.rolpassword, a.rolvaliduntil, s.setconfig, shobj_description(a.oid, 'pg_authid'),
    (SELECT string_agg(r.rolname || ' ' || m.admin_option, ',' ORDER BY r.rolname) FROM pg_auth_members m
        JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = a.oid)
FROM pg_authid a LEFT JOIN pg_db_role_setting s ON s.setrole = a.oid AND s.setdatabase = 0
WHERE a.rolname !~ '^pg_' ORDER BY 1;
";

/// Two digests are equal; else the lines that one has and the other has not.
#[track_caller]
pub fn assert_same(now: &str, wanted: &str, case: &str) {
    let without = |a: &str, b: &str| {
        let other: Vec<&str> = b.lines().collect();
        a.lines().filter(|l| !other.contains(l)).collect::<Vec<_>>().join("\n")
    };
    assert!(now == wanted, "{case}\n--- now\n{}\n--- wanted\n{}", without(now, wanted), without(wanted, now));
}
