//! A data directory of another PostgreSQL than the image's: the server does not start.

use super::kit::{Gap, Look, Seen, advice, finding};
use crate::{
    domain::finding::Severity,
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "postgres-version";

pub(super) const PROBE: Look = Look { id: ID, row: "21", see: |scene| Box::pin(see(scene)) };

/// Where the data lies in the container.
pub(super) const DATA: &str = "/var/lib/postgresql/data";

async fn see(scene: &Scene) -> Seen {
    let service = scene.service(Part::Db)?.to_owned();
    // A server that runs has read its own data.
    if scene.runs(Part::Db) && !scene.loops(Part::Db) {
        return Ok(vec![]);
    }
    let container = scene.instance.container_of(Part::Db).ok_or(Gap::NotHere)?;
    let mount = container.mounts.iter().find(|m| m.target == DATA && m.kind == "bind");
    let (Some(mount), Some(image)) = (mount, scene.instance.postgres_major()) else {
        return Err(Gap::Unknown(msg!("probe-pg-version")));
    };
    let text = tokio::fs::read_to_string(format!("{}/PG_VERSION", mount.source)).await;
    let Some(data) = text.ok().and_then(|text| text.trim().parse::<u32>().ok()) else {
        return Err(Gap::Unknown(msg!("probe-pg-version")));
    };
    if data == image {
        return Ok(vec![]);
    }
    let next = advice(msg!("finding-pg-version-next", data = data), vec![scene.compose_line("images")]);
    let title = msg!("finding-pg-version", data = data, image = image);
    let mut found = finding(ID, Severity::Critical, title, msg!("finding-pg-version-means"), next);
    found.evidence = vec![msg!("finding-pg-version-saw", service = service, path = &mount.source)];
    Ok(vec![found])
}
