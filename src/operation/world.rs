//! What operations work with: made once by `app`, handed to everything.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use super::detect::Detections;
use crate::{
    db::{Db, Lock, ResourceRow},
    domain::{
        clock::SharedClock,
        id::{OperationId, SharedIds, StoreId},
        problem::Problem,
    },
    engine::{Access, Engine, Engines},
    host::Hosts,
    problem,
    saga::runner::Patience,
    secret::{Sealer, Secret},
    store::Store,
    supabase::live::Live,
};

/// The world of operations. Cheap to clone.
#[derive(Clone)]
pub struct World {
    /// Zelo's own database.
    pub db: Db,
    /// The clock.
    pub clock: SharedClock,
    /// Identifiers.
    pub ids: SharedIds,
    /// Where backups lie.
    pub stores: Stores,
    /// Where things run.
    pub hosts: Hosts,
    /// The kinds of resource.
    pub engines: Engines,
    /// The way to instances.
    pub instances: Live,
    /// Opens what is sealed.
    pub sealer: Arc<Sealer>,
    /// Settings that operations go by.
    pub rules: Rules,
    /// The cancel tokens of what runs in this process.
    pub cancels: Cancels,
    /// What runs in containers, as last looked at.
    pub detections: Detections,
}

/// Settings that operations go by.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Who runs here, unique for each start: `w-<pid>-<ulid>`.
    pub runner: String,
    /// How long a lease holds without being renewed.
    pub lease: Duration,
    /// For what must succeed.
    pub patience: Patience,
    /// How old a backup may be that an operation uses as its safety backup.
    pub safety_max_age: Duration,
    /// How long what a restore set aside is kept.
    pub aside_days: i64,
    /// How many safety points of an instance are kept.
    pub safety_points: usize,
    /// How long a deleted backup stays in the trash.
    pub trash_days: i64,
    /// The longest a file from elsewhere may be, in bytes.
    pub upload_limit: u64,
    /// Where the panel puts files it is receiving: below Zelo's own folder.
    pub uploads: PathBuf,
}

/// The stores by id.
#[derive(Clone)]
pub struct Stores {
    all: BTreeMap<StoreId, Arc<dyn Store>>,
    default: StoreId,
}

impl Stores {
    /// With one store, the default for new backups.
    pub fn new(id: StoreId, store: Arc<dyn Store>) -> Self {
        Self { all: BTreeMap::from([(id.clone(), store)]), default: id }
    }

    /// A store by id.
    pub fn get(&self, id: &StoreId) -> Result<Arc<dyn Store>, Problem> {
        self.all.get(id).cloned().ok_or_else(|| problem!("store-unknown", store = id.as_str()))
    }

    /// Where new backups go.
    pub fn default(&self) -> &StoreId {
        &self.default
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&StoreId, &Arc<dyn Store>)> {
        self.all.iter()
    }
}

/// The cancel tokens of the operations that run in this process, so that a
/// request made here is heeded at once; other processes' requests come through
/// the database.
#[derive(Clone, Default)]
pub struct Cancels {
    running: Arc<Mutex<HashMap<OperationId, CancellationToken>>>,
    stopping: CancellationToken,
}

/// How often it is looked whether something still runs here.
const IDLE: Duration = Duration::from_millis(50);

impl Cancels {
    /// The token of an operation, made at first use.
    pub fn token(&self, id: &OperationId) -> CancellationToken {
        self.tokens().entry(id.clone()).or_default().clone()
    }

    /// Cancels it if it runs here.
    pub fn cancel(&self, id: &OperationId) {
        if let Some(token) = self.tokens().get(id) {
            token.cancel();
        }
    }

    /// Cancels everything that runs here: the process is about to end.
    pub fn cancel_all(&self) {
        self.stopping.cancel();
        for token in self.tokens().values() {
            token.cancel();
        }
    }

    /// Whether everything here was cancelled.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Returns once nothing runs here.
    pub async fn idle(&self) {
        while !self.tokens().is_empty() {
            tokio::time::sleep(IDLE).await;
        }
    }

    /// It is over.
    pub fn forget(&self, id: &OperationId) {
        self.tokens().remove(id);
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<OperationId, CancellationToken>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    /// The engine of a resource.
    pub fn engine(&self, resource: &ResourceRow) -> Result<Arc<dyn Engine>, Problem> {
        self.engines.get(&resource.kind).cloned()
    }

    /// The name of a resource's project; resources nobody has claimed yet have none.
    pub async fn project_name(&self, resource: &ResourceRow) -> Result<String, Problem> {
        match &resource.project {
            Some(project) => Ok(self.db.project(project).await?.name),
            None => Ok("unclaimed".to_owned()),
        }
    }

    /// How to reach a resource, its secrets opened.
    pub fn access(&self, resource: &ResourceRow) -> Result<Access, Problem> {
        let mut access = Access { values: resource.access.clone(), secrets: BTreeMap::new() };
        if let Some(sealed) = &resource.sealed {
            let text = self.sealer.open(&sealed_for(&resource.identity), sealed)?;
            let secrets: BTreeMap<String, String> = serde_json::from_str(text.expose())
                .map_err(|_| problem!("secret-damaged", what = &resource.name))?;
            access.secrets = secrets.into_iter().map(|(name, text)| (name, Secret::new(text))).collect();
        }
        Ok(access)
    }

    /// What keeps others from a resource while it is changed: its id, and what it leads
    /// to, which may have been added twice.
    pub(super) async fn locks(&self, resource: &ResourceRow, access: &Access) -> Result<Vec<Lock>, Problem> {
        let target = self.engine(resource)?.target(access).await?;
        Ok(vec![Lock::resource(&resource.id), Lock::target(&target)])
    }

    /// Seals a resource's secrets for its row; `None` if it has none. What is
    /// sealed for one identity cannot be opened for another.
    pub fn seal(&self, identity: &str, access: &Access) -> Result<Option<String>, Problem> {
        if access.secrets.is_empty() {
            return Ok(None);
        }
        let open: BTreeMap<&str, &str> =
            access.secrets.iter().map(|(k, v)| (k.as_str(), v.expose())).collect();
        let text = serde_json::to_string(&open).map_err(|e| problem!("internal-journal").detail(e))?;
        Ok(Some(self.sealer.seal(&sealed_for(identity), &Secret::new(text))?))
    }
}

fn sealed_for(identity: &str) -> String {
    format!("resource:{identity}")
}
