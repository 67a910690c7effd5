//! What an instance is saved as: the project's folder, what Docker knows of each
//! container and image, named volumes such as the one with the vault's key, the roles
//! and databases as PostgreSQL dumps them (or the whole cluster as it lies on the disk),
//! and the stored objects with their attributes.
//!
//! The database goes first and the stored objects last: an object that goes in between
//! is missed by its row; the other way round rows would name objects nobody saved.

mod check;
mod cluster;
mod cold;
mod files;
mod held;
mod records;
mod row;
mod volume;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::AsyncReadExt;

pub(super) use self::{check::TarChecker, cold::shut_down, files::size};
pub use self::{
    cluster::{CLUSTER, ClusterFacts, Way, cluster_facts},
    held::{HELD_AFTER, HELD_BEFORE},
};
use self::{
    cluster::{TakeCluster, wanted},
    cold::ColdCopy,
    files::Files,
    held::HeldRecord,
    records::Records,
    row::Row,
    volume::Volume,
};
use super::{
    engine::LISTING,
    instance::{Instance, Part},
    live::Live,
};
use crate::{
    domain::{backup::Compression, manifest, msg::Msg, problem::Problem},
    engine::{
        Access, BackupOptions, Capture, Captured, Engine as _, Planned, Shelf,
        postgres::{Moment, PostgresEngine, physical},
    },
    host::Reader,
    msg, problem,
    saga::{
        plan::AnyStep,
        step::{Adds, Step},
    },
    secret::Secret,
    store::part::Written,
};

/// The items of an instance: what a backup of one may be limited to.
pub const ITEMS: [&str; 3] = [CONFIG, DATABASE, STORAGE];
/// Project folder, containers, named volumes.
pub const CONFIG: &str = "config";
/// Roles and databases.
pub const DATABASE: &str = "database";
/// Stored objects.
pub const STORAGE: &str = "storage";

/// The part with the project's folder.
pub(super) const FILES: &str = "files";

/// The prefix of the part of one database.
const DUMP: &str = "database:";

/// Whether a point has its databases as dumps.
pub(super) fn has_dumps(manifest: &manifest::Manifest) -> bool {
    manifest.parts.iter().any(|part| part.name.starts_with(DUMP))
}

/// Whether a point has data at all, and not the settings alone.
pub fn has_data(manifest: &manifest::Manifest) -> bool {
    manifest.part(CLUSTER).is_some() || has_dumps(manifest)
}

/// What an archive of files is.
pub(super) const TAR: &str = "application/x-tar";
/// What the record of the containers is.
pub(super) const JSON: &str = "application/json";

/// Where PostgreSQL's data lies in its container.
pub(super) const DATA: &str = "/var/lib/postgresql/data";
/// Where the storage API keeps objects in its.
const OBJECTS: &str = "/var/lib/storage";

/// What a backup was planned as. No secrets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    host: String,
    project: String,
    /// The project's folder.
    folder: PathBuf,
    compression: Compression,
    /// Relative to the folder: what is saved by other parts, or not at all.
    leave_out: Vec<String>,
    /// Compose files outside the folder, and another manager's list.
    outside: Vec<PathBuf>,
    /// Container names, and the ids of their images.
    containers: Vec<(String, String)>,
    volumes: Vec<VolumeRef>,
    /// Where the stored objects lie on the host.
    objects: Option<PathBuf>,
    /// What the databases' engine planned.
    database: Option<Database>,
    /// How the cluster itself is to be saved.
    #[serde(default)]
    cluster: Option<cluster::Facts>,
    config: bool,
    /// How Zelo reaches the instance.
    #[serde(default)]
    access: BTreeMap<String, String>,
    /// Whether rows that tell of its size are counted.
    #[serde(default)]
    count: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Database {
    container: String,
    facts: Value,
}

/// Of what a step takes a part, and where it goes.
#[derive(Clone)]
struct Target {
    live: Live,
    shelf: Shelf,
    host: String,
    project: String,
    compression: Compression,
}

/// A named volume, and through which container it is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct VolumeRef {
    volume: String,
    container: String,
    target: String,
}

