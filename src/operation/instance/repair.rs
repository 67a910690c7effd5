//! Repair: what a diagnosis found and Zelo can mend safely, each looked at again by its
//! own probe and put back if it did not help. The third try within a day is refused.

use std::{collections::BTreeSet, path::PathBuf};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{begin, examine, locks, only_config, resource, savable, waived};
use crate::{
    db::{OperationFilter, ResourceRow},
    domain::{
        finding::Finding,
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
    problem,
    saga::{
        plan::{AnyCommit, Plan, Waiver},
        step::Step as _,
    },
    secret::Secret,
    supabase::{
        instance::Instance,
        repairs::{self, Mend, Remedy},
        scene::Scene,
        steps::{Done, Judge, MendOne, Return},
    },
};

/// Tries of one probe's repair within a day, after which it is refused.
const TRIES: usize = 2;
/// A day, in hours.
const DAY: i64 = 24;
/// Operations that are looked through for former tries.
const LOOK_BACK: i64 = 50;

/// Asks for a repair.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RepairRequest {
    /// Of which instance.
    pub resource: ResourceId,
    /// What these probes find; none: all that can be mended.
    #[serde(default)]
    pub probes: Vec<String>,
    /// An owner's reason to go without a safety backup.
    #[serde(default)]
    pub without_safety: Option<String>,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::operation) struct Facts {
    resource: ResourceId,
    probes: Vec<String>,
    /// The remedies, sealed: statements may hold a password's hash.
    sealed: String,
    save: BackupOptions,
    waiver: Option<Waiver>,
}

/// One remedy as it is sealed.
#[derive(Serialize, Deserialize)]
struct Planned {
    probe: String,
    remedy: Remedy,
    former: Vec<(PathBuf, Vec<u8>)>,
}

fn owner(resource: &ResourceId) -> String {
    format!("repair:{resource}")
}

pub(in crate::operation) struct Repair;

