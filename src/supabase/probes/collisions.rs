//! Two things that want the same: a port of the host, a container's name, a project's
//! name.

use std::collections::BTreeSet;

use super::kit::{Look, Seen, advice, finding, list};
use crate::{
    domain::{finding::Severity, problem::Problem},
    msg,
    supabase::scene::{Scene, text},
};

pub(super) const PORTS: &str = "port-in-use";
pub(super) const NAMES: &str = "name-in-use";

pub(super) const PORTS_PROBE: Look = Look { id: PORTS, row: "23", see: |scene| Box::pin(ports(scene)) };
pub(super) const NAMES_PROBE: Look = Look { id: NAMES, row: "24", see: |scene| Box::pin(names(scene)) };

const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
const WORDS: [&str; 2] = ["already allocated", "address already in use"];

/// Whether a container still does not run: one that starts again and again takes its own
/// port in between.
async fn stands_still(scene: &Scene, container: &str) -> Result<bool, Problem> {
    let engine = scene.live.engine(&scene.instance.host)?;
    let now = engine.condition(container).await?;
    Ok(matches!(now.state.as_str(), "exited" | "created" | "dead"))
}

async fn ports(scene: &Scene) -> Seen {
    let mut taken = Vec::new();
    for (service, container) in scene.instance.containers() {
        let Some(condition) = scene.conditions.get(&container.name) else { continue };
        if condition.state == "running" {
            continue;
        }
        let said = WORDS.iter().any(|words| condition.error.contains(words));
        for port in &container.ports {
            let (Some(host), address) = (port.host, port.address.as_deref().unwrap_or("0.0.0.0")) else {
                continue;
            };
            // Of several ports the engine names one: each is tried.
            let busy = tokio::net::TcpListener::bind((address, host)).await;
            let busy = busy.is_err_and(|e| e.kind() == std::io::ErrorKind::AddrInUse);
            if busy && stands_still(scene, &container.name).await? {
                taken.push((service.to_owned(), host.to_string()));
            }
        }
        if said && !taken.iter().any(|(s, _)| s == service) {
            taken.push((service.to_owned(), "-".to_owned()));
        }
    }
    if taken.is_empty() {
        return Ok(vec![]);
    }
    let commands = taken.iter().filter(|(_, p)| p != "-").map(|(_, p)| format!("ss -ltnp 'sport = :{p}'"));
    let next = advice(msg!("finding-port-next"), commands.collect());
    let title = msg!("finding-port", services = list(taken.iter().map(|(s, _)| s)));
    let mut found = finding(PORTS, Severity::Serious, title, msg!("finding-port-means"), next);
    found.evidence = taken
        .into_iter()
        .map(|(service, number)| msg!("finding-port-saw", service = service, number = number))
        .collect();
    Ok(vec![found])
}

async fn names(scene: &Scene) -> Seen {
    let all = scene.live.engine(&scene.instance.host)?.containers().await.map_err(Problem::from)?;
    let mut evidence = Vec::new();
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for (_, container) in scene.instance.containers() {
        folders.extend(container.labels.get(WORKING_DIR).map(String::as_str));
    }
    if folders.len() > 1 {
        let project = &scene.instance.project;
        evidence.push(msg!("finding-name-project", project = project, folders = list(&folders)));
    }
    for resolved in scene.resolved.iter() {
        for service in resolved.services() {
            let name = resolved.service(service).and_then(|s| s.get("container_name")).map(text);
            let holder = all.iter().find(|c| Some(&c.name) == name.as_ref());
            let other = holder.filter(|c| c.compose().is_none_or(|(p, _)| p != scene.instance.project));
            if let Some(other) = other {
                let project = other.compose().map_or("-", |(project, _)| project);
                evidence.push(msg!("finding-name-container", name = &other.name, project = project));
            }
        }
    }
    if evidence.is_empty() {
        return Ok(vec![]);
    }
    let next = advice(msg!("finding-name-next"), vec!["docker compose ls --all".to_owned()]);
    let mut found = finding(NAMES, Severity::Serious, msg!("finding-name"), msg!("finding-name-means"), next);
    found.evidence = evidence;
    Ok(vec![found])
}
