//! Purge: remove a backup that is in the trash for good. The commit point is one
//! rename out of the trash to a name that is never listed; from there it only goes
//! forward. Parts it shared with other backups go if no other backup names them.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    World,
    delete::folder,
    prepare::{Actor, Inspected, Kind, Sight},
    untrash::{in_trash, is_named, trashed},
};
use crate::{
    db::{BackupRow, Lock},
    domain::{
        clock::Moment,
        id::{BackupId, OperationId, StoreId},
        msg::Msg,
        operation::OpKind,
        problem::Problem,
    },
    msg, problem,
    saga::{
        Cx,
        plan::{AnyCommit, Plan, Waiver},
        step::{Adds, Commit, Destroys, Limits, Reads, Step, UndoRule},
    },
    store::{Store, StorePath, layout, manifest, objects},
};

/// Asks for the removal of a backup in the trash.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PurgeRequest {
    /// Which.
    pub backup: BackupId,
    /// Only if its time in the trash is over: nobody asked for it by name.
    #[serde(default)]
    pub expired: bool,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    backup: BackupId,
    store: StoreId,
    trash: StorePath,
    doomed: StorePath,
    expired: bool,
    waiver: Waiver,
    by: Actor,
    /// Whether the resource's backups share their parts.
    #[serde(default)]
    shares: bool,
}

pub(super) struct Purge;

#[async_trait]
impl Kind for Purge {
    type Request = PurgeRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("purge");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: PurgeRequest,
        by: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let backup = world.db.backup(&request.backup).await?;
        let backup = may_go(world, backup, request.expired, world.clock.now(), None).await?;
        let resource = world.db.any_resource(&backup.resource).await?;
        let path = StorePath::new(&backup.path)?;
        let trash = in_trash(&path)?;
        let store = world.stores.get(&backup.store)?;
        lies_in_trash(&*store, &trash, &path, &backup).await?;
        let shares = world.engine(&resource).is_ok_and(|engine| engine.shares());
        let view = Sight {
            title: Some(msg!("plan-purge", backup = backup.id.short(), resource = &resource.name)),
            warnings: vec![msg!("warn-purge", bytes = freed(&*store, &trash, &backup).await)],
            // Who deleted it typed the name; then its time in the trash had to end.
            confirm: (!by.is_system()).then(|| resource.name.clone()),
            ..Sight::default()
        };
        let facts = Facts {
            trash,
            doomed: layout::staging(&folder(&path)?, &backup.id)?,
            expired: request.expired,
            waiver: agreed(world, &backup, by),
            backup: backup.id.clone(),
            store: backup.store,
            by: by.clone(),
            shares,
        };
        // No backup of the resource may be under way: what it is about to name is named by
        // no manifest yet.
        let locks = [Lock::resource(&resource.id).beside(), Lock::objects(&resource.id)]
            .into_iter()
            .filter(|_| shares);
        let mut inspected = Inspected::of_backup(resource, backup.id, view, facts);
        inspected.locks.extend(locks);
        Ok(inspected)
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let store = world.stores.get(&facts.store)?;
        let mut plan = Plan::builder(Self::KIND);
        plan.add(StillTrashed { world: world.clone(), store: store.clone(), facts: facts.clone() });
        let out = Doom { store: store.clone(), facts: facts.clone() };
        let mut plan = plan.waive(facts.waiver.clone()).commit_destroying(AnyCommit::new(out));
        plan.settle(Remove { store: store.clone(), doomed: facts.doomed.clone() });
        if facts.shares {
            plan.settle(Unshare { store, resource: folder(&facts.doomed)? });
        }
        plan.settle(Forget { world: world.clone(), facts });
        Ok(plan.finish())
    }
}

/// The backup, if it may go for good. Problems: `backup-not-trashed`,
/// `backup-not-due`, `backup-pinned`, `backup-held`.
async fn may_go(
    world: &World,
    backup: BackupRow,
    expired: bool,
    now: Moment,
    own: Option<&OperationId>,
) -> Result<BackupRow, Problem> {
    let backup = trashed(backup)?;
    if expired && backup.keep_until.is_none_or(|until| until > now) {
        return Err(problem!("backup-not-due", backup = backup.id.short()));
    }
    if backup.pinned {
        return Err(problem!("backup-pinned", backup = backup.id.short()));
    }
    match world.db.held_by(&backup.id).await?.iter().find(|holder| Some(*holder) != own) {
        Some(holder) => Err(problem!("backup-held", backup = backup.id.short(), operation = holder.as_str())),
        None => Ok(backup),
    }
}