#[async_trait]
impl Kind for Repair {
    type Request = RepairRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("repair");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: RepairRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let row = resource(world, &request.resource).await?;
        let access = world.access(&row)?;
        let (scene, diagnosis) = examine(world, &row).await?;
        let wanted = wanted(&request.probes, diagnosis.findings)?;
        refuse_third(world, &row, &wanted).await?;
        let mut planned = Vec::new();
        for finding in &wanted {
            planned.push(plan_one(&scene, finding).await);
        }
        scene.close().await;
        let planned: Vec<Planned> = planned.into_iter().collect::<Result<_, _>>()?;
        let touches_data =
            planned.iter().flat_map(|p| &p.remedy.mends).any(|mend| matches!(mend, Mend::Sql { .. }));
        let text = serde_json::to_string(&planned).map_err(|_| problem!("internal-journal"))?;
        let save = if touches_data { BackupOptions::default() } else { only_config() };
        let waiver = waived(world, request.without_safety, by)?;
        let (save, told) = savable(world, &row, save, &waiver).await?;
        let view = Sight {
            title: Some(msg!("plan-repair", resource = &row.name, count = planned.len())),
            warnings: wanted.iter().map(|finding| finding.title.clone()).chain(told).collect(),
            ..Sight::default()
        };
        let facts = Facts {
            resource: row.id.clone(),
            probes: wanted.into_iter().map(|finding| finding.probe).collect(),
            sealed: world.sealer.seal(&owner(&row.id), &Secret::new(text))?,
            save,
            waiver,
        };
        Ok(Inspected {
            locks: locks(world, &row, &access, &scene.instance).await?,
            facts,
            resource: Some(row.id),
            project: row.project,
            backup: None,
            parent: None,
            holds: vec![],
            view,
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let Facts { resource, sealed, save, waiver, .. } = facts;
        let planned = opened(world, &resource, &sealed).await?;
        let (mut plan, target, before) = begin(world, Self::KIND, &resource, save, waiver).await?;
        // What Compose was cut short in is brought up again.
        let services = made_anew(&planned);
        if !services.is_empty() {
            plan.destroy(Return { target: target.clone(), services, before });
        }
        let mut helped = Vec::new();
        for (index, one) in planned.into_iter().enumerate() {
            let mend = MendOne {
                target: target.clone(),
                probe: one.probe,
                number: index + 1,
                remedy: one.remedy,
                former: one.former,
            };
            helped.push(mend.slot());
            plan.destroy(mend);
        }
        plan.add(Judge { helped });
        Ok(plan.commit(AnyCommit::new(Done)).finish())
    }
}

/// The remedies that were planned. Problem: `secret-damaged`.
async fn opened(world: &World, resource: &ResourceId, sealed: &str) -> Result<Vec<Planned>, Problem> {
    let open = world.sealer.open(&owner(resource), sealed)?;
    let planned = serde_json::from_str(open.expose());
    match planned {
        Ok(planned) => Ok(planned),
        Err(_) => Err(problem!("secret-damaged", what = world.db.any_resource(resource).await?.name)),
    }
}

/// The services whose containers are made anew or restarted.
fn made_anew(planned: &[Planned]) -> Vec<String> {
    let mends = planned.iter().flat_map(|one| &one.remedy.mends);
    let services = mends.filter_map(|mend| match mend {
        Mend::Recreate { service } | Mend::Restart { service } => Some(service.clone()),
        Mend::Sql { .. } | Mend::Alone { .. } | Mend::File { .. } => None,
    });
    services.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The findings to be mended. Problems: `repair-nothing`, `repair-not-found`,
/// `repair-by-hand`.
fn wanted(probes: &[String], findings: Vec<Finding>) -> Result<Vec<Finding>, Problem> {
    for probe in probes {
        match findings.iter().find(|finding| finding.probe == *probe) {
            None => return Err(problem!("repair-not-found", probe = probe)),
            Some(finding) if !finding.is_repairable() => {
                return Err(problem!("repair-by-hand", probe = probe));
            }
            Some(_) => {}
        }
    }
    let all = findings.into_iter().filter(Finding::is_repairable);
    let mut seen = BTreeSet::new();
    let wanted: Vec<Finding> = all
        .filter(|finding| probes.is_empty() || probes.contains(&finding.probe))
        .filter(|finding| seen.insert(finding.probe.clone()))
        .collect();
    if wanted.is_empty() { Err(problem!("repair-nothing")) } else { Ok(wanted) }
}

/// What was tried twice within a day and is still there is not a thing for a third try.
/// Problem: `repair-third-try`.
async fn refuse_third(world: &World, row: &ResourceRow, wanted: &[Finding]) -> Result<(), Problem> {
    let filter = OperationFilter {
        resource: Some(row.id.clone()),
        kind: Some(Repair::KIND),
        limit: Some(LOOK_BACK),
        ..OperationFilter::default()
    };
    let now = world.clock.now();
    let mut tried: Vec<String> = Vec::new();
    for operation in world.db.operations(filter).await?.rows {
        if (now - operation.created_at).num_hours() >= DAY {
            continue;
        }
        let facts: Option<Facts> = serde_json::from_value(operation.facts).ok();
        tried.extend(facts.map(|facts| facts.probes).unwrap_or_default());
    }
    for finding in wanted {
        let times = tried.iter().filter(|probe| **probe == finding.probe).count();
        if times >= TRIES {
            return Err(problem!("repair-third-try", probe = &finding.probe, times = times));
        }
    }
    Ok(())
}

async fn plan_one(scene: &Scene, finding: &Finding) -> Result<Planned, Problem> {
    let repair = repairs::of(&finding.probe);
    let repair = repair.ok_or_else(|| problem!("repair-by-hand", probe = &finding.probe))?;
    let remedy = repair.plan(scene, finding).await?;
    let mut former = Vec::new();
    for mend in &remedy.mends {
        if let Mend::File { path, .. } = mend {
            former.push(read(&scene.instance, path).await?);
        }
    }
    Ok(Planned { probe: finding.probe.clone(), remedy, former })
}

/// A file of the project's folder, its links followed, and what is in it.
async fn read(instance: &Instance, path: &str) -> Result<(PathBuf, Vec<u8>), Problem> {
    let unreadable = |e: std::io::Error| problem!("env-unreadable", path = path).detail(e);
    let at = tokio::fs::canonicalize(instance.folder.join(path)).await.map_err(unreadable)?;
    let bytes = tokio::fs::read(&at).await.map_err(unreadable)?;
    Ok((at, bytes))
}
