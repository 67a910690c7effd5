//! The whole cluster, saved while people write and started elsewhere; and the copy of a
//! stopped one, where nothing can be dumped.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    panel::Panel,
    support::{lab, text},
};

/// Everybody who can sign in, as one digest.
const USERS: &str = "SELECT count(*) || md5(string_agg(u::text, ',' ORDER BY id)) FROM auth.users u";

/// Somebody who writes a row after the other.
struct Writer {
    psql: Child,
    on: Arc<AtomicBool>,
    typing: Option<JoinHandle<ChildStdin>>,
}

impl Writer {
    fn start(panel: &Panel) -> Self {
        panel.instance.sql("CREATE TABLE public.written (id bigserial PRIMARY KEY, at timestamptz DEFAULT clock_timestamp(), filler text DEFAULT repeat('x', 200))");
        let mut psql = Command::new("docker");
        psql.args(["exec", "-i", &panel.instance.container("db"), "psql", "-h", "127.0.0.1"]);
        psql.args(["-U", "supabase_admin", "-d", "postgres", "-Xq", "-v", "ON_ERROR_STOP=1"]);
        let mut psql = psql.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let (on, mut stdin) = (Arc::new(AtomicBool::new(true)), psql.stdin.take().unwrap());
        let still = on.clone();
        let typing = std::thread::spawn(move || {
            while still.load(Ordering::Relaxed) {
                writeln!(stdin, "INSERT INTO public.written DEFAULT VALUES;").unwrap();
            }
            stdin
        });
        Self { psql, on, typing: Some(typing) }
    }

    fn stop(mut self) {
        self.on.store(false, Ordering::Relaxed);
        drop(self.typing.take().unwrap().join().unwrap());
        assert!(self.psql.wait().unwrap().success(), "every row was written");
    }
}

/// What a base backup must leave as it is.
fn as_it_is(panel: &Panel) -> String {
    let settings = panel.instance.sql(
        "SELECT md5(string_agg(concat_ws('=', name, setting, source, pending_restart), ',' ORDER BY name)) \
         FROM pg_settings UNION ALL SELECT count(*)::text FROM pg_replication_slots",
    );
    let mut files = Command::new("docker");
    files.args(["exec", &panel.instance.container("db"), "md5sum", "/etc/postgresql/pg_hba.conf"]);
    files.arg("/var/lib/postgresql/data/postgresql.auto.conf");
    format!("{settings}\n{}", lab::done(files))
}

/// The newest backup's folder in the store, and its manifest.
pub(crate) fn newest(panel: &Panel) -> (PathBuf, Value) {
    let mut find = Command::new("find");
    find.arg(panel.data().join("store/instances")).args(["-type", "d", "-name", "backup-*"]);
    let mut folders: Vec<String> = lab::done(find).lines().map(ToOwned::to_owned).collect();
    folders.sort();
    let folder = PathBuf::from(folders.last().unwrap());
    let manifest = fs::read(folder.join("manifest.json")).unwrap();
    (folder, serde_json::from_slice(&manifest).unwrap())
}

fn part<'a>(manifest: &'a Value, name: &str) -> Option<&'a Value> {
    manifest["parts"].as_array().unwrap().iter().find(|part| part["name"] == name)
}

/// Where a point's cluster lies: in its folder, or where it is shared.
fn stored(folder: &Path, manifest: &Value) -> PathBuf {
    let path = text(&part(manifest, "cluster").unwrap()["files"][0]["path"]);
    folder.parent().unwrap().join(path)
}

/// Unpacks a cluster as RECOVER.md says.
fn unpack(file: &Path, facts: &Value, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let line = format!(
        "gunzip -c {0} | tar --extract --numeric-owner --preserve-permissions --directory={1} && \
         chown -R {2}:{3} {1} && chmod {4:o} {1}",
        file.display(),
        to.display(),
        facts["uid"],
        facts["gid"],
        facts["mode"].as_u64().unwrap(),
    );
    let mut shell = Command::new("bash");
    shell.args(["-euo", "pipefail", "-c", &line]);
    lab::done(shell);
}

