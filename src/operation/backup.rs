//! Backup: stage → capture → (share) → verify → publish (the commit point) → catalogue.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    World,
    prepare::{Actor, Inspected, Kind, Sight},
    steps::{
        catalogue::Catalogue,
        look::Look,
        publish::{Home, Publish},
        reserve::Reserve,
        share::Share,
        stage::Stage,
        verify::VerifyStaged,
    },
};
use crate::{
    db::{Lock, ResourceRow},
    domain::{
        backup::Origin,
        clock::Moment,
        id::{BackupId, OperationId, ResourceId, StoreId},
        manifest::{self, Consistency, Manifest, ResourceRef},
        operation::OpKind,
        problem::Problem,
    },
    engine::{Access, BackupOptions, Captured, Inspection, Planned, Shelf},
    msg, problem,
    saga::{
        Cx,
        plan::{AnyCommit, Plan},
        step::{Slot, Step as _},
    },
    store::{StorePath, layout},
};

/// Asks for a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackupRequest {
    /// Of what.
    pub resource: ResourceId,
    /// A name for it.
    #[serde(default)]
    pub name: Option<String>,
    /// A note.
    #[serde(default)]
    pub note: Option<String>,
    /// What it is to contain.
    #[serde(default)]
    pub options: BackupOptions,
    /// Why it is made; only operations ask for `Safety`.
    #[serde(default = "manual")]
    pub origin: Origin,
    /// The operation that wants it first.
    #[serde(default)]
    pub parent: Option<OperationId>,
}

fn manual() -> Origin {
    Origin::Manual
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) backup: BackupId,
    pub(super) made_at: Moment,
    pub(super) resource: ResourceId,
    pub(super) store: StoreId,
    pub(super) folder: StorePath,
    pub(super) origin: Origin,
    pub(super) parent: Option<OperationId>,
    pub(super) name: Option<String>,
    pub(super) note: Option<String>,
    pub(super) planned: Planned,
}

impl Facts {
    fn home(&self) -> Home {
        Home {
            backup: self.backup.clone(),
            made_at: self.made_at,
            store: self.store.clone(),
            folder: self.folder.clone(),
        }
    }
}

pub(super) struct Backup;

#[async_trait]
impl Kind for Backup {
    type Request = BackupRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("backup");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: BackupRequest,
        _: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        for (text, limit) in [(&request.name, 80), (&request.note, 2000)] {
            if text.as_ref().is_some_and(|t| t.chars().count() > limit) {
                return Err(problem!("text-too-long", limit = limit));
            }
        }
        let resource = world.db.resource(&request.resource).await?;
        let access = world.access(&resource)?;
        let engine = world.engine(&resource)?;
        let planned = engine.plan_backup(&access, &request.options).await?;
        let area = engine.area();
        let project = world.project_name(&resource).await?;
        let facts = Facts {
            backup: BackupId::new(&*world.ids),
            made_at: world.clock.now(),
            folder: layout::resource(area, &project, &resource.name, &resource.id)?,
            resource: resource.id.clone(),
            store: world.stores.default().clone(),
            origin: request.origin,
            parent: request.parent.clone(),
            name: request.name,
            note: request.note,
            planned: planned.clone(),
        };
        // A child runs under its parent's locks.
        let locks = match &request.parent {
            Some(_) => vec![],
            None => locks(world, &resource, &access, engine.shares()).await?,
        };
        let view = Sight {
            title: Some(msg!("plan-backup", resource = &resource.name)),
            warnings: planned.warnings,
            bytes: planned.bytes,
            ..Sight::default()
        };
        Ok(Inspected {
            resource: Some(resource.id),
            project: resource.project,
            backup: Some(facts.backup.clone()),
            parent: request.parent,
            facts,
            locks,
            holds: vec![],
            view,
        })
    }

    async fn compose(world: &World, id: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let resource = world.db.any_resource(&facts.resource).await?;
        let access = world.access(&resource)?;
        let engine = world.engine(&resource)?;
        let store = world.stores.get(&facts.store)?;
        let home = facts.home();
        let shelf = Shelf { store: store.clone(), resource: facts.folder.clone(), folder: home.staging() };
        let captures = engine.capture(&access, &facts.planned.facts, &shelf)?;

        let mut plan = Plan::builder(Self::KIND);
        plan.add(Reserve { store: store.clone(), bytes: facts.planned.bytes / 4 });
        let look = Look::new(engine.clone(), access);
        let looked = look.slot();
        plan.add(look);
        plan.add(Stage { shelf: shelf.clone() });
        let mut slots = Vec::new();
        for capture in captures {
            slots.push(capture.slot);
            plan.add_any(capture.step);
        }
        let shared = engine.shares().then(|| Share {
            world: world.clone(),
            shelf: shelf.clone(),
            resource: resource.id.clone(),
            captured: slots.clone(),
        });
        let shared = shared.map(|share| {
            let slot = share.slot();
            plan.add(share);
            slot
        });
        plan.add(VerifyStaged { shelf: shelf.clone(), captured: slots.clone(), shared: shared.clone() });
        let written = Written {
            operation: id.clone(),
            project: world.project_name(&resource).await?,
            resource,
            looked,
            captured: slots,
            facts,
        };
        let making = Box::new(move |cx: &Cx| written.manifest(cx));
        let publish = Publish { shelf, home: home.clone(), engine, making, shared };
        let mut plan = plan.commit(AnyCommit::new(publish));
        plan.settle(Catalogue { world: world.clone(), home });
        Ok(plan.finish())
    }
}

