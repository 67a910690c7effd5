//! Copy: a recovery point of the instance as it is now, put back beside it under another
//! name. Both are operations of their own, run one after the other.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{resource, target};
use crate::{
    db::Lock,
    domain::{
        backup::Origin,
        id::{BackupId, OperationId, ResourceId},
        msg::Msg,
        operation::{OpKind, OpState},
        problem::Problem,
    },
    engine::{BackupOptions, RestoreOptions},
    msg,
    operation::{
        BackupRequest, Request, RestoreRequest, World, child,
        prepare::{Actor, Inspected, Kind, Sight},
    },
    problem,
    saga::{
        Cx,
        plan::{AnyCommit, Plan},
        step::{Adds, Commit, Limits, Slot, Step, UndoRule},
    },
    supabase::check_copy,
};

/// Asks for a copy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CopyRequest {
    /// Of which instance.
    pub resource: ResourceId,
    /// The copy's Compose project.
    pub name: String,
    /// Where it goes: as [`RestoreOptions::place`].
    #[serde(default)]
    pub place: BTreeMap<String, String>,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::operation) struct Facts {
    request: CopyRequest,
    by: Actor,
}

pub(in crate::operation) struct Copy;

#[async_trait]
impl Kind for Copy {
    type Request = CopyRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("copy");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: CopyRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let row = resource(world, &request.resource).await?;
        let access = world.access(&row)?;
        let options = options(&request);
        crate::operation::restore::may_place(world, &options, by).await?;
        let live = &target(world, &row)?.live;
        let warnings = check_copy(live, &access, &request.name, &options).await?;
        Ok(Inspected {
            // Nothing of the instance changes, but nobody is to change it meanwhile.
            locks: vec![Lock::resource(&row.id)],
            view: Sight {
                title: Some(msg!("plan-copy", resource = &row.name, name = &request.name)),
                warnings,
                ..Sight::default()
            },
            facts: Facts { request, by: by.clone() },
            resource: Some(row.id),
            project: row.project,
            backup: None,
            parent: None,
            holds: vec![],
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let mut plan = Plan::builder(Self::KIND);
        let take = Take { world: world.clone(), resource: facts.request.resource.clone() };
        let taken = take.slot();
        plan.add(take);
        Ok(plan.commit(AnyCommit::new(Put { world: world.clone(), facts, taken })).finish())
    }
}

fn options(request: &CopyRequest) -> RestoreOptions {
    RestoreOptions {
        new_name: Some(request.name.clone()),
        place: request.place.clone(),
        ..RestoreOptions::default()
    }
}

/// Takes the recovery point.
struct Take {
    world: World,
    resource: ResourceId,
}

#[async_trait]
impl Step for Take {
    type Effect = Adds;
    type Output = BackupId;

    fn name(&self) -> String {
        "take".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("copy-step-take")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("copy-undo-take"))
    }

    fn limits(&self) -> Limits {
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<BackupId, Problem> {
        let request = Request::Backup(BackupRequest {
            resource: self.resource.clone(),
            name: None,
            note: None,
            options: BackupOptions::default(),
            origin: Origin::Safety,
            parent: Some(cx.operation().clone()),
        });
        let row = child::run(&self.world, cx, request, &Actor::system()).await?;
        let backup = row.backup.clone().filter(|_| row.state == OpState::Succeeded);
        let backup = backup.ok_or_else(|| ended_badly("copy-take-failed", &row))?;
        self.world.db.hold(cx.operation(), std::slice::from_ref(&backup)).await?;
        Ok(backup)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        child::settle(&self.world, cx).await.map(drop)
    }
}

/// Puts it back under the new name.
struct Put {
    world: World,
    facts: Facts,
    taken: Slot<BackupId>,
}

#[async_trait]
impl Step for Put {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "put".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("copy-step-put", name = &self.facts.request.name)
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("copy-undo-put"))
    }

    fn limits(&self) -> Limits {
        Limits { stall: None, ..Limits::stream() }
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        if child::settle(&self.world, cx).await?.is_some() {
            return Ok(());
        }
        let request = RestoreRequest {
            options: options(&self.facts.request),
            parent: Some(cx.operation().clone()),
            ..RestoreRequest::of(cx.get(&self.taken)?)
        };
        let row = child::run(&self.world, cx, Request::Restore(request), &self.facts.by).await?;
        if row.state == OpState::Succeeded { Ok(()) } else { Err(ended_badly("copy-put-failed", &row)) }
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        child::settle(&self.world, cx).await.map(drop)
    }
}

#[async_trait]
impl Commit for Put {
    /// It is done exactly if the restore is: one that was cut short is put away first.
    async fn happened(&self, cx: &Cx) -> Result<bool, Problem> {
        Ok(child::settle(&self.world, cx).await?.is_some())
    }
}

fn ended_badly(code: &'static str, row: &crate::db::OperationRow) -> Problem {
    let why = row.problem.as_ref().map(ToString::to_string).unwrap_or_default();
    let operation = row.id.as_str();
    let problem = match code {
        "copy-take-failed" => problem!("copy-take-failed", operation = operation),
        _ => problem!("copy-put-failed", operation = operation),
    };
    problem.detail(why)
}
