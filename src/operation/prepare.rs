//! From a request to a queued operation: inspect, compose, show, enqueue.

use async_trait::async_trait;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    World,
    backup::{Backup, BackupRequest},
    delete::{Delete, DeleteRequest},
    free::{Free, FreeRequest},
    holder::in_the_way,
    instance::{
        Config, ConfigRequest, Copy, CopyRequest, Release, ReleaseRequest, Repair, RepairRequest, Restart,
        RestartRequest, Start, StartRequest, Stop, StopRequest,
    },
    purge::{Purge, PurgeRequest},
    restore::{Restore, RestoreRequest},
    undo::{Undo, UndoRequest},
    untrash::{Untrash, UntrashRequest},
    upload::{Upload, UploadRequest},
    verify::{Verify, VerifyRequest},
};
use crate::{
    db::{Enqueued, Lock, NewOperation, OperationRow, ResourceRow},
    domain::{
        id::{BackupId, OperationId, ProjectId, ResourceId},
        msg::Msg,
        operation::OpKind,
        problem::Problem,
    },
    problem,
    saga::plan::{Plan, PlanLine, Waiver},
};

/// Who asks: `cli:<os user>`, `user:<id>`, `system`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(pub String);

/// Zelo itself, asking for what nobody needs to ask for.
const SYSTEM: &str = "system";

impl Actor {
    /// Zelo itself.
    pub fn system() -> Self {
        Self(SYSTEM.to_owned())
    }

    /// Whether nobody is there to type a name or to give a reason.
    pub fn is_system(&self) -> bool {
        self.0 == SYSTEM
    }
}

/// What may be asked for. A new kind of operation is one file and one line here
/// and in [`dispatch`]. Its tag is the kind's name in the journal: see
/// [`asked_before`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Request {
    /// Back a resource up.
    Backup(BackupRequest),
    /// Put a backup's contents back.
    Restore(RestoreRequest),
    /// Undo a finished restore or undo.
    Undo(UndoRequest),
    /// Check a backup: digests and structure.
    Verify(VerifyRequest),
    /// Move a backup to the trash.
    Delete(DeleteRequest),
    /// Bring a backup back from the trash.
    Untrash(UntrashRequest),
    /// Remove a backup in the trash for good.
    Purge(PurgeRequest),
    /// Remove for good what a restore or an undo set aside.
    Free(FreeRequest),
    /// Take a file from elsewhere in as a backup.
    Upload(UploadRequest),
    /// Stop an instance's services and start them again.
    Restart(RestartRequest),
    /// Stop an instance's services.
    Stop(StopRequest),
    /// Start an instance's services.
    Start(StartRequest),
    /// Change values of an instance's configuration.
    Config(ConfigRequest),
    /// Mend what a diagnosis found.
    Repair(RepairRequest),
    /// Copy an instance.
    Copy(CopyRequest),
    /// Release a copy.
    Release(ReleaseRequest),
}

/// A kind of operation: how it is inspected and composed.
#[async_trait]
pub(super) trait Kind: Send + Sync {
    /// What is asked.
    type Request: Serialize + DeserializeOwned + Send + Sync;
    /// What inspection found; kept with the operation; no secrets.
    type Facts: Serialize + DeserializeOwned + Send + Sync;
    /// Its name in the journal.
    const KIND: OpKind;

    /// Looks at the real thing once.
    async fn inspect(
        world: &World,
        id: &OperationId,
        request: Self::Request,
        by: &Actor,
    ) -> Result<Inspected<Self::Facts>, Problem>;

    /// The plan of these facts: the same one every time.
    async fn compose(world: &World, id: &OperationId, facts: Self::Facts) -> Result<Plan, Problem>;
}

/// What inspection found.
pub(super) struct Inspected<F> {
    pub(super) facts: F,
    pub(super) resource: Option<ResourceId>,
    pub(super) project: Option<ProjectId>,
    pub(super) backup: Option<BackupId>,
    pub(super) parent: Option<OperationId>,
    pub(super) locks: Vec<Lock>,
    pub(super) holds: Vec<BackupId>,
    pub(super) view: Sight,
}

impl<F> Inspected<F> {
    /// What was found of one backup that is moved or removed: nobody else may have it.
    pub(super) fn of_backup(resource: ResourceRow, backup: BackupId, view: Sight, facts: F) -> Self {
        Self {
            facts,
            resource: Some(resource.id),
            project: resource.project,
            locks: vec![Lock::backup(&backup)],
            backup: Some(backup),
            parent: None,
            holds: vec![],
            view,
        }
    }
}

