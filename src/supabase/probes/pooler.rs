//! The pooler's settings: the length of its key and the role it works as.

use super::{
    kit::{Gap, Look, Seen, advice, finding},
    logins::from_url,
};
use crate::{
    domain::finding::Severity,
    msg,
    secret::Secret,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const KEY: &str = "pooler-key";
pub(super) const ROLE: &str = "pooler-role";

pub(super) const KEY_PROBE: Look = Look { id: KEY, row: "14", see: |scene| Box::pin(key(scene)) };
pub(super) const ROLE_PROBE: Look = Look { id: ROLE, row: "16", see: |scene| Box::pin(role(scene)) };

/// AES-256: exactly so many bytes.
const LENGTH: usize = 32;

/// What the pooler would be given at its next start, else what it was given.
fn value(scene: &Scene, name: &str) -> Result<Secret, Gap> {
    scene.service(Part::Pooler)?;
    let value = match &scene.resolved {
        Ok(_) => scene.would_get(Part::Pooler, name),
        Err(_) => scene.has_now(Part::Pooler, name),
    };
    value.ok_or_else(|| Gap::Unknown(msg!("probe-no-key", key = name)))
}

/// How it gets what was written for it.
fn again(scene: &Scene) -> Result<String, Gap> {
    let service = scene.service(Part::Pooler)?;
    Ok(scene.compose_line(&format!("up -d --no-deps {service}")))
}

async fn key(scene: &Scene) -> Seen {
    let length = value(scene, "VAULT_ENC_KEY")?.expose().len();
    if length == LENGTH {
        return Ok(vec![]);
    }
    let commands = vec!["openssl rand -hex 16".to_owned(), again(scene)?];
    let next = advice(msg!("finding-pooler-key-next"), commands);
    let (title, means) = (msg!("finding-pooler-key"), msg!("finding-pooler-key-means"));
    let mut found = finding(KEY, Severity::Serious, title, means, next).harmed_by_restart();
    found.evidence = vec![msg!("finding-pooler-key-saw", length = length, wanted = LENGTH)];
    Ok(vec![found])
}

async fn role(scene: &Scene) -> Seen {
    let url = value(scene, "DATABASE_URL")?;
    let Some((user, _)) = from_url(url.expose()) else {
        return Err(Gap::Unknown(msg!("probe-no-address", key = "DATABASE_URL")));
    };
    if user != "postgres" {
        return Ok(vec![]);
    }
    let next = advice(msg!("finding-pooler-role-next"), vec![again(scene)?]);
    let (title, means) = (msg!("finding-pooler-role"), msg!("finding-pooler-role-means"));
    let mut found = finding(ROLE, Severity::Serious, title, means, next);
    found.evidence = vec![msg!("finding-pooler-role-saw", role = user)];
    Ok(vec![found])
}
