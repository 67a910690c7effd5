//! What doors show of an instance besides operations: which there are, how its services
//! are, its settings, its logs. Only looked at; without secrets, but for [`reveal`].

use std::{collections::BTreeMap, time::Duration};

use futures_util::{StreamExt, stream};
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::target;
use crate::{
    db::{ResourceFilter, ResourceRow},
    domain::{clock::Moment, problem::Problem},
    host::{Container, LogLine, Usage, compose::projects},
    operation::{Actor, World, detect},
    problem,
    secret::Secret,
    supabase::{
        compose::read_references,
        dotenv::Dotenv,
        engine::{FOLDER, KIND},
        instance::{Gateway, Instance},
        keys::{self, Group, Key, ValueKind},
        redact::{Redactor, without_logins},
        scene::read_env,
    },
};

/// Instances that are listed at most.
const MOST: i64 = 10_000;
/// How long an engine may take to say what a container uses.
const MEASURE: Duration = Duration::from_secs(2);
/// Containers asked at the same time.
const AT_ONCE: usize = 8;

/// A Supabase stack: detected, added, or both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stack {
    /// The Docker host.
    pub host: String,
    /// The Compose project.
    pub project: String,
    /// What it was added as.
    pub added: Option<ResourceRow>,
    /// The folder it is known by, if it was added so.
    pub folder: Option<String>,
    /// Its services; 0 if none of its containers is there.
    pub services: usize,
    /// How many of them run.
    pub running: usize,
    /// How many of those say that they are not healthy.
    pub unhealthy: usize,
}

/// All stacks, by name: those that run on a known host, and those that were added and
/// are not there. Problem: why a host could not be looked at.
pub async fn stacks(world: &World) -> Result<Vec<Stack>, Problem> {
    let look = detect::look(world).await?;
    if let Some(problem) = look.away.values().next() {
        return Err(problem.clone());
    }
    let mut found = Vec::new();
    for seen in look.seen.iter().filter(|seen| seen.found.kind == KIND) {
        let project = seen.found.access.value("project").unwrap_or_default().to_owned();
        found.push(Stack {
            host: seen.host.clone(),
            project,
            folder: seen.added.as_ref().and_then(|row| row.access.get(FOLDER).cloned()),
            added: seen.added.clone(),
            services: 0,
            running: 0,
            unhealthy: 0,
        });
    }
    count(world, &mut found).await?;
    let filter = ResourceFilter { kind: Some(KIND), limit: Some(MOST), ..ResourceFilter::default() };
    for row in world.db.resources(filter).await?.rows {
        if !found.iter().any(|stack| stack.added.as_ref().is_some_and(|added| added.id == row.id)) {
            let value = |name: &str| row.access.get(name).cloned().unwrap_or_default();
            let (host, project) = (value("host"), value("project"));
            let folder = row.access.get(FOLDER).cloned();
            let (services, running, unhealthy) = (0, 0, 0);
            found.push(Stack { host, project, added: Some(row), folder, services, running, unhealthy });
        }
    }
    found.sort_by(|a, b| a.project.cmp(&b.project));
    Ok(found)
}

/// Counts the services of stacks, one question a host.
async fn count(world: &World, stacks: &mut [Stack]) -> Result<(), Problem> {
    let mut hosts: BTreeMap<String, Vec<Container>> = BTreeMap::new();
    for stack in stacks.iter() {
        if !hosts.contains_key(&stack.host) {
            let all = world.instances.engine(&stack.host)?.containers().await?;
            hosts.insert(stack.host.clone(), all);
        }
    }
    for stack in stacks {
        let containers = hosts.get(&stack.host).map(Vec::as_slice).unwrap_or_default();
        let Some(project) = projects(containers).into_iter().find(|p| p.name == stack.project) else {
            continue;
        };
        let runs = |all: &&Vec<Container>| all.iter().any(|c| c.state == "running");
        let ill = |all: &&Vec<Container>| all.iter().any(|c| c.health.as_deref() == Some("unhealthy"));
        stack.services = project.services.len();
        stack.running = project.services.values().filter(runs).count();
        stack.unhealthy = project.services.values().filter(runs).filter(ill).count();
    }
    Ok(())
}

