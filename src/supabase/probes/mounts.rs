//! Files that Docker made folders of, because they were not there when a container first
//! started; and the Docker socket that Vector reads from.

use std::path::Path;

use super::kit::{Look, Seen, advice, finding, list};
use crate::{
    domain::finding::Severity,
    engine::postgres::shell,
    host::Mount,
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const FOLDERS: &str = "file-is-folder";
pub(super) const SOCKET: &str = "vector-socket";

pub(super) const FOLDERS_PROBE: Look = Look { id: FOLDERS, row: "19", see: |scene| Box::pin(folders(scene)) };
pub(super) const SOCKET_PROBE: Look = Look { id: SOCKET, row: "20", see: |scene| Box::pin(socket(scene)) };

/// What a mount's target ends in if a file is meant.
const FILES: [&str; 9] = ["yml", "yaml", "sql", "exs", "sh", "json", "conf", "toml", "key"];

fn means_file(mount: &Mount) -> bool {
    let end = Path::new(&mount.target).extension().and_then(|end| end.to_str());
    mount.kind == "bind" && end.is_some_and(|end| FILES.contains(&end))
}

async fn folders(scene: &Scene) -> Seen {
    let (mut paths, mut services) = (Vec::new(), Vec::new());
    for (service, container) in scene.instance.containers() {
        for mount in container.mounts.iter().filter(|mount| means_file(mount)) {
            let folder = tokio::fs::metadata(&mount.source).await.is_ok_and(|about| about.is_dir());
            if folder && !paths.contains(&mount.source) {
                paths.push(mount.source.clone());
                services.push(service.to_owned());
            }
        }
    }
    if paths.is_empty() {
        return Ok(vec![]);
    }
    let mut commands: Vec<String> = paths.iter().map(|path| format!("rmdir {}", shell(path))).collect();
    services.dedup();
    commands.push(scene.compose_line(&format!("up -d --no-deps --force-recreate {}", services.join(" "))));
    let next = advice(msg!("finding-file-is-folder-next"), commands);
    let title = msg!("finding-file-is-folder", services = list(&services));
    let means = msg!("finding-file-is-folder-means");
    let mut found = finding(FOLDERS, Severity::Serious, title, means, next);
    found.evidence = paths.into_iter().map(|path| msg!("finding-saw-file", path = path)).collect();
    Ok(vec![found])
}

async fn socket(scene: &Scene) -> Seen {
    use std::os::unix::fs::FileTypeExt;
    let service = scene.service(Part::Vector)?.to_owned();
    let container = scene.instance.container_of(Part::Vector);
    let sockets = container.into_iter().flat_map(|c| &c.mounts).filter(|m| m.target.ends_with("docker.sock"));
    let mut wrong = Vec::new();
    for mount in sockets {
        let about = tokio::fs::metadata(&mount.source).await;
        if !about.is_ok_and(|about| about.file_type().is_socket()) {
            wrong.push(mount.source.clone());
        }
    }
    if wrong.is_empty() {
        return Ok(vec![]);
    }
    let next = advice(
        msg!("finding-vector-socket-next"),
        vec![
            "docker context inspect --format '{{.Endpoints.docker.Host}}'".to_owned(),
            scene.compose_line(&format!("up -d --no-deps --force-recreate {service}")),
        ],
    );
    let title = msg!("finding-vector-socket", service = service);
    let mut found = finding(SOCKET, Severity::Warning, title, msg!("finding-vector-socket-means"), next);
    found.evidence = wrong.into_iter().map(|path| msg!("finding-saw-file", path = path)).collect();
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_should_be_a_file_counts() {
        let mount = |kind: &str, target: &str| Mount {
            kind: kind.to_owned(),
            source: "/srv/x".to_owned(),
            target: target.to_owned(),
            writable: true,
        };
        assert!(means_file(&mount("bind", "/home/kong/temp.yml")));
        assert!(!means_file(&mount("bind", "/var/lib/storage")));
        assert!(!means_file(&mount("volume", "/etc/x.conf")));
    }
}