/// Looks once, for a backup.
pub(super) async fn plan(
    live: &Live,
    instance: &Instance,
    access: &Access,
    options: &BackupOptions,
) -> Result<Planned, Problem> {
    if let Some(unknown) = options.items.iter().find(|item| !ITEMS.contains(&item.as_str())) {
        return Err(problem!("instance-item-unknown", item = unknown));
    }
    let wants = |item: &str| options.items.is_empty() || options.items.iter().any(|i| i == item);
    let mut warnings = Vec::new();
    let (mut bytes, mut database, mut cluster) = (0, None, None);
    let (how, inner) = wanted(options);
    if let Some(way) = how.cluster.filter(|_| wants(DATABASE)) {
        let (facts, planned) = cluster::plan(live, instance, way).await?;
        bytes += planned.bytes;
        warnings.extend(planned.warnings);
        cluster = Some(facts);
    }
    if how.dumps && wants(DATABASE) {
        let container = instance.db()?.name.clone();
        let access = live.db_access(&instance.host, &container);
        let planned = live.postgres().plan_backup(&access, &inner).await?;
        bytes += planned.bytes;
        warnings.extend(planned.warnings);
        database = Some(Database { container, facts: PostgresEngine::comparing(planned.facts)? });
    }
    let objects = objects(instance).filter(|_| wants(STORAGE));
    if wants(STORAGE) && objects.is_none() {
        warnings.push(msg!("instance-no-objects"));
    }
    let elsewhere = instance.env_of(Part::Storage, "STORAGE_BACKEND").map(Secret::expose);
    if let Some(backend) = elsewhere.filter(|backend| wants(STORAGE) && *backend != "file") {
        warnings.push(msg!("instance-objects-elsewhere", backend = backend));
    }
    if let Some(folder) = &objects {
        bytes += files::size(live, folder, &[]).await?;
    }
    let leave_out = leave_out(instance);
    if wants(CONFIG) {
        bytes += files::size(live, &instance.folder, &leave_out).await?;
    }
    let facts = Facts {
        host: instance.host.clone(),
        project: instance.project.clone(),
        folder: instance.folder.clone(),
        compression: options.compression,
        leave_out,
        outside: outside(instance, access.value(LISTING).map(Path::new), &mut warnings).await,
        containers: instance.containers().map(|(_, c)| (c.name.clone(), c.image_id.clone())).collect(),
        volumes: volumes(instance),
        objects,
        database,
        cluster,
        config: wants(CONFIG),
        access: access.values.clone(),
        count: wants(DATABASE),
    };
    let facts = serde_json::to_value(facts).map_err(|e| problem!("internal-journal").detail(e))?;
    Ok(Planned { facts, warnings, bytes, database_disk: 0 })
}

/// Files of the configuration that lie elsewhere: Compose files, and the list of another
/// manager that names the instance.
async fn outside(instance: &Instance, listing: Option<&Path>, warnings: &mut Vec<Msg>) -> Vec<PathBuf> {
    let elsewhere = |file: &&PathBuf| !file.starts_with(&instance.folder);
    let mut all: Vec<PathBuf> = instance.files.iter().filter(elsewhere).cloned().collect();
    if let Some(listing) = listing.filter(|listing| !listing.starts_with(&instance.folder)) {
        if tokio::fs::try_exists(listing).await.unwrap_or(false) {
            all.push(listing.to_owned());
        } else {
            warnings.push(msg!("instance-warn-listing-gone", path = listing.display().to_string()));
        }
    }
    all
}

/// What lies in the folder and is no part of the configuration: the database's data
/// (dumped) and the stored objects (a part of their own).
fn leave_out(instance: &Instance) -> Vec<String> {
    let data = [(Part::Db, DATA), (Part::Storage, OBJECTS)].into_iter();
    let found = data.filter_map(|(part, target)| bind(instance, part, target));
    let inside = found.filter_map(|path| path.strip_prefix(&instance.folder).map(Path::to_owned).ok());
    inside.map(|path| path.display().to_string()).filter(|path| !path.is_empty()).collect()
}

fn objects(instance: &Instance) -> Option<PathBuf> {
    bind(instance, Part::Storage, OBJECTS)
}

/// Where a path of a container lies on the host, if it is bound there.
pub(super) fn bind(instance: &Instance, part: Part, target: &str) -> Option<PathBuf> {
    let container = instance.container_of(part)?;
    let mount = container.mounts.iter().find(|m| m.kind == "bind" && m.target == target)?;
    Some(PathBuf::from(&mount.source))
}

/// The named volumes that hold what cannot be made again: not caches, and not the data
/// that is dumped.
fn volumes(instance: &Instance) -> Vec<VolumeRef> {
    let mut found: BTreeMap<String, VolumeRef> = BTreeMap::new();
    for (service, container) in instance.containers() {
        let cache = super::instance::part_of(service, &container.image) == Some(Part::Functions);
        for mount in container.mounts.iter().filter(|m| m.kind == "volume") {
            if cache || mount.target == DATA {
                continue;
            }
            let volume = VolumeRef {
                volume: mount.source.clone(),
                container: container.name.clone(),
                target: mount.target.clone(),
            };
            found.entry(mount.source.clone()).or_insert(volume);
        }
    }
    found.into_values().collect()
}

/// The steps that write the parts.
pub(super) fn steps(live: &Live, facts: Facts, shelf: &Shelf) -> Result<Vec<Capture>, Problem> {
    let mut all = Vec::new();
    if facts.config {
        all.extend(facts.config_steps(live, shelf));
    }
    if let Some(cluster) = &facts.cluster {
        all.extend(facts.cluster_steps(live, shelf, cluster)?);
    }
    if let Some(database) = &facts.database {
        let access = live.db_access(&facts.host, &database.container);
        all.extend(live.postgres().capture(&access, &database.facts, shelf)?);
    }
    if let Some(objects) = &facts.objects {
        let all_of_it = vec![".".to_owned()];
        let files = facts.tar(live, shelf, STORAGE, objects, all_of_it);
        all.push(any(Files { live_files: true, ..files }));
    }
    Ok(all)
}