/// An instance at one moment, as pages and lists show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Glance {
    /// When it was looked at.
    pub at: Moment,
    /// The Docker host.
    pub host: String,
    /// The Compose project.
    pub project: String,
    /// Its folder on that host.
    pub folder: String,
    /// The major version of its PostgreSQL, if anything says it.
    pub postgres: Option<u32>,
    /// `kong` or `envoy`.
    pub gateway: Option<&'static str>,
    /// Its containers, by service and number.
    pub services: Vec<Served>,
    /// Whether it is a copy that was not released yet.
    pub cut_off: bool,
    /// The addresses its `.env` names.
    pub addresses: Vec<Address>,
}

/// One container of a service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Served {
    /// The service.
    pub service: String,
    /// The container's name; empty where there is none.
    pub container: String,
    /// Its image, as Compose names it.
    pub image: String,
    /// `running`, `exited`, `created`, `paused`, `restarting`, `dead`; `absent` where there
    /// is no container, but would be after a start.
    pub state: String,
    /// `healthy`, `unhealthy`, `starting`, where its image has a check.
    pub health: Option<String>,
    /// How often the engine started it again.
    pub restarts: i64,
    /// When it last started.
    pub started_at: Option<Moment>,
    /// Memory it uses, where the engine says it.
    pub memory_bytes: Option<u64>,
    /// How busy it was between two looks, in per cent of one processor; none before the
    /// second.
    pub cpu_percent: Option<f64>,
    /// The reading these come from.
    #[serde(skip)]
    pub usage: Option<Usage>,
}

impl Served {
    /// Takes a reading, and compares it with the one of an earlier look at the same run.
    fn used(&mut self, usage: Usage, earlier: Option<&Self>) {
        let same = earlier.filter(|earlier| earlier.started_at == self.started_at);
        self.memory_bytes = usage.memory_bytes;
        self.cpu_percent = same.and_then(|one| usage.cpu_percent_since(one.usage.as_ref()?));
        self.usage = Some(usage);
    }
}

impl Glance {
    fn container(&self, name: &str) -> Option<&Served> {
        self.services.iter().find(|one| one.container == name)
    }

    /// With the figures of an earlier look, for containers that are in the same run.
    pub fn with_figures(mut self, earlier: Option<&Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        for one in &mut self.services {
            let same = earlier.container(&one.container).filter(|e| e.started_at == one.started_at);
            if let Some(same) = same.filter(|_| one.state == "running") {
                (one.memory_bytes, one.cpu_percent) = (same.memory_bytes, same.cpu_percent);
            }
        }
        self
    }
}

/// Asks the engine what the containers of a glance use. One that does not answer in time
/// has no figures; nothing else is missing then.
pub async fn measure(world: &World, mut glance: Glance, earlier: Option<&Glance>) -> Glance {
    let Ok(engine) = world.instances.engine(&glance.host) else { return glance };
    let running = glance.services.iter().filter(|one| one.state == "running");
    let names: Vec<String> = running.map(|one| one.container.clone()).collect();
    let asking = names.into_iter().map(|name| async move {
        let answer = tokio::time::timeout(MEASURE, engine.usage(&name)).await;
        Some((name, answer.ok()?.ok()?))
    });
    let found: Vec<_> = stream::iter(asking).buffer_unordered(AT_ONCE).collect().await;
    for (name, usage) in found.into_iter().flatten() {
        if let Some(one) = glance.services.iter_mut().find(|one| one.container == name) {
            one.used(usage, earlier.and_then(|earlier| earlier.container(&name)));
        }
    }
    glance
}

/// An address that people reach the instance by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Address {
    /// Its name in `.env`.
    pub env: String,
    /// A message id: what it is called.
    pub label: String,
    /// The address.
    pub url: String,
}