/// Its folder is in the trash and is what the catalogue says; or it is gone
/// altogether, and only the catalogue is to learn of it. Problem `purge-elsewhere`:
/// it lies where it was published.
async fn lies_in_trash(
    store: &dyn Store,
    trash: &StorePath,
    published: &StorePath,
    backup: &BackupRow,
) -> Result<(), Problem> {
    if store.stat(trash).await?.is_some() {
        return is_named(store, trash, backup).await;
    }
    match store.stat(published).await? {
        Some(_) => Err(problem!("purge-elsewhere", path = published.as_str(), backup = backup.id.short())),
        None => Ok(()),
    }
}

/// What was deleted needs no safety backup, by the decision of whoever deleted it:
/// this puts that decision into the operation's row.
fn agreed(world: &World, backup: &BackupRow, by: &Actor) -> Waiver {
    let until = backup.keep_until.map(|until| until.format("%Y-%m-%d %H:%M UTC").to_string());
    let until = until.unwrap_or_default();
    Waiver {
        user: by.0.strip_prefix("user:").and_then(|id| id.parse().ok()),
        actor: by.0.clone(),
        reason: format!("backup {} was deleted, to stay in the trash until {until}", backup.id.short()),
        at: world.clock.now(),
    }
}

/// Looks once more, now that nobody else can touch it.
struct StillTrashed {
    world: World,
    store: Arc<dyn Store>,
    facts: Facts,
}

#[async_trait]
impl Step for StillTrashed {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "trashed".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-still-trashed")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let row = self.world.db.backup(&self.facts.backup).await?;
        let row = may_go(&self.world, row, self.facts.expired, cx.now(), Some(cx.operation())).await?;
        lies_in_trash(&*self.store, &self.facts.trash, &StorePath::new(&row.path)?, &row).await
    }
}

/// Out of the trash: from here on it is nobody's backup.
struct Doom {
    store: Arc<dyn Store>,
    facts: Facts,
}

#[async_trait]
impl Step for Doom {
    type Effect = Destroys;
    type Output = ();

    fn name(&self) -> String {
        "purge".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-purge")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-purge"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        if self.happened(cx).await? {
            return Ok(());
        }
        Ok(self.store.rename(&self.facts.trash, &self.facts.doomed).await?)
    }
}

#[async_trait]
impl Commit for Doom {
    async fn happened(&self, _: &Cx) -> Result<bool, Problem> {
        Ok(self.store.stat(&self.facts.trash).await?.is_none())
    }
}

/// Bytes its removal frees: not those it shares with others. In doubt all it has.
async fn freed(store: &dyn Store, trash: &StorePath, backup: &BackupRow) -> u64 {
    let counted = async {
        let (path, manifest) = (StorePath::new(&backup.path)?, manifest::manifest(store, trash).await?);
        objects::only_in(store, &folder(&path)?, &manifest).await
    };
    counted.await.unwrap_or(backup.stored_bytes)
}

/// Removes the folder. Only that: what it shares lies elsewhere.
struct Remove {
    store: Arc<dyn Store>,
    doomed: StorePath,
}

#[async_trait]
impl Step for Remove {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "remove".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-remove")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-purge"))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(std::time::Duration::from_secs(600)).tries(5)
    }

    async fn run(&self, _: &Cx) -> Result<(), Problem> {
        Ok(self.store.remove(&self.doomed).await?)
    }
}

/// Removes the shared parts that no manifest names any more, this backup's and what a
/// backup that died may have left.
struct Unshare {
    store: Arc<dyn Store>,
    /// The resource's folder.
    resource: StorePath,
}

#[async_trait]
impl Step for Unshare {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "unshare".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-unshare")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-purge"))
    }

    fn limits(&self) -> Limits {
        Limits::short().deadline(std::time::Duration::from_secs(600)).tries(5)
    }

    /// With a manifest that cannot be read nothing goes: it may name any of them.
    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        match objects::sweep(&*self.store, &self.resource, None).await {
            Err(problem) if problem.is("scan-manifest") || problem.is("part-missing") => {
                cx.log(msg!("log-shared-kept")).await;
                Ok(())
            }
            swept => swept.map(drop),
        }
    }
}

struct Forget {
    world: World,
    facts: Facts,
}

#[async_trait]
impl Step for Forget {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "forget".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-forget")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-purge"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(5)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        self.world.db.forget_backup(&self.facts.backup, Some(cx.operation()), &self.facts.by.0).await
    }
}
