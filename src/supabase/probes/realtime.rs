//! Realtime finds its tenant by the first piece of the name it is called by.

use serde::Deserialize;
use serde_json::Value;

use super::kit::{Gap, Look, Seen, advice, finding, list};
use crate::{
    domain::finding::Severity,
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "realtime-tenant";

pub(super) const PROBE: Look = Look { id: ID, row: "17", see: |scene| Box::pin(see(scene)) };

/// The names a container has on its networks.
fn names(record: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(|s| s.trim_start_matches('/').to_owned());
    let networks = record.pointer("/NetworkSettings/Networks").and_then(Value::as_object);
    let ends = networks.into_iter().flat_map(|all| all.values());
    let lists = ["Aliases", "DNSNames"];
    let aliases = ends.flat_map(|end| lists.map(|key| end.get(key).and_then(Value::as_array).cloned()));
    let mut all: Vec<String> = aliases.flatten().flatten().filter_map(|v| text(&v)).collect();
    all.extend(record.get("Name").and_then(text));
    all.extend(record.pointer("/Config/Hostname").and_then(text));
    all
}

async fn see(scene: &Scene) -> Seen {
    #[derive(Deserialize)]
    struct There {
        there: bool,
    }
    #[derive(Deserialize)]
    struct Tenant {
        name: String,
    }
    let service = scene.with(Part::Realtime)?.to_owned();
    scene.with_db()?;
    let sql = "SELECT pg_catalog.to_regclass('_realtime.tenants') IS NOT NULL AS there";
    if !scene.rows::<There>("postgres", sql).await?.iter().any(|row| row.there) {
        return Err(Gap::Unknown(msg!("probe-no-table", table = "_realtime.tenants")));
    }
    let tenants: Vec<Tenant> =
        scene.rows("postgres", "SELECT external_id AS name FROM _realtime.tenants ORDER BY 1").await?;
    let container = scene.instance.container_of(Part::Realtime).ok_or(Gap::NotHere)?;
    let record = scene.live.engine(&scene.instance.host)?.record(&container.name).await;
    let called = names(&record.map_err(crate::domain::problem::Problem::from)?);
    let fits = |tenant: &Tenant| {
        called.iter().any(|name| name == &tenant.name || name.starts_with(&format!("{}.", tenant.name)))
    };
    if tenants.iter().any(fits) {
        return Ok(vec![]);
    }
    let next = advice(
        msg!("finding-realtime-next"),
        vec![scene.compose_line(&format!("up -d --no-deps --force-recreate {service}"))],
    );
    let title = msg!("finding-realtime", service = &service);
    let mut found = finding(ID, Severity::Serious, title, msg!("finding-realtime-means"), next);
    let tenants = if tenants.is_empty() { "-".to_owned() } else { list(tenants.iter().map(|t| &t.name)) };
    found.evidence = vec![msg!("finding-realtime-saw", tenants = tenants, names = list(called))];
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_are_read() {
        let record = serde_json::json!({
            "Name": "/realtime-dev.supabase-realtime",
            "Config": {"Hostname": "abc"},
            "NetworkSettings": {"Networks": {"n": {"Aliases": ["realtime"], "DNSNames": null}}}
        });
        assert_eq!(names(&record), ["realtime", "realtime-dev.supabase-realtime", "abc"]);
    }
}
