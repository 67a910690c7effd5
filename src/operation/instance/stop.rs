//! Safe stop: look → safety backup → graceful stop → nothing runs, nothing is gone → done.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{again, before_a_restart, chosen, examine, harms, locks, protect, resource, savable, waived};
use crate::{
    domain::{
        id::{OperationId, ResourceId},
        operation::OpKind,
        problem::Problem,
    },
    engine::BackupOptions,
    msg,
    operation::{
        World,
        prepare::{Actor, Inspected, Kind, Sight},
    },
    saga::{
        plan::{AnyCommit, Plan, Waiver},
        step::Step as _,
    },
    supabase::steps::{Done, LookBefore, Stop as StopStep, Stopped},
};

/// Asks for a safe stop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StopRequest {
    /// Of which instance.
    pub resource: ResourceId,
    /// Of these services; none: all.
    #[serde(default)]
    pub services: Vec<String>,
    /// An owner's reason to go without a safety backup.
    #[serde(default)]
    pub without_safety: Option<String>,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::operation) struct Facts {
    resource: ResourceId,
    services: Vec<String>,
    save: BackupOptions,
    waiver: Option<Waiver>,
}

pub(in crate::operation) struct Stop;

#[async_trait]
impl Kind for Stop {
    type Request = StopRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("stop");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: StopRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let row = resource(world, &request.resource).await?;
        let access = world.access(&row)?;
        let (scene, diagnosis) = examine(world, &row).await?;
        let services = chosen(&scene.instance, &request.services)?;
        let waiver = waived(world, request.without_safety, by)?;
        let (save, told) = savable(world, &row, before_a_restart(world, &row).await?, &waiver).await?;
        let view = Sight {
            title: Some(msg!("plan-stop", resource = &row.name)),
            warnings: harms(&diagnosis).into_iter().chain(told).collect(),
            ..Sight::default()
        };
        Ok(Inspected {
            locks: locks(world, &row, &access, &scene.instance).await?,
            facts: Facts { resource: row.id.clone(), services, save, waiver },
            resource: Some(row.id),
            project: row.project,
            backup: None,
            parent: None,
            holds: vec![],
            view,
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let (row, target) = again(world, &facts.resource).await?;
        let mut plan = Plan::builder(Self::KIND);
        let look = LookBefore { target: target.clone() };
        let before = look.slot();
        plan.add(look);
        let mut plan = protect(world, plan, &row.id, facts.save, facts.waiver);
        let services = facts.services;
        plan.destroy(StopStep { target: target.clone(), services: services.clone(), before: before.clone() });
        plan.add(Stopped { target, services, before });
        Ok(plan.commit(AnyCommit::new(Done)).finish())
    }
}
