//! The safety backup: a whole backup operation of its own, run as a child under
//! its parent's locks, or a verified one that nothing has been written since.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    Actor, World,
    backup::BackupRequest,
    child::stuck,
    delete::folder,
    execute::execute_under,
    prepare::{Request, prepare},
    recover::recover,
    steps::{counted, source::is_damage},
};
use crate::{
    db::{BackupFilter, BackupRow, OperationFilter, OperationRow, ResourceRow},
    domain::{
        backup::{BackupState, Origin},
        clock::Moment,
        id::{OperationId, ResourceId},
        msg::Msg,
        operation::OpState,
        problem::Problem,
    },
    engine::{BackupOptions, COLD},
    msg, problem,
    saga::{
        Cx, Journal as _,
        step::{Limits, SafetyProof, Saves, Step, UndoRule},
    },
    store::{StorePath, manifest, part::check_part},
};

/// The step's name.
const STEP: &str = "safety";

/// How many recent backups are looked at for one to reuse.
const LOOK_BACK: i64 = 5;

pub(super) struct Safety {
    pub(super) world: World,
    pub(super) resource: ResourceId,
    /// What it has to contain: what the operation may change.
    pub(super) options: BackupOptions,
}

/// The child operation, written down before it exists.
#[derive(Serialize, Deserialize)]
struct Child {
    child: OperationId,
}

/// What the safety step of an operation left, if it took one.
pub(super) async fn proof_of(world: &World, id: &OperationId) -> Result<Option<SafetyProof>, Problem> {
    let steps = world.db.steps(id).await.map_err(|e| problem!("internal-journal").detail(e))?;
    let output = steps.into_iter().find(|step| step.name == STEP).and_then(|step| step.output);
    Ok(output.and_then(|output| serde_json::from_value(output).ok()))
}

/// What a safety backup can be planned as now, and what a person should know of it: as
/// asked; or, where the database cannot be dumped, a copy of its files, for which it is
/// stopped. Problem `safety-impossible`: neither, so it needs an owner's reason to go
/// without.
pub(super) async fn savable(
    world: &World,
    row: &ResourceRow,
    options: BackupOptions,
) -> Result<(BackupOptions, Vec<Msg>), Problem> {
    let (engine, access) = (world.engine(row)?, world.access(row)?);
    if !may_be_cold(engine.offers().cold, &options) {
        return Ok((options, Vec::new()));
    }
    let cold = as_cold(&options);
    let planned = engine.plan_backup(&access, &cold).await;
    match (engine.plan_backup(&access, &options).await, planned) {
        (Ok(_), Ok(planned)) => Ok((options, vec![msg!("warn-safety-cold", bytes = planned.bytes)])),
        (Ok(_), Err(_)) => Ok((options, Vec::new())),
        (Err(why), Ok(planned)) => {
            tracing::info!(%why, "the safety backup will be a cold copy");
            Ok((cold, planned.warnings))
        }
        (Err(why), Err(neither)) => {
            Err(problem!("safety-impossible", resource = &row.name).detail(format!("{why}\n{neither}")))
        }
    }
}

/// Whether a copy of the files may stand in for what is asked: it holds everything.
fn may_be_cold(offered: bool, options: &BackupOptions) -> bool {
    offered && options.items.is_empty() && options.format.is_none()
}

fn is_of_database(problem: &Problem) -> bool {
    problem.code.starts_with("pg-")
}

fn as_cold(options: &BackupOptions) -> BackupOptions {
    BackupOptions { format: Some(COLD.to_owned()), ..options.clone() }
}

#[async_trait]
impl Step for Safety {
    type Effect = Saves;
    type Output = SafetyProof;

    fn name(&self) -> String {
        STEP.to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-safety")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-safety"))
    }

    fn limits(&self) -> Limits {
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<SafetyProof, Problem> {
        let proof = match self.reusable(cx).await? {
            Some(proof) => proof,
            None => self.take(cx).await?,
        };
        // Until this operation is over nobody can remove what it may have to go back to.
        self.world.db.hold(cx.operation(), &proof.backups).await?;
        Ok(proof)
    }

    /// A child cut short is put away as any operation is; a finished safety
    /// backup stays.
    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        for Child { child } in cx.notes() {
            // Noted, and the process died before it was written down: nothing ran.
            let Some(row) = found(&self.world, &child).await? else { continue };
            match row.state {
                OpState::Queued => {
                    self.world.db.request_cancel(&child, "system").await?;
                }
                OpState::Running => {
                    recover(&self.world, child.clone()).await;
                    self.ended(&child).await?;
                }
                _ => {}
            }
            // Such as a database that was stopped for its copy, and not started again.
            if self.world.db.operation(&child).await?.state == OpState::NeedsOperator {
                return Err(stuck(&child));
            }
        }
        Ok(())
    }
}

impl Safety {
    /// A new one; a copy of the files where the dump failed because of the database.
    async fn take(&self, cx: &Cx) -> Result<SafetyProof, Problem> {
        let failed = match self.child(cx, self.options.clone()).await {
            Err(problem) => problem,
            taken => return taken,
        };
        let row = self.world.db.resource(&self.resource).await?;
        let cold = may_be_cold(self.world.engine(&row)?.offers().cold, &self.options);
        if !cold || cx.cancel().is_cancelled() {
            return Err(failed);
        }
        let undumpable =
            is_of_database(&failed) || self.undumpable(cx).await? || self.unplannable(&row).await?;
        if !undumpable {
            return Err(failed);
        }
        cx.log(msg!("log-safety-cold")).await;
        self.child(cx, as_cold(&self.options)).await
    }

