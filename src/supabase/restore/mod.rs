//! Putting a recovery point back: everything is laid out and loaded in a workspace beside
//! the instance, the database in a side cluster of its own image, and compared there;
//! then the project's folder and the new one change places in one moment. Or the same
//! under a new name, as an instance of its own that is cut off until it is released.

mod adapt;
mod beside;
mod blueprint;
mod cluster;
mod exchange;
mod free;
mod in_place;
mod overlay;
mod ready;
mod release;
pub(super) mod room;
mod sample;
mod side;
mod sign_in;
mod stack;
mod undo;
mod unpack;
mod up;
mod volumes;
mod workspace;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{
    beside::check_copy,
    release::{ForgetNetworks, Release, is_cut_off, overlay_of},
};
use self::{
    blueprint::Blueprint,
    cluster::{Holds, Identity, Own},
    sample::Sample,
    side::{SideStart, SideStop, side_name},
    unpack::Unpack,
    volumes::VolumePart,
    workspace::Workspace,
};
pub(super) use self::{
    free::{free, plan_free},
    undo::{plan_undo, undo, written_since},
};
use super::{
    capture::{CLUSTER, FILES, STORAGE, cluster_facts, has_data, has_dumps},
    instance::Instance,
    live::Live,
};
use crate::{
    domain::{id::OperationId, manifest::Manifest, problem::Problem},
    engine::{Access, Planned, RestoreOptions, RestoreSteps, Shelf},
    problem,
    saga::{plan::AnyStep, step::Adds},
};

/// The prefix of a database's part.
const DATABASE: &str = "database:";

/// What a restore was planned as. No secrets.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Facts {
    host: String,
    /// What the side container is called.
    side: String,
    /// The Compose project of what is restored, in the end.
    project: String,
    /// Its folder in the end.
    folder: PathBuf,
    /// The workspace.
    work: PathBuf,
    /// Where it is laid out.
    next: PathBuf,
    /// The database's data, relative to the folder.
    data: PathBuf,
    /// The stored objects, likewise.
    objects: Option<PathBuf>,
    /// The Compose files as they are in the folder in the end.
    files: Vec<PathBuf>,
    /// Bytes that will be laid out, roughly.
    bytes: u64,
    /// Whether dumps are loaded although the cluster was saved as it is as well.
    #[serde(default)]
    logical: bool,
    way: Way,
}

/// How it takes its place.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    /// Over the instance it was taken of.
    InPlace(in_place::InPlace),
    /// As an instance of its own.
    Beside(beside::Beside),
}

/// Looks once, for a restore.
pub(super) async fn plan(
    live: &Live,
    access: &Access,
    shelf: &Shelf,
    manifest: &Manifest,
    options: &RestoreOptions,
    op: &OperationId,
) -> Result<Planned, Problem> {
    if !options.items.is_empty() {
        return Err(problem!("restore-items-whole"));
    }
    let blueprint = Blueprint::read(shelf, manifest).await?;
    complete(manifest, &blueprint)?;
    let logical = wants_dumps(manifest, options.format.as_deref())?;
    let chosen = if logical { &without_cluster(manifest) } else { manifest };
    let mut planned = match &options.new_name {
        Some(name) => beside::plan(live, access, chosen, &blueprint, name, options, op).await?,
        None => in_place::plan(live, access, chosen, &blueprint, op).await?,
    };
    planned.facts["logical"] = Value::from(logical);
    Ok(planned)
}

/// Whether its dumps are wanted where it has the cluster as well. Problems:
/// `restore-format-unknown`, `restore-format-missing`.
fn wants_dumps(manifest: &Manifest, format: Option<&str>) -> Result<bool, Problem> {
    let (cluster, dumped) = (manifest.part(CLUSTER).is_some(), has_dumps(manifest));
    match format {
        None => Ok(false),
        Some("physical") if cluster => Ok(false),
        Some("logical") if dumped => Ok(cluster),
        Some(format @ ("physical" | "logical")) => Err(problem!("restore-format-missing", format = format)),
        Some(format) => Err(problem!("restore-format-unknown", format = format)),
    }
}

/// The same point as if it had been taken by dumps alone.
fn without_cluster(manifest: &Manifest) -> Manifest {
    let mut manifest = manifest.clone();
    manifest.parts.retain(|part| part.name != CLUSTER);
    manifest
}

/// What a restore makes that is an instance of its own: its host and project.
pub(super) fn made(facts: &Value) -> Option<(String, String)> {
    let facts: Facts = serde_json::from_value(facts.clone()).ok()?;
    matches!(facts.way, Way::Beside(_)).then_some((facts.host, facts.project))
}

/// Whether a point has all that a whole instance needs. Problem: `restore-point-partial`.
fn complete(manifest: &Manifest, blueprint: &Blueprint) -> Result<(), Problem> {
    let lacks = |part: &str| problem!("restore-point-partial", part = part);
    manifest.part(FILES).ok_or_else(|| lacks(FILES))?;
    if !has_data(manifest) {
        return Err(lacks("database"));
    }
    if blueprint.objects()?.is_some() {
        manifest.part(STORAGE).ok_or_else(|| lacks(STORAGE))?;
    }
    Ok(())
}