/// A server of the same image on a copy, cut off from every network.
struct Side(String);

impl Side {
    fn start(panel: &Panel, data: &Path) -> Self {
        let name = format!("{}-side", panel.name());
        let db = panel.instance.container("db");
        let mut inspect = Command::new("docker");
        inspect.args(["inspect", "-f", "{{json .Config.Cmd}}", &db]);
        let argv: Vec<String> = serde_json::from_str(&lab::done(inspect)).unwrap();
        let mut run = Command::new("docker");
        run.args(["run", "-d", "--name", &name, "--network", "none", "--label", "zelo.lab=instance"]);
        run.arg("-v").arg(format!("{}:/var/lib/postgresql/data", data.display()));
        run.arg("-v").arg(format!("{}_db-config:/etc/postgresql-custom:ro", panel.name()));
        run.arg(image(&db)).args(argv);
        lab::done(run);
        let side = Self(name);
        for _ in 0..150 {
            if side.psql("SELECT 1").status.success() {
                return side;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        let logs = Command::new("docker").args(["logs", &side.0]).output().unwrap();
        panic!("the copy does not start: {}", String::from_utf8_lossy(&logs.stderr));
    }

    fn psql(&self, sql: &str) -> std::process::Output {
        let mut psql = Command::new("docker");
        psql.args(["exec", &self.0, "psql", "-h", "127.0.0.1", "-U", "supabase_admin", "-d", "postgres"]);
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]).output().unwrap()
    }

    fn sql(&self, sql: &str) -> String {
        let said = self.psql(sql);
        assert!(said.status.success(), "{sql}: {}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rm", "-fv", &self.0]).output();
    }
}

fn image(container: &str) -> String {
    let mut inspect = Command::new("docker");
    inspect.args(["inspect", "-f", "{{.Config.Image}}", container]);
    lab::done(inspect)
}

/// Whether PostgreSQL's own tool agrees.
fn pg_verifybackup(panel: &Panel, data: &Path) {
    let mut run = Command::new("docker");
    run.args(["run", "--rm", "--network", "none", "--entrypoint", "pg_verifybackup", "-v"]);
    run.arg(format!("{}:/copy:ro", data.display()));
    run.arg(image(&panel.instance.container("db"))).args(["/copy"]);
    let said = lab::done(run);
    assert!(said.contains("backup successfully verified"), "{said}");
}

fn base_backup(layout: &str) {
    let Some(panel) = Panel::over(layout) else { return };
    let name = panel.name();
    let before = as_it_is(&panel);
    let writer = Writer::start(&panel);
    let rows = || panel.instance.sql("SELECT count(*) FROM public.written").parse::<u64>().unwrap();
    while rows() < 100 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let first = rows();
    let ran = panel.zelo(&["backup", "create", &name, "--format", "physical", "--json"]).code(0);
    let last = rows();
    writer.stop();
    assert!(last > first, "rows were written meanwhile: {first} to {last}");
    assert_eq!(as_it_is(&panel), before, "a setting, a file or a slot of the instance changed");
    let left = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'zelo%'";
    assert_eq!(panel.instance.sql(left), "0");
    let secrets = panel.instance.secrets();
    assert!(!secrets.iter().any(|secret| ran.to_string().contains(secret)), "a secret was printed");

    let backup = text(&ran.json()["operation"]["backup"]);
    panel.zelo(&["backup", "validate", &backup, "--json"]).code(0);
    let (folder, manifest) = newest(&panel);
    let cluster = part(&manifest, "cluster").unwrap();
    for dump in ["roles", "database:postgres"] {
        assert!(part(&manifest, dump).is_none(), "{dump} is in the cluster");
    }
    for kept in ["files", "containers", "storage"] {
        assert!(part(&manifest, kept).is_some(), "{kept}");
    }
    let facts = &cluster["facts"];
    let id = panel.instance.sql("SELECT system_identifier FROM pg_control_system()");
    assert_eq!(facts["system_id"], id.as_str());
    assert!(cluster["counts"]["files"].as_i64().unwrap() > 500, "{cluster}");

    let room = TempDir::new().unwrap();
    let data = room.path().join("data");
    unpack(&stored(&folder, &manifest), facts, &data);
    pg_verifybackup(&panel, &data);
    let side = Side::start(&panel, &data);
    let copied: u64 = side.sql("SELECT count(*) FROM public.written").parse().unwrap();
    assert!((first..=last).contains(&copied), "{first} ≤ {copied} ≤ {last}");
    let whole = "SELECT count(*) = max(id) FROM public.written";
    assert_eq!(side.sql(whole), "t", "no row is missing in between");
    assert_eq!(side.sql(USERS), panel.instance.sql(USERS));
    drop(side);
    damage_is_seen(&panel, &stored(&folder, &manifest), &backup);
    killed_while_it_copies(&panel);
}

