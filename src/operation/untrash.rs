//! Bring a backup back from the trash: one rename, undone by the reverse.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    World,
    delete::folder,
    prepare::{Actor, Inspected, Kind, Sight},
    steps::relocate::Relocate,
};
use crate::{
    db::BackupRow,
    domain::{
        backup::BackupState,
        clock::Moment,
        id::{BackupId, OperationId, StoreId},
        msg::Msg,
        operation::OpKind,
        problem::Problem,
    },
    msg, problem,
    saga::{
        Cx,
        plan::{AnyCommit, Plan},
        step::{Adds, Limits, Step, UndoRule},
    },
    store::{Store, StorePath, layout, manifest},
};

/// Asks for a backup back from the trash.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UntrashRequest {
    /// Which.
    pub backup: BackupId,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    backup: BackupId,
    store: StoreId,
    from: StorePath,
    to: StorePath,
    /// Until when it was to stay in the trash.
    keep_until: Moment,
    by: Actor,
}

pub(super) struct Untrash;

#[async_trait]
impl Kind for Untrash {
    type Request = UntrashRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("untrash");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: UntrashRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let backup = trashed(world.db.backup(&request.backup).await?)?;
        let resource = world.db.any_resource(&backup.resource).await?;
        let to = StorePath::new(&backup.path)?;
        let from = in_trash(&to)?;
        let store = world.stores.get(&backup.store)?;
        is_named(&*store, &from, &backup).await?;
        let view = Sight {
            title: Some(msg!("plan-untrash", backup = backup.id.short(), resource = &resource.name)),
            ..Sight::default()
        };
        let facts = Facts {
            keep_until: backup.keep_until.unwrap_or_else(|| world.clock.now()),
            backup: backup.id.clone(),
            store: backup.store,
            from,
            to,
            by: by.clone(),
        };
        Ok(Inspected::of_backup(resource, backup.id, view, facts))
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let back = Relocate {
            name: "untrash",
            title: msg!("step-untrash"),
            undo: msg!("undo-untrash"),
            store: world.stores.get(&facts.store)?,
            from: facts.from.clone(),
            to: facts.to.clone(),
        };
        let mut plan = Plan::builder(Self::KIND).commit(AnyCommit::new(back));
        plan.settle(ListAgain { world: world.clone(), facts });
        Ok(plan.finish())
    }
}

/// The backup, if it is in the trash. Problem: `backup-not-trashed`.
pub(super) fn trashed(backup: BackupRow) -> Result<BackupRow, Problem> {
    if backup.state == BackupState::Trashed {
        return Ok(backup);
    }
    Err(problem!("backup-not-trashed", backup = backup.id.short()))
}

/// Where a backup that was published at `path` lies in the trash.
pub(super) fn in_trash(path: &StorePath) -> Result<StorePath, Problem> {
    Ok(layout::trashed(&folder(path)?, layout::last(path))?)
}

/// Whether the manifest in a folder names this very backup of this resource: only
/// then is the folder touched. Problems: `part-missing`, `backup-other`.
pub(super) async fn is_named(store: &dyn Store, path: &StorePath, backup: &BackupRow) -> Result<(), Problem> {
    let found = manifest::manifest(store, path).await?;
    if found.id == backup.id && found.resource.id == backup.resource {
        return Ok(());
    }
    Err(problem!("backup-other", path = path.as_str(), backup = backup.id.short()))
}

struct ListAgain {
    world: World,
    facts: Facts,
}

#[async_trait]
impl Step for ListAgain {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "catalogue".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-list-again")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Undoes(msg!("undo-list-again"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(5)
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        self.world.db.untrash_backup(&self.facts.backup, &self.facts.by.0).await.map(drop)
    }

    async fn undo(&self, cx: &Cx) -> Result<(), Problem> {
        let (backup, by) = (&self.facts.backup, &self.facts.by.0);
        self.world.db.trash_backup(backup, self.facts.keep_until, Some(cx.operation()), by).await.map(drop)
    }
}
