//! All resources somebody may see, with how each is, and what the overview shows
//! beside them. Made from a few queries, and kept until something is written, so
//! that many open pages cost little.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Site, view::words::Health};
use crate::{
    db::{
        AsideRow, BackupFilter, BackupRow, Figures, OperationFilter, OperationRow, ResourceFilter,
        ResourceRow, ResourceState, Summary, Version,
    },
    domain::{
        backup::BackupState,
        id::{ProjectId, ResourceId},
        operation::OpState,
        problem::Problem,
    },
};

/// How long a board serves before it is asked whether another process has written.
const FRESH: Duration = Duration::from_secs(1);
/// Boards kept: one for each set of projects somebody looks at.
const KEPT: usize = 64;
/// Of what needs somebody, so much is kept of each sort; the lists have the rest.
pub(crate) const FINDINGS: usize = 20;
/// Operations kept.
const RECENT: usize = 8;

/// One resource on the board.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) row: ResourceRow,
    /// Its name in lower case: by this it is found and sorted.
    pub(crate) folded: String,
    /// Its newest whole backup.
    pub(crate) last: Option<BackupRow>,
    /// The newest thing somebody asked for.
    pub(crate) operation: Option<OperationRow>,
    /// The newest backup somebody asked for, if it failed and none was made since.
    pub(crate) failed: Option<OperationRow>,
    /// How many backups it has, whole or damaged.
    pub(crate) backups: u64,
    /// What these take in their stores.
    pub(crate) bytes: u64,
    pub(crate) health: Health,
}

impl Entry {
    fn new(row: ResourceRow, summary: Summary) -> Self {
        let Summary { last_complete: last, backups, bytes, last_operation: operation, last_backup } = summary;
        let failed = last_backup.filter(|backup| {
            let since = last.as_ref().is_some_and(|last| last.taken_at > backup.created_at);
            matches!(backup.state, OpState::Failed | OpState::RolledBack) && !since
        });
        let health = health(&row, last.is_some(), operation.as_ref(), failed.is_some());
        let folded = row.name.to_lowercase();
        Self { row, folded, last, operation, failed, backups, bytes, health }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// The gravest first, then by name.
    pub(crate) entries: Vec<Entry>,
    pub(crate) figures: Figures,
    /// How many of each kind.
    pub(crate) kinds: BTreeMap<String, u64>,
    /// Operations that wait for a person.
    pub(crate) stuck: Vec<OperationRow>,
    /// Damaged backups.
    pub(crate) corrupt: Vec<BackupRow>,
    /// What is set aside and may go, by when.
    pub(crate) asides: Vec<AsideRow>,
    /// What runs, what waits, then what was asked for last.
    pub(crate) recent: Vec<OperationRow>,
    /// People by id, as far as they are named on pages.
    pub(crate) names: BTreeMap<String, String>,
}

impl Board {
    /// A resource as it is here; one of another project is looked up.
    pub(crate) async fn entry(&self, site: &Site, row: &ResourceRow) -> Result<Cow<'_, Entry>, Problem> {
        if let Some(entry) = self.entries.iter().find(|entry| entry.row.id == row.id) {
            return Ok(Cow::Borrowed(entry));
        }
        let summary = site.world.db.resource_summaries(std::slice::from_ref(&row.id)).await?.remove(&row.id);
        Ok(Cow::Owned(Entry::new(row.clone(), summary.unwrap_or_default())))
    }

    /// A resource's name.
    pub(crate) fn name(&self, id: &ResourceId) -> Option<&str> {
        self.entries.iter().find(|entry| entry.row.id == *id).map(|entry| entry.row.name.as_str())
    }
}

struct Kept {
    board: Arc<Board>,
    /// When it was last known to be as the database is.
    seen: Instant,
    /// What this process had written.
    generation: u64,
    /// What the database was.
    version: Version,
}

/// The boards made lately.
#[derive(Clone, Default)]
pub(crate) struct Boards {
    kept: Arc<Mutex<BTreeMap<Vec<ProjectId>, Kept>>>,
    /// One is made at a time: others that wait for it take it.
    making: Arc<tokio::sync::Mutex<()>>,
}

impl Boards {
    /// The board of these projects.
    pub(crate) async fn of(&self, site: &Site, projects: &[ProjectId]) -> Result<Arc<Board>, Problem> {
        if let Some(board) = self.fresh(site, projects) {
            return Ok(board);
        }
        let _making = self.making.lock().await;
        if let Some(board) = self.fresh(site, projects) {
            return Ok(board);
        }
        // Before the look: what is written meanwhile makes it old.
        let generation = site.world.db.generation();
        let version = site.world.db.version().await?;
        if let Some(board) = self.still(projects, generation, &version) {
            return Ok(board);
        }
        let board = Arc::new(look(site, projects).await?);
        self.keep(projects, board.clone(), generation, version);
        Ok(board)
    }