/// What a person is shown beside the steps.
#[derive(Default)]
pub(super) struct Sight {
    pub(super) title: Option<Msg>,
    pub(super) warnings: Vec<Msg>,
    pub(super) bytes: u64,
    pub(super) database_disk: u64,
    pub(super) confirm: Option<String>,
}

/// The plan as shown before anything runs; what `--dry-run` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanView {
    /// What it is the plan of.
    pub kind: OpKind,
    /// In one line.
    pub title: Msg,
    /// The steps in order.
    pub steps: Vec<PlanLine>,
    /// What a person should know first.
    pub warnings: Vec<Msg>,
    /// Bytes that will move, roughly.
    pub bytes: u64,
    /// Bytes needed on the database's disk besides what it uses now.
    pub database_disk: u64,
    /// The name a person must type, if it takes something away from them.
    pub confirm: Option<String>,
    /// Going without a safety backup, if that was asked for.
    pub waiver: Option<Waiver>,
}

impl PlanView {
    /// Whether somebody who agreed to `other` has agreed to this: the same is
    /// done, in the same order, to the same thing. Sizes and counts move while
    /// people write, and do not matter.
    pub fn is_as_agreed(&self, other: &Self) -> bool {
        let steps = |view: &Self| -> Vec<_> {
            view.steps.iter().map(|s| (s.name.clone(), s.title.id.clone(), s.effect, s.commits)).collect()
        };
        let warned = |view: &Self| -> Vec<_> { view.warnings.iter().map(|w| w.id.clone()).collect() };
        let waived = |view: &Self| view.waiver.as_ref().map(|w| w.reason.clone());
        self.kind == other.kind
            && self.title == other.title
            && self.confirm == other.confirm
            && steps(self) == steps(other)
            && warned(self) == warned(other)
            && waived(self) == waived(other)
    }
}

/// A plan ready to be enqueued.
pub struct Prepared {
    /// The plan as shown.
    pub view: PlanView,
    pub(super) new: NewOperation,
}

impl Prepared {
    /// The operation it would become.
    pub fn id(&self) -> &OperationId {
        &self.new.id
    }
}

/// Runs `$body` with `$kind` as the type for an operation kind's name.
macro_rules! dispatch {
    ($name:expr, $kind:ident => $body:expr, else $other:expr) => {{
        let name = $name;
        if name == Backup::KIND {
            type $kind = Backup;
            $body
        } else if name == Restore::KIND {
            type $kind = Restore;
            $body
        } else if name == Undo::KIND {
            type $kind = Undo;
            $body
        } else if name == Verify::KIND {
            type $kind = Verify;
            $body
        } else if name == Delete::KIND {
            type $kind = Delete;
            $body
        } else if name == Untrash::KIND {
            type $kind = Untrash;
            $body
        } else if name == Purge::KIND {
            type $kind = Purge;
            $body
        } else if name == Free::KIND {
            type $kind = Free;
            $body
        } else if name == Upload::KIND {
            type $kind = Upload;
            $body
        } else if name == Restart::KIND {
            type $kind = Restart;
            $body
        } else if name == Stop::KIND {
            type $kind = Stop;
            $body
        } else if name == Start::KIND {
            type $kind = Start;
            $body
        } else if name == Config::KIND {
            type $kind = Config;
            $body
        } else if name == Copy::KIND {
            type $kind = Copy;
            $body
        } else if name == Release::KIND {
            type $kind = Release;
            $body
        } else if name == Repair::KIND {
            type $kind = Repair;
            $body
        } else {
            $other
        }
    }};
}

/// The operation that this request became when it was asked with this key before,
/// as it stands now. Looked for before [`prepare`]: what was asked may be done
/// already, and inspection would find that it cannot be done again. Problem:
/// `idempotency-key-reused` (it was another request).
pub async fn asked_before(
    world: &World,
    request: &Request,
    by: &Actor,
    key: Option<&str>,
) -> Result<Option<OperationRow>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let Some(row) = world.db.asked_with(&by.0, key).await? else { return Ok(None) };
    let mut asked = json(request)?;
    let kind = asked.as_object_mut().and_then(|fields| fields.remove("kind"));
    if kind.as_ref().and_then(Value::as_str) == Some(row.kind.as_str()) && asked == row.request {
        return Ok(Some(row));
    }
    Err(problem!("idempotency-key-reused", key = key, operation = row.id.as_str()))
}

