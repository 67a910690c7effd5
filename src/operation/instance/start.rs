//! Safe start: look → start in order, each after what it waits for → done. It takes
//! nothing away, so nothing is saved first.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{again, chosen, locks, resource, target};
use crate::{
    domain::{
        id::{OperationId, ResourceId},
        operation::OpKind,
        problem::Problem,
    },
    msg,
    operation::{
        World,
        prepare::{Actor, Inspected, Kind, Sight},
    },
    saga::{
        plan::{AnyCommit, Plan},
        step::{Adds, Step as _},
    },
    supabase::steps::{Done, LookBefore, Start as StartStep},
};

/// Asks for a safe start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StartRequest {
    /// Of which instance.
    pub resource: ResourceId,
    /// Of these services; none: all.
    #[serde(default)]
    pub services: Vec<String>,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::operation) struct Facts {
    resource: ResourceId,
    services: Vec<String>,
}

pub(in crate::operation) struct Start;

#[async_trait]
impl Kind for Start {
    type Request = StartRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("start");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: StartRequest,
        _: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let row = resource(world, &request.resource).await?;
        let access = world.access(&row)?;
        let instance = target(world, &row)?.now().await?;
        let title = Some(msg!("plan-start", resource = &row.name));
        Ok(Inspected {
            locks: locks(world, &row, &access, &instance).await?,
            facts: Facts { resource: row.id.clone(), services: chosen(&instance, &request.services)? },
            resource: Some(row.id),
            project: row.project,
            backup: None,
            parent: None,
            holds: vec![],
            view: Sight { title, ..Sight::default() },
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let (_, target) = again(world, &facts.resource).await?;
        let mut plan = Plan::builder(Self::KIND);
        let look = LookBefore { target: target.clone() };
        let before = look.slot();
        plan.add(look);
        plan.add(StartStep::<Adds>::stopped(target, facts.services, before));
        Ok(plan.commit(AnyCommit::new(Done)).finish())
    }
}