    /// Whether the last child failed by the database, and not by the store or a cancel.
    async fn undumpable(&self, cx: &Cx) -> Result<bool, Problem> {
        let filter = OperationFilter { parent: Some(cx.operation().clone()), ..OperationFilter::default() };
        let children = self.world.db.operations(filter).await?.rows;
        Ok(children.iter().any(|row| row.problem.as_ref().is_some_and(is_of_database)))
    }

    /// Whether no dump can even be planned: the database stands still, or does not answer.
    async fn unplannable(&self, row: &ResourceRow) -> Result<bool, Problem> {
        let (engine, access) = (self.world.engine(row)?, self.world.access(row)?);
        Ok(engine.plan_backup(&access, &self.options).await.is_err())
    }

    /// One backup, as an operation of its own.
    async fn child(&self, cx: &Cx, options: BackupOptions) -> Result<SafetyProof, Problem> {
        let request = Request::Backup(BackupRequest {
            resource: self.resource.clone(),
            name: None,
            note: None,
            options,
            origin: Origin::Safety,
            parent: Some(cx.operation().clone()),
        });
        let prepared = prepare(&self.world, request, &Actor::system()).await?;
        let child = prepared.id().clone();
        cx.note(&Child { child: child.clone() }).await?;
        self.world.db.enqueue(prepared.new).await?;
        execute_under(&self.world, &child, cx.cancel().child_token()).await;
        self.proof(&child).await
    }

    async fn ended(&self, child: &OperationId) -> Result<(), Problem> {
        if self.world.db.operation(child).await?.state.is_final() {
            return Ok(());
        }
        Err(problem!("child-not-ended", operation = child.as_str()).transient())
    }

    async fn proof(&self, child: &OperationId) -> Result<SafetyProof, Problem> {
        let row = self.world.db.operation(child).await?;
        let backup = match (&row.state, &row.backup) {
            (OpState::Succeeded, Some(backup)) => Some(self.world.db.backup(backup).await?),
            _ => None,
        };
        match backup.and_then(|b| b.verified_at.map(|at| (b.id, at))) {
            Some((id, verified_at)) => Ok(SafetyProof { backups: vec![id], verified_at, reused: false }),
            None => {
                let why = row.problem.map(|p| p.to_string()).unwrap_or_default();
                Err(problem!("safety-failed", operation = child.as_str()).detail(why))
            }
        }
    }

    /// A complete, recent backup of everything whose marker proves that nothing
    /// was written since it was taken, and whose every byte is still right. Any
    /// doubt: none.
    async fn reusable(&self, cx: &Cx) -> Result<Option<SafetyProof>, Problem> {
        let resource = self.world.db.resource(&self.resource).await?;
        let access = self.world.access(&resource)?;
        let Some(marker) = self.world.engine(&resource)?.inspect(&access).await?.marker else {
            return Ok(None);
        };
        let filter = BackupFilter {
            resource: Some(self.resource.clone()),
            state: Some(BackupState::Complete),
            limit: Some(LOOK_BACK),
            ..BackupFilter::default()
        };
        for backup in self.world.db.backups(filter).await?.rows {
            let fits = backup.marker.as_ref() == Some(&marker) && self.is_recent(&backup, cx.now());
            if fits
                && was_whole(&self.world, &backup.operation).await?
                && self.is_still_right(cx, &backup).await?
            {
                cx.log(msg!("log-safety-reused", backup = backup.id.short())).await;
                return Ok(Some(SafetyProof {
                    backups: vec![backup.id],
                    verified_at: cx.now(),
                    reused: true,
                }));
            }
        }
        Ok(None)
    }

    /// One of the future is none: the clock was wrong then or is wrong now.
    fn is_recent(&self, backup: &BackupRow, now: Moment) -> bool {
        let age = (now - backup.taken_at).to_std();
        backup.verified_at.is_some() && age.is_ok_and(|age| age <= self.world.rules.safety_max_age)
    }

    /// Reads all of it: disks rot, and files are deleted by hand. What is damaged
    /// is written down as that.
    async fn is_still_right(&self, cx: &Cx, backup: &BackupRow) -> Result<bool, Problem> {
        match self.read(cx, backup).await {
            Ok(()) => {
                self.world.db.mark_verified(&backup.id, cx.now()).await?;
                Ok(true)
            }
            Err(problem) => {
                tracing::warn!(backup = %backup.id, %problem, "not fit to be a safety backup");
                if is_damage(&problem) {
                    self.world.db.mark_corrupt(&backup.id, &problem).await?;
                }
                Ok(false)
            }
        }
    }

    async fn read(&self, cx: &Cx, backup: &BackupRow) -> Result<(), Problem> {
        let store = self.world.stores.get(&backup.store)?;
        let path = StorePath::new(&backup.path)?;
        let folder = folder(&path)?;
        for part in manifest::manifest(&*store, &path).await?.parts {
            check_part(store.clone(), &folder, &part, counted(cx)).await?;
        }
        Ok(())
    }
}

/// Whether the operation that made a backup was asked for everything.
pub(super) async fn was_whole(world: &World, operation: &OperationId) -> Result<bool, Problem> {
    let Some(row) = found(world, operation).await? else { return Ok(false) };
    let request: Option<BackupRequest> = serde_json::from_value(row.request).ok();
    Ok(request.is_some_and(|r| r.options.items.is_empty() && r.options.roles != Some(false)))
}

async fn found(world: &World, operation: &OperationId) -> Result<Option<OperationRow>, Problem> {
    match world.db.operation(operation).await {
        Ok(row) => Ok(Some(row)),
        Err(problem) if problem.is("not-found-operation") => Ok(None),
        Err(problem) => Err(problem),
    }
}
