//! Upload: a file from elsewhere becomes a backup. Looked at → again, unchanged →
//! stored in one pass → read back → its structure checked → published. Nothing of it
//! is listed before, and nothing stays if it ends otherwise.

mod files;
mod look;
mod source;
mod steps;
mod sweep;

use std::{collections::BTreeMap, path::PathBuf};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use self::{
    look::{Found, Looking, Take},
    source::{Seal, Stop, StopOnDrop, find},
    steps::{Again, PutAway, Structure, TakeIn, Unpack},
};
use super::{
    World,
    prepare::{Actor, Inspected, Kind, Sight},
    steps::{
        catalogue::Catalogue,
        publish::{Home, Publish},
        reserve::Reserve,
        stage::Stage,
        verify::VerifyStaged,
    },
};
use crate::{
    db::{Lock, ResourceRow},
    domain::{
        backup::Origin,
        id::{BackupId, OperationId, ResourceId},
        manifest::{self, Codec, Consistency, EngineRef, Manifest, ResourceRef},
        operation::OpKind,
        outside::{self, OutsideReport},
        problem::Problem,
    },
    engine::{Captured, Shelf},
    msg, problem,
    saga::{
        Cx,
        plan::{AnyCommit, Plan},
        step::{Slot, Step as _},
    },
    store::layout,
};
pub use sweep::{received, received_long_ago, sweep_uploads};

/// Asks that a file of this machine becomes a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UploadRequest {
    /// Of which resource.
    pub resource: ResourceId,
    /// The file, complete; or a folder with a dump or a backup of a Zelo in it.
    pub file: PathBuf,
    /// What it was called where it came from.
    pub file_name: String,
    /// A name for the backup.
    #[serde(default)]
    pub name: Option<String>,
    /// A note.
    #[serde(default)]
    pub note: Option<String>,
    /// The file's sha256 as whoever received it computed it.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Whether the file stays where it is.
    #[serde(default)]
    pub keep_source: bool,
    /// Of which item (database) it is, where the file does not say or says otherwise.
    #[serde(default)]
    pub item: Option<String>,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    home: Home,
    resource: ResourceId,
    name: Option<String>,
    note: Option<String>,
    /// Links resolved.
    path: PathBuf,
    seal: Seal,
    keep_source: bool,
    found: Found,
}

pub(super) struct Upload;

#[async_trait]
impl Kind for Upload {
    type Request = UploadRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("upload");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: UploadRequest,
        _: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        for (text, limit) in [(&request.name, 80), (&request.note, 2000)] {
            if text.as_ref().is_some_and(|t| t.chars().count() > limit) {
                return Err(problem!("text-too-long", limit = limit));
            }
        }
        let resource = world.db.resource(&request.resource).await?;
        let (path, seal, mut found) = looked(world, &resource, &request).await?;
        agreed(&request, &found)?;
        let item = item(world, &resource, &request, &found).await;
        found.take.name(&item);
        let engine = world.engine(&resource)?;
        let project = world.project_name(&resource).await?;
        let home = Home {
            backup: BackupId::new(&*world.ids),
            made_at: world.clock.now(),
            store: world.stores.default().clone(),
            folder: layout::resource(engine.area(), &project, &resource.name, &resource.id)?,
        };
        let warnings = found.reports().into_iter().flat_map(OutsideReport::messages).collect();
        let dangerous = found.reports().iter().any(|report| !report.dangers.is_empty());
        let file = outside::shown(&request.file_name);
        let view = Sight {
            title: Some(msg!("plan-upload", file = file, resource = &resource.name)),
            warnings,
            bytes: found.bytes(),
            // Whoever keeps what may do harm has read what it is.
            confirm: dangerous.then(|| resource.name.clone()),
            ..Sight::default()
        };
        Ok(Inspected {
            resource: Some(resource.id.clone()),
            project: resource.project,
            backup: Some(home.backup.clone()),
            parent: None,
            locks: vec![Lock::exclusive(seal.key())],
            holds: vec![],
            view,
            facts: Facts {
                home,
                resource: resource.id,
                name: request.name,
                note: request.note,
                path,
                seal,
                keep_source: request.keep_source,
                found,
            },
        })
    }

    async fn compose(world: &World, id: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let resource = world.db.resource(&facts.resource).await?;
        let engine = world.engine(&resource)?;
        let store = world.stores.get(&facts.home.store)?;
        let Facts { home, path, seal, found, .. } = &facts;
        let shelf = Shelf { store: store.clone(), resource: home.folder.clone(), folder: home.staging() };

        let mut plan = Plan::builder(Self::KIND);
        plan.add(Again { path: path.clone(), seal: seal.clone() });
        plan.add(Reserve { store, bytes: found.least() });
        plan.add(Stage { shelf: shelf.clone() });
        if let (Some((wrap, bytes)), Some(whole)) = (found.take.wrapped(), &found.whole) {
            let (shelf, path, whole) = (shelf.clone(), path.clone(), whole.clone());
            plan.add(Unpack { shelf, path, wrap, bytes, whole });
        }
        // Of a strange clock nothing later than now is believed.
        let taken_at = found.take.manifest().map_or(home.made_at, |m| m.taken_at.min(home.made_at));
        let take = TakeIn {
            shelf: shelf.clone(),
            engine: engine.clone(),
            path: path.clone(),
            found: found.clone(),
            taken_at,
        };
        let taken = take.slot();
        plan.add(take);
        plan.add(VerifyStaged { shelf: shelf.clone(), captured: vec![taken.clone()] });
        plan.add(Structure {
            shelf: shelf.clone(),
            engine: engine.clone(),
            access: world.access(&resource).ok(),
            taken: taken.clone(),
        });
        let home = home.clone();
        let (path, seal, keep) = (path.clone(), seal.clone(), facts.keep_source || seal.folder);
        let project = world.project_name(&resource).await?;
        let written = Written { operation: id.clone(), project, resource, taken, facts };
        let making = Box::new(move |cx: &Cx| written.manifest(cx));
        let publish = Publish { shelf, home: home.clone(), engine, making };
        let mut plan = plan.commit(AnyCommit::new(publish));
        plan.settle(Catalogue { world: world.clone(), home });
        if !keep {
            plan.settle(PutAway { path, seal });
        }
        Ok(plan.finish())
    }
}