/// How an instance is now; one that is known by its folder and has no containers shows
/// those it would have as `absent`. Problem: `instance-gone`.
pub async fn glance(world: &World, row: &ResourceRow) -> Result<Glance, Problem> {
    if row.kind != KIND {
        return Err(problem!("not-an-instance", resource = &row.name));
    }
    let target = target(world, row)?;
    let instance = target.live.instance_or_folder(&target.access).await?;
    let env = read_env(instance.env_file()).await.ok();
    Ok(Glance {
        at: world.clock.now(),
        host: instance.host.clone(),
        project: instance.project.clone(),
        folder: instance.folder.display().to_string(),
        cut_off: crate::supabase::is_cut_off(&instance).await,
        postgres: instance.postgres_major(),
        gateway: instance.gateway().map(|gateway| match gateway {
            Gateway::Kong => "kong",
            Gateway::Envoy => "envoy",
        }),
        services: instance.containers().map(|(service, container)| served(service, container)).collect(),
        addresses: env.as_ref().map(addresses).unwrap_or_default(),
    })
}

fn served(service: &str, container: &Container) -> Served {
    Served {
        service: service.to_owned(),
        container: container.name.clone(),
        image: container.image.clone(),
        state: container.state.clone(),
        health: container.health.clone(),
        restarts: container.restarts,
        started_at: container.started_at.as_deref().and_then(|at| at.parse().ok()),
        memory_bytes: None,
        cpu_percent: None,
        usage: None,
    }
}

fn addresses(env: &Dotenv) -> Vec<Address> {
    let urls = keys::all().filter(|key| matches!(key.kind, ValueKind::Url { .. }) && !key.secret);
    let known = urls.filter_map(|key| {
        let url = env.value(key.env)?.ok()?.expose().to_owned();
        let (env, label) = (key.env.to_owned(), key.label.to_owned());
        (!url.is_empty()).then(|| Address { env, label, url: without_logins(&url) })
    });
    known.collect()
}

/// A setting as it stands in `.env`.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Which.
    pub key: &'static Key,
    /// Whether `.env` has a value for it that is not empty.
    pub is_set: bool,
    /// The value, unless it is secret, not set, or one that Compose refuses.
    pub value: Option<String>,
    /// The services that read it, and that another value recreates; none where Compose could
    /// not say.
    pub services: Option<Vec<String>>,
}

/// All settings of an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Those that have a form, group by group.
    pub all: Vec<Setting>,
    /// Why Compose could not say which services read them.
    pub unsaid: Option<Problem>,
}

impl Setting {
    /// Its heading in forms.
    pub fn group(&self) -> Group {
        self.key.group
    }

    /// Whether it may be edited by itself.
    pub fn is_editable(&self) -> bool {
        self.key.refused.is_none()
    }
}

/// The settings that have a form, and what each touches. A file that Compose refuses is
/// shown nevertheless: it has to be mended. Problem: `env-unreadable`.
pub async fn settings(world: &World, row: &ResourceRow) -> Result<Settings, Problem> {
    let instance = now(world, row).await?;
    let env = read_env(instance.env_file()).await?;
    let (references, unsaid) = match read_references(&target(world, row)?.live, &instance).await {
        Ok(references) => (Some(references), None),
        Err(problem) => (None, Some(problem)),
    };
    let name =
        Setting { key: &keys::NAME, is_set: true, value: Some(row.name.clone()), services: Some(Vec::new()) };
    let shown = instance.env_file().display().to_string();
    // The file is read anew for every key: a long one takes its time.
    let of_env = spawn_blocking(move || {
        let readers = |key: &Key| {
            let mut all = references.as_ref()?.readers(&env, key.env)?;
            // What a profile leaves out is not there to be recreated.
            all.retain(|service| instance.services.contains_key(service));
            Some(all)
        };
        keys::all().map(|key| setting(&env, key, readers(key))).collect::<Vec<_>>()
    });
    let of_env = of_env.await.map_err(|error| problem!("env-unreadable", path = shown).detail(error))?;
    Ok(Settings { all: std::iter::once(name).chain(of_env).collect(), unsaid })
}

fn setting(env: &Dotenv, key: &'static Key, services: Option<Vec<String>>) -> Setting {
    let value = env.value(key.env).and_then(Result::ok);
    Setting {
        key,
        is_set: value.is_some_and(|value| !value.is_empty()),
        value: value.filter(|_| !key.secret).map(|value| value.expose().to_owned()),
        services,
    }
}