impl Facts {
    /// Paths of a folder, as an archive.
    fn tar(&self, live: &Live, shelf: &Shelf, part: &str, folder: &Path, paths: Vec<String>) -> Files {
        Files {
            live: live.clone(),
            shelf: shelf.clone(),
            part: part.to_owned(),
            folder: folder.to_owned(),
            paths,
            leave_out: Vec::new(),
            compression: self.compression,
            live_files: false,
        }
    }

    fn target(&self, live: &Live, shelf: &Shelf) -> Target {
        Target {
            live: live.clone(),
            shelf: shelf.clone(),
            host: self.host.clone(),
            project: self.project.clone(),
            compression: self.compression,
        }
    }

    /// The folder, what lies outside of it, what Docker knows, named volumes.
    fn config_steps(&self, live: &Live, shelf: &Shelf) -> Vec<Capture> {
        let folder = self.tar(live, shelf, FILES, &self.folder, vec![".".to_owned()]);
        let mut all = vec![any(Files { leave_out: self.leave_out.clone(), ..folder })];
        if !self.outside.is_empty() {
            let paths =
                self.outside.iter().map(|p| p.display().to_string().trim_start_matches('/').to_owned());
            all.push(any(self.tar(live, shelf, "files:outside", Path::new("/"), paths.collect())));
        }
        let target = self.target(live, shelf);
        all.push(any(Records { target: target.clone(), containers: self.containers.clone() }));
        all.push(any(Row { target, access: self.access.clone(), count: self.count }));
        all.extend(self.volumes.iter().map(|volume| {
            any(Volume {
                live: live.clone(),
                shelf: shelf.clone(),
                host: self.host.clone(),
                volume: volume.volume.clone(),
                container: volume.container.clone(),
                target: volume.target.clone(),
                compression: self.compression,
            })
        }));
        all
    }

    /// The cluster as it lies on the disk, between two looks at what it holds.
    fn cluster_steps(
        &self,
        live: &Live,
        shelf: &Shelf,
        cluster: &cluster::Facts,
    ) -> Result<[Capture; 3], Problem> {
        let held = |moment| any(HeldRecord { target: self.target(live, shelf), moment });
        let taken = match cluster.way {
            Way::Cold => any(ColdCopy {
                live: live.clone(),
                shelf: shelf.clone(),
                host: self.host.clone(),
                folder: cluster.folder.clone().ok_or_else(|| problem!("plan-changed"))?,
                facts: cluster.clone(),
                compression: self.compression,
            }),
            Way::BaseBackup => any(TakeCluster {
                live: live.clone(),
                shelf: shelf.clone(),
                host: self.host.clone(),
                project: self.project.clone(),
                facts: cluster.clone(),
                compression: self.compression,
            }),
        };
        Ok([held(Moment::Before), taken, held(Moment::After)])
    }
}

fn any<S: Step<Effect = Adds, Output = Captured>>(step: S) -> Capture {
    let slot = step.slot();
    Capture { step: AnyStep::new(step), slot }
}

/// What keeps a part from being stored, such as a disk that is full: tar only hears that
/// nobody listens any more. Of what was cut short the other end says why.
fn stored(written: &Result<Written, Problem>) -> Result<(), Problem> {
    match written {
        Err(problem) if !problem.is("part-source") && !problem.is("files-archive-broken") => {
            Err(problem.clone())
        }
        _ => Ok(()),
    }
}

/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;
/// The longest record of containers that is read.
const RECORD_MOST: u64 = 64 << 20;

/// Reads a stored tar to its end and says how many entries it has. Problem:
/// `files-archive-broken`.
pub(super) async fn read_tar(mut raw: Reader) -> Result<u64, Problem> {
    let mut checker = TarChecker::default();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = raw.read(&mut chunk).await.map_err(|e| unread(&e))?;
        if read == 0 {
            return checker.end();
        }
        checker.feed(chunk.get(..read).unwrap_or_default());
    }
}

/// Reads the stored record of the containers to its end. Problem:
/// `files-archive-broken`.
pub(super) async fn read_json(raw: Reader) -> Result<(), Problem> {
    let mut text = Vec::new();
    raw.take(RECORD_MOST).read_to_end(&mut text).await.map_err(|e| unread(&e))?;
    // Nothing of the text in the error: it holds secrets.
    let read: Result<serde::de::IgnoredAny, _> = serde_json::from_slice(&text);
    read.map(drop).map_err(|_| problem!("files-archive-broken"))
}

/// Reads a stored cluster to its end: a base backup against the manifest in it, a cold
/// copy for its structure. Problems: `structure-cluster`, `files-archive-broken`.
pub(super) async fn read_cluster(part: &manifest::Part, raw: Reader) -> Result<(), Problem> {
    match cluster_facts(part)?.way {
        Way::BaseBackup => physical::verify(raw, unread).await.map(drop),
        Way::Cold => read_tar(raw).await.map(drop),
    }
}

fn unread(error: &std::io::Error) -> Problem {
    match crate::store::part::problem_in(error) {
        Some(problem) => problem.clone(),
        None => problem!("files-archive-broken").detail(error),
    }
}
