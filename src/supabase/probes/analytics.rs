//! Analytics: in older layouts almost everything waits for it to be healthy.

use super::kit::{Look, Seen, advice, finding};
use crate::{
    domain::finding::Severity,
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "analytics";

pub(super) const PROBE: Look = Look { id: ID, row: "12", see: |scene| Box::pin(see(scene)) };

/// The services that wait for it before they start.
fn waiting(scene: &Scene, service: &str) -> Vec<String> {
    let waits = |name: &String| {
        scene.resolved.as_ref().is_ok_and(|r| r.depends_on(name).iter().any(|other| other == service))
    };
    scene.instance.services.keys().filter(|name| waits(name)).cloned().collect()
}

async fn see(scene: &Scene) -> Seen {
    let service = scene.service(Part::Analytics)?.to_owned();
    let Some(condition) = scene.condition(Part::Analytics).cloned() else { return Ok(vec![]) };
    let sick = condition.health.as_deref() == Some("unhealthy");
    let down = condition.state != "running" || scene.loops(Part::Analytics);
    if !sick && !down {
        return Ok(vec![]);
    }
    let waiting = waiting(scene, &service);
    let lines = scene.lines(Part::Analytics).await?;
    let no_tables = lines.iter().any(|line| line.contains("relation \"sources\" does not exist"));
    let next = advice(
        msg!("finding-analytics-next"),
        vec![scene.compose_line(&format!("logs --tail 50 {service}")), "free -m".to_owned()],
    );
    let severity = if waiting.is_empty() { Severity::Warning } else { Severity::Serious };
    let mut found = finding(
        ID,
        severity,
        msg!("finding-analytics", service = &service),
        msg!("finding-analytics-means"),
        next,
    );
    found.evidence = super::services::saw(&service, &condition);
    if !waiting.is_empty() {
        found.evidence.push(msg!("finding-analytics-waiting", services = super::kit::list(waiting)));
    }
    if no_tables {
        found.evidence.push(msg!(
            "finding-saw-log",
            service = service,
            words = "relation \"sources\" does not exist"
        ));
    }
    Ok(vec![found])
}
