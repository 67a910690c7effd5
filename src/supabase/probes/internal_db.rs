//! The database `_supabase`, where the pooler and analytics keep their own: it is made
//! only by scripts of the first start.

use serde::Deserialize;

use super::kit::{Look, Seen, finding, list, repair};
use crate::{
    domain::{finding::Severity, problem::Problem},
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "internal-db";

pub(super) const PROBE: Look = Look { id: ID, row: "13", see: |scene| Box::pin(see(scene)) };

/// Its name.
pub(crate) const NAME: &str = "_supabase";

/// Which part needs which schema of it.
const NEEDS: [(Part, &str); 2] = [(Part::Pooler, "_supavisor"), (Part::Analytics, "_analytics")];

/// What is missing of it.
pub(crate) struct Missing {
    /// The database itself.
    pub(crate) database: bool,
    /// Schemas in it.
    pub(crate) schemas: Vec<&'static str>,
    /// The services that need them.
    pub(crate) services: Vec<String>,
}

/// Looks; `None`: no part of the instance needs it.
pub(crate) async fn missing(scene: &Scene) -> Result<Option<Missing>, Problem> {
    #[derive(Deserialize)]
    struct Name {
        name: String,
    }
    let uses = |part: Part| {
        let container = scene.instance.container_of(part)?;
        let named = |value: &str| value == NAME || value.contains(&format!("/{NAME}"));
        container.env.iter().any(|(_, v)| named(v.expose())).then(|| scene.instance.service_of(part))?
    };
    let needs: Vec<(&str, &'static str)> =
        NEEDS.iter().filter_map(|(part, schema)| Some((uses(*part)?, *schema))).collect();
    if needs.is_empty() {
        return Ok(None);
    }
    let sql = format!("SELECT datname AS name FROM pg_catalog.pg_database WHERE datname = '{NAME}'");
    let database = scene.rows::<Name>("postgres", &sql).await.map_err(Problem::from)?.is_empty();
    let there: Vec<Name> = if database {
        Vec::new()
    } else {
        let sql = "SELECT nspname AS name FROM pg_catalog.pg_namespace";
        scene.rows(NAME, sql).await.map_err(Problem::from)?
    };
    let lacking: Vec<_> = needs.into_iter().filter(|(_, s)| !there.iter().any(|t| t.name == *s)).collect();
    Ok(Some(Missing {
        database,
        services: lacking.iter().map(|(service, _)| (*service).to_owned()).collect(),
        schemas: lacking.into_iter().map(|(_, schema)| schema).collect(),
    }))
}

async fn see(scene: &Scene) -> Seen {
    scene.with_db()?;
    let missing = missing(scene).await?.ok_or(super::kit::Gap::NotHere)?;
    if !missing.database && missing.schemas.is_empty() {
        return Ok(vec![]);
    }
    let services = list(&missing.services);
    let next = repair(msg!("repair-internal-db", services = &services));
    let title = msg!("finding-internal-db", services = &services);
    let mut found =
        finding(ID, Severity::Serious, title, msg!("finding-internal-db-means"), next).harmed_by_restart();
    found.evidence = if missing.database {
        vec![msg!("finding-internal-db-saw", database = NAME)]
    } else {
        vec![msg!("finding-internal-db-schemas", database = NAME, schemas = list(&missing.schemas))]
    };
    Ok(vec![found])
}
