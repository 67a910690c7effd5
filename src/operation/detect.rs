//! What runs in containers and could be protected, and whether what is protected
//! is still there. One look serves the command line, the panel and the watch.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use super::World;
use crate::{
    db::{ResourceFilter, ResourceRow, ResourceState},
    domain::{clock::Moment, problem::Problem},
    engine::Detected,
    supabase::engine::FOLDER,
};

/// Something detected.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// On which host.
    pub host: String,
    /// What it is.
    pub found: Detected,
    /// What it was added as already.
    pub added: Option<ResourceRow>,
}

impl Seen {
    /// Whether nobody's project has it yet.
    pub fn is_unclaimed(&self) -> bool {
        self.added.as_ref().is_none_or(|row| row.project.is_none())
    }
}

/// What the last look saw.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Look {
    /// When; none before the first.
    pub at: Option<Moment>,
    /// What was seen, by name.
    pub seen: Vec<Seen>,
    /// Why a host could not be looked at, by its name.
    pub away: BTreeMap<String, Problem>,
}

/// The last look, shared by all who show it.
#[derive(Debug, Clone, Default)]
pub struct Detections(Arc<RwLock<Arc<Look>>>);

impl Detections {
    /// What the last look saw.
    pub fn last(&self) -> Arc<Look> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, look: Look) -> Arc<Look> {
        let look = Arc::new(look);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = look.clone();
        look
    }
}

/// Looks through all hosts' containers, and keeps what it saw. A host that does not
/// answer hides only its own.
pub async fn look(world: &World) -> Result<Arc<Look>, Problem> {
    let mut look = Look { at: Some(world.clock.now()), ..Look::default() };
    for (host, engine) in world.hosts.engines() {
        let containers = match engine.containers().await {
            Ok(containers) => containers,
            Err(error) => {
                look.away.insert(host.to_owned(), error.into());
                continue;
            }
        };
        for container in &containers {
            for kind in world.engines.all() {
                let Some(found) = kind.detect(host, container) else { continue };
                // An instance is recognised by several of its containers.
                if look.seen.iter().any(|seen| seen.found.identity == found.identity) {
                    continue;
                }
                let added = world.db.resource_by_identity(&found.identity).await?;
                look.seen.push(Seen { host: host.to_owned(), found, added });
            }
        }
    }
    look.seen.sort_by(|a, b| a.found.name.cmp(&b.found.name));
    Ok(world.detections.keep(look))
}

/// Looks, and notes which resources in containers are there and which are not.
pub async fn note_presence(world: &World) -> Result<(), Problem> {
    let look = look(world).await?;
    if !look.away.is_empty() {
        // An engine that is away says nothing of what runs in it.
        return Ok(());
    }
    let detected: Vec<&str> = look.seen.iter().map(|seen| seen.found.identity.as_str()).collect();
    for row in all(world).await? {
        let Some(mut there) = presence(world, &row, &detected) else { continue };
        if let (false, Some(folder)) = (there, row.access.get(FOLDER)) {
            // Without containers it is as much there as its folder is.
            there = tokio::fs::metadata(folder).await.is_ok_and(|found| found.is_dir());
        }
        let state = if there { ResourceState::Ok } else { ResourceState::Missing };
        if row.state != state {
            world.db.set_resource_state(&row.id, state).await?;
        }
    }
    Ok(())
}

/// Whether a resource is there; `None` if it was added by hand: those are known by
/// what was typed, not by what a host says.
fn presence(world: &World, row: &ResourceRow, detected: &[&str]) -> Option<bool> {
    let mut hosts = world.hosts.engines();
    let on_host = hosts.any(|(host, _)| {
        let rest = row.identity.strip_prefix(host).and_then(|rest| rest.strip_prefix('/'));
        rest.is_some_and(|rest| rest.starts_with("compose/") || rest.starts_with("container/"))
    });
    on_host.then(|| detected.contains(&row.identity.as_str()))
}

async fn all(world: &World) -> Result<Vec<ResourceRow>, Problem> {
    const AT_ONCE: i64 = 500;
    let mut rows = Vec::new();
    loop {
        let offset = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let filter = ResourceFilter { limit: Some(AT_ONCE), offset, ..ResourceFilter::default() };
        let page = world.db.resources(filter).await?;
        let full = page.rows.len() == AT_ONCE as usize;
        rows.extend(page.rows);
        if !full {
            return Ok(rows);
        }
    }
}
