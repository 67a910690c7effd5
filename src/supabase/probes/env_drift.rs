//! What containers were given against what the files give now. Three probes share the
//! comparison: secrets of tokens, keys of the gateway, and all the rest as a notice.

use std::collections::BTreeMap;

use super::kit::{Gap, Look, Seen, advice, finding, list, repair};
use crate::{
    domain::{
        finding::{Finding, Severity},
        problem::Problem,
    },
    msg,
    supabase::{
        compose::Resolved,
        instance::{Instance, Part, part_of},
        scene::{Scene, text},
    },
};

pub(super) const JWT: &str = "jwt-stale";
pub(super) const GATEWAY: &str = "gateway-keys";
pub(super) const REST: &str = "env-drift";

pub(super) const JWT_PROBE: Look = Look { id: JWT, row: "7", see: |scene| Box::pin(jwt(scene)) };
pub(super) const GATEWAY_PROBE: Look = Look { id: GATEWAY, row: "8", see: |scene| Box::pin(gateway(scene)) };
pub(super) const REST_PROBE: Look = Look { id: REST, row: "", see: |scene| Box::pin(rest(scene)) };

/// Which probe a variable is the matter of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matter {
    /// What tokens are signed by.
    Jwt,
    /// What the gateway lets in.
    Gateway,
    /// Anything else.
    Other,
}

fn matter(part: Option<Part>, variable: &str) -> Matter {
    match part {
        // It reads them at its first start only.
        Some(Part::Db) => Matter::Other,
        Some(Part::Gateway) if variable.contains("KEY") => Matter::Gateway,
        _ if variable.contains("JWT_SECRET")
            || variable.contains("JWKS")
            || variable.ends_with("JWT_KEYS") =>
        {
            Matter::Jwt
        }
        _ => Matter::Other,
    }
}

/// The services with the variables that differ, of one matter. Problem: what Compose
/// said instead of its configuration.
pub(crate) fn stale(scene: &Scene, wanted: Matter) -> Result<BTreeMap<String, Vec<String>>, Problem> {
    let resolved = scene.resolved.as_ref().map_err(Clone::clone)?;
    Ok(differing(&scene.instance, resolved, |matter| matter == wanted))
}

/// The services with the variables that their containers were given otherwise than the
/// files give them now, of the wanted matters.
pub(crate) fn differing(
    instance: &Instance,
    resolved: &Resolved,
    wanted: impl Fn(Matter) -> bool,
) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (service, container) in instance.containers() {
        let part = part_of(service, &container.image);
        let environment = resolved.service(service).and_then(|s| s.get("environment")?.as_object());
        for (name, value) in environment.into_iter().flatten() {
            // Without a value it comes from the shell of who started it.
            if value.is_null() || !wanted(matter(part, name)) {
                continue;
            }
            let now = container.env.iter().find(|(n, _)| n == name).map(|(_, v)| v.expose());
            if now != Some(text(value).replace("$$", "$").as_str()) {
                let names = found.entry(service.to_owned()).or_default();
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
    }
    found
}

fn saw(found: &mut Finding, stale: &BTreeMap<String, Vec<String>>) {
    for (service, names) in stale {
        found.evidence.push(msg!("finding-env-saw", service = service, names = list(names)));
    }
}

async fn jwt(scene: &Scene) -> Seen {
    let stale = stale(scene, Matter::Jwt)?;
    if stale.is_empty() {
        return Ok(vec![]);
    }
    let next = repair(msg!("repair-recreate", services = list(stale.keys())));
    let title = msg!("finding-jwt-stale", services = list(stale.keys()));
    let mut found = finding(JWT, Severity::Serious, title, msg!("finding-jwt-stale-means"), next);
    saw(&mut found, &stale);
    Ok(vec![found])
}

async fn gateway(scene: &Scene) -> Seen {
    let service = scene.service(Part::Gateway)?.to_owned();
    let stale = stale(scene, Matter::Gateway)?;
    if stale.is_empty() {
        return super::gateway::refuses(scene).await;
    }
    let next = repair(msg!("repair-recreate", services = &service));
    let title = msg!("finding-gateway-keys", service = &service);
    let mut found = finding(GATEWAY, Severity::Serious, title, msg!("finding-gateway-keys-means"), next);
    saw(&mut found, &stale);
    Ok(vec![found])
}

async fn rest(scene: &Scene) -> Seen {
    let stale = match stale(scene, Matter::Other) {
        Ok(stale) => stale,
        Err(problem) if problem.is("compose-refused") => return Err(Gap::Unknown(msg!("probe-compose"))),
        Err(problem) => return Err(problem.into()),
    };
    if stale.is_empty() {
        return Ok(vec![]);
    }
    let services = list(stale.keys());
    let line = format!("up -d --no-deps {}", stale.keys().cloned().collect::<Vec<_>>().join(" "));
    let next = advice(msg!("finding-env-drift-next"), vec![scene.compose_line(&line)]);
    let title = msg!("finding-env-drift", services = services);
    let mut found = finding(REST, Severity::Notice, title, msg!("finding-env-drift-means"), next);
    saw(&mut found, &stale);
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_the_matter_of_one_probe() {
        assert_eq!(matter(Some(Part::Auth), "GOTRUE_JWT_SECRET"), Matter::Jwt);
        assert_eq!(matter(Some(Part::Rest), "PGRST_APP_SETTINGS_JWT_SECRET"), Matter::Jwt);
        assert_eq!(matter(Some(Part::Storage), "JWT_JWKS"), Matter::Jwt);
        assert_eq!(matter(Some(Part::Gateway), "SUPABASE_ANON_KEY"), Matter::Gateway);
        assert_eq!(matter(Some(Part::Db), "JWT_SECRET"), Matter::Other);
        assert_eq!(matter(Some(Part::Studio), "SUPABASE_ANON_KEY"), Matter::Other);
        assert_eq!(matter(Some(Part::Auth), "GOTRUE_SITE_URL"), Matter::Other);
    }
}
