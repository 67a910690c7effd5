//! Making a project a copy: other ports and addresses in its `.env`, and the override
//! file; then a look at what Compose makes of it, so that nothing of it is the
//! original's.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    super::{compose::complaint, dotenv::Dotenv, instance::Instance, live::Live, scene::read_env},
    overlay::{FILE, Overlay, objects, published},
    workspace::blocking,
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
};

/// How long Compose may take to resolve a project.
const LIMIT: Duration = Duration::from_secs(30);
/// Keys that are host ports and nothing else.
const PORTS: [&str; 4] =
    ["KONG_HTTP_PORT", "KONG_HTTPS_PORT", "API_GW_HTTP_PORT", "POOLER_PROXY_PORT_TRANSACTION"];
/// Keys with addresses that people reach the gateway by.
const URLS: [&str; 3] = ["SUPABASE_PUBLIC_URL", "API_EXTERNAL_URL", "SITE_URL"];
/// How far a free port is looked for from the original's.
const FAR: u16 = 2000;

/// Makes the project a copy.
pub(super) struct Adapt {
    pub(super) live: Live,
    /// The copy, without the override file.
    pub(super) project: Instance,
    /// The folder it was laid out from: nothing of the copy may lie there.
    pub(super) original: PathBuf,
    /// The first of its ports; `None`: free ones near the original's.
    pub(super) port: Option<u16>,
}

/// What it came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Adapted {
    /// Host ports: the original's → the copy's.
    pub(super) ports: BTreeMap<u16, u16>,
}

#[async_trait]
impl Step for Adapt {
    type Effect = Adds;
    type Output = Adapted;

    fn name(&self) -> String {
        "adapt".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-adapt", project = &self.project.project)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("restore-undo-with-folder"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(1)
    }

    async fn run(&self, cx: &Cx) -> Result<Adapted, Problem> {
        let first = resolved(&self.live, &self.project, Some(cx)).await?;
        let taken = taken(&self.live, &self.project.host).await?;
        let (old, port) = (ports_of(&first), self.port);
        let chosen = tokio::task::spawn_blocking(move || choose(&old, port, &taken)).await;
        let ports = chosen.map_err(|e| problem!("internal-journal").detail(e))??;
        let env = self.env(&ports).await?;
        write(&self.project.env_file(), env.as_bytes()).await?;
        // With the new ports in `.env`: only what is still the original's is overridden.
        let second = resolved(&self.live, &self.project, Some(cx)).await?;
        let left = ports_of(&second);
        let moved = ports.iter().filter(|(old, _)| left.contains(old)).map(|(o, n)| (*o, *n)).collect();
        let overlay =
            Overlay { project: &self.project.project, resolved: &second, ports: &moved, cut_off: true };
        write(&self.project.folder.join(FILE), overlay.render().as_bytes()).await?;
        let copy = with_overlay(self.project.clone());
        self.is_apart(&resolved(&self.live, &copy, Some(cx)).await?).await?;
        super::ready::images(&self.live, &copy, cx).await?;
        for (old, new) in &ports {
            cx.log(msg!("restore-log-port", old = old.to_string(), new = new.to_string())).await;
        }
        Ok(Adapted { ports })
    }
}

impl Adapt {
    async fn env(&self, ports: &BTreeMap<u16, u16>) -> Result<Dotenv, Problem> {
        let mut env = read_env(self.project.env_file()).await?;
        let value = |env: &Dotenv, key: &str| Some(env.value(key)?.ok()?.expose().to_owned());
        for key in PORTS {
            let new = value(&env, key).and_then(|v| ports.get(&v.parse().ok()?).copied());
            if let Some(new) = new {
                env = env.set(key, &new.to_string())?;
            }
        }
        for key in URLS {
            let new = value(&env, key).and_then(|url| moved(&url, ports));
            if let Some(new) = new {
                env = env.set(key, &new)?;
            }
        }
        let files = with_overlay(self.project.clone()).files;
        let named = files.iter().map(|file| {
            let inside = file.strip_prefix(&self.project.folder).unwrap_or(file);
            inside.display().to_string()
        });
        env = env.set("COMPOSE_PROJECT_NAME", &self.project.project)?;
        env.set("COMPOSE_FILE", &named.collect::<Vec<_>>().join(":"))
    }

