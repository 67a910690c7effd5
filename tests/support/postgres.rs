//! A PostgreSQL of the lab in a container of its own, and a text that is equal
//! exactly if two servers hold the same. Looks with psql and pg_dump, never with
//! what is tested.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A server; its container and its volume go with it.
pub struct Server {
    pub name: String,
    started: String,
}

impl Server {
    /// A fresh server; `None`, said loudly, where the lab is missing.
    pub fn up(major: u32) -> Option<Self> {
        let image = format!("zelo-lab/postgres:{major}");
        let found = Command::new("docker").args(["image", "inspect", &image]).output();
        if !found.is_ok_and(|f| f.status.success()) {
            assert!(std::env::var("ZELO_LAB").as_deref() != Ok("1"), "the lab is not complete: {image}");
            eprintln!("SKIPPED, the lab is not complete: {image} (run lab/up)");
            return None;
        }
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("zelo-e2e-{}-{count}", std::process::id());
        let mut server = Self { name, started: String::new() };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/lab/postgres");
        let run = std::env::var("ZELO_LAB_RUN").unwrap_or_else(|_| "e2e".to_owned());
        let mut start = Command::new(script);
        start.args([&server.name, &major.to_string(), "--", "-c", "fsync=off"]).env("ZELO_LAB_RUN", run);
        let done = start.output().expect("lab/postgres runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        server.started = server.postmaster();
        Some(server)
    }

    /// Runs a program in the container; its output.
    #[track_caller]
    fn exec(&self, args: &[&str], input: &str) -> String {
        let mut child = Command::new("docker")
            .args(["exec", "-i", &self.name])
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
        self.exec(&["psql", "-XAtq", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-d", &to], sql)
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
        let sessions = "SELECT application_name, state, query FROM pg_stat_activity \
                        WHERE application_name LIKE 'zelo%' OR application_name LIKE 'pg_%'";
        let until = Instant::now() + Duration::from_secs(10);
        while !self.sql("postgres", sessions).is_empty() && Instant::now() < until {
            sleep(Duration::from_millis(100));
        }
        assert_eq!(self.sql("postgres", sessions), "", "{case}: sessions");
        let scan = "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null; echo; done";
        let processes = self.exec(&["sh", "-c", scan], "");
        let tools = ["pg_dump", "pg_restore", "pg_dumpall", "psql"];
        // Debian's are started by a Perl script of the same name.
        let is_tool = |word: &str| tools.contains(&word.rsplit('/').next().unwrap_or_default());
        let left: Vec<&str> = processes.lines().filter(|l| l.split(' ').take(2).any(is_tool)).collect();
        assert_eq!(left, Vec::<&str>::new(), "{case}: processes");
        let closed = "SELECT datname FROM pg_database WHERE NOT datallowconn AND datname <> 'template0' \
                      AND datname NOT LIKE '%\\_\\_zelo\\_old\\_%'";
        assert_eq!(self.sql("postgres", closed), "", "{case}: closed");
        assert_eq!(self.postmaster(), self.started, "{case}: PostgreSQL was restarted");
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
        let quiet = |args: &[&str]| drop(Command::new("docker").args(args).output());
        quiet(&["rm", "-fv", &self.name]);
        quiet(&["volume", "rm", "-f", &format!("{}-data", self.name)]);
    }
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
