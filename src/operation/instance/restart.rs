//! Safe restart: look → safety backup → graceful stop → volumes there → start in order →
//! gate → probes → done.
//! Containers stay what they are; nothing is recreated.

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
    saga::{
        plan::{AnyCommit, Plan},
        step::Destroys,
    },
    supabase::steps::{Done, Gate, Intact, NothingWorse, Start, Stop},
};

/// Asks for a safe restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestartRequest {
    /// Of which instance.
    pub resource: ResourceId,
    /// Of these services; none: all.
    #[serde(default)]
    pub services: Vec<String>,
    /// An owner's reason to go without a safety backup.
    #[serde(default)]
    pub without_safety: Option<String>,
}

pub(in crate::operation) struct Restart;

#[async_trait]
impl Kind for Restart {
    type Request = RestartRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("restart");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: RestartRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let RestartRequest { resource, services, without_safety } = request;
        let asked = halt::Asked { resource, services, without_safety };
        halt::inspect(world, asked, by, |name| msg!("plan-restart", resource = name)).await
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let Facts { resource, services, save, waiver, known } = facts;
        let (mut plan, target, before) = begin(world, Self::KIND, &resource, save, waiver).await?;
        let [volumes, again] = Intact::around(&target, &services, &before, true);
        plan.add(volumes);
        plan.destroy(Stop { target: target.clone(), services: services.clone(), before: before.clone() });
        plan.add(again);
        plan.destroy(Start::<Destroys>::again(target.clone(), services, before.clone()));
        plan.add(Gate { target: target.clone(), before });
        plan.add(NothingWorse { target, known, seen: None, outside: false });
        Ok(plan.commit(AnyCommit::new(Done)).finish())
    }
}
