//! An instance known by its folder: what Compose would make of it where no container is
//! left to say it. Only folders below those that the settings allow are looked into, each
//! time anew: what is in them may have become a link to elsewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    compose::{Resolved, resolve},
    dotenv::Dotenv,
    instance::{Instance, is_supabase},
    live::Live,
    order::DEPENDS,
    scene::{read_env, text},
};
use crate::{
    domain::problem::Problem,
    host::{Container, compose::Project},
    problem,
    secret::Secret,
};

/// The [state](Container::state) of a container that is not there, but would be made.
pub const ABSENT: &str = "absent";

/// The files Compose takes where nothing names others, the first that is there, and what it
/// adds if that is there too.
const DEFAULTS: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// An instance that lies in a folder, as if its containers were there: each is
/// [`ABSENT`] and has neither name nor id.
///
/// Problems: `instance-roots-none`, `instance-folder-outside`, `instance-folder-unreadable`,
/// `instance-folder-no-compose`, `instance-folder-not-supabase`, `compose-refused`,
/// `compose-missing`.
pub async fn find(live: &Live, host: &str, folder: &Path) -> Result<Instance, Problem> {
    let folder = allowed(live.roots(), folder).await?;
    let files = files(live.roots(), &folder).await?;
    let mut instance =
        Instance { host: host.to_owned(), project: String::new(), folder, files, services: BTreeMap::new() };
    let resolved = resolve(live, &instance, None, None).await?;
    let name = resolved.name().ok_or_else(|| problem!("compose-answer"))?;
    instance.project = name.to_owned();
    instance.services = planned(&resolved, name);
    let shown = instance.folder.display().to_string();
    let project = Project {
        name: name.to_owned(),
        working_dir: Some(instance.folder.clone()),
        config_files: instance.files.clone(),
        services: instance.services.clone(),
    };
    if is_supabase(&project) {
        Ok(instance)
    } else {
        Err(problem!("instance-folder-not-supabase", path = shown, project = name))
    }
}

/// The same for a project that is known: its folder must still be that project's. Problems:
/// those of [`find`], `instance-folder-renamed`.
pub async fn at_rest(live: &Live, host: &str, project: &str, folder: &Path) -> Result<Instance, Problem> {
    let found = find(live, host, folder).await?;
    if found.project == project {
        return Ok(found);
    }
    let path = found.folder.display().to_string();
    Err(problem!("instance-folder-renamed", path = path, project = project, now = found.project))
}

/// The volumes a project names, as the engine would have them. Problem: as [`resolve`].
pub async fn volumes(live: &Live, instance: &Instance) -> Result<Vec<String>, Problem> {
    Ok(resolve(live, instance, None, None).await?.volumes().to_vec())
}

/// The paths a project binds that are not there: the engine makes an empty folder of each.
/// Problem: as [`resolve`].
pub async fn missing(live: &Live, instance: &Instance) -> Result<Vec<String>, Problem> {
    let mut missing = Vec::new();
    for source in bound(&resolve(live, instance, None, None).await?) {
        if !tokio::fs::try_exists(&source).await.unwrap_or(true) {
            missing.push(source);
        }
    }
    Ok(missing)
}

fn bound(resolved: &Resolved) -> BTreeSet<String> {
    let services = resolved.services().filter_map(|name| resolved.service(name));
    let mounts = services.filter_map(|service| service.get("volumes")?.as_array()).flatten();
    let binds = mounts.filter(|mount| mount.get("type").and_then(Value::as_str) == Some("bind"));
    binds.filter_map(|mount| mount.get("source").map(text)).collect()
}

/// A path without links, if it lies below one of the roots.
async fn allowed(roots: &[PathBuf], path: &Path) -> Result<PathBuf, Problem> {
    if roots.is_empty() {
        return Err(problem!("instance-roots-none"));
    }
    let shown = path.display().to_string();
    let unreadable =
        |e: &dyn std::fmt::Display| problem!("instance-folder-unreadable", path = &shown).detail(e);
    let real = tokio::fs::canonicalize(path).await.map_err(|e| unreadable(&e))?;
    for root in roots {
        // A root may be a link itself; one that is not there allows nothing.
        if let Ok(root) = tokio::fs::canonicalize(root).await
            && real.starts_with(root)
        {
            return Ok(real);
        }
    }
    let roots: Vec<String> = roots.iter().map(|root| root.display().to_string()).collect();
    Err(problem!("instance-folder-outside", path = &shown, roots = roots.join(", ")))
}

/// The project's Compose files, in the order they apply: those that `.env` names, else the
/// usual ones. Compose itself would also look in the folders above.
async fn files(roots: &[PathBuf], folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let env = read_env(folder.join(".env")).await.ok();
    let mut found = Vec::new();
    for name in named(env.as_ref()).unwrap_or(usual(folder).await) {
        found.push(allowed(roots, &folder.join(name)).await?);
    }
    if found.is_empty() {
        return Err(problem!("instance-folder-no-compose", path = folder.display().to_string()));
    }
    Ok(found)
}

