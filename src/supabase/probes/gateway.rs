//! The gateway: whether it lets the keys in, and whether it finds auth.

use super::{
    env_drift,
    kit::{Gap, Look, Seen, advice, finding, list},
};
use crate::{
    domain::finding::Severity,
    host::Command,
    msg,
    supabase::{http::Question, instance::Part, scene::Scene},
};

pub(super) const NAMES: &str = "gateway-names";

pub(super) const NAMES_PROBE: Look = Look { id: NAMES, row: "10", see: |scene| Box::pin(names(scene)) };

/// The port both gateways listen on.
const PORT: u16 = 8000;

/// The port auth listens on.
const AUTH_PORT: u16 = 9999;

/// Whether the gateway turns the anon key of `.env` away although it was given the same.
pub(super) async fn refuses(scene: &Scene) -> Seen {
    let service = scene.with(Part::Gateway)?.to_owned();
    let Some(key) = scene.env_value("ANON_KEY").filter(|key| !key.is_empty()) else {
        return Err(Gap::Unknown(msg!("probe-no-key", key = "ANON_KEY")));
    };
    let question = Question::get("/auth/v1/settings").header("apikey", key);
    let answer = match scene.live.http(&scene.instance, Part::Gateway, PORT, question).await {
        Ok(answer) => answer,
        Err(why) => {
            return Err(Gap::Unknown(msg!("probe-no-http", service = service, why = why.to_string())));
        }
    };
    match answer.status {
        401 => {}
        200..300 => return Ok(vec![]),
        // It let the key in or not: what it says now is about something else.
        status => {
            let status = status.to_string();
            return Err(Gap::Unknown(msg!("probe-http-strange", service = service, status = status)));
        }
    }
    let next = advice(
        msg!("finding-gateway-keys-next", service = &service),
        vec![scene.compose_line(&format!("up -d --no-deps --force-recreate {service}"))],
    );
    let title = msg!("finding-gateway-keys", service = &service);
    let means = msg!("finding-gateway-keys-means");
    let mut found = finding(env_drift::GATEWAY, Severity::Serious, title, means, next);
    found.evidence = vec![msg!("finding-gateway-401", key = "ANON_KEY")];
    Ok(vec![found])
}

/// The addresses `getent hosts` printed.
fn addresses(out: &str) -> Vec<String> {
    out.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Whether auth answers by way of the gateway, if it answers at all.
async fn reaches(scene: &Scene, gateway: &str, auth: &str) -> Seen {
    let key = scene.env_value("ANON_KEY").unwrap_or_default();
    let through = Question::get("/auth/v1/settings").header("apikey", key);
    let (through, direct) = tokio::join!(
        scene.live.http(&scene.instance, Part::Gateway, PORT, through),
        scene.live.http(&scene.instance, Part::Auth, AUTH_PORT, Question::get("/health")),
    );
    let (Ok(through), Ok(direct)) = (through, direct) else { return Ok(vec![]) };
    if !matches!(through.status, 502..=504) || direct.status != 200 {
        return Ok(vec![]);
    }
    let next = advice(
        msg!("finding-gateway-reach-next", service = auth, port = AUTH_PORT.to_string()),
        vec![scene.compose_line(&format!("logs --tail 50 {gateway}"))],
    );
    let title = msg!("finding-gateway-reach", gateway = gateway, service = auth);
    let means = msg!("finding-gateway-names-means");
    let mut found = finding(NAMES, Severity::Critical, title, means, next);
    found.evidence = vec![msg!("finding-http-saw", service = gateway, status = through.status.to_string())];
    Ok(vec![found])
}

async fn names(scene: &Scene) -> Seen {
    let gateway = scene.with(Part::Gateway)?.to_owned();
    let auth = scene.with(Part::Auth)?.to_owned();
    // Between two runs it has no name and another address.
    if scene.loops(Part::Auth) {
        return Err(Gap::Unknown(msg!("probe-part-down", service = auth)));
    }
    let command = Command::new(["getent", "hosts", auth.as_str()]);
    let said = scene.live.exec(&scene.instance, Part::Gateway, command, None, None).await?;
    // 2: the name is not known. Anything else is getent's own trouble.
    if said.code != 0 && said.code != 2 {
        return Err(Gap::Unknown(msg!("probe-getent", service = gateway, status = said.code)));
    }
    let seen = addresses(&said.out);
    let containers = scene.instance.services.get(&auth).into_iter().flatten();
    let right: Vec<&String> = containers.flat_map(|c| c.networks.values()).collect();
    // IPv6 stands in no list of ours: only IPv4 is compared.
    let (four, any_six) = (seen.iter().filter(|a| a.contains('.')), seen.iter().any(|a| a.contains(':')));
    let wrong: Vec<&String> = four.clone().filter(|a| !right.contains(a)).collect();
    if wrong.is_empty() && (four.count() > 0 || any_six) {
        return reaches(scene, &gateway, &auth).await;
    }
    let next = advice(
        msg!("finding-gateway-names-next", service = &auth),
        vec![
            scene.compose_line(&format!("exec {gateway} cat /etc/resolv.conf")),
            "cat /etc/resolv.conf".to_owned(),
        ],
    );
    let title = msg!("finding-gateway-names", gateway = &gateway, service = &auth);
    let means = msg!("finding-gateway-names-means");
    let mut found = finding(NAMES, Severity::Critical, title, means, next);
    let seen = if seen.is_empty() { "-".to_owned() } else { list(seen) };
    found.evidence =
        vec![msg!("finding-gateway-names-saw", service = auth, seen = seen, right = list(right))];
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn getent_is_read() {
        assert_eq!(addresses("172.18.0.5      auth\n172.18.0.6 auth auth.x\n"), ["172.18.0.5", "172.18.0.6"]);
        assert!(addresses("").is_empty());
    }
}
