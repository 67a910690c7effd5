//! An instance of the lab that all tests of one layout share, one at a time, and put
//! back as it was.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use tokio::sync::{Mutex, MutexGuard};

use crate::{
    domain::{
        clock::{Clock, SystemClock},
        finding::{Finding, Outcome},
        id::SystemIds,
    },
    engine::{
        Access,
        postgres::{PostgresEngine, Tuning},
    },
    host::{Docker, Hosts, Local},
    supabase::{
        diagnose::{Diagnosis, diagnose},
        live::{ComposeProgram, Live},
        repairs::{self, Mend},
        scene::Scene,
    },
};

/// What lasts from test to test.
pub(super) struct Shared {
    pub(super) folder: PathBuf,
    project: String,
    compose: String,
    /// Takes the instance away when this process lets go, even if it is killed.
    _remover: Child,
}

static TODAY: Mutex<Option<Shared>> = Mutex::const_new(None);
static KONG: Mutex<Option<Shared>> = Mutex::const_new(None);

/// An instance in the hands of one test.
pub(super) struct Stack {
    shared: MutexGuard<'static, Option<Shared>>,
    pub(super) live: Live,
    access: Access,
    /// All of it, when the test began.
    before: BTreeMap<String, String>,
}

fn lab(script: &str) -> Command {
    let mut command = Command::new(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("lab").join(script));
    command.env("ZELO_LAB_RUN", std::env::var("ZELO_LAB_RUN").unwrap_or_else(|_| "instances".to_owned()));
    command
}

