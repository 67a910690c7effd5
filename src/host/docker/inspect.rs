//! The engine's lists, as [`Container`]s.

use std::collections::HashMap;

use bollard::{
    models::{ContainerInspectResponse, MountPoint, PortBinding},
    query_parameters::ListContainersOptionsBuilder,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::Docker;
use crate::{
    host::{Container, HostError, Mount, Port},
    secret::Secret,
};

/// Containers inspected at the same time.
const AT_ONCE: usize = 8;

impl Docker {
    /// All containers, by name. One that goes while we look is left out.
    pub(super) async fn list(&self) -> Result<Vec<Container>, HostError> {
        let client = self.client().await?;
        let options = ListContainersOptionsBuilder::new().all(true).build();
        let listed = self.call("", client.list_containers(Some(options))).await?;
        let ids = listed.into_iter().filter_map(|summary| summary.id);
        let mut all: Vec<Container> = stream::iter(ids)
            .map(|id| async move {
                match self.inspect(&id).await {
                    Ok(found) => Ok(Some(container(found))),
                    Err(HostError::NoContainer(_)) => Ok(None),
                    Err(error) => Err(error),
                }
            })
            .buffer_unordered(AT_ONCE)
            .try_filter_map(|found| async move { Ok(found) })
            .try_collect()
            .await?;
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }
}

/// The engine's answer as what Zelo needs of it.
pub(super) fn container(found: ContainerInspectResponse) -> Container {
    let config = found.config.unwrap_or_default();
    let state = found.state.unwrap_or_default();
    let network = found.network_settings.unwrap_or_default();
    let health = state.health.and_then(|h| h.status).map(|s| s.to_string());
    let bound = found.host_config.and_then(|h| h.port_bindings).unwrap_or_default();
    Container {
        id: found.id.unwrap_or_default(),
        name: found.name.unwrap_or_default().trim_start_matches('/').to_owned(),
        image: config.image.unwrap_or_default(),
        image_id: found.image.unwrap_or_default(),
        state: state.status.map(|s| s.to_string()).unwrap_or_default(),
        health: health.filter(|h| !h.is_empty() && h != "none"),
        ports: ports(network.ports.unwrap_or_default(), bound, config.exposed_ports.unwrap_or_default()),
        env: config.env.unwrap_or_default().into_iter().map(variable).collect(),
        labels: config.labels.unwrap_or_default().into_iter().collect(),
        mounts: found.mounts.unwrap_or_default().into_iter().map(mount).collect(),
        networks: network
            .networks
            .unwrap_or_default()
            .into_iter()
            .map(|(name, end)| (name, end.ip_address.unwrap_or_default()))
            .collect(),
        // The engine's zero time means never.
        started_at: state.started_at.filter(|at| !at.is_empty() && !at.starts_with("0001-")),
        restarts: found.restart_count.unwrap_or_default(),
    }
}

fn variable(text: String) -> (String, Secret) {
    let (name, value) = text.split_once('=').unwrap_or((&text, ""));
    (name.to_owned(), Secret::new(value))
}

fn mount(point: MountPoint) -> Mount {
    let kind = point.typ.map(|t| t.to_string()).unwrap_or_default();
    let path = point.source.unwrap_or_default();
    let source = if kind == "volume" { point.name.unwrap_or(path) } else { path };
    Mount { kind, source, target: point.destination.unwrap_or_default(), writable: point.rw.unwrap_or(true) }
}

type Bindings = HashMap<String, Option<Vec<PortBinding>>>;

/// TCP ports: as published now; of a stopped container as configured; and what
/// is exposed without being published.
fn ports(now: Bindings, configured: Bindings, exposed: Vec<String>) -> Vec<Port> {
    let published = if now.is_empty() { configured } else { now };
    let mut all: Vec<Port> = published
        .into_iter()
        .filter_map(|(spec, bindings)| Some((tcp(&spec)?, bindings.unwrap_or_default())))
        .flat_map(|(container, bindings)| bindings.into_iter().map(move |b| port(container, b)))
        .collect();
    for container in exposed.iter().filter_map(|spec| tcp(spec)) {
        if !all.iter().any(|p| p.container == container) {
            all.push(Port { container, host: None, address: None });
        }
    }
    all.sort_by(|a, b| (a.container, a.host, &a.address).cmp(&(b.container, b.host, &b.address)));
    all
}

fn port(container: u16, binding: PortBinding) -> Port {
    Port {
        container,
        host: binding.host_port.and_then(|p| p.parse().ok()),
        address: binding.host_ip.filter(|ip| !ip.is_empty()),
    }
}

/// `5432/tcp` → 5432.
fn tcp(spec: &str) -> Option<u16> {
    let (port, protocol) = spec.split_once('/').unwrap_or((spec, "tcp"));
    (protocol == "tcp").then(|| port.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind(ip: &str, port: &str) -> PortBinding {
        PortBinding { host_ip: Some(ip.to_owned()), host_port: Some(port.to_owned()) }
    }

    #[test]
    fn ports_of_running_and_stopped_containers() {
        let both = Some(vec![bind("0.0.0.0", "15432"), bind("::", "15432")]);
        let now = HashMap::from([("5432/tcp".to_owned(), both), ("53/udp".to_owned(), None)]);
        let exposed = vec!["5432/tcp".to_owned(), "8080/tcp".to_owned()];
        let all = ports(now, HashMap::new(), exposed.clone());
        assert_eq!(
            all.iter().map(|p| (p.container, p.host)).collect::<Vec<_>>(),
            [(5432, Some(15432)), (5432, Some(15432)), (8080, None)]
        );
        let configured = HashMap::from([("5432/tcp".to_owned(), Some(vec![bind("", "5432")]))]);
        let stopped = ports(HashMap::new(), configured, exposed);
        assert_eq!(stopped.len(), 2);
        assert_eq!(stopped[0], Port { container: 5432, host: Some(5432), address: None });
    }

    #[test]
    fn a_variable_keeps_every_equals_sign_but_the_first() {
        assert_eq!(variable("A=b=c".to_owned()), ("A".to_owned(), Secret::new("b=c")));
        assert_eq!(variable("EMPTY".to_owned()), ("EMPTY".to_owned(), Secret::new("")));
    }
}
