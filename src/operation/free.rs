//! Free: remove for good what a restore or an undo set aside. It cannot be undone,
//! so the safety backup of the operation that set it aside must still be there and
//! whole, or an owner says in writing that it may go without.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    World,
    prepare::{Actor, Inspected, Kind, Sight},
    restore::waiver,
    safety::proof_of,
    steps::proof::Prove,
};
use crate::{
    db::{AsideRow, AsideState, BackupRow, Lock},
    domain::{
        backup::BackupState,
        clock::Moment,
        id::{AsideId, BackupId, OperationId, ResourceId},
        msg::Msg,
        operation::OpKind,
        problem::Problem,
    },
    engine::{Aside, Planned},
    msg, problem,
    saga::{
        Cx,
        plan::{Plan, Waiver},
        step::{Adds, Limits, Reads, Step, UndoRule},
    },
};

/// Asks for the removal of something set aside.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FreeRequest {
    /// Which.
    pub aside: AsideId,
    /// Only if its time is over: nobody asked for it by name.
    #[serde(default)]
    pub expired: bool,
    /// An owner's reason to do it although there is no safety backup any more.
    #[serde(default)]
    pub without_safety: Option<String>,
}

/// What stands between the removal and a loss.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Guard {
    Backups(Vec<BackupId>),
    Waiver(Waiver),
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    aside: AsideId,
    item: String,
    target: ResourceId,
    /// The operation that set it aside.
    of: OperationId,
    expired: bool,
    planned: Planned,
    guard: Guard,
    by: Actor,
}

pub(super) struct Free;

#[async_trait]
impl Kind for Free {
    type Request = FreeRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("free");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: FreeRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let row = world.db.aside(&request.aside).await?;
        still_kept(&row, request.expired, world.clock.now())?;
        let target = world.db.any_resource(&row.resource).await?;
        let backups = safety_backups(world, &row.operation).await?;
        let waiver = waiver(world, request.without_safety, by)?;
        let view = Sight {
            title: Some(msg!("plan-free", item = &row.item, resource = &target.name)),
            warnings: warnings(&row, &backups, waiver.is_some()),
            // Zelo itself asks only for what a person agreed to by letting its time end.
            confirm: (!by.is_system()).then(|| target.name.clone()),
            ..Sight::default()
        };
        let holds: Vec<BackupId> = backups.into_iter().map(|backup| backup.id).collect();
        let guard = match waiver {
            Some(waiver) => Guard::Waiver(waiver),
            None if holds.is_empty() => {
                return Err(problem!("free-no-safety", operation = row.operation.as_str()));
            }
            None => Guard::Backups(holds.clone()),
        };
        let access = world.access(&target)?;
        let aside = Aside { item: row.item.clone(), locator: row.locator.clone(), bytes: row.bytes };
        let planned = world.engine(&target)?.plan_free(&access, &aside, &row.operation).await?;
        let view = Sight { warnings: [planned.warnings.clone(), view.warnings].concat(), ..view };
        let mut locks = world.locks(&target, &access).await?;
        locks.push(Lock::aside(&row.id));
        locks.extend(holds.iter().map(Lock::backup_in_use));
        Ok(Inspected {
            resource: Some(target.id.clone()),
            project: target.project,
            backup: None,
            parent: None,
            locks,
            holds,
            view,
            facts: Facts {
                aside: row.id,
                item: row.item,
                target: target.id,
                of: row.operation,
                expired: request.expired,
                planned,
                guard,
                by: by.clone(),
            },
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let target = world.db.any_resource(&facts.target).await?;
        let access = world.access(&target)?;
        let remove = world.engine(&target)?.free(&access, &facts.planned.facts)?;
        let mut plan = Plan::builder(Self::KIND);
        plan.add(StillKept { world: world.clone(), facts: facts.clone() });
        let plan = match facts.guard.clone() {
            Guard::Backups(backups) => {
                plan.safety(Prove { world: world.clone(), of: facts.of.clone(), backups })
            }
            Guard::Waiver(waiver) => plan.waive(waiver),
        };
        let mut plan = plan.commit_destroying(remove);
        plan.settle(Freed { world: world.clone(), facts });
        Ok(plan.finish())
    }
}

/// Problems: `aside-state`, `aside-not-due`.
fn still_kept(row: &AsideRow, expired: bool, now: Moment) -> Result<(), Problem> {
    if row.state != AsideState::Kept {
        return Err(problem!("aside-state", id = row.id.as_str(), state = row.state.as_str()));
    }
    if expired && row.keep_until > now {
        return Err(problem!("aside-not-due", id = row.id.as_str(), until = shown(row.keep_until)));
    }
    Ok(())
}

/// The backups an operation took before it set anything aside; none unless all of
/// them can still be restored.
async fn safety_backups(world: &World, of: &OperationId) -> Result<Vec<BackupRow>, Problem> {
    let proof = proof_of(world, of).await?;
    let mut found = Vec::new();
    for id in proof.map(|proof| proof.backups).unwrap_or_default() {
        match world.db.backup(&id).await {
            Ok(row) if row.state == BackupState::Complete => found.push(row),
            Ok(_) => return Ok(Vec::new()),
            Err(problem) if problem.is("not-found-backup") => return Ok(Vec::new()),
            Err(problem) => return Err(problem),
        }
    }
    Ok(found)
}

fn warnings(row: &AsideRow, backups: &[BackupRow], waived: bool) -> Vec<Msg> {
    let mut warnings = vec![msg!("warn-free", item = &row.item, bytes = row.bytes)];
    match backups.iter().map(|backup| backup.taken_at).min() {
        Some(taken) => {
            warnings.push(msg!("warn-free-between", from = shown(taken), until = shown(row.made_at)));
        }
        None if waived => warnings.push(msg!("warn-free-no-safety", operation = row.operation.short())),
        None => {}
    }
    warnings
}

fn shown(at: Moment) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Looks once more, now that nobody else can touch it: a person may have kept it
/// longer since this was asked for.
struct StillKept {
    world: World,
    facts: Facts,
}

#[async_trait]
impl Step for StillKept {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "kept".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-still-kept", item = &self.facts.item)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let row = self.world.db.aside(&self.facts.aside).await?;
        still_kept(&row, self.facts.expired, cx.now())
    }
}

/// It is written down as gone.
struct Freed {
    world: World,
    facts: Facts,
}

#[async_trait]
impl Step for Freed {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "freed".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-freed")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-freed"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(5)
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        let (aside, by) = (&self.facts.aside, &self.facts.by.0);
        self.world.db.end_aside(aside, AsideState::Freed, by).await.map(drop)
    }
}
