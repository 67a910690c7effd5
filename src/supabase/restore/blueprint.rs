//! What a recovery point says of how its instance was laid out: read from the record of
//! its containers, so that it can be put back where no container of it is left.
//!
//! **Holds the environment of every service**: it has no `Debug` and is kept nowhere.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use tokio::io::AsyncReadExt;

use super::super::instance::{Part, part_of};
use crate::{
    domain::{
        manifest::{self, Manifest},
        problem::Problem,
    },
    engine::Shelf,
    problem,
    secret::Secret,
    store::part::open_part,
};

/// The part with the record.
const RECORD: &str = "containers";
/// A record is never larger, in bytes.
const MOST: u64 = 64 << 20;
/// Where PostgreSQL's data lies in its container.
pub(super) const DATA: &str = "/var/lib/postgresql/data";
/// Where the storage API keeps objects in its.
const OBJECTS: &str = "/var/lib/storage";

/// Reads a part that is one JSON text. Problems: `restore-record-broken`, what keeps the
/// part from being read.
pub(super) async fn record(shelf: &Shelf, part: &manifest::Part) -> Result<Vec<u8>, Problem> {
    let reader = open_part(shelf.store.clone(), &shelf.resource, part, std::sync::Arc::new(|_| {})).await?;
    let mut text = Vec::new();
    let read = reader.take(MOST).read_to_end(&mut text).await;
    read.map_err(|e| problem!("restore-record-broken").detail(e))?;
    Ok(text)
}

/// The layout of an instance.
pub(super) struct Blueprint {
    /// Its Compose project.
    pub(super) project: String,
    /// Its folder then.
    pub(super) folder: PathBuf,
    /// Its Compose files then, absolute, in order.
    pub(super) files: Vec<PathBuf>,
    /// The ids of its images by their names.
    pub(super) images: BTreeMap<String, String>,
    services: BTreeMap<String, Recorded>,
}

/// A container as Docker described it.
pub(super) struct Recorded {
    /// Its image, as Compose names it.
    pub(super) image: String,
    pub(super) env: Vec<(String, Secret)>,
    pub(super) entrypoint: Vec<String>,
    pub(super) command: Vec<String>,
    pub(super) mounts: Vec<Mounted>,
}

/// One mount of it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Mounted {
    /// `bind` or `volume`.
    #[serde(rename = "Type")]
    pub(super) kind: String,
    /// Of a volume.
    #[serde(default)]
    pub(super) name: String,
    /// On the host.
    #[serde(default)]
    pub(super) source: String,
    /// Inside.
    pub(super) destination: String,
}