/// Backups stand beside one another. Those that share parts come one after another: what
/// one finds there, another must not remove because it failed. A child's parent has the
/// resource to itself.
async fn locks(
    world: &World,
    resource: &ResourceRow,
    access: &Access,
    shares: bool,
) -> Result<Vec<Lock>, Problem> {
    let mut locks: Vec<Lock> = world.locks(resource, access).await?.into_iter().map(Lock::beside).collect();
    if shares {
        locks.push(Lock::objects(&resource.id));
    }
    Ok(locks)
}

/// What the manifest is written from.
struct Written {
    operation: OperationId,
    project: String,
    resource: ResourceRow,
    looked: Slot<Inspection>,
    captured: Vec<Slot<Captured>>,
    facts: Facts,
}

impl Written {
    fn manifest(&self, cx: &Cx) -> Result<Manifest, Problem> {
        let looked = cx.get(&self.looked)?;
        let captured: Vec<Captured> =
            self.captured.iter().map(|slot| cx.get(slot)).collect::<Result<_, _>>()?;
        let first = captured.iter().map(|c| c.taken_at).min();
        let last = captured.iter().map(|c| c.until.unwrap_or(c.taken_at)).max();
        let skew =
            last.zip(first).map_or(0, |(last, first)| (last - first).num_milliseconds().unsigned_abs());
        let snapshots: BTreeMap<_, _> = captured.iter().flat_map(|c| c.snapshots.clone()).collect();
        Ok(Manifest {
            version: manifest::VERSION,
            id: self.facts.backup.clone(),
            resource: ResourceRef {
                id: self.resource.id.clone(),
                name: self.resource.name.clone(),
                kind: self.resource.kind.clone(),
                project: self.project.clone(),
            },
            origin: self.facts.origin,
            name: self.facts.name.clone(),
            note: self.facts.note.clone(),
            operation: self.operation.clone(),
            parent: self.facts.parent.clone(),
            taken_at: first.unwrap_or(self.facts.made_at),
            finished_at: cx.now(),
            engine: looked.engine,
            consistency: Consistency { snapshots, skew_ms: skew },
            marker: looked.marker,
            parts: captured.into_iter().flat_map(|c| c.parts).collect(),
            zelo: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}