/// A byte of the stored copy.
fn damage_is_seen(panel: &Panel, path: &Path, backup: &str) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
    let ran = panel.zelo(&["backup", "validate", backup, "--json"]);
    assert_eq!(ran.problem(), "part-digest");
}

/// The server's side of it goes with Zelo, and nothing is left in the store.
fn killed_while_it_copies(panel: &Panel) {
    let args = ["backup", "create", &panel.name(), "--format", "physical", "--json"];
    panel.faulty(&args, Some("backup/kill-bytes:cluster:4000000")).killed();
    std::thread::sleep(Duration::from_secs(2));
    let left = "SELECT count(*) FROM pg_stat_replication";
    assert_eq!(panel.instance.sql(left), "0", "a base backup goes on without Zelo");
    assert_eq!(panel.recovered("backup")["state"], "failed");
    panel.assert_tidy("killed");
}

#[test]
fn a_cluster_is_saved_while_people_write_and_starts_elsewhere_17() {
    base_backup("today");
}

#[test]
fn a_cluster_is_saved_while_people_write_and_starts_elsewhere_15() {
    base_backup("kong");
}

/// The origin and the way of each backup there is.
fn points(panel: &Panel) -> Vec<(String, String)> {
    let mut find = Command::new("find");
    find.arg(panel.data().join("store/instances")).args(["-name", "manifest.json"]);
    let point = |path: &str| {
        let manifest: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let way = part(&manifest, "cluster").map_or("dumps".to_owned(), |part| text(&part["facts"]["way"]));
        (text(&manifest["origin"]), way)
    };
    let mut all: Vec<_> = lab::done(find).lines().map(point).collect();
    all.sort();
    all
}

#[test]
fn a_database_that_cannot_be_dumped_is_copied_cold_before_it_is_restarted() {
    let Some(panel) = Panel::over("today") else { return };
    // A table whose file is gone: every dump of it fails.
    let path = panel.instance.sql(
        "CREATE TABLE public.lost AS SELECT generate_series(1, 100); CHECKPOINT; \
         SELECT pg_relation_filepath('public.lost')",
    );
    fs::remove_file(panel.instance.folder().join("volumes/db/data").join(path.trim())).unwrap();
    let planned = panel.instance(&["restart"], &["--dry-run"], None).code(0).json();
    assert!(planned["warnings"].to_string().contains("warn-safety-cold"), "{planned}");
    let before = panel.instance.containers();

    // Killed while the database stands still for the copy: it runs again.
    let killed = panel.instance(&["restart"], &["--yes"], Some("backup/kill-bytes:cluster:20000000"));
    killed.killed();
    assert_eq!(panel.instance.containers()["db"].2, "exited", "it stood still");
    assert_eq!(panel.recovered("restart")["state"], "failed");
    assert_eq!(panel.instance.containers()["db"].2, "running");
    panel.assert_tidy("killed");

    panel.done(&["restart"], &[]);
    let after = panel.instance.containers();
    for (service, (id, _, _)) in &before {
        assert_eq!((&after[service].0, after[service].2.as_str()), (id, "running"), "{service}");
    }
    assert_eq!(points(&panel), [("safety".to_owned(), "cold".to_owned())]);
    starts_elsewhere(&panel);

    // So it is before its roles are given other passwords.
    let rotate = ["config", "rotate"];
    let planned = panel.instance(&rotate, &["postgres_password", "--dry-run"], None).code(0).json();
    assert!(planned["warnings"].to_string().contains("warn-safety-cold"), "{planned}");
    panel.done(&rotate, &["postgres_password"]);
    assert_eq!(points(&panel), vec![("safety".to_owned(), "cold".to_owned()); 2]);
    assert_eq!(panel.instance.sign_up("rotated@example.com"), 200);
    panel.assert_tidy("rotated");
}