/// Looks at the file on a thread that may block; dropped, it ends soon.
async fn looked(
    world: &World,
    resource: &ResourceRow,
    request: &UploadRequest,
) -> Result<(PathBuf, Seal, Found), Problem> {
    let stop = Stop::default();
    let _stop = StopOnDrop(stop.clone());
    let (engines, kind, limit) = (world.engines.clone(), resource.kind.clone(), world.rules.upload_limit);
    let (asked, name) = (request.file.clone(), outside::shown(&request.file_name));
    let looking = tokio::task::spawn_blocking(move || {
        let (path, seal) = find(&asked)?;
        let looking = Looking { engines, kind, path: path.clone(), seal: seal.clone(), name, limit, stop };
        let found = looking.look()?;
        // It may have been written to all the while.
        seal.still(&path)?;
        Ok((path, seal, found))
    });
    looking.await.map_err(|e| problem!("store-io").detail(e))?
}

/// Whether the file is what its receiver says it received.
fn agreed(request: &UploadRequest, found: &Found) -> Result<(), Problem> {
    match (&request.sha256, &found.whole) {
        (Some(told), Some(whole)) if !whole.sha256.eq_ignore_ascii_case(told) => {
            Err(problem!("upload-changed", file = &request.file_name))
        }
        _ => Ok(()),
    }
}

/// Of which item it is: as asked, as the file says, as it is called if the resource
/// has an item of that name, the only one the resource has, or as it is called.
async fn item(world: &World, resource: &ResourceRow, request: &UploadRequest, found: &Found) -> String {
    if let Some(item) = request.item.as_ref().or(found.take.item()) {
        return item.clone();
    }
    let base = request.file_name.rsplit('/').next().unwrap_or_default();
    let stem = base.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("unnamed").to_owned();
    let items = match (world.access(resource), world.engine(resource)) {
        (Ok(access), Ok(engine)) => engine.inspect(&access).await.map(|seen| seen.items).unwrap_or_default(),
        _ => Vec::new(),
    };
    match items.as_slice() {
        all if all.iter().any(|item| item.name == stem) => stem,
        [only] => only.name.clone(),
        _ => stem,
    }
}

impl Take {
    /// Gives it the item it is of. A Zelo's own backup knows its items.
    fn name(&mut self, item: &str) {
        if let Self::Stream { report, .. } | Self::Woven { report, .. } = self {
            item.clone_into(&mut report.item);
        }
    }

    /// The item the file names.
    fn item(&self) -> Option<&String> {
        match self {
            Self::Stream { sketch, .. } | Self::Woven { sketch, .. } => sketch.item.as_ref(),
            Self::Zelo { .. } => None,
        }
    }

    /// How an archive is compressed that must be unpacked first.
    fn wrapped(&self) -> Option<(Codec, u64)> {
        match self {
            Self::Woven { set, .. } | Self::Zelo { set, .. } => {
                set.archive.filter(|(wrap, _)| *wrap != Codec::None)
            }
            Self::Stream { .. } => None,
        }
    }

    /// The manifest it came with.
    fn manifest(&self) -> Option<&Manifest> {
        match self {
            Self::Zelo { manifest, .. } => Some(manifest),
            _ => None,
        }
    }
}

/// What the manifest is written from.
struct Written {
    operation: OperationId,
    project: String,
    resource: ResourceRow,
    taken: Slot<Captured>,
    facts: Facts,
}

impl Written {
    /// No change marker: it says nothing of this resource's contents.
    fn manifest(&self, cx: &Cx) -> Result<Manifest, Problem> {
        let taken = cx.get(&self.taken)?;
        let theirs = self.facts.found.take.manifest();
        let or = |own: &Option<String>, other: Option<&Option<String>>| {
            own.clone().or_else(|| other.cloned().flatten().map(|text| outside::shown(&text)))
        };
        let none = || Consistency { snapshots: BTreeMap::new(), skew_ms: 0 };
        Ok(Manifest {
            version: manifest::VERSION,
            id: self.facts.home.backup.clone(),
            resource: ResourceRef {
                id: self.resource.id.clone(),
                name: self.resource.name.clone(),
                kind: self.resource.kind.clone(),
                project: self.project.clone(),
            },
            origin: Origin::Uploaded,
            name: or(&self.facts.name, theirs.map(|m| &m.name)),
            note: or(&self.facts.note, theirs.map(|m| &m.note)),
            operation: self.operation.clone(),
            parent: None,
            taken_at: taken.taken_at,
            finished_at: cx.now(),
            engine: EngineRef {
                server: outside::shown(&self.facts.found.engine.server),
                tool: outside::shown(&self.facts.found.engine.tool),
                image: None,
            },
            consistency: theirs.map_or_else(none, |m| m.consistency.clone()),
            marker: None,
            parts: taken.parts,
            zelo: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}
