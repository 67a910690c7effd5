//! All resources somebody may see, with how each is: what the overview sorts,
//! filters and counts. Made from a few queries, and kept until something is written
//! or a moment has passed, so that many open pages cost little.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Site, view::words::Health};
use crate::{
    db::{BackupRow, Figures, OperationRow, ResourceFilter, ResourceRow, ResourceState},
    domain::{
        id::{ProjectId, ResourceId},
        operation::OpState,
        problem::Problem,
    },
};

/// How long a board serves when nothing was written here. Another process may have
/// written: it is made anew behind the back of whoever asks.
const FRESH: Duration = Duration::from_secs(2);
/// Older than this, whoever asks waits for a new one.
const STALE: Duration = Duration::from_secs(10);
/// Boards kept: one for each set of projects somebody looks at.
const KEPT: usize = 64;

/// One resource on the board.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) row: ResourceRow,
    /// Its newest whole backup.
    pub(crate) last: Option<BackupRow>,
    /// The newest thing somebody asked for.
    pub(crate) operation: Option<OperationRow>,
    pub(crate) health: Health,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Board {
    pub(crate) entries: Vec<Entry>,
    pub(crate) figures: Figures,
    /// How many of each kind.
    pub(crate) kinds: BTreeMap<String, u64>,
}

impl Board {
    /// A resource's name.
    pub(crate) fn name(&self, id: &ResourceId) -> Option<&str> {
        self.entries.iter().find(|entry| entry.row.id == *id).map(|entry| entry.row.name.as_str())
    }
}

struct Kept {
    board: Arc<Board>,
    made: Instant,
    generation: u64,
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
        match self.known(site, projects) {
            Some((board, false)) => return Ok(board),
            Some((board, true)) => {
                self.renew(site, projects);
                return Ok(board);
            }
            None => {}
        }
        let _making = self.making.lock().await;
        match self.known(site, projects) {
            Some((board, _)) => Ok(board),
            None => self.make(site, projects).await,
        }
    }

    /// The one kept, and whether it should be made anew.
    #[allow(clippy::disallowed_methods)] // a stopwatch, not a clock: it is never stored
    fn known(&self, site: &Site, projects: &[ProjectId]) -> Option<(Arc<Board>, bool)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(projects).filter(|kept| kept.generation == site.world.db.generation())?;
        let age = found.made.elapsed();
        (age < STALE).then(|| (found.board.clone(), age >= FRESH))
    }

    fn renew(&self, site: &Site, projects: &[ProjectId]) {
        let Ok(turn) = self.making.clone().try_lock_owned() else { return };
        let (boards, site, projects) = (self.clone(), site.clone(), projects.to_vec());
        let runtime = site.runtime.clone();
        runtime.spawn(async move {
            let _turn = turn;
            if let Err(problem) = boards.make(&site, &projects).await {
                tracing::warn!(%problem, "the board could not be made anew");
            }
        });
    }

    #[allow(clippy::disallowed_methods)] // as above
    async fn make(&self, site: &Site, projects: &[ProjectId]) -> Result<Arc<Board>, Problem> {
        // Before the look: what is written meanwhile makes it old.
        let (generation, made) = (site.world.db.generation(), Instant::now());
        let board = Arc::new(look(site, projects).await?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.retain(|_, kept| kept.made.elapsed() < STALE);
        }
        kept.insert(projects.to_vec(), Kept { board: board.clone(), made, generation });
        Ok(board)
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
    let figures = db.figures(Some(projects.to_vec())).await?;
    let mut kinds = BTreeMap::new();
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        *kinds.entry(row.kind.to_string()).or_default() += 1;
        let summary = summaries.remove(&row.id);
        let (last, operation) = summary.map_or((None, None), |s| (s.last_complete, s.last_operation));
        let health = health(&row, last.as_ref(), operation.as_ref());
        entries.push(Entry { row, last, operation, health });
    }
    Ok(Board { entries, figures, kinds })
}

/// How a resource is, the gravest first.
pub(crate) fn health(
    row: &ResourceRow,
    last: Option<&BackupRow>,
    operation: Option<&OperationRow>,
) -> Health {
    let state = operation.map(|operation| operation.state);
    let failed = operation
        .is_some_and(|operation| operation.kind.as_str() == "backup" && operation.state == OpState::Failed);
    match state {
        Some(OpState::NeedsOperator) => Health::NeedsPerson,
        _ if row.state == ResourceState::Missing => Health::Missing,
        Some(OpState::Queued | OpState::Running) => Health::Busy,
        _ if failed => Health::Failing,
        _ if last.is_none() => Health::Bare,
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