/// The cold copy of an instance is verified, and it is one that starts.
fn starts_elsewhere(panel: &Panel) {
    let (folder, manifest) = newest(panel);
    panel.zelo(&["backup", "validate", &text(&manifest["id"]), "--json"]).code(0);
    let facts = &part(&manifest, "cluster").unwrap()["facts"];
    assert_eq!(facts["major"], 17);
    let room = TempDir::new().unwrap();
    let data = room.path().join("data");
    unpack(&stored(&folder, &manifest), facts, &data);
    assert!(!data.join("postmaster.pid").exists());
    let side = Side::start(panel, &data);
    assert_eq!(side.sql(USERS), panel.instance.sql(USERS));
}

#[test]
fn a_database_that_crash_loops_is_copied_cold() {
    let Some(panel) = Panel::over("today") else { return };
    crash_loop(&panel);
    let planned = panel.instance(&["restart"], &["--dry-run"], None).code(0).json();
    assert!(planned["warnings"].to_string().contains("instance-warn-cold"), "{planned}");

    let ran = panel.instance(&["restart"], &["--service", "db", "--yes"], None);
    assert_eq!(points(&panel), [("safety".to_owned(), "cold".to_owned())], "{ran}");
    panel.assert_tidy("restarted");
    // The copy is of a cluster that was shut down in order before it was made sick.
    let (_, manifest) = newest(&panel);
    assert_eq!(part(&manifest, "cluster").unwrap()["facts"]["clean"], true);
    in_its_settings(&panel, "rm /c/conf.d/bad.conf");
    panel.done(&["restart"], &["--service", "db"]);
    assert_eq!(panel.instance.sql("SELECT 1"), "1");
}

/// Runs this where the database's own settings are `/c`.
fn in_its_settings(panel: &Panel, shell: &str) {
    let mut run = Command::new("docker");
    run.args(["run", "--rm", "--network", "none", "--user", "0", "--entrypoint", "sh", "-v"]);
    run.arg(format!("{}_db-config:/c", panel.name())).arg(image(&panel.instance.container("db")));
    run.args(["-c", shell]);
    lab::done(run);
}

/// From now on the database ends whenever it is started.
fn crash_loop(panel: &Panel) {
    in_its_settings(panel, "echo 'no_such_setting_at_all = 1' > /c/conf.d/bad.conf");
    let mut restart = Command::new("docker");
    restart.args(["restart", &panel.instance.container("db")]);
    lab::done(restart);
    std::thread::sleep(Duration::from_secs(3));
}

#[test]
fn a_point_is_put_back_over_a_database_that_crash_loops_and_is_copied_cold_first() {
    let Some(panel) = Panel::over("today") else { return };
    let (point, users) = (panel.backup(), panel.instance.sql(USERS));
    crash_loop(&panel);
    let planned = panel.zelo(&["restore", &point, "--dry-run", "--json"]).code(0).json();
    assert!(planned["warnings"].to_string().contains("instance-warn-cold"), "{planned}");
    let ran = panel.zelo(&["restore", &point, "--yes", "--json"]);
    assert_eq!(ran.json()["operation"]["state"], "succeeded", "{ran}");
    let ways = [("manual", "dumps"), ("safety", "cold")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(points(&panel), ways);
    assert_eq!(panel.instance.sql(USERS), users);
    panel.assert_tidy("restored");
}
