//! Release: a copy that was looked at gets its way out, its mail and its scheduled jobs,
//! by a plan like any other change of its files.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{begin, locks, only_config, resource, target, waived};
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
    problem,
    saga::{
        plan::{AnyCommit, Plan, Waiver},
        step::Step as _,
    },
    supabase::{
        ForgetNetworks, Release as Write, is_cut_off,
        order::start_order,
        overlay_of,
        steps::{Done, ForgetEnv, Gate, NothingWorse, Recreate, Return, Sick},
    },
};

/// Asks for a release.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleaseRequest {
    /// Of which copy.
    pub resource: ResourceId,
    /// An owner's reason to go without a safety backup.
    #[serde(default)]
    pub without_safety: Option<String>,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::operation) struct Facts {
    resource: ResourceId,
    file: PathBuf,
    services: Vec<String>,
    waiver: Option<Waiver>,
}

pub(in crate::operation) struct Release;

#[async_trait]
impl Kind for Release {
    type Request = ReleaseRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("release");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: ReleaseRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let row = resource(world, &request.resource).await?;
        let access = world.access(&row)?;
        let instance = target(world, &row)?.now().await?;
        let file =
            overlay_of(&instance).ok_or_else(|| problem!("release-not-cut-off", resource = &row.name))?;
        if !is_cut_off(&instance).await {
            return Err(problem!("release-not-cut-off", resource = &row.name));
        }
        Ok(Inspected {
            locks: locks(world, &row, &access, &instance).await?,
            view: Sight {
                title: Some(msg!("plan-release", resource = &row.name)),
                warnings: vec![msg!("release-warn-out")],
                ..Sight::default()
            },
            facts: Facts {
                resource: row.id.clone(),
                file,
                services: start_order(&instance, &[]),
                waiver: waived(world, request.without_safety, by)?,
            },
            resource: Some(row.id),
            project: row.project,
            backup: None,
            parent: None,
            holds: vec![],
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let Facts { resource, file, services, waiver } = facts;
        let (mut plan, target, before) = begin(world, Self::KIND, &resource, only_config(), waiver).await?;
        let sick = Sick { target: target.clone() };
        let seen = Some(sick.slot());
        plan.add(sick);
        plan.destroy(Return { target: target.clone(), services: services.clone(), before: before.clone() });
        plan.destroy(Write { target: target.clone(), file: file.clone() });
        plan.destroy(Recreate { target: target.clone(), services, force: false });
        plan.add(Gate { target: target.clone(), before });
        let known = Vec::new();
        plan.add(NothingWorse { target: target.clone(), known, seen, outside: false });
        let mut plan = plan.commit(AnyCommit::new(Done));
        plan.settle(ForgetEnv { file });
        plan.settle(ForgetNetworks { target });
        Ok(plan.finish())
    }
}
