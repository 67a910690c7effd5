//! Services that do not run, keep dying, are unhealthy or missing. The general probe:
//! where a special one names the cause, this one says nothing of the same service.

use super::kit::{Gap, Look, Seen, advice, finding};
use crate::{
    domain::{
        finding::{Finding, Severity},
        msg::Msg,
    },
    host::Condition,
    msg,
    supabase::{
        instance::{Part, part_of},
        scene::Scene,
    },
};

pub(super) const ID: &str = "services";

pub(super) const PROBE: Look = Look { id: ID, row: "", see: |scene| Box::pin(see(scene)) };

/// What is wrong with a container by its condition; `None`: nothing.
fn wrong(condition: &Condition) -> Option<&'static str> {
    match condition.state.as_str() {
        "running" if condition.health.as_deref() == Some("unhealthy") => Some("unhealthy"),
        "running" => None,
        "restarting" => Some("restarting"),
        "paused" => Some("paused"),
        // A task that ended well is done.
        "exited" if condition.exit_code == 0 && condition.error.is_empty() => Some("stopped"),
        _ => Some("failed"),
    }
}

/// What was seen of a container.
pub(super) fn saw(service: &str, condition: &Condition) -> Vec<Msg> {
    let health = condition.health.as_deref().unwrap_or("-");
    let mut seen = vec![msg!(
        "finding-service-saw",
        service = service,
        state = &condition.state,
        health = health,
        status = condition.exit_code.to_string(),
        restarts = condition.restarts
    )];
    if condition.oom_killed {
        seen.push(msg!("finding-service-oom", service = service));
    }
    seen
}

fn told(scene: &Scene, service: &str, image: &str, what: &str) -> Finding {
    let part = part_of(service, image);
    // Studio and what only watches is no service to the users.
    let severity = match part {
        Some(Part::Db | Part::Auth | Part::Gateway) => Severity::Critical,
        Some(Part::Studio | Part::Meta | Part::Imgproxy | Part::Analytics | Part::Vector) | None => {
            Severity::Warning
        }
        _ => Severity::Serious,
    };
    let severity = if what == "unhealthy" { severity.min(Severity::Serious) } else { severity };
    let next = match what {
        "missing" | "stopped" => advice(
            msg!("finding-service-start-next"),
            vec![scene.compose_line(&format!("up -d --no-deps {service}"))],
        ),
        "paused" => advice(
            msg!("finding-service-start-next"),
            vec![scene.compose_line(&format!("unpause {service}"))],
        ),
        _ => advice(
            msg!("finding-service-next"),
            vec![scene.compose_line(&format!("logs --tail 50 {service}"))],
        ),
    };
    let title = msg!("finding-service", service = service, what = what);
    finding(ID, severity, title, msg!("finding-service-means", service = service), next)
}

async fn see(scene: &Scene) -> Seen {
    if scene.conditions.is_empty() {
        return Err(Gap::Unknown(msg!("probe-no-conditions")));
    }
    let mut found = Vec::new();
    for (service, container) in scene.instance.containers() {
        let Some(condition) = scene.conditions.get(&container.name) else { continue };
        let looping = condition.restarts > 0
            && part_of(service, &container.image).is_some_and(|part| scene.loops(part));
        let what = wrong(condition).or(looping.then_some("restarting"));
        if let Some(what) = what {
            let mut one = told(scene, service, &container.image, what);
            one.evidence = saw(service, condition);
            found.push(one);
        }
    }
    for resolved in scene.resolved.iter() {
        for service in resolved.services().filter(|name| !scene.instance.services.contains_key(*name)) {
            let definition = resolved.service(service);
            let none = |path| definition.and_then(|s| s.pointer(path)).and_then(|n| n.as_u64()) == Some(0);
            if !none("/scale") && !none("/deploy/replicas") {
                let image = definition.and_then(|s| s.get("image")?.as_str()).unwrap_or_default();
                found.push(told(scene, service, image, "missing"));
            }
        }
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_has_one_word() {
        let of = |state: &str, health: Option<&str>, exit_code| {
            let health = health.map(str::to_owned);
            wrong(&Condition { state: state.to_owned(), health, exit_code, ..Condition::default() })
        };
        assert_eq!(of("running", Some("healthy"), 0), None);
        assert_eq!(of("running", Some("starting"), 0), None);
        assert_eq!(of("running", Some("unhealthy"), 0), Some("unhealthy"));
        assert_eq!(of("exited", None, 0), Some("stopped"));
        assert_eq!(of("exited", None, 137), Some("failed"));
        assert_eq!(of("created", None, 0), Some("failed"));
        assert_eq!(of("restarting", None, 1), Some("restarting"));
    }
}