    /// The one kept, if it is known to be as the database is.
    #[allow(clippy::disallowed_methods)] // a stopwatch, not a clock: it is never stored
    fn fresh(&self, site: &Site, projects: &[ProjectId]) -> Option<Arc<Board>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(projects).filter(|kept| kept.generation == site.world.db.generation())?;
        (found.seen.elapsed() < FRESH).then(|| found.board.clone())
    }

    /// The one kept, if nobody has written since.
    #[allow(clippy::disallowed_methods)] // as above
    fn still(&self, projects: &[ProjectId], generation: u64, version: &Version) -> Option<Arc<Board>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get_mut(projects).filter(|kept| kept.version == *version)?;
        (found.seen, found.generation) = (Instant::now(), generation);
        Some(found.board.clone())
    }

    #[allow(clippy::disallowed_methods)] // as above
    fn keep(&self, projects: &[ProjectId], board: Arc<Board>, generation: u64, version: Version) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.retain(|_, kept| kept.seen.elapsed() < FRESH);
        }
        kept.insert(projects.to_vec(), Kept { board, seen: Instant::now(), generation, version });
    }
}

async fn look(site: &Site, projects: &[ProjectId]) -> Result<Board, Problem> {
    let db = &site.world.db;
    let all = ResourceFilter {
        projects: Some(projects.to_vec()),
        limit: Some(i64::MAX),
        ..ResourceFilter::default()
    };
    let rows = db.resources(all).await?.rows;
    let ids: Vec<ResourceId> = rows.iter().map(|row| row.id.clone()).collect();
    let mut summaries = db.resource_summaries(&ids).await?;
    let mut kinds = BTreeMap::new();
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        *kinds.entry(row.kind.to_string()).or_default() += 1;
        let summary = summaries.remove(&row.id).unwrap_or_default();
        entries.push(Entry::new(row, summary));
    }
    entries.sort_by(|a, b| (gravity(a.health), &a.folded).cmp(&(gravity(b.health), &b.folded)));
    Ok(Board {
        entries,
        kinds,
        figures: db.figures(Some(projects.to_vec())).await?,
        stuck: operations(site, projects, &[OpState::NeedsOperator], FINDINGS).await?,
        corrupt: corrupt(site, projects).await?,
        asides: db.kept_asides(None).await?,
        recent: recent(site, projects).await?,
        names: db.user_names().await?,
    })
}

async fn operations(
    site: &Site,
    projects: &[ProjectId],
    states: &[OpState],
    most: usize,
) -> Result<Vec<OperationRow>, Problem> {
    let filter = OperationFilter {
        projects: Some(projects.to_vec()),
        states: states.to_vec(),
        limit: Some(most as i64),
        ..OperationFilter::default()
    };
    Ok(site.world.db.operations(filter).await?.rows)
}

async fn corrupt(site: &Site, projects: &[ProjectId]) -> Result<Vec<BackupRow>, Problem> {
    let filter = BackupFilter {
        projects: Some(projects.to_vec()),
        state: Some(BackupState::Corrupt),
        limit: Some(FINDINGS as i64),
        ..BackupFilter::default()
    };
    Ok(site.world.db.backups(filter).await?.rows)
}

async fn recent(site: &Site, projects: &[ProjectId]) -> Result<Vec<OperationRow>, Problem> {
    let mut rows = operations(site, projects, &[OpState::Running, OpState::Queued], RECENT).await?;
    rows.sort_by_key(|row| row.state != OpState::Running);
    let newest = operations(site, projects, &[], RECENT).await?;
    let live: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
    rows.extend(newest.into_iter().filter(|row| !live.contains(&row.id)));
    rows.truncate(RECENT);
    Ok(rows)
}

/// How a resource is, the gravest first.
fn health(row: &ResourceRow, backed_up: bool, operation: Option<&OperationRow>, failed: bool) -> Health {
    match operation.map(|operation| operation.state) {
        Some(OpState::NeedsOperator) => Health::NeedsPerson,
        _ if row.state == ResourceState::Missing => Health::Missing,
        Some(OpState::Queued | OpState::Running) => Health::Busy,
        _ if failed => Health::Failing,
        _ if !backed_up => Health::Bare,
        _ => Health::Good,
    }
}

/// The order of a list that begins with what needs somebody.
pub(crate) const fn gravity(health: Health) -> u8 {
    match health {
        Health::NeedsPerson => 0,
        Health::Missing => 1,
        Health::Failing => 2,
        Health::Bare => 3,
        Health::Busy => 4,
        Health::Good => 5,
    }
}
