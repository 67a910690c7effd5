//! Waiting until a container is up: running, its health check content, and not restarted
//! by the engine meanwhile. GoTrue with a broken database shows `running` between two
//! crashes, so the number of restarts counts.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{
    domain::problem::Problem,
    host::{Container, ContainerHost, HostError},
    problem,
    supabase::instance::{Part, part_of},
};

/// Seconds a service may take to stop before it is killed.
const GRACE: u64 = 30;
/// The same for the database, which writes everything down first: Compose's own ten are
/// not enough under load (physical-facts 1).
pub(super) const GRACE_DB: u64 = 90;

/// How long a part of an instance may take to stop before it is killed.
pub(in crate::supabase) fn grace(part: Option<Part>) -> Duration {
    Duration::from_secs(if part == Some(Part::Db) { GRACE_DB } else { GRACE })
}

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(300);
/// How long one without a health check must stay up to count.
const STEADY: Duration = Duration::from_secs(2);
/// Restarts after which one is given up: it will not come.
const LOOPS: i64 = 3;

/// How long a service may take to come up.
pub(super) fn patience(service: &str, image: &str) -> Duration {
    match part_of(service, image) {
        // Recovery after a crash replays what was written.
        Some(Part::Db) => Duration::from_secs(180),
        _ => Duration::from_secs(120),
    }
}

/// Waits until it is up. Problem: `service-not-up`, with what it came to.
pub(in crate::supabase) async fn until_up(
    engine: &dyn ContainerHost,
    service: &str,
    name: &str,
    beat: &(dyn Fn() + Send + Sync),
) -> Result<Container, Problem> {
    let first = engine.container(name).await?;
    let until = Instant::now() + patience(service, &first.image);
    let mut since = Instant::now();
    let mut seen = first.restarts;
    loop {
        let now = engine.container(name).await?;
        if now.restarts != seen {
            seen = now.restarts;
            since = Instant::now();
        }
        let steady = now.state == "running" && since.elapsed() >= STEADY;
        let up = match now.health.as_deref() {
            Some("healthy") => now.state == "running",
            Some(_) => false,
            None => steady,
        };
        if up {
            return Ok(now);
        }
        let lost = now.health.as_deref() == Some("unhealthy") || now.restarts - first.restarts >= LOOPS;
        if lost || Instant::now() >= until {
            return Err(not_up(engine, service, &now).await);
        }
        beat();
        sleep(PAUSE).await;
    }
}

/// Why it is not up, as the engine has it.
async fn not_up(engine: &dyn ContainerHost, service: &str, now: &Container) -> Problem {
    let state = now.health.clone().filter(|_| now.state == "running").unwrap_or_else(|| now.state.clone());
    let condition = engine.condition(&now.name).await.unwrap_or_default();
    problem!(
        "service-not-up",
        service = service,
        container = &now.name,
        state = state,
        code = condition.exit_code,
        restarts = now.restarts
    )
}

/// Starts one that is not running; one already running is left alone. Problem:
/// `container-missing`.
pub(in crate::supabase) async fn start(engine: &dyn ContainerHost, name: &str) -> Result<(), Problem> {
    match engine.start(name).await {
        Err(HostError::NoContainer(name)) => Err(problem!("container-missing", container = name)),
        done => Ok(done?),
    }
}

/// Starts one and waits until it is up. Problems: `container-missing`, `service-not-up`.
pub(super) async fn bring_up(
    engine: &dyn ContainerHost,
    service: &str,
    name: &str,
    beat: &(dyn Fn() + Send + Sync),
) -> Result<(), Problem> {
    start(engine, name).await?;
    until_up(engine, service, name, beat).await.map(drop)
}