    /// No name, port or folder of the copy is anybody else's. Problem:
    /// `restore-copy-shares`.
    async fn is_apart(&self, copy: &Value) -> Result<(), Problem> {
        let shares = |what: String| Err(problem!("restore-copy-shares", what = what));
        let engine = self.live.engine(&self.project.host)?;
        let names: BTreeSet<String> = engine.containers().await?.into_iter().map(|c| c.name).collect();
        for (service, config) in objects(copy, "services") {
            let name = config.get("container_name").and_then(Value::as_str).unwrap_or_default();
            if names.contains(name) {
                return shares(format!("{service}: {name}"));
            }
            if let Some(mode) = config.get("network_mode").and_then(Value::as_str).filter(|m| *m != "none") {
                return shares(format!("{service}: network_mode {mode}"));
            }
            let mounts = config.get("volumes").and_then(Value::as_array).into_iter().flatten();
            for mount in mounts.filter(|m| m.get("type").and_then(Value::as_str) == Some("bind")) {
                let source = mount.get("source").and_then(Value::as_str).unwrap_or_default();
                let inside = Path::new(source).starts_with(&self.project.folder);
                if Path::new(source).starts_with(&self.original) && !inside {
                    return shares(format!("{service}: {source}"));
                }
            }
        }
        Ok(())
    }
}

/// The project with the override file.
pub(super) fn with_overlay(mut project: Instance) -> Instance {
    project.files.push(project.folder.join(FILE));
    project
}

/// The project as Compose resolves it. **Holds secrets.**
pub(super) async fn resolved(live: &Live, project: &Instance, cx: Option<&Cx>) -> Result<Value, Problem> {
    let said = live.compose(project, &["config", "--format", "json"], None, LIMIT, cx).await?;
    if !said.ok() {
        return Err(problem!("compose-refused", project = &project.project).detail(complaint(&said.err)));
    }
    serde_json::from_str(&said.out).map_err(|_| problem!("compose-answer"))
}

pub(super) fn ports_of(resolved: &Value) -> BTreeSet<u16> {
    let services = objects(resolved, "services");
    let ports = services.filter_map(|(_, config)| config.get("ports")?.as_array()).flatten();
    ports.filter_map(published).collect()
}

/// Host ports of all containers, running or not.
async fn taken(live: &Live, host: &str) -> Result<BTreeSet<u16>, Problem> {
    let containers = live.engine(host)?.containers().await?;
    Ok(containers.iter().flat_map(|c| &c.ports).filter_map(|port| port.host).collect())
}

/// New ports for old ones. Problem: `restore-port-taken`. Blocks.
pub(super) fn choose(
    old: &BTreeSet<u16>,
    first: Option<u16>,
    taken: &BTreeSet<u16>,
) -> Result<BTreeMap<u16, u16>, Problem> {
    let free = |port: u16| !taken.contains(&port) && TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
    let mut chosen = BTreeMap::new();
    for (nth, old) in (0_u16..).zip(old) {
        let used = |port: &u16| chosen.values().any(|c| c == port);
        let new = match first {
            Some(first) => first.checked_add(nth).filter(|port| free(*port)),
            None => (1..FAR)
                .filter_map(|far| old.checked_add(far.saturating_mul(10)))
                .find(|port| !used(port) && free(*port)),
        };
        let wanted = first.map_or(*old, |first| first.saturating_add(nth));
        chosen.insert(*old, new.ok_or_else(|| problem!("restore-port-taken", port = wanted.to_string()))?);
    }
    Ok(chosen)
}

/// An address with another port, if its port is one of these.
fn moved(url: &str, ports: &BTreeMap<u16, u16>) -> Option<String> {
    let from = url.find("://")? + 3;
    let end = url.get(from..)?.find('/').map_or(url.len(), |at| from + at);
    let (host, port) = url.get(from..end)?.rsplit_once(':')?;
    let new = ports.get(&port.parse().ok()?)?;
    Some(format!("{}{host}:{new}{}", url.get(..from)?, url.get(end..)?))
}

/// Writes a file of the copy, readable as one that is replaced was.
async fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let (at, bytes) = (path.to_owned(), bytes.to_vec());
    blocking(path, move || std::fs::write(at, bytes)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_an_address_moves() {
        let ports = BTreeMap::from([(8000, 8010)]);
        let moved = |url: &str| moved(url, &ports);
        assert_eq!(moved("http://localhost:8000/auth/v1").unwrap(), "http://localhost:8010/auth/v1");
        assert_eq!(moved("http://localhost:8000").unwrap(), "http://localhost:8010");
        assert_eq!(moved("https://api.example.com"), None);
        assert_eq!(moved("http://localhost:3000"), None);
    }

    #[test]
    fn ports_that_are_taken_are_passed_over() {
        let held = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = held.local_addr().unwrap().port();
        let chosen = choose(&[port - 10].into(), None, &BTreeSet::new()).unwrap();
        assert!(chosen[&(port - 10)] != port && chosen[&(port - 10)] != port - 10);
        assert!(choose(&[8000].into(), Some(port), &BTreeSet::new()).unwrap_err().is("restore-port-taken"));
    }
}
