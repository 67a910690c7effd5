//! Scripts with the line ends of Windows: the shell and Elixir stumble over them.
//! (Compose reads such a `.env` well.)

use std::path::{Path, PathBuf};

use super::kit::{Gap, Look, Seen, finding, list, repair};
use crate::{
    domain::{finding::Severity, problem::Problem},
    msg, problem,
    supabase::scene::Scene,
};

pub(super) const ID: &str = "line-ends";

pub(super) const PROBE: Look = Look { id: ID, row: "15", see: |scene| Box::pin(see(scene)) };

/// Folders of data, which hold no scripts of the deployment.
const DATA: [&str; 4] = ["volumes/db/data", "volumes/storage", "volumes/functions", "volumes/logs"];
const DEPTH: usize = 4;
/// A script is never longer.
const MOST: u64 = 1 << 20;
/// Files looked at, at most.
const FILES: usize = 2000;

/// The scripts with such line ends, relative to the project's folder. Problem:
/// `scripts-unreadable`.
pub(crate) async fn scripts(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let folder = folder.to_owned();
    let walked = tokio::task::spawn_blocking(move || walk(&folder)).await;
    let unreadable = |why: &dyn std::fmt::Display| problem!("scripts-unreadable").detail(why);
    walked.map_err(|e| unreadable(&e))?.map_err(|e| unreadable(&e))
}

fn walk(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![(folder.join("volumes"), 0)];
    let mut seen = 0;
    while let Some((here, depth)) = open.pop() {
        if depth > DEPTH || DATA.iter().any(|data| here == folder.join(data)) || !here.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&here)? {
            let (entry, path) = {
                let e = entry?;
                let path = e.path();
                (e, path)
            };
            seen += 1;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push((path, depth + 1));
            } else if kind.is_file() && script(&path) && entry.metadata()?.len() <= MOST && seen <= FILES {
                let text = std::fs::read(&path)?;
                if text.windows(2).any(|pair| pair == b"\r\n") {
                    found.push(path.strip_prefix(folder).map(Path::to_path_buf).unwrap_or(path));
                }
            }
        }
    }
    found.sort();
    Ok(found)
}

fn script(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "sh" || end == "exs")
}

/// The services that are given one of these files.
pub(crate) fn readers(scene: &Scene, files: &[PathBuf]) -> Vec<String> {
    let mut services: Vec<String> = Vec::new();
    for (service, container) in scene.instance.containers() {
        let given = files.iter().any(|file| {
            let whole = scene.instance.folder.join(file);
            container.mounts.iter().any(|m| m.kind == "bind" && whole.starts_with(&m.source))
        });
        if given && !services.iter().any(|s| s == service) {
            services.push(service.to_owned());
        }
    }
    services
}

async fn see(scene: &Scene) -> Seen {
    if !scene.instance.folder.is_dir() {
        return Err(Gap::Unknown(msg!("probe-no-folder")));
    }
    let files = scripts(&scene.instance.folder).await?;
    if files.is_empty() {
        return Ok(vec![]);
    }
    let next = repair(msg!("repair-line-ends", files = files.len()));
    let title = msg!("finding-line-ends", files = files.len());
    let means = msg!("finding-line-ends-means");
    let mut found = finding(ID, Severity::Serious, title, means, next).harmed_by_restart();
    found.evidence = files.iter().map(|f| msg!("finding-saw-file", path = f.display().to_string())).collect();
    let readers = readers(scene, &files);
    if !readers.is_empty() {
        found.evidence.push(msg!("finding-line-ends-readers", services = list(readers)));
    }
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_of_the_deployment_count() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        put("volumes/pooler/pooler.exs", "a\r\nb\n");
        put("volumes/api/start.sh", "a\nb\r");
        put("volumes/api/kong.yml", "a\r\n");
        put("volumes/functions/x.sh", "a\r\n");
        put(".env", "A=1\r\n");
        assert_eq!(walk(folder.path()).unwrap(), [PathBuf::from("volumes/pooler/pooler.exs")]);
    }
}
