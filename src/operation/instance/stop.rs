//! Safe stop: look → safety backup → graceful stop → nothing runs, nothing is gone → done.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    begin,
    halt::{self, Facts},
};
use crate::{
    domain::{
        id::{OperationId, ResourceId},
        operation::OpKind,
        problem::Problem,
    },
    msg,
    operation::{
        World,
        prepare::{Actor, Inspected, Kind},
    },
    saga::plan::{AnyCommit, Plan},
    supabase::steps::{Done, Intact, Stop as StopStep, Stopped},
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
        let StopRequest { resource, services, without_safety } = request;
        let asked = halt::Asked { resource, services, without_safety };
        halt::inspect(world, asked, by, |name| msg!("plan-stop", resource = name)).await
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let Facts { resource, services, save, waiver, .. } = facts;
        let (mut plan, target, before) = begin(world, Self::KIND, &resource, save, waiver).await?;
        let [volumes, again] = Intact::around(&target, &services, &before, false);
        plan.add(volumes);
        plan.destroy(StopStep { target: target.clone(), services: services.clone(), before: before.clone() });
        plan.add(again);
        plan.add(Stopped { target, services, before });
        Ok(plan.commit(AnyCommit::new(Done)).finish())
    }
}
