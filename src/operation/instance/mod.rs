//! Operations on an instance. They share how it is found, what is saved first, and what
//! a diagnosis says before anything is touched.

mod config;
mod copy;
mod drift;
mod folder;
mod follow;
mod halt;
mod import;
mod look;
mod mail;
mod release;
mod repair;
mod restart;
mod start;
mod stop;

pub(super) use self::{
    config::Config, copy::Copy, release::Release, repair::Repair, restart::Restart, start::Start, stop::Stop,
};
pub use self::{
    config::{Change, ConfigRequest, Edited, Guided, history, set_back, wrong_values},
    copy::CopyRequest,
    drift::{drift, drift_said},
    folder::add_folder,
    follow::{Followed, follow_logs},
    import::{ImportOutcome, Imported, import_instances},
    look::{
        Address, Glance, Served, Setting, Settings, Stack, glance, logs, measure, reveal, settings, stacks,
    },
    mail::{MailRequest, TestMail, test_mail},
    release::ReleaseRequest,
    repair::RepairRequest,
    restart::RestartRequest,
    start::StartRequest,
    stop::StopRequest,
};
use super::{
    World,
    prepare::Actor,
    restore::waiver,
    safety::{self, Safety, was_whole},
};
use crate::{
    db::{BackupFilter, Lock, ResourceRow},
    domain::{backup::BackupState, id::ResourceId, msg::Msg, operation::OpKind, problem::Problem},
    engine::{Access, BackupOptions, Engine as _},
    msg, problem,
    saga::{
        plan::{Open, Plan, PlanBuilder, Protected, Waiver},
        step::{Slot, Step as _},
    },
    supabase::{
        capture::CONFIG,
        diagnose::{Diagnosis, diagnose},
        engine::KIND,
        instance::{Instance, Part},
        order::start_order,
        scene::Scene,
        steps::{Before, LookBefore, Target},
    },
};

/// The most recovery points that are looked through for a data point.
const LOOK_BACK: i64 = 20;

/// The resource, if it is an instance. Problem: `not-an-instance`.
pub(super) async fn resource(world: &World, id: &ResourceId) -> Result<ResourceRow, Problem> {
    let row = world.db.resource(id).await?;
    if row.kind == KIND { Ok(row) } else { Err(problem!("not-an-instance", resource = &row.name)) }
}

/// The way to it.
pub(super) fn target(world: &World, row: &ResourceRow) -> Result<Target, Problem> {
    Ok(Target { live: world.instances.clone(), access: world.access(row)? })
}

/// What keeps others away meanwhile: the instance, and its database, which may have been
/// added by itself.
pub(super) async fn locks(
    world: &World,
    row: &ResourceRow,
    access: &Access,
    instance: &Instance,
) -> Result<Vec<Lock>, Problem> {
    let mut locks = world.locks(row, access).await?;
    if let Some(db) = instance.container_of(Part::Db) {
        let access = world.instances.db_access(&instance.host, &db.name);
        locks.push(Lock::target(&world.instances.postgres().target(&access).await?));
    }
    Ok(locks)
}

/// An instance as it is now, with what every probe came to.
pub async fn examine(world: &World, row: &ResourceRow) -> Result<(Scene, Diagnosis), Problem> {
    let target = target(world, row)?;
    let mut scene = Scene::gather(&target.live, target.now().await?, world.clock.now()).await?;
    scene.called = row.name.clone();
    let diagnosis = diagnose(&scene).await;
    Ok((scene, diagnosis))
}

/// The chosen services (none: all) in the order they start. Problem: `service-unknown`.
pub(super) fn chosen(instance: &Instance, services: &[String]) -> Result<Vec<String>, Problem> {
    match services.iter().find(|name| !instance.services.contains_key(*name)) {
        Some(unknown) => {
            let known: Vec<&str> = instance.services.keys().map(String::as_str).collect();
            Err(problem!("service-unknown", service = unknown, known = known.join(", ")))
        }
        None => Ok(start_order(instance, services)),
    }
}

/// What is saved before something that does not touch the data: the configuration, and
/// everything where there is no recovery point with the data of the last day.
pub(super) async fn before_a_restart(world: &World, row: &ResourceRow) -> Result<BackupOptions, Problem> {
    if has_data_point(world, row).await? { Ok(only_config()) } else { Ok(BackupOptions::default()) }
}

/// A backup of the configuration alone.
pub(super) fn only_config() -> BackupOptions {
    BackupOptions { items: vec![CONFIG.to_owned()], ..BackupOptions::default() }
}

/// What can be saved of it now: without a safety backup nothing needs to be.
pub(super) async fn savable(
    world: &World,
    row: &ResourceRow,
    options: BackupOptions,
    waived: &Option<Waiver>,
) -> Result<(BackupOptions, Vec<Msg>), Problem> {
    match waived {
        Some(_) => Ok((options, Vec::new())),
        None => safety::savable(world, row, options).await,
    }
}

async fn has_data_point(world: &World, row: &ResourceRow) -> Result<bool, Problem> {
    let filter = BackupFilter {
        resource: Some(row.id.clone()),
        state: Some(BackupState::Complete),
        limit: Some(LOOK_BACK),
        ..BackupFilter::default()
    };
    let now = world.clock.now();
    for backup in world.db.backups(filter).await?.rows {
        let age = (now - backup.taken_at).to_std();
        let recent = age.is_ok_and(|age| age <= world.rules.safety_max_age);
        if recent && backup.verified_at.is_some() && was_whole(world, &backup.operation).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How a plan on an instance begins: what there is is looked at, then saved.
pub(super) async fn begin(
    world: &World,
    kind: OpKind,
    resource: &ResourceId,
    save: BackupOptions,
    waived: Option<Waiver>,
) -> Result<(PlanBuilder<Protected>, Target, Slot<Before>), Problem> {
    let (row, target) = again(world, resource).await?;
    let mut plan = Plan::builder(kind);
    let look = LookBefore { target: target.clone() };
    let before = look.slot();
    plan.add(look);
    Ok((protect(world, plan, &row.id, save, waived), target, before))
}

/// What the plan begins to be destructive with.
pub(super) fn protect(
    world: &World,
    plan: PlanBuilder<Open>,
    resource: &ResourceId,
    options: BackupOptions,
    waived: Option<Waiver>,
) -> PlanBuilder<Protected> {
    match waived {
        Some(waived) => plan.waive(waived),
        None => plan.safety(Safety { world: world.clone(), resource: resource.clone(), options }),
    }
}

/// Going without a safety backup, recorded with who and why.
pub(super) fn waived(world: &World, reason: Option<String>, by: &Actor) -> Result<Option<Waiver>, Problem> {
    waiver(world, reason, by)
}

/// What a diagnosis says that a person should know before services are stopped.
pub(super) fn harms(diagnosis: &Diagnosis) -> Vec<Msg> {
    let harmful = diagnosis.findings.iter().filter(|finding| finding.restart_harms);
    harmful.map(|finding| msg!("instance-warn-restart-harms", probe = finding.probe.as_str())).collect()
}

/// The same instance for steps made from facts.
pub(super) async fn again(world: &World, id: &ResourceId) -> Result<(ResourceRow, Target), Problem> {
    let row = world.db.any_resource(id).await?;
    let target = target(world, &row)?;
    Ok((row, target))
}
