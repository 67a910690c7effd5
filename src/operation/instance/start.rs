//! Safe start: look → start in order, each after what it waits for → gate → done; then what
//! the probes find is told. It takes nothing away, so nothing is saved first; what may not
//! start well is said before, where the files alone show it. Where there are no containers
//! they are made first, from the project's folder; what comes up is compared with what was
//! made.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{again, chosen, locks, resource, target};
use crate::{
    domain::{
        id::{OperationId, ResourceId},
        msg::Msg,
        operation::OpKind,
        problem::Problem,
    },
    host::Container,
    msg,
    operation::{
        World,
        prepare::{Actor, Inspected, Kind, Sight},
    },
    saga::{
        plan::{AnyCommit, AnyStep, Plan},
        step::{Adds, Step as _},
    },
    supabase::{
        diagnose::diagnose,
        folder,
        instance::Instance,
        scene::Scene,
        steps::{
            Done, Gate, Intact, LookBefore, Make, Start as StartStep, Target, TellFindings, has_no_containers,
        },
    },
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
    /// Whether containers have to be made first.
    #[serde(default)]
    make: bool,
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
        let target = target(world, &row)?;
        let instance = target.live.instance_or_folder(&target.access).await?;
        let services = chosen(&instance, &request.services)?;
        let make = has_no_containers(&instance);
        let mut warnings = if make { made_first(&target, &instance).await? } else { Vec::new() };
        warnings.extend(harmed(world, &target, &instance, &services).await?);
        let title = Some(msg!("plan-start", resource = &row.name));
        Ok(Inspected {
            locks: locks(world, &row, &access, &instance).await?,
            facts: Facts { resource: row.id.clone(), services, make },
            resource: Some(row.id),
            project: row.project,
            backup: None,
            parent: None,
            holds: vec![],
            view: Sight { title, warnings, ..Sight::default() },
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let (_, target) = again(world, &facts.resource).await?;
        let mut plan = Plan::builder(Self::KIND);
        if facts.make {
            let make = Make { target: target.clone() };
            let before = make.slot();
            plan.add(make);
            plan.add(StartStep::<Adds>::stopped(target.clone(), facts.services, before.clone()));
            plan.add(Gate { target: target.clone(), before });
        } else {
            let look = LookBefore { target: target.clone() };
            let before = look.slot();
            plan.add(look);
            let services = facts.services;
            plan.add(Intact::before_a_start(&target, &services, &before));
            plan.add(StartStep::<Adds>::stopped(target.clone(), services, before.clone()));
            plan.add(Gate { target: target.clone(), before });
        }
        let mut plan = plan.commit(AnyCommit::new(Done));
        plan.settle_any(AnyStep::from(AnyStep::new(TellFindings { target })));
        Ok(plan.finish())
    }
}

/// What may keep a service from starting well, as far as it can be seen while it is down.
async fn harmed(
    world: &World,
    target: &Target,
    instance: &Instance,
    services: &[String],
) -> Result<Option<Msg>, Problem> {
    let chosen = |service: &str| services.iter().any(|one| one == service);
    let is_down = |(service, container): (&str, &Container)| chosen(service) && container.state != "running";
    // Of none that is not made yet is there a container.
    if !has_no_containers(instance) && !instance.containers().any(is_down) {
        return Ok(None);
    }
    let scene = Scene::gather(&target.live, instance.clone(), world.clock.now()).await?;
    let harmful = diagnose(&scene).await.findings.into_iter().filter(|finding| finding.restart_harms);
    let probes: Vec<String> = harmful.map(|finding| finding.probe).collect();
    Ok((!probes.is_empty()).then(|| msg!("start-warn-harmed", probes = probes.join(", "))))
}

/// What a person should know before containers are made: that they are, and which volumes
/// and folders will be new and empty, because they are gone.
async fn made_first(target: &Target, instance: &Instance) -> Result<Vec<Msg>, Problem> {
    let count = instance.services.len();
    let mut warnings =
        vec![msg!("start-warn-makes", count = count, folder = instance.folder.display().to_string())];
    let there = target.live.engine(&instance.host)?.volumes().await?;
    for volume in folder::volumes(&target.live, instance).await? {
        if !there.contains(&volume) {
            warnings.push(msg!("start-warn-volume-new", volume = volume));
        }
    }
    for path in folder::missing(&target.live, instance).await? {
        warnings.push(msg!("start-warn-path-new", path = path));
    }
    Ok(warnings)
}
