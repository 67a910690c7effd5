//! Verify: every digest, then the structure of every part with the engine's own
//! tools where they can be had. What is found is written down either way.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    World,
    delete::folder,
    prepare::{Actor, Inspected, Kind, Sight},
    steps::{counted, source::is_damage},
};
use crate::{
    db::Lock,
    domain::{
        clock::Moment,
        id::{BackupId, OperationId, ResourceId, StoreId},
        manifest::Manifest,
        msg::Msg,
        operation::OpKind,
        problem::Problem,
    },
    engine::{Access, Engine, Shelf},
    msg,
    saga::{
        Cx,
        plan::{AnyCommit, AnyStep, Plan},
        step::{Adds, Commit, Limits, Reads, Slot, Step, UndoRule},
    },
    store::{StorePath, manifest, part::open_part},
};

/// Asks for a verification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VerifyRequest {
    /// Of which backup.
    pub backup: BackupId,
}

/// What inspection found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    backup: BackupId,
    resource: ResourceId,
    store: StoreId,
    path: StorePath,
}

pub(super) struct Verify;

#[async_trait]
impl Kind for Verify {
    type Request = VerifyRequest;
    type Facts = Facts;
    const KIND: OpKind = OpKind::of("verify");

    async fn inspect(
        world: &World,
        _: &OperationId,
        request: VerifyRequest,
        _: &Actor,
    ) -> Result<Inspected<Facts>, Problem> {
        let backup = world.db.backup(&request.backup).await?;
        let resource = world.db.any_resource(&backup.resource).await?;
        let view = Sight {
            title: Some(msg!("plan-verify", backup = backup.id.short(), resource = &resource.name)),
            bytes: backup.raw_bytes,
            ..Sight::default()
        };
        Ok(Inspected {
            resource: Some(resource.id.clone()),
            project: resource.project,
            backup: Some(backup.id.clone()),
            parent: None,
            locks: vec![Lock::backup_in_use(&backup.id)],
            holds: vec![backup.id.clone()],
            view,
            facts: Facts {
                backup: backup.id,
                resource: resource.id,
                store: backup.store,
                path: StorePath::new(&backup.path)?,
            },
        })
    }

    async fn compose(world: &World, _: &OperationId, facts: Facts) -> Result<Plan, Problem> {
        let resource = world.db.any_resource(&facts.resource).await?;
        let read = ReadAll {
            engine: world.engine(&resource)?,
            access: world.access(&resource).ok(),
            shelf: Shelf {
                store: world.stores.get(&facts.store)?,
                resource: folder(&facts.path)?,
                folder: String::new(),
            },
            path: facts.path.clone(),
        };
        let found = read.slot();
        let mut plan = Plan::builder(Self::KIND);
        plan.add(read);
        let record = Record { world: world.clone(), backup: facts.backup, found: found.clone() };
        let mut plan = plan.commit(AnyCommit::new(record));
        plan.confirm_any(AnyStep::new(Verdict { found }));
        Ok(plan.finish())
    }
}

/// What reading a backup to its end found.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Found {
    at: Moment,
    damage: Option<Problem>,
}

struct ReadAll {
    engine: Arc<dyn Engine>,
    access: Option<Access>,
    shelf: Shelf,
    path: StorePath,
}

impl ReadAll {
    async fn read(&self, cx: &Cx) -> Result<(), Problem> {
        let manifest: Manifest = manifest::manifest(&*self.shelf.store, &self.path).await?;
        cx.progress().expect(manifest.parts.iter().map(|p| p.raw.bytes).sum());
        for part in &manifest.parts {
            let raw = open_part(self.shelf.store.clone(), &self.shelf.resource, part, counted(cx)).await?;
            self.engine.validate(self.access.as_ref(), part, raw).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Step for ReadAll {
    type Effect = Reads;
    type Output = Found;

    fn name(&self) -> String {
        "read".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-read")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    fn limits(&self) -> Limits {
        Limits::stream()
    }

    /// Damage is a finding, not a failure of this step: it must reach the
    /// catalogue. Whatever else went wrong says nothing about the backup.
    async fn run(&self, cx: &Cx) -> Result<Found, Problem> {
        match self.read(cx).await {
            Ok(()) => Ok(Found { at: cx.now(), damage: None }),
            Err(problem) if is_damage(&problem) || problem.code.starts_with("structure-") => {
                Ok(Found { at: cx.now(), damage: Some(problem) })
            }
            Err(problem) => Err(problem),
        }
    }
}

struct Record {
    world: World,
    backup: BackupId,
    found: Slot<Found>,
}

#[async_trait]
impl Step for Record {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "record".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-record")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-record"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let found = cx.get(&self.found)?;
        match found.damage {
            None => self.world.db.mark_verified(&self.backup, found.at).await.map(drop),
            Some(damage) => self.world.db.mark_corrupt(&self.backup, &damage).await.map(drop),
        }
    }
}

#[async_trait]
impl Commit for Record {
    /// Written again it says the same: it may always be taken as not yet done.
    async fn happened(&self, _: &Cx) -> Result<bool, Problem> {
        Ok(false)
    }
}

/// The operation fails if the backup is damaged, after that was written down.
struct Verdict {
    found: Slot<Found>,
}

#[async_trait]
impl Step for Verdict {
    type Effect = Reads;
    type Output = ();

    fn name(&self) -> String {
        "verdict".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("step-verdict")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("undo-only-looks"))
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        cx.get(&self.found)?.damage.map_or(Ok(()), Err)
    }
}