/// What `.env` names: `COMPOSE_FILE`, as Compose reads it, or Supabase's older `CONFIG`,
/// names of files to add.
fn named(env: Option<&Dotenv>) -> Option<Vec<String>> {
    let value = |key: &str| {
        let value = env?.value(key)?.ok()?.expose().trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    if let Some(files) = value("COMPOSE_FILE") {
        let between = value("COMPOSE_PATH_SEPARATOR").unwrap_or_else(|| ":".to_owned());
        let files = files.split(between.as_str()).map(str::trim).filter(|one| !one.is_empty());
        return Some(files.map(ToOwned::to_owned).collect());
    }
    let more = value("CONFIG")?;
    let more = more.split([',', ' ']).filter(|one| !one.is_empty());
    let more = more.map(|one| format!("docker-compose.{one}.yml"));
    Some(std::iter::once("docker-compose.yml".to_owned()).chain(more).collect())
}

async fn usual(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for names in [DEFAULTS, OVERRIDES] {
        for name in names {
            if tokio::fs::try_exists(folder.join(name)).await.unwrap_or(false) {
                found.push(name.to_owned());
                break;
            }
        }
        if found.is_empty() {
            break;
        }
    }
    found
}

/// The containers that Compose would make.
fn planned(resolved: &Resolved, project: &str) -> BTreeMap<String, Vec<Container>> {
    let all = resolved.services().filter_map(|name| {
        let config = resolved.service(name)?;
        Some((name.to_owned(), vec![container(project, name, config, &resolved.depends_on(name))]))
    });
    all.collect()
}

fn container(project: &str, service: &str, config: &Value, waits: &[String]) -> Container {
    let environment = config.get("environment").and_then(Value::as_object);
    let variable = |(name, value): (&String, &Value)| (name.clone(), Secret::new(text(value)));
    let labels = [
        ("com.docker.compose.project", project.to_owned()),
        ("com.docker.compose.service", service.to_owned()),
        (DEPENDS, waits.join(",")),
    ];
    Container {
        id: String::new(),
        name: String::new(),
        image: config.get("image").map(text).unwrap_or_default(),
        image_id: String::new(),
        state: ABSENT.to_owned(),
        health: None,
        ports: Vec::new(),
        env: environment.into_iter().flatten().map(variable).collect(),
        labels: labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        mounts: Vec::new(),
        networks: BTreeMap::new(),
        started_at: None,
        restarts: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(env: &str) -> Option<Vec<String>> {
        named(Some(&Dotenv::parse(env.as_bytes().to_vec())))
    }

    #[test]
    fn env_names_the_files() {
        let all = |names: &[&str]| Some(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(names("COMPOSE_FILE=a.yml:b/c.yml\nCONFIG=s3\n"), all(&["a.yml", "b/c.yml"]));
        assert_eq!(names("COMPOSE_PATH_SEPARATOR=;\nCOMPOSE_FILE=a.yml;b.yml\n"), all(&["a.yml", "b.yml"]));
        let both = ["docker-compose.yml", "docker-compose.s3.yml", "docker-compose.envoy.yml"];
        assert_eq!(names("CONFIG=s3,envoy\n"), all(&both));
        assert_eq!(names("COMPOSE_FILE=\n"), None);
    }

    #[tokio::test]
    async fn a_folder_is_allowed_below_a_root_only() {
        let root = tempfile::tempdir().unwrap();
        let (inside, outside) = (root.path().join("in"), root.path().join("out"));
        std::fs::create_dir_all(inside.join("shop")).unwrap();
        std::fs::create_dir_all(outside.join("shop")).unwrap();
        std::os::unix::fs::symlink(outside.join("shop"), inside.join("link")).unwrap();
        std::os::unix::fs::symlink(&inside, root.path().join("root")).unwrap();
        let roots = [root.path().join("nowhere"), root.path().join("root")];
        let code = async |path: PathBuf| allowed(&roots, &path).await.err().map(|problem| problem.code);
        assert_eq!(code(inside.join("shop")).await, None);
        assert_eq!(code(root.path().join("root/shop")).await, None);
        let outside_code = Some("instance-folder-outside".to_owned());
        assert_eq!(code(inside.join("link")).await, outside_code);
        assert_eq!(code(inside.join("../out/shop")).await, outside_code);
        assert_eq!(code(inside.join("nothing")).await, Some("instance-folder-unreadable".to_owned()));
        let none = allowed(&[], &inside).await.err().map(|problem| problem.code);
        assert_eq!(none, Some("instance-roots-none".to_owned()));
    }

    #[tokio::test]
    async fn files_are_the_usual_ones_or_named_and_never_elsewhere() {
        let root = tempfile::tempdir().unwrap();
        let real = root.path().canonicalize().unwrap();
        let shop = real.join("in/shop");
        std::fs::create_dir_all(&shop).unwrap();
        std::fs::write(real.join("in/compose.yaml"), "").unwrap();
        std::fs::write(real.join("out.yml"), "").unwrap();
        let roots = [real.join("in")];
        let found = async || files(&roots, &shop).await.map_err(|problem| problem.code);
        assert_eq!(found().await, Err("instance-folder-no-compose".to_owned()), "not the one above");
        std::fs::write(shop.join("docker-compose.yml"), "").unwrap();
        std::fs::write(shop.join("docker-compose.override.yml"), "").unwrap();
        let both = vec![shop.join("docker-compose.yml"), shop.join("docker-compose.override.yml")];
        assert_eq!(found().await, Ok(both));
        std::fs::write(shop.join(".env"), "COMPOSE_FILE=docker-compose.yml:../../out.yml\n").unwrap();
        assert_eq!(found().await, Err("instance-folder-outside".to_owned()));
    }
}
