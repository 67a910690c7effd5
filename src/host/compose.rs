//! Compose projects, read from the labels Compose puts on its containers: there
//! is no list of projects anywhere else.

use std::{collections::BTreeMap, path::PathBuf};

use super::Container;

const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
const ONE_OFF: &str = "com.docker.compose.oneoff";
const NUMBER: &str = "com.docker.compose.container-number";

/// A Compose project of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The folder it was started in, on that host.
    pub working_dir: Option<PathBuf>,
    /// Its Compose files, on that host, in the order they apply.
    pub config_files: Vec<PathBuf>,
    /// Its services by name, each with its containers in order of their number.
    pub services: BTreeMap<String, Vec<Container>>,
}

/// Groups containers into projects, by name. Containers of no project, and those
/// of a one-off `compose run`, are left out.
pub fn projects(containers: &[Container]) -> Vec<Project> {
    let mut found: BTreeMap<String, Project> = BTreeMap::new();
    for container in containers {
        let Some((name, service)) = container.compose() else { continue };
        if label(container, ONE_OFF).is_some_and(|v| v.eq_ignore_ascii_case("true")) {
            continue;
        }
        let project = found.entry(name.to_owned()).or_insert_with(|| Project {
            name: name.to_owned(),
            working_dir: None,
            config_files: Vec::new(),
            services: BTreeMap::new(),
        });
        // A container recreated by another command may lack what its sisters have.
        if project.working_dir.is_none() {
            project.working_dir = label(container, WORKING_DIR).map(PathBuf::from);
        }
        if project.config_files.is_empty() {
            project.config_files = files(label(container, CONFIG_FILES).unwrap_or_default());
        }
        project.services.entry(service.to_owned()).or_default().push(container.clone());
    }
    let mut all: Vec<Project> = found.into_values().collect();
    for containers in all.iter_mut().flat_map(|p| p.services.values_mut()) {
        // Two of one number: Compose was cut short while it made one beside the other.
        containers.sort_by_key(|c| (number(c), c.state != "running", c.name.clone()));
    }
    all
}

fn label<'a>(container: &'a Container, name: &str) -> Option<&'a str> {
    container.labels.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

fn files(list: &str) -> Vec<PathBuf> {
    list.split(',').filter(|file| !file.is_empty()).map(PathBuf::from).collect()
}

fn number(container: &Container) -> u32 {
    label(container, NUMBER).and_then(|n| n.parse().ok()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(name: &str, labels: &[(&str, &str)]) -> Container {
        Container {
            id: name.to_owned(),
            name: name.to_owned(),
            image: String::new(),
            image_id: String::new(),
            state: "running".to_owned(),
            health: None,
            ports: Vec::new(),
            env: Vec::new(),
            labels: labels
                .iter()
                .map(|(k, v)| (format!("com.docker.compose.{k}"), (*v).to_owned()))
                .collect(),
            mounts: Vec::new(),
            networks: BTreeMap::new(),
            started_at: None,
            restarts: 0,
        }
    }

    #[test]
    fn what_runs_comes_before_what_a_cut_off_compose_left() {
        let known = [("project", "s"), ("service", "db"), ("container-number", "1")];
        let left = Container { state: "created".to_owned(), ..container("4d4b630a4446_s-db", &known) };
        let found = projects(&[left, container("s-db", &known)]);
        let db: Vec<_> = found[0].services["db"].iter().map(|c| c.name.as_str()).collect();
        assert_eq!(db, ["s-db", "4d4b630a4446_s-db"]);
    }

    #[test]
    fn groups_by_project_and_service() {
        let all = [
            container("lonely", &[]),
            container("s-web-10", &[("project", "s"), ("service", "web"), ("container-number", "10")]),
            container(
                "s-web-2",
                &[
                    ("project", "s"),
                    ("service", "web"),
                    ("container-number", "2"),
                    ("project.working_dir", "/srv/s"),
                    ("project.config_files", "/srv/s/a.yml,/srv/s/b.yml"),
                ],
            ),
            container("s-run", &[("project", "s"), ("service", "web"), ("oneoff", "True")]),
            container("t-db", &[("project", "t"), ("service", "db")]),
        ];
        let found = projects(&all);
        assert_eq!(found.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["s", "t"]);
        assert_eq!(found[0].working_dir, Some("/srv/s".into()));
        assert_eq!(found[0].config_files, [PathBuf::from("/srv/s/a.yml"), "/srv/s/b.yml".into()]);
        let web: Vec<_> = found[0].services["web"].iter().map(|c| c.name.as_str()).collect();
        assert_eq!(web, ["s-web-2", "s-web-10"]);
    }
}