/// Bytes that will be laid out, roughly: a loaded database is larger than its dump.
fn laid_out(manifest: &Manifest) -> u64 {
    let bytes = |part: &crate::domain::manifest::Part| {
        part.raw.bytes.saturating_mul(if part.name.starts_with(DATABASE) { 3 } else { 1 })
    };
    // What an empty cluster takes.
    manifest.parts.iter().map(bytes).sum::<u64>().saturating_add(128 << 20)
}

/// The steps of a restore.
pub(super) fn steps(
    live: &Live,
    access: &Access,
    facts: &Value,
    shelf: &Shelf,
    manifest: &Manifest,
) -> Result<RestoreSteps, Problem> {
    let facts: Facts =
        serde_json::from_value(facts.clone()).map_err(|e| problem!("plan-changed").detail(e))?;
    let manifest = if facts.logical { &without_cluster(manifest) } else { manifest };
    let making = Making { live, shelf, manifest, facts: &facts };
    match &facts.way {
        Way::InPlace(way) => in_place::steps(&making, access, way),
        Way::Beside(way) => beside::steps(&making, way),
    }
}

/// What the steps are made from.
struct Making<'a> {
    live: &'a Live,
    shelf: &'a Shelf,
    manifest: &'a Manifest,
    facts: &'a Facts,
}

impl Making<'_> {
    /// The project in a folder, for Compose; its services are not known yet.
    fn project(&self, folder: &Path) -> Instance {
        let facts = self.facts;
        let moved = |file: &PathBuf| match file.strip_prefix(&facts.folder) {
            Ok(inside) => folder.join(inside),
            Err(_) => file.clone(),
        };
        Instance {
            host: facts.host.clone(),
            project: facts.project.clone(),
            folder: folder.to_owned(),
            files: facts.files.iter().map(moved).collect(),
            services: std::collections::BTreeMap::new(),
        }
    }

    fn workspace(&self, swap: Option<PathBuf>) -> AnyStep<Adds> {
        let Facts { host, work, bytes, .. } = self.facts.clone();
        // What is put back in place takes the room of what it replaces.
        let volumes = swap.is_none().then(|| (host, VolumePart::bytes(self.manifest)));
        let live = self.live.clone();
        AnyStep::new(Workspace { live, name: "workspace", work, new: false, swap, bytes, volumes })
    }

    fn unpack(&self, part: &str, into: PathBuf) -> Result<AnyStep<Adds>, Problem> {
        let part = self.manifest.part(part).ok_or_else(|| problem!("restore-point-partial", part = part))?;
        let (live, shelf, part) = (self.live.clone(), self.shelf.clone(), part.clone());
        Ok(AnyStep::new(Unpack { live, shelf, part, into }))
    }

    /// The database: a side cluster is made, loaded, compared and stopped. One that was
    /// saved as it is needs no loading.
    fn database(&self) -> Result<Vec<AnyStep<Adds>>, Problem> {
        let Facts { host, side, work, next, data, .. } = self.facts;
        let (mut steps, mut volumes) = (Vec::new(), Vec::new());
        for volume in VolumePart::all(self.manifest) {
            let into = work.join("volumes").join(&volume.volume);
            steps.push(self.unpack(&volume.part, into.clone())?);
            let inside = volume.inside(&into);
            volumes.push((volume, inside));
        }
        steps.push(AnyStep::new(SideStart {
            live: self.live.clone(),
            host: host.clone(),
            shelf: self.shelf.clone(),
            manifest: self.manifest.clone(),
            name: side.clone(),
            folder: next.clone(),
            data: next.join(data),
            volumes,
        }));
        match self.manifest.part(CLUSTER) {
            Some(part) => {
                let facts = cluster_facts(part)?;
                let (live, host, side) = (self.live.clone(), host.clone(), side.clone());
                let at = steps.len() - 1;
                let own = Own { data: next.join(data), facts: facts.clone() };
                steps.splice(at..at, [self.unpack(CLUSTER, next.join(data))?, AnyStep::new(own)]);
                let (shelf, manifest) = (self.shelf.clone(), self.manifest.clone());
                let holds =
                    Holds { live: live.clone(), host: host.clone(), side: side.clone(), shelf, manifest };
                steps.push(AnyStep::from(AnyStep::new(Identity { live, host, side, facts })));
                steps.push(AnyStep::from(AnyStep::new(holds)));
            }
            None => {
                let cluster = self.live.db_access(host, side);
                steps.extend(self.live.postgres().reload(&cluster, self.shelf, self.manifest)?);
            }
        }
        let (live, host, name) = (self.live.clone(), host.clone(), side.clone());
        steps.push(AnyStep::new(SideStop { live, host, name }));
        Ok(steps)
    }

    /// The stored objects, and the look at one of them.
    fn objects(&self) -> Result<Vec<AnyStep<Adds>>, Problem> {
        let Some(objects) = &self.facts.objects else { return Ok(Vec::new()) };
        let folder = self.facts.next.join(objects);
        let part = self.manifest.part(STORAGE).cloned();
        let part = part.ok_or_else(|| problem!("restore-point-partial", part = STORAGE))?;
        let sample = Sample { shelf: self.shelf.clone(), part, folder: folder.clone() };
        Ok(vec![self.unpack(STORAGE, folder)?, AnyStep::from(AnyStep::new(sample))])
    }
}
