//! Delete a backup: one rename into the resource's trash, where it stays whole
//! for some days. Nothing is taken away yet, so no safety backup is needed.

use async_trait::async_trait;
use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::{
    World,
    prepare::{Actor, Inspected, Kind, Sight},
    steps::relocate::Relocate,
};
use crate::{
    domain::{
        backup::BackupState,
        id::{BackupId, OperationId, StoreId},
        msg::Msg,
        operation::OpKind,
        problem::Problem,
    },
    msg, problem,
    saga::{
        Cx,
        plan::{AnyCommit, Plan},
        step::{Adds, Limits, Reads, Step, UndoRule},
    },
    store::{StorePath, layout},
};

/// Asks for a deletion.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeleteRequest {
    /// Of which backup.
    pub backup: BackupId,
    /// Only if it is more than is kept: nobody asked for it by name.
    #[serde(default)]
    pub surplus: bool,
}

impl DeleteRequest {
    /// Of what a person chose.
    pub fn of(backup: BackupId) -> Self {
        Self { backup, surplus: false }
    }
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    backup: BackupId,
    store: StoreId,
    from: StorePath,
    to: StorePath,
    by: Actor,
    #[serde(default)]
    surplus: bool,
}

pub(super) struct Delete;

#[async_trait]
impl Kind for Delete {
    type Request = DeleteRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("delete");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: DeleteRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let backup = world.db.backup(&request.backup).await?;
        if backup.state == BackupState::Trashed {
            return Err(problem!("backup-trashed", backup = backup.id.short()));
        }
        if backup.pinned {
            return Err(problem!("backup-pinned", backup = backup.id.short()));
        }
        if let Some(holder) = world.db.held_by(&backup.id).await?.first() {
            return Err(problem!("backup-held", backup = backup.id.short(), operation = holder.as_str()));
        }
        let resource = world.db.any_resource(&backup.resource).await?;
        let from = StorePath::new(&backup.path)?;
        let view = Sight {
            title: Some(msg!("plan-delete", backup = backup.id.short(), resource = &resource.name)),
            warnings: vec![msg!("warn-delete-trash", days = world.rules.trash_days)],
            // Zelo itself asks only for what is more than it keeps.
            confirm: (!by.is_system()).then(|| resource.name.clone()),
            ..Sight::default()
        };
        let facts = Facts {
            to: layout::trashed(&folder(&from)?, layout::last(&from))?,
            backup: backup.id.clone(),
            store: backup.store,
            from,
            by: by.clone(),
            surplus: request.surplus,
        };
        Ok(Inspected::of_backup(resource, backup.id, view, facts))
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let store = world.stores.get(&facts.store)?;
        let trash = Relocate {
            name: "trash",
            title: msg!("step-trash"),
            undo: msg!("undo-trash"),
            store,
            from: facts.from.clone(),
            to: facts.to.clone(),
        };
        let mut plan = Plan::builder(Self::KIND);
        if facts.surplus {
            plan.add(StillSurplus { world: world.clone(), facts: facts.clone() });
        }
        let mut plan = plan.commit(AnyCommit::new(trash));
        plan.settle(Uncatalogue { world: world.clone(), facts });
        Ok(plan.finish())
    }
}

/// The folder of the resource whose backup lies at `path`.
pub(super) fn folder(path: &StorePath) -> Result<StorePath, Problem> {
    layout::parent(path).ok_or_else(|| problem!("store-path", path = path.as_str()))
}

/// Looks again: it may have been pinned meanwhile, or become the newest of its kind.
struct StillSurplus {
    world: World,
    facts: Facts,
}

#[async_trait]
impl Step for StillSurplus {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "surplus".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-surplus")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        let backup = self.world.db.backup(&self.facts.backup).await?;
        let surplus = super::surplus::of(&self.world, &backup.resource).await?;
        match surplus.iter().any(|row| row.id == backup.id) {
            true => Ok(()),
            false => Err(problem!("backup-not-surplus", backup = backup.id.short())),
        }
    }
}

struct Uncatalogue {
    world: World,
    facts: Facts,
}

#[async_trait]
impl Step for Uncatalogue {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "catalogue".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-uncatalogue")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("undo-uncatalogue"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(5)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let until = cx.now() + Duration::days(self.world.rules.trash_days);
        let (backup, by) = (&self.facts.backup, &self.facts.by.0);
        self.world.db.trash_backup(backup, until, Some(cx.operation()), by).await.map(drop)
    }

    async fn undo(&self, _: &Cx) -> Result<(), Problem> {
        self.world.db.untrash_backup(&self.facts.backup, &self.facts.by.0).await.map(drop)
    }
}
