//! Backup: stage → capture → verify → publish (the commit point) → catalogue.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    World,
    prepare::{Actor, Inspected, Kind, Sight},
    steps::{
        catalogue::Catalogue, look::Look, publish::Publish, reserve::Reserve, stage::Stage,
        verify::VerifyStaged,
    },
};
use crate::{
    db::Lock,
    domain::{
        backup::Origin,
        clock::Moment,
        id::{BackupId, OperationId, ResourceId, StoreId},
        names,
        operation::OpKind,
        problem::Problem,
    },
    engine::{BackupOptions, Planned, Shelf},
    msg, problem,
    saga::{
        plan::{AnyCommit, Plan},
        step::Step as _,
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
    /// The backup's folder while it is written, below the resource's.
    pub(super) fn staging(&self) -> String {
        layout::staging_folder(&self.backup)
    }

    /// The backup's folder once it is published.
    pub(super) fn published(&self) -> String {
        names::backup_folder(self.made_at, &self.backup)
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
        let locks = if request.parent.is_some() { vec![] } else { vec![Lock::shared_resource(&resource.id)] };
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
        let resource = world.db.resource(&facts.resource).await?;
        let access = world.access(&resource)?;
        let engine = world.engine(&resource)?;
        let store = world.stores.get(&facts.store)?;
        let shelf = Shelf { store: store.clone(), resource: facts.folder.clone(), folder: facts.staging() };
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
        plan.add(VerifyStaged { shelf: shelf.clone(), captured: slots.clone() });
        let publish = Publish {
            shelf,
            operation: id.clone(),
            project: world.project_name(&resource).await?,
            resource,
            engine,
            looked,
            captured: slots,
            facts: facts.clone(),
        };
        let mut plan = plan.commit(AnyCommit::new(publish));
        plan.settle(Catalogue { world: world.clone(), facts });
        Ok(plan.finish())
    }
}