#[derive(Deserialize)]
struct File {
    containers: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Raw {
    image: String,
    config: Config,
    #[serde(default)]
    mounts: Vec<Mounted>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    image: String,
    #[serde(default)]
    env: Option<Vec<String>>,
    #[serde(default)]
    entrypoint: Option<Vec<String>>,
    #[serde(default)]
    cmd: Option<Vec<String>>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

impl Blueprint {
    /// Reads it. Problems: `restore-point-partial` (there is no record), what keeps the
    /// part from being read.
    pub(super) async fn read(shelf: &Shelf, manifest: &Manifest) -> Result<Self, Problem> {
        let part = manifest.part(RECORD).ok_or_else(|| problem!("restore-point-partial", part = RECORD))?;
        Self::parse(&record(shelf, part).await?)
    }

    /// From the record's text. Nothing of it in an error: it holds secrets.
    fn parse(text: &[u8]) -> Result<Self, Problem> {
        let broken = || problem!("restore-record-broken");
        let file: File = serde_json::from_slice(text).map_err(|_| broken())?;
        let label = |name: &str| {
            file.containers.iter().find_map(|c| c.config.labels.get(name).cloned()).ok_or_else(broken)
        };
        let project = label("com.docker.compose.project")?;
        let folder = PathBuf::from(label("com.docker.compose.project.working_dir")?);
        let files = label("com.docker.compose.project.config_files")?.split(',').map(PathBuf::from).collect();
        let mut images = BTreeMap::new();
        let mut services = BTreeMap::new();
        for raw in file.containers {
            let Some(service) = raw.config.labels.get("com.docker.compose.service").cloned() else {
                continue;
            };
            images.insert(raw.config.image.clone(), raw.image);
            let variable = |text: String| {
                let (name, value) = text.split_once('=').unwrap_or((&text, ""));
                (name.to_owned(), Secret::new(value))
            };
            let recorded = Recorded {
                image: raw.config.image,
                env: raw.config.env.unwrap_or_default().into_iter().map(variable).collect(),
                entrypoint: raw.config.entrypoint.unwrap_or_default(),
                command: raw.config.cmd.unwrap_or_default(),
                mounts: raw.mounts,
            };
            services.entry(service).or_insert(recorded);
        }
        Ok(Self { project, folder, files, images, services })
    }

    /// The container that was this part.
    pub(super) fn part(&self, part: Part) -> Option<&Recorded> {
        let fits = |(name, recorded): &(&String, &Recorded)| part_of(name, &recorded.image) == Some(part);
        self.services.iter().find(fits).map(|(_, recorded)| recorded)
    }

    /// The database's. Problem: `restore-point-partial`.
    pub(super) fn db(&self) -> Result<&Recorded, Problem> {
        self.part(Part::Db).ok_or_else(|| problem!("restore-point-partial", part = "db"))
    }

    /// Where the database's data lay, relative to the folder. Problems:
    /// `restore-data-volume` (not in a folder of the host), `restore-outside-folder`.
    pub(super) fn data(&self) -> Result<PathBuf, Problem> {
        let mounted = self.db()?.mounts.iter().find(|m| m.destination == DATA);
        match mounted {
            Some(mounted) if mounted.kind == "bind" => self.inside(&mounted.source),
            _ => Err(problem!("restore-data-volume")),
        }
    }

    /// Where the stored objects lay, relative to the folder; nothing, if not on the host.
    /// Problem: `restore-outside-folder`.
    pub(super) fn objects(&self) -> Result<Option<PathBuf>, Problem> {
        let Some(storage) = self.part(Part::Storage) else { return Ok(None) };
        let bound = storage.mounts.iter().find(|m| m.kind == "bind" && m.destination == OBJECTS);
        bound.map(|mounted| self.inside(&mounted.source)).transpose()
    }

    fn inside(&self, source: &str) -> Result<PathBuf, Problem> {
        let plain = |p: &&Path| p.components().all(|c| matches!(c, std::path::Component::Normal(_)));
        let path = Path::new(source).strip_prefix(&self.folder).ok();
        let path = path.filter(|p| *p != Path::new("")).filter(plain);
        let folder = self.folder.display().to_string();
        path.map(Path::to_owned)
            .ok_or_else(|| problem!("restore-outside-folder", path = source, folder = folder))
    }

    /// The Compose files as they are called in another folder; those outside stay.
    pub(super) fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        let moved = |file: &PathBuf| match file.strip_prefix(&self.folder) {
            Ok(inside) => folder.join(inside),
            Err(_) => file.clone(),
        };
        self.files.iter().map(moved).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Vec<u8> {
        let labels = serde_json::json!({
            "com.docker.compose.project": "shop",
            "com.docker.compose.project.working_dir": "/srv/shop",
            "com.docker.compose.project.config_files": "/srv/shop/docker-compose.yml,/etc/extra.yml",
            "com.docker.compose.service": "db",
        });
        let db = serde_json::json!({
            "Image": "sha256:aa", "Config": { "Image": "supabase/postgres:17.6", "Env": ["A=b=c"],
                "Entrypoint": null, "Cmd": ["postgres"], "Labels": labels },
            "Mounts": [
                { "Type": "bind", "Source": "/srv/shop/volumes/db/data", "Destination": DATA, "RW": true },
                { "Type": "volume", "Name": "shop_db-config", "Source": "/x", "Destination": "/etc/postgresql-custom", "RW": true },
            ],
        });
        serde_json::to_vec(&serde_json::json!({ "containers": [db] })).unwrap()
    }

    #[test]
    fn a_record_tells_where_things_lay() {
        let Ok(read) = Blueprint::parse(&record()) else { panic!("not read") };
        assert_eq!(read.data().unwrap(), Path::new("volumes/db/data"));
        assert!(read.objects().unwrap().is_none());
        assert!(read.inside("/srv/shop/../../etc").unwrap_err().is("restore-outside-folder"));
        assert_eq!(read.db().unwrap_or_else(|_| panic!()).env[0].1.expose(), "b=c");
        let files = read.files_in(Path::new("/srv/copy"));
        assert_eq!(files, [Path::new("/srv/copy/docker-compose.yml"), Path::new("/etc/extra.yml")]);
    }

    #[test]
    fn what_is_no_record_is_refused_without_its_words() {
        let problem = Blueprint::parse(b"{\"containers\": \"secret\"}").err().unwrap();
        assert!(problem.is("restore-record-broken") && problem.detail.is_none());
    }
}
