//! Restore: check the backup → safety backup → beside, compare → swap (the commit
//! point) → settle. Into something new it takes nothing away and needs no safety
//! backup.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    World,
    delete::folder,
    prepare::{Actor, Inspected, Kind, Sight},
    resolve::needs_operator,
    safety::{self, Safety},
    steps::{
        asides::{KeepAsides, RetireAsides},
        made::AddMade,
        resolve::Resolve,
        source::CheckSource,
    },
};
use crate::{
    db::{BackupRow, Lock, ResourceRow},
    domain::{
        backup::Origin,
        id::{AsideId, BackupId, OperationId, ResourceId, StoreId},
        manifest::Manifest,
        msg::Msg,
        operation::OpKind,
        outside::OutsideReport,
        problem::Problem,
    },
    engine::{BackupOptions, Planned, Replace, RestoreOptions, RestoreSteps, Shelf},
    msg, problem,
    saga::plan::{Committed, Open, Plan, PlanBuilder, Waiver},
    store::{StorePath, manifest},
};

/// Asks for a restore.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestoreRequest {
    /// What to restore.
    pub backup: BackupId,
    /// Into which resource; `None`: the one it was taken of.
    #[serde(default)]
    pub into: Option<ResourceId>,
    /// What of it, and under which name.
    #[serde(default)]
    pub options: RestoreOptions,
    /// An owner's reason to go without a safety backup.
    #[serde(default)]
    pub without_safety: Option<String>,
    /// The operation that needs a person and whose way out this is: it runs under
    /// that operation's locks.
    #[serde(default)]
    pub resolves: Option<OperationId>,
    /// The operation that runs it, under whose locks.
    #[serde(default)]
    pub parent: Option<OperationId>,
}

impl RestoreRequest {
    /// All of a backup over what it was taken of, behind a safety backup.
    pub fn of(backup: BackupId) -> Self {
        let options = RestoreOptions::default();
        Self { backup, into: None, options, without_safety: None, resolves: None, parent: None }
    }
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    backup: BackupId,
    manifest: Manifest,
    store: StoreId,
    /// The folder of the resource it was taken of: its parts' paths start there.
    folder: StorePath,
    target: ResourceId,
    planned: Planned,
    waiver: Option<Waiver>,
    /// What is saved first.
    #[serde(default)]
    save: BackupOptions,
    resolves: Option<OperationId>,
    /// Who asked.
    #[serde(default = "Actor::system")]
    by: Actor,
}

pub(super) struct Restore;

#[async_trait]
impl Kind for Restore {
    type Request = RestoreRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("restore");

