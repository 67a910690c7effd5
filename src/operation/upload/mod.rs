//! Upload: a file from elsewhere becomes a backup. Looked at → again, unchanged →
//! stored in one pass → read back → its structure checked → published. Nothing of it
//! is listed before, and nothing stays if it ends otherwise.

mod files;
mod look;
mod source;
mod steps;
mod sweep;
mod through;

use std::{collections::BTreeMap, path::PathBuf};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use self::{
    look::{Found, Take},
    steps::{PutAway, Structure, TakeIn, Unpack},
    through::{LookThrough, Sighted, sight},
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
        manifest::{self, Consistency, EngineRef, Manifest, ResourceRef},
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
pub use through::LookWhen;

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
    /// When it is looked through.
    #[serde(default)]
    pub look: LookWhen,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    home: Home,
    request: UploadRequest,
    sighted: Sighted,
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
        let sighted = sight(world, &resource, &request).await?;
        let engine = world.engine(&resource)?;
        let project = world.project_name(&resource).await?;
        let home = Home {
            backup: BackupId::new(&*world.ids),
            made_at: world.clock.now(),
            store: world.stores.default().clone(),
            folder: layout::resource(engine.area(), &project, &resource.name, &resource.id)?,
        };
        let warnings = sighted.reports().into_iter().flat_map(OutsideReport::messages).collect();
        let dangerous = sighted.reports().iter().any(|report| !report.dangers.is_empty());
        let file = outside::shown(&request.file_name);
        let view = Sight {
            title: Some(msg!("plan-upload", file = file, resource = &resource.name)),
            warnings,
            bytes: sighted.bytes(),
            // Whoever keeps what may do harm has read what it is.
            confirm: dangerous.then(|| resource.name.clone()),
            ..Sight::default()
        };
        Ok(Inspected {
            resource: Some(resource.id.clone()),
            project: resource.project,
            backup: Some(home.backup.clone()),
            parent: None,
            locks: vec![Lock::exclusive(sighted.seal.key())],
            holds: vec![],
            view,
            facts: Facts { home, request, sighted },
        })
    }

    async fn compose(world: &World, id: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let resource = world.db.resource(&facts.request.resource).await?;
        let engine = world.engine(&resource)?;
        let Facts { home, request, sighted } = facts;
        let store = world.stores.get(&home.store)?;
        let shelf = Shelf { store: store.clone(), resource: home.folder.clone(), folder: home.staging() };
        let (path, seal) = (sighted.path.clone(), sighted.seal.clone());
        let (least, wrapped) = (sighted.least(), sighted.glance.wrapped());
        let keep = request.keep_source || seal.folder;

        let mut plan = Plan::builder(Self::KIND);
        let look = LookThrough {
            world: world.clone(),
            resource: resource.clone(),
            request: request.clone(),
            sighted,
        };
        let found = look.slot();
        plan.add(look);
        plan.add(Reserve { store, bytes: least });
        plan.add(Stage { shelf: shelf.clone() });
        if wrapped {
            plan.add(Unpack { shelf: shelf.clone(), path: path.clone(), found: found.clone() });
        }
        let take = TakeIn {
            shelf: shelf.clone(),
            engine: engine.clone(),
            path: path.clone(),
            found: found.clone(),
            made_at: home.made_at,
        };
        let taken = take.slot();
        plan.add(take);
        plan.add(VerifyStaged { shelf: shelf.clone(), captured: vec![taken.clone()], shared: None });
        plan.add(Structure {
            shelf: shelf.clone(),
            engine: engine.clone(),
            access: world.access(&resource).ok(),
            taken: taken.clone(),
        });
        let project = world.project_name(&resource).await?;
        let written = Written {
            operation: id.clone(),
            backup: home.backup.clone(),
            project,
            resource,
            request,
            found,
            taken,
        };
        let making = Box::new(move |cx: &Cx| written.manifest(cx));
        let publish = Publish { shelf, home: home.clone(), engine, making, shared: None };
        let mut plan = plan.commit(AnyCommit::new(publish));
        plan.settle(Catalogue { world: world.clone(), home });
        if !keep {
            plan.settle(PutAway { path, seal });
        }
        Ok(plan.finish())
    }
}

impl Take {
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
    backup: BackupId,
    project: String,
    resource: ResourceRow,
    request: UploadRequest,
    found: Slot<Found>,
    taken: Slot<Captured>,
}

impl Written {
    /// No change marker: it says nothing of this resource's contents.
    fn manifest(&self, cx: &Cx) -> Result<Manifest, Problem> {
        let taken = cx.get(&self.taken)?;
        let found = cx.get(&self.found)?;
        let theirs = found.take.manifest();
        let or = |own: &Option<String>, other: Option<&Option<String>>| {
            own.clone().or_else(|| other.cloned().flatten().map(|text| outside::shown(&text)))
        };
        let none = || Consistency { snapshots: BTreeMap::new(), skew_ms: 0 };
        Ok(Manifest {
            version: manifest::VERSION,
            id: self.backup.clone(),
            resource: ResourceRef {
                id: self.resource.id.clone(),
                name: self.resource.name.clone(),
                kind: self.resource.kind.clone(),
                project: self.project.clone(),
            },
            origin: Origin::Uploaded,
            name: or(&self.request.name, theirs.map(|m| &m.name)),
            note: or(&self.request.note, theirs.map(|m| &m.note)),
            operation: self.operation.clone(),
            parent: None,
            taken_at: taken.taken_at,
            finished_at: cx.now(),
            engine: EngineRef {
                server: outside::shown(&found.engine.server),
                tool: outside::shown(&found.engine.tool),
                image: None,
            },
            consistency: theirs.map_or_else(none, |m| m.consistency.clone()),
            marker: None,
            parts: taken.parts,
            zelo: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}