#[track_caller]
fn done(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {said}{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Ten free ports in a row: held for a moment, then let go. Two runs at once begin at
/// different ones.
fn ports() -> u16 {
    for _ in 0..200 {
        let first = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if first > 65_000 {
            continue;
        }
        let held: Result<Vec<_>, _> =
            (first..first + 10).map(|port| std::net::TcpListener::bind(("127.0.0.1", port))).collect();
        if held.is_ok() {
            return first;
        }
    }
    panic!("no ten free ports in a row");
}

fn start(layout: &str) -> Option<Shared> {
    let image = "zelo-lab/supabase/gotrue:lab";
    let found = Command::new("docker").args(["image", "inspect", image]).output();
    if !found.is_ok_and(|f| f.status.success()) {
        assert!(std::env::var_os("ZELO_LAB").is_none_or(|v| v != "1"), "the lab is not complete: {image}");
        eprintln!("SKIPPED, the lab is not complete: {image} (run lab/up instance)");
        return None;
    }
    let compose = done(&mut lab("compose"));
    let port = ports();
    let project = format!("zelo-s-{}-{layout}", std::process::id());
    let folder = std::env::temp_dir().join(&project);
    let script = "trap '' INT TERM HUP; cat >/dev/null; exec \"$1\" down \"$2\" >/dev/null 2>&1";
    let remover = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("lab/instance"))
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    done(lab("instance").arg("new").arg(&folder).args([&project, layout, &port.to_string()]));
    Some(Shared { folder, project, compose, _remover: remover })
}

impl Stack {
    pub(super) async fn today() -> Option<Self> {
        Self::of(&TODAY, "today").await
    }

    pub(super) async fn kong() -> Option<Self> {
        Self::of(&KONG, "kong").await
    }

    async fn of(place: &'static Mutex<Option<Shared>>, layout: &'static str) -> Option<Self> {
        let mut shared = place.lock().await;
        if shared.is_none() {
            *shared = tokio::task::spawn_blocking(move || start(layout)).await.unwrap();
        }
        let here = shared.as_ref()?;
        let docker = Docker::connect(None).await.unwrap();
        let hosts = Hosts::new(Arc::new(Local::new())).with("local", Arc::new(docker));
        let postgres = PostgresEngine::new(hosts.clone(), Arc::new(SystemIds), Tuning::default());
        let program = ComposeProgram { argv: vec![here.compose.clone()], socket: None };
        let mut access = Access::default();
        access.values.insert("host".to_owned(), "local".to_owned());
        access.values.insert("project".to_owned(), here.project.clone());
        let before = BTreeMap::new();
        let mut stack = Self { live: Live::new(hosts, postgres, program), access, before, shared };
        stack.before = stack.all();
        Some(stack)
    }

    /// That nothing is found any more, and that nothing of it is another than when the test
    /// began: what the database says of itself, every file of the folder but those that the
    /// database and the services write, every container and its state.
    pub(super) async fn as_before(&self) {
        Self::finds(&self.diagnosis().await, &[]);
        let now = self.all();
        for (what, value) in &self.before {
            assert_eq!(now.get(what), Some(value), "{what}");
        }
        assert_eq!(now.len(), self.before.len(), "{:?}", now.keys());
    }

    fn all(&self) -> BTreeMap<String, String> {
        let mut all = self.snapshot();
        let mut files = Command::new("sh");
        files.current_dir(self.folder()).args([
            "-c",
            "find . -path ./volumes/db/data -prune -o -path ./volumes/storage -prune -o -type f -print0 \
             | sort -z | xargs -0 stat -c '%n = %a %u %s' && find . -path ./volumes/db/data -prune -o \
             -path ./volumes/storage -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sed 's/  / = /'",
        ]);
        let mut states = Command::new("docker");
        let filter = format!("label=com.docker.compose.project={}", self.project());
        states.args(["ps", "-a", "--filter", &filter, "--format", "{{.Names}} = {{.Image}} {{.State}}"]);
        for line in [done(&mut files), done(&mut states)].iter().flat_map(|text| text.lines()) {
            let (name, value) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
            all.insert(name.to_owned(), value.to_owned());
        }
        all
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.shared.as_ref().unwrap().folder.clone()
    }

    pub(super) fn project(&self) -> String {
        self.shared.as_ref().unwrap().project.clone()
    }

    /// This machine's address, as the containers reach it.
    pub(super) fn machine(&self) -> String {
        let format = "{{range .NetworkSettings.Networks}}{{.Gateway}} {{end}}";
        let said =
            done(Command::new("docker").args(["inspect", "-f", format, &format!("{}-auth", self.project())]));
        said.split_whitespace().next().unwrap().to_owned()
    }

    pub(super) async fn scene(&self) -> Scene {
        let instance = self.live.instance(&self.access).await.unwrap();
        Scene::gather(&self.live, instance, SystemClock.now()).await.unwrap()
    }

    pub(super) async fn diagnosis(&self) -> Diagnosis {
        diagnose(&self.scene().await).await
    }

    /// Diagnoses: exactly these probes find something, in any order.
    #[track_caller]
    pub(super) fn finds(diagnosis: &Diagnosis, wanted: &[&str]) -> Vec<Finding> {
        let mut seen: Vec<&str> = diagnosis.findings.iter().map(|f| f.probe.as_str()).collect();
        seen.sort_unstable();
        let mut wanted = wanted.to_vec();
        wanted.sort_unstable();
        assert_eq!(seen, wanted, "{:#?}", diagnosis.findings);
        diagnosis.findings.clone()
    }

    /// What could not be known, without what follows from findings.
    pub(super) fn unknown(diagnosis: &Diagnosis) -> Vec<String> {
        let unknown = diagnosis.probes.iter().filter_map(|one| match &one.outcome {
            Outcome::Unknown { why } if why.id != "probe-explained" => {
                Some(format!("{}: {why:?}", one.probe))
            }
            _ => None,
        });
        unknown.collect()
    }

    /// Runs SQL as `supabase_admin` with psql, independent of what is tested.
    pub(super) fn sql(&self, sql: &str) -> String {
        let mut psql = Command::new("docker");
        psql.args(["exec", &format!("{}-db", self.project()), "psql", "-XAtq", "-h", "127.0.0.1"]);
        psql.args(["-U", "supabase_admin", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        done(&mut psql)
    }

    /// Compose, by the lab's own script.
    pub(super) fn compose(&self, arguments: &[&str]) -> String {
        done(lab("instance").arg("compose").arg(self.folder()).args(arguments))
    }

    /// Changes a file of the project; its old contents.
    pub(super) fn edit(&self, path: &str, change: impl Fn(&str) -> String) -> String {
        let path = self.folder().join(path);
        let old = std::fs::read_to_string(&path).unwrap();
        let new = change(&old);
        assert_ne!(old, new, "{} did not change", path.display());
        std::fs::write(&path, new).unwrap();
        old
    }

    pub(super) fn put(&self, path: &str, contents: &str) {
        std::fs::write(self.folder().join(path), contents).unwrap();
    }

    /// Plans the repair of a finding.
    pub(super) async fn plan(&self, finding: &Finding) -> Vec<Mend> {
        let scene = self.scene().await;
        let planned = repairs::of(&finding.probe).unwrap().plan(&scene, finding).await;
        scene.close().await;
        planned.unwrap().mends
    }

    /// Does what a repair says.
    pub(super) async fn apply(&self, mends: &[Mend]) {
        let recreated = mends.iter().filter_map(|mend| match mend {
            Mend::Recreate { service } => Some(service.as_str()),
            _ => None,
        });
        let recreated: Vec<&str> = recreated.collect();
        if !recreated.is_empty() {
            self.compose(
                &[&["up", "-d", "--no-deps", "--wait", "--force-recreate"], &recreated[..]].concat(),
            );
        }
        for mend in mends {
            match mend {
                Mend::Sql { database, apply, .. } => self.transaction(database, apply).await,
                Mend::Alone { database, apply, .. } => self.alone(database, apply).await,
                Mend::File { path, contents } => std::fs::write(self.folder().join(path), contents).unwrap(),
                Mend::Recreate { .. } => {}
                Mend::Restart { service } => {
                    self.compose(&["restart", service]);
                    self.compose(&["up", "-d", "--no-deps", "--wait", service]);
                }
            }
        }
    }

    /// Puts back what can be put back in the database.
    pub(super) async fn back(&self, mends: &[Mend]) {
        for mend in mends.iter().rev() {
            match mend {
                Mend::Sql { database, back, .. } if !back.is_empty() => {
                    self.transaction(database, back).await
                }
                Mend::Alone { database, back, .. } => self.alone(database, back).await,
                _ => {}
            }
        }
    }

    async fn transaction(&self, database: &str, statements: &[String]) {
        let instance = self.live.instance(&self.access).await.unwrap();
        let mut ask = self.live.ask(&instance, database, None).await.unwrap();
        let done = ask.transaction(statements).await;
        ask.close().await;
        done.unwrap_or_else(|e| panic!("{statements:#?}: {e}"));
    }

    async fn alone(&self, database: &str, statement: &str) {
        let instance = self.live.instance(&self.access).await.unwrap();
        let mut ask = self.live.ask(&instance, database, None).await.unwrap();
        let done = ask.run(statement).await;
        ask.close().await;
        done.unwrap_or_else(|e| panic!("{statement}: {e}"));
    }

    /// Everything a repair of the database might touch, by name.
    pub(super) fn snapshot(&self) -> BTreeMap<String, String> {
        let lines = self.sql(SNAPSHOT);
        lines
            .lines()
            .map(|line| line.split_once(" = ").unwrap_or_else(|| panic!("{line}")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Waits until the services are as Compose wants them.
    pub(super) async fn settled(&self) {
        // A service that was unhealthy a moment ago ends the waiting at once.
        for _ in 0..15 {
            let mut up = lab("instance");
            up.arg("compose").arg(self.folder()).args(["up", "-d", "--wait"]);
            if up.output().unwrap().status.success() {
                return;
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        panic!("{} does not come up again", self.project());
    }
}

/// Owners, grants, row security, settings, passwords, triggers' functions, databases,
/// schemas, auth's rows. Whether an owner may grant its own rights is no difference.
const SNAPSHOT: &str = "
with acl as (select 'r' as kind, oid, relowner as owner, relacl as acl from pg_class
  union all select 'n', oid, nspowner, nspacl from pg_namespace
  union all select 'p', oid, proowner, proacl from pg_proc),
grants as (select kind, oid, string_agg(g, ' ' order by g) as grants from (select kind, oid,
    format('%s:%s%s', x.grantee::regrole, x.privilege_type, case when x.is_grantable and x.grantee <> owner then '*' end) as g
    from acl, aclexplode(acl) x where x.grantee <> owner) s group by 1, 2)
select format('table %s = %s %s %s %s', c.oid::regclass, c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity, g.grants)
  from pg_class c left join grants g on g.kind = 'r' and g.oid = c.oid
  where c.relnamespace::regnamespace::text in ('auth', 'storage', 'public', '_realtime') and c.relkind in ('r', 'S', 'v')
union all select format('schema %s = %s %s', n.oid::regnamespace, n.nspowner::regrole, g.grants)
  from pg_namespace n left join grants g on g.kind = 'n' and g.oid = n.oid where n.nspname not like 'pg_%'
union all select format('function %s = %s %s %s %s', p.oid::regprocedure, p.proowner::regrole, p.prosecdef, p.proconfig, g.grants)
  from pg_proc p left join grants g on g.kind = 'p' and g.oid = p.oid
  where p.pronamespace::regnamespace::text in ('auth', 'public', 'storage')
union all select format('trigger %s %s = %s', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal
union all select format('role %s = %s %s %s', rolname, rolcanlogin, rolinherit, rolpassword) from pg_authid
union all select format('setting %s %s = %s', setdatabase, setrole, (select string_agg(c, ',' order by c) from unnest(setconfig) c))
  from pg_db_role_setting
union all select format('database %s = %s', datname, datdba::regrole) from pg_database
union all select format('users = %s %s', count(*), md5(string_agg(u::text, ',' order by id))) from auth.users u
union all select format('sessions = %s', count(*)) from auth.sessions
union all select format('tokens = %s', count(*)) from auth.refresh_tokens
union all select format('audit = %s', count(*)) from auth.audit_log_entries
union all select format('versions = %s', string_agg(version, ',' order by version)) from auth.schema_migrations
union all select format('profiles = %s', count(*)) from public.profiles
union all select format('tenants = %s', string_agg(external_id, ',')) from _realtime.tenants
";
