//! Undo of a finished restore (or of an undo): a new operation with its own plan
//! and its own safety backup. It puts back what was set aside and sets aside what
//! is live now, so it can be undone again.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    World,
    prepare::{Actor, Inspected, Kind, Sight},
    restore::{Cover, Last, put_back, waiver},
    safety::savable,
};
use crate::{
    db::AsideState,
    domain::{
        id::{AsideId, OperationId, ResourceId},
        operation::{OpKind, OpState},
        problem::Problem,
    },
    engine::{Aside, BackupOptions, Planned},
    msg, problem,
    saga::plan::{Plan, Waiver},
};

/// Asks for an undo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UndoRequest {
    /// The finished restore or undo.
    pub operation: OperationId,
    /// An owner's reason to go without a safety backup.
    #[serde(default)]
    pub without_safety: Option<String>,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    of: OperationId,
    target: ResourceId,
    asides: Vec<AsideId>,
    planned: Planned,
    waiver: Option<Waiver>,
    /// What is saved first.
    #[serde(default)]
    save: BackupOptions,
}

pub(super) struct Undo;

#[async_trait]
impl Kind for Undo {
    type Request = UndoRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("undo");

    async fn inspect(
        world: &World,
        id: &OperationId,
        request: UndoRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let of = world.db.operation(&request.operation).await?;
        if of.state != OpState::Succeeded {
            return Err(problem!("undo-not-finished", operation = of.id.as_str(), state = of.state.as_str()));
        }
        let mut kept = world.db.asides_of(&of.id).await?;
        kept.retain(|aside| aside.state == AsideState::Kept);
        let (Some(resource), false) = (&of.resource, kept.is_empty()) else {
            return Err(problem!("undo-nothing-kept", operation = of.id.as_str()));
        };
        let target = world.db.resource(resource).await?;
        let access = world.access(&target)?;
        let asides: Vec<Aside> = kept
            .iter()
            .map(|row| Aside { item: row.item.clone(), locator: row.locator.clone(), bytes: row.bytes })
            .collect();
        let mut planned = world.engine(&target)?.plan_undo(&access, &asides, id).await?;
        if let Some(since) = kept.iter().map(|row| row.made_at).max() {
            planned.warnings.extend(world.engine(&target)?.written_since(&access, since).await);
        }
        let waiver = waiver(world, request.without_safety, by)?;
        let (save, told) = match &waiver {
            Some(_) => Default::default(),
            None => savable(world, &target, BackupOptions::default()).await?,
        };
        planned.warnings.extend(told);
        let view = Sight {
            title: Some(msg!("plan-undo", operation = of.id.short(), resource = &target.name)),
            warnings: planned.warnings.clone(),
            bytes: planned.bytes,
            database_disk: planned.database_disk,
            confirm: Some(target.name.clone()),
        };
        Ok(Inspected {
            resource: Some(target.id.clone()),
            project: target.project.clone(),
            backup: None,
            parent: None,
            locks: world.locks(&target, &access).await?,
            holds: vec![],
            view,
            facts: Facts {
                of: of.id,
                target: target.id,
                asides: kept.into_iter().map(|row| row.id).collect(),
                planned,
                waiver,
                save,
            },
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let target = world.db.any_resource(&facts.target).await?;
        let access = world.access(&target)?;
        let steps = world.engine(&target)?.undo(&access, &facts.planned.facts)?;
        let plan = Plan::builder(Self::KIND);
        let cover = Cover { waiver: facts.waiver, save: facts.save };
        Ok(put_back(world, plan, steps, &facts.target, cover, Last::Retire(facts.asides)))
    }
}