    async fn inspect(
        world: &World,
        id: &OperationId,
        request: RestoreRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        if let Some(stuck) = &request.resolves {
            needs_operator(world, stuck).await?;
        }
        let backup = restorable(world, &request.backup).await?;
        let store = world.stores.get(&backup.store)?;
        let path = StorePath::new(&backup.path)?;
        let manifest = manifest::manifest(&*store, &path).await?;
        let target = world.db.resource(request.into.as_ref().unwrap_or(&backup.resource)).await?;
        if target.kind != manifest.resource.kind {
            return Err(problem!(
                "restore-other-kind",
                backup = manifest.resource.kind.as_str(),
                target = target.kind.as_str()
            ));
        }
        if let Some(refused) = &target.restore_refused {
            return Err(refused.clone());
        }
        trusted_there(world, &backup, &target, by).await?;
        may_place(world, &request.options, by).await?;
        let strange = reports(&manifest, &request.options)?;
        let access = world.access(&target)?;
        let shelf = Shelf { store, resource: folder(&path)?, folder: String::new() };
        let engine = world.engine(&target)?;
        let mut planned = engine.plan_restore(&access, &shelf, &manifest, &request.options, id).await?;
        planned.warnings.splice(0..0, strange);
        let replaces = request.options.new_name.is_none();
        let waiver = waiver(world, request.without_safety, by)?;
        let (save, told) = match replaces && waiver.is_none() {
            true => safety::savable(world, &target, BackupOptions::default()).await?,
            false => Default::default(),
        };
        planned.warnings.extend(told);
        // The stuck operation still holds the resource: nobody else can have it.
        let mut locks = match (&request.resolves, &request.parent) {
            (Some(stuck), _) => vec![Lock::way_out(stuck)],
            (None, Some(_)) => vec![],
            (None, None) => world.locks(&target, &access).await?,
        };
        if let Some(made) = engine.made(&planned.facts) {
            locks.push(Lock::target(&engine.target(&made.access).await?));
        }
        locks.push(Lock::backup_in_use(&backup.id));
        let view = Sight {
            title: Some(msg!("plan-restore", backup = manifest.id.short(), resource = &target.name)),
            warnings: planned.warnings.clone(),
            bytes: planned.bytes,
            database_disk: planned.database_disk,
            confirm: replaces.then(|| target.name.clone()),
        };
        Ok(Inspected {
            resource: Some(target.id.clone()),
            project: target.project.clone(),
            backup: Some(backup.id.clone()),
            parent: request.parent,
            locks,
            holds: vec![backup.id.clone()],
            view,
            facts: Facts {
                folder: shelf.resource,
                backup: backup.id,
                manifest,
                store: backup.store,
                target: target.id,
                planned,
                waiver,
                save,
                resolves: request.resolves,
                by: by.clone(),
            },
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let target = world.db.any_resource(&facts.target).await?;
        let access = world.access(&target)?;
        let shelf = Shelf {
            store: world.stores.get(&facts.store)?,
            resource: facts.folder.clone(),
            folder: String::new(),
        };
        let engine = world.engine(&target)?;
        let steps = engine.restore(&access, &facts.planned.facts, &shelf, &facts.manifest)?;
        let last = match (facts.resolves, engine.made(&facts.planned.facts)) {
            (Some(stuck), _) => Last::Resolve(stuck),
            (None, Some(made)) => Last::Add(Box::new(AddMade {
                world: world.clone(),
                project: target.project.clone(),
                made,
                by: facts.by,
            })),
            (None, None) => Last::Nothing,
        };
        let mut plan = Plan::builder(Self::KIND);
        plan.add(CheckSource { world: world.clone(), shelf, backup: facts.backup, manifest: facts.manifest });
        let cover = Cover { waiver: facts.waiver, save: facts.save };
        Ok(put_back(world, plan, steps, &facts.target, cover, last))
    }
}

/// A backup is loaded with all rights of its target, and whoever has the resource it was
/// taken of decides what is in it. From one project into another that is not for their
/// members to do. Problems: `restore-other-project`, `restore-outside-admin`.
async fn trusted_there(
    world: &World,
    backup: &BackupRow,
    target: &ResourceRow,
    by: &Actor,
) -> Result<(), Problem> {
    let same = backup.resource == target.id || backup.project == target.project;
    let outside = backup.origin == Origin::Uploaded;
    // One that is restored whole brings what runs on the host: files of Compose, mounts.
    let runs = outside && world.engine(target)?.offers().whole;
    // What came from outside is loaded by a role that owns nothing else.
    if (same || outside) && !runs {
        return Ok(());
    }
    let Some(user) = by.0.strip_prefix("user:") else { return Ok(()) };
    if let Ok(user) = user.parse()
        && world.db.user(&user).await?.is_admin
    {
        return Ok(());
    }
    if runs {
        return Err(problem!("restore-outside-admin", resource = &target.name));
    }
    Err(problem!("restore-other-project", backup = &backup.resource_name, target = &target.name))
}

/// Host folders are an administrator's to choose. Problem: `restore-place-admin`.
pub(super) async fn may_place(world: &World, options: &RestoreOptions, by: &Actor) -> Result<(), Problem> {
    if !options.place.contains_key("folder") {
        return Ok(());
    }
    let Some(user) = by.0.strip_prefix("user:") else { return Ok(()) };
    match user.parse() {
        Ok(user) if world.db.user(&user).await?.is_admin => Ok(()),
        _ => Err(problem!("restore-place-admin")),
    }
}

/// What a person should know of what came from elsewhere. Problem
/// `restore-outside-refused`: it holds what must never run.
fn reports(manifest: &Manifest, options: &RestoreOptions) -> Result<Vec<Msg>, Problem> {
    if manifest.origin != Origin::Uploaded {
        return Ok(Vec::new());
    }
    let mut told = Vec::new();
    for report in manifest.parts.iter().filter_map(OutsideReport::of) {
        if !options.items.is_empty() && !options.items.contains(&report.item) {
            continue;
        }
        if let Some(danger) = report.dangers.listed.iter().find(|danger| danger.fatal) {
            return Err(problem!("restore-outside-refused", excerpt = &danger.excerpt));
        }
        told.extend(report.messages());
    }
    Ok(told)
}

/// The backup, if it may be restored from.
async fn restorable(world: &World, id: &BackupId) -> Result<BackupRow, Problem> {
    let backup = world.db.backup(id).await?;
    backup.usable()?;
    Ok(backup)
}

/// Going without a safety backup, recorded with who and why.
pub(super) fn waiver(world: &World, reason: Option<String>, by: &Actor) -> Result<Option<Waiver>, Problem> {
    let Some(reason) = reason else { return Ok(None) };
    if reason.trim().is_empty() {
        return Err(problem!("waiver-reason"));
    }
    let user = by.0.strip_prefix("user:").and_then(|id| id.parse().ok());
    Ok(Some(Waiver { user, actor: by.0.clone(), reason: reason.trim().to_owned(), at: world.clock.now() }))
}

/// What stands before anything is taken away: a safety backup, or a reason to go without.
pub(super) struct Cover {
    /// The reason.
    pub(super) waiver: Option<Waiver>,
    /// What is saved without one.
    pub(super) save: BackupOptions,
}

/// An engine's steps as a plan: a safety backup stands before the first one that
/// takes anything away.
pub(super) fn put_back(
    world: &World,
    mut plan: PlanBuilder<Open>,
    steps: RestoreSteps,
    target: &ResourceId,
    cover: Cover,
    last: Last,
) -> Plan {
    match steps {
        RestoreSteps::Beside { prepare, commit, settle } => {
            for step in prepare {
                plan.add_any(step);
            }
            let mut plan = plan.commit(commit);
            for step in settle {
                plan.settle_any(step);
            }
            last.settle(world, &mut plan);
            plan.finish()
        }
        RestoreSteps::Replacing { before, prepare, commit, swapped, settle, confirm } => {
            for step in before {
                plan.add_any(step);
            }
            let mut plan = match cover.waiver {
                Some(waiver) => plan.waive(waiver),
                None => plan.safety(Safety {
                    world: world.clone(),
                    resource: target.clone(),
                    options: cover.save,
                }),
            };
            for step in prepare {
                match step {
                    Replace::Beside(step) => plan.add_any(step),
                    Replace::Destroy(step) => plan.destroy_any(step),
                };
            }
            let mut plan = plan.commit_destroying(commit);
            plan.settle(KeepAsides { world: world.clone(), resource: target.clone(), swapped });
            for step in settle {
                plan.settle_any(step);
            }
            for step in confirm {
                plan.confirm_any(step);
            }
            last.settle(world, &mut plan);
            plan.finish()
        }
    }
}

/// What is written down once everything else has gone well.
pub(super) enum Last {
    Nothing,
    /// These asides are live again.
    Retire(Vec<AsideId>),
    /// This operation no longer needs a person.
    Resolve(OperationId),
    /// Something new is a resource of its own.
    Add(Box<AddMade>),
}

impl Last {
    fn settle(self, world: &World, plan: &mut PlanBuilder<Committed>) {
        let world = world.clone();
        match self {
            Self::Nothing => {}
            Self::Retire(used) => drop(plan.settle(RetireAsides { world, used })),
            Self::Resolve(operation) => drop(plan.settle(Resolve { world, operation })),
            Self::Add(made) => drop(plan.settle(*made)),
        }
    }
}
