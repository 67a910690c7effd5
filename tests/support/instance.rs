//! A Supabase-shaped instance of the lab, in a folder of its own.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use serde_json::Value;
use tempfile::TempDir;

use super::lab;

/// Ports an instance needs, one after the other.
const RUN: u16 = 10;

/// One at a time chooses ports; the number makes names unique.
static CHOOSING: Mutex<()> = Mutex::new(());
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An instance that runs. It goes when this is dropped.
pub struct Instance {
    root: TempDir,
    /// Its Compose project.
    pub project: String,
    /// Its gateway's port.
    pub port: u16,
}

impl Instance {
    /// A filled one of a layout (`today`, `kong`); `None`, said loudly, where the lab
    /// lacks what it needs.
    pub fn up(layout: &str) -> Option<Self> {
        if !lab::has("zelo-lab/supabase/gotrue:lab") || !lab::has("zelo-lab/envoy:lab") {
            return None;
        }
        let root = TempDir::new().unwrap();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let project = format!("zelo-t{}-{number}", std::process::id());
        let choosing = CHOOSING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let port = free_run();
        let instance = Self { root, project, port };
        let mut new = lab::script("instance", "instance");
        new.args(["new", &instance.path(), &instance.project, layout, &port.to_string()]);
        lab::done(new);
        drop(choosing);
        Some(instance)
    }

    /// Its folder.
    pub fn folder(&self) -> PathBuf {
        self.root.path().join("project")
    }

    fn path(&self) -> String {
        self.folder().display().to_string()
    }

    /// Removes all of it: containers, volumes, networks, its folder.
    pub fn remove(&self) {
        let mut down = lab::script("instance", "instance");
        lab::done({
            down.args(["down", &self.path()]);
            down
        });
    }

    /// Its `.env`.
    pub fn env(&self) -> Vec<u8> {
        std::fs::read(self.folder().join(".env")).unwrap()
    }

    /// A value of its `.env`, written plainly.
    pub fn value(&self, key: &str) -> String {
        let env = String::from_utf8(self.env()).unwrap();
        let line = env.lines().rev().find_map(|line| line.strip_prefix(&format!("{key}=")));
        line.unwrap_or_else(|| panic!("no {key} in .env")).to_owned()
    }

    /// Every secret in it.
    pub fn secrets(&self) -> Vec<String> {
        let mut script = lab::script("instance", "instance");
        script.args(["secrets", &self.path()]);
        lab::done(script).lines().map(ToOwned::to_owned).filter(|s| s.len() >= 8).collect()
    }

    /// Its containers: service → (id, started, state).
    pub fn containers(&self) -> std::collections::BTreeMap<String, (String, String, String)> {
        let filter = format!("label=com.docker.compose.project={}", self.project);
        let mut ids = Command::new("docker");
        ids.args(["ps", "-aq", "--filter", &filter]);
        let ids = lab::done(ids);
        let mut inspect = Command::new("docker");
        inspect.arg("inspect").args(ids.lines());
        let all: Value = serde_json::from_str(&lab::done(inspect)).unwrap();
        let one = |c: &Value| {
            let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
            let service = text(&c["Config"]["Labels"]["com.docker.compose.service"]);
            (service, (text(&c["Id"]), text(&c["State"]["StartedAt"]), text(&c["State"]["Status"])))
        };
        all.as_array().unwrap().iter().map(one).collect()
    }

    /// A container's name.
    pub fn container(&self, service: &str) -> String {
        let project = format!("label=com.docker.compose.project={}", self.project);
        let service = format!("label=com.docker.compose.service={service}");
        let mut ps = Command::new("docker");
        ps.args(["ps", "-a", "--format", "{{.Names}}", "--filter", &project, "--filter", &service]);
        lab::done(ps)
    }

    /// A variable a service's container has.
    pub fn variable(&self, service: &str, name: &str) -> Option<String> {
        let mut inspect = Command::new("docker");
        inspect.args(["inspect", "-f", "{{json .Config.Env}}", &self.container(service)]);
        let env: Vec<String> = serde_json::from_str(&lab::done(inspect)).unwrap();
        env.iter().find_map(|line| line.strip_prefix(&format!("{name}="))).map(ToOwned::to_owned)
    }

    /// What a statement answers, as `supabase_admin`.
    pub fn sql(&self, sql: &str) -> String {
        self.sql_in("postgres", sql)
    }

    /// The same in another database.
    pub fn sql_in(&self, database: &str, sql: &str) -> String {
        let mut psql = Command::new("docker");
        psql.args(["exec", &self.container("db"), "psql", "-h", "127.0.0.1", "-U", "supabase_admin"]);
        psql.args(["-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        lab::done(psql)
    }

    /// The status the gateway answers a sign-up with.
    pub fn sign_up(&self, email: &str) -> u16 {
        self.sign_up_with(&self.value("ANON_KEY"), email)
    }

    /// The same with a key of one's own.
    pub fn sign_up_with(&self, key: &str, email: &str) -> u16 {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "15", "-X", "POST"]);
        curl.args(["-H", &format!("apikey: {key}")]);
        curl.args(["-H", "content-type: application/json", "-d"]);
        curl.arg(format!("{{\"email\":\"{email}\",\"password\":\"a-long-password\"}}"));
        curl.arg(format!("http://127.0.0.1:{}/auth/v1/signup", self.port));
        lab::done(curl).parse().unwrap()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let mut down = lab::script("instance", "instance");
        let _ = down.args(["down", &self.path()]).output();
    }
}

/// The program that Compose is in the lab.
pub fn compose() -> String {
    lab::done(lab::script("compose", "instance"))
}

/// The first of a run of ports that nobody listens on.
fn free_run() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let Some(end) = first.checked_add(RUN) else { continue };
        if (first..end).all(|port| TcpListener::bind(("0.0.0.0", port)).is_ok()) {
            return first;
        }
    }
}