/// The value of one setting, for somebody who may see it. That it is shown to them is
/// written down before it leaves here. Problems: `config-field-unknown`, `field-unset`.
pub async fn reveal(world: &World, row: &ResourceRow, field: &str, by: &Actor) -> Result<Secret, Problem> {
    let key = keys::by_field(field).ok_or_else(|| problem!("config-field-unknown", field = field))?;
    let env = env(world, row).await?;
    let value = env.value(key.env).and_then(Result::ok).filter(|value| !value.is_empty());
    let value = value.ok_or_else(|| problem!("field-unset", field = field))?.secret().clone();
    world.db.note_reveal(&row.id, field, &by.0).await?;
    Ok(value)
}

/// The last lines of a service's containers, at most so many of each, the oldest first;
/// secrets taken out. Problem: `service-unknown`.
pub async fn logs(
    world: &World,
    row: &ResourceRow,
    service: &str,
    lines: u32,
) -> Result<Vec<LogLine>, Problem> {
    let instance = now(world, row).await?;
    let env = read_env(instance.env_file()).await.ok();
    let redactor = Redactor::of(&instance, env.as_ref());
    let containers = service_containers(&instance, service)?;
    let engine = world.instances.engine(&instance.host)?;
    let mut all = Vec::new();
    for container in containers {
        all.extend(engine.logs(&container.name, lines).await?);
    }
    all.sort_by(|a, b| a.at.cmp(&b.at));
    for line in &mut all {
        line.text = redactor.clean(&line.text);
    }
    Ok(all)
}

/// The containers of a service. Problem: `service-unknown`.
pub(super) fn service_containers<'a>(
    instance: &'a Instance,
    service: &str,
) -> Result<&'a [Container], Problem> {
    instance.services.get(service).map(Vec::as_slice).ok_or_else(|| {
        let known: Vec<&str> = instance.services.keys().map(String::as_str).collect();
        problem!("service-unknown", service = service, known = known.join(", "))
    })
}

pub(super) async fn now(world: &World, row: &ResourceRow) -> Result<Instance, Problem> {
    if row.kind != KIND {
        return Err(problem!("not-an-instance", resource = &row.name));
    }
    target(world, row)?.now().await
}

async fn env(world: &World, row: &ResourceRow) -> Result<Dotenv, Problem> {
    read_env(now(world, row).await?.env_file()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(started: &str, nanos: u64, at: &str) -> Served {
        let mut one = Served {
            service: "auth".to_owned(),
            container: "auth-1".to_owned(),
            image: "gotrue".to_owned(),
            state: "running".to_owned(),
            health: None,
            restarts: 0,
            started_at: started.parse().ok(),
            memory_bytes: None,
            cpu_percent: None,
            usage: None,
        };
        let usage = Usage { memory_bytes: Some(7), cpu_nanos: Some(nanos), at: at.parse().ok() };
        one.used(usage, None);
        one
    }

    #[test]
    fn how_busy_a_container_is_needs_two_looks_at_one_run() {
        let (start, other) = ("2026-11-22T14:00:00Z", "2026-11-22T14:05:03Z");
        let first = one(start, 1_000_000_000, "2026-11-22T14:05:00Z");
        assert_eq!((first.memory_bytes, first.cpu_percent), (Some(7), None));
        let since = |started: &str, nanos: u64, at: &str| {
            let mut next = one(started, nanos, at);
            let usage = next.usage.unwrap();
            next.used(usage, Some(&first));
            next.cpu_percent
        };
        assert_eq!(since(start, 3_500_000_000, "2026-11-22T14:05:10Z"), Some(25.0));
        assert_eq!(since(start, 1_000_000_000, "2026-11-22T14:05:10Z"), Some(0.0));
        assert_eq!(since(start, 2_000_000_000, "2026-11-22T14:05:00Z"), None, "one reading");
        assert_eq!(since(start, 900_000_000, "2026-11-22T14:05:10Z"), None, "counted anew");
        assert_eq!(since(other, 3_500_000_000, "2026-11-22T14:05:10Z"), None, "another run");
    }
}