/// Looks at the real thing and returns the plan; changes nothing.
pub async fn prepare(world: &World, request: Request, by: &Actor) -> Result<Prepared, Problem> {
    prepare_as(world, OperationId::new(&*world.ids), request, by).await
}

/// The same once more, for the same operation: time has passed since `first`.
pub async fn prepare_again(
    world: &World,
    first: &Prepared,
    request: Request,
    by: &Actor,
) -> Result<Prepared, Problem> {
    prepare_as(world, first.id().clone(), request, by).await
}

async fn prepare_as(
    world: &World,
    id: OperationId,
    request: Request,
    by: &Actor,
) -> Result<Prepared, Problem> {
    let prepared = match request {
        Request::Backup(request) => of::<Backup>(world, id, request, by).await,
        Request::Restore(request) => of::<Restore>(world, id, request, by).await,
        Request::Undo(request) => of::<Undo>(world, id, request, by).await,
        Request::Verify(request) => of::<Verify>(world, id, request, by).await,
        Request::Delete(request) => of::<Delete>(world, id, request, by).await,
        Request::Untrash(request) => of::<Untrash>(world, id, request, by).await,
        Request::Purge(request) => of::<Purge>(world, id, request, by).await,
        Request::Free(request) => of::<Free>(world, id, request, by).await,
        Request::Upload(request) => of::<Upload>(world, id, request, by).await,
        Request::Restart(request) => of::<Restart>(world, id, request, by).await,
        Request::Stop(request) => of::<Stop>(world, id, request, by).await,
        Request::Start(request) => of::<Start>(world, id, request, by).await,
        Request::Config(request) => of::<Config>(world, id, request, by).await,
        Request::Repair(request) => of::<Repair>(world, id, request, by).await,
        Request::Copy(request) => of::<Copy>(world, id, request, by).await,
        Request::Release(request) => of::<Release>(world, id, request, by).await,
    };
    match prepared {
        Err(problem) => Err(in_the_way(world, by, problem).await),
        prepared => prepared,
    }
}

async fn of<K: Kind>(
    world: &World,
    id: OperationId,
    request: K::Request,
    by: &Actor,
) -> Result<Prepared, Problem> {
    let asked = json(&request)?;
    let found = K::inspect(world, &id, request, by).await?;
    let facts = json(&found.facts)?;
    let plan = K::compose(world, &id, found.facts).await?;
    let view = PlanView {
        kind: K::KIND,
        title: found.view.title.unwrap_or_else(|| Msg::new("plan")),
        steps: plan.lines(),
        warnings: found.view.warnings,
        bytes: found.view.bytes,
        database_disk: found.view.database_disk,
        confirm: found.view.confirm,
        waiver: plan.waiver().cloned(),
    };
    let new = NewOperation {
        id,
        kind: K::KIND,
        resource: found.resource,
        project: found.project,
        backup: found.backup,
        parent: found.parent,
        request: asked,
        facts,
        plan: view.steps.clone(),
        locks: found.locks,
        holds: found.holds,
        idempotency_key: None,
        actor: by.0.clone(),
        waiver: view.waiver.clone(),
    };
    Ok(Prepared { view, new })
}

fn json(value: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(value).map_err(|e| problem!("internal-journal").detail(e))
}

/// Writes the operation down as queued, with all its locks, or says who holds
/// them. `confirm` is the name a person typed, where the plan asks for one.
/// `key`: asked again with the same key, the first answer is given.
pub async fn enqueue(
    world: &World,
    mut prepared: Prepared,
    confirm: Option<&str>,
    key: Option<String>,
) -> Result<Enqueued, Problem> {
    if let Some(name) = &prepared.view.confirm
        && confirm != Some(name)
    {
        return Err(problem!("confirm-needed", name = name));
    }
    prepared.new.idempotency_key = key;
    let by = Actor(prepared.new.actor.clone());
    match world.db.enqueue(prepared.new).await {
        Err(problem) => Err(in_the_way(world, &by, problem).await),
        queued => queued,
    }
}

/// The plan of an operation that is already written down.
pub(super) async fn compose(
    world: &World,
    kind: &OpKind,
    id: &OperationId,
    facts: Value,
) -> Result<Plan, Problem> {
    dispatch!(kind.clone(), K => {
        let facts = serde_json::from_value::<<K as Kind>::Facts>(facts)
            .map_err(|e| problem!("plan-changed").detail(e))?;
        K::compose(world, id, facts).await
    }, else Err(problem!("operation-kind-unknown", kind = kind.as_str())))
}
