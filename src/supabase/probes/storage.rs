//! The storage API's tables: it must own them, may use its schema, and finds them by its
//! role's `search_path`.

use serde::Deserialize;

use super::{
    auth_search_path::{names, settings},
    kit::{Gap, Look, Seen, finding, repair},
    owners::{STORAGE, Table, owned, tables},
};
use crate::{
    domain::{finding::Severity, problem::Problem},
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "storage-tables";

pub(super) const PROBE: Look = Look { id: ID, row: "18", see: |scene| Box::pin(see(scene)) };

/// The storage API's role.
pub(crate) const ROLE: &str = "supabase_storage_admin";

/// What is wrong with its tables.
pub(crate) struct Wrong {
    /// Tables of another owner.
    pub(crate) tables: Vec<Table>,
    /// It may not use its schema.
    pub(crate) shut: bool,
    /// Its role's `search_path` does not lead there.
    pub(crate) astray: bool,
}

/// Looks; `None`: the storage API has made no tables yet.
pub(crate) async fn wrong(scene: &Scene) -> Result<Option<Wrong>, Problem> {
    #[derive(Deserialize)]
    struct May {
        may: bool,
    }
    let all = tables(scene, "storage", ROLE, STORAGE).await?;
    if !["objects", "migrations"].iter().all(|name| all.iter().any(|t| t.name == *name)) {
        return Ok(None);
    }
    let sql = format!(
        "SELECT pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE') AS may \
         FROM pg_catalog.pg_roles r, pg_catalog.pg_namespace n WHERE r.rolname = '{ROLE}' AND n.nspname = 'storage'"
    );
    let may: Vec<May> = scene.rows("postgres", &sql).await.map_err(Problem::from)?;
    let set = settings(scene, ROLE).await?;
    let last = set.iter().find(|s| s.database.is_some()).or(set.first());
    let path = last.and_then(|s| s.stored.split_once('=')).map_or("", |(_, path)| path);
    // Newer versions write their tables' names in full, or are told by their address.
    let told = scene.has_now(Part::Storage, "DATABASE_SEARCH_PATH").is_some();
    Ok(Some(Wrong {
        tables: all.into_iter().filter(|t| t.owner != ROLE && !t.granted).collect(),
        shut: may.iter().any(|row| !row.may),
        astray: !told && !names(path, "storage"),
    }))
}

async fn see(scene: &Scene) -> Seen {
    scene.service(Part::Storage)?;
    scene.with_db()?;
    let Some(wrong) = wrong(scene).await? else {
        return Err(Gap::Unknown(msg!("probe-no-table", table = "storage.objects")));
    };
    let mut evidence = Vec::new();
    for table in &wrong.tables {
        let (name, owner) = owned(table, "storage");
        evidence.push(msg!("finding-saw-owner", table = name, owner = owner));
    }
    if wrong.shut {
        evidence.push(msg!("finding-usage-saw", role = ROLE, schema = "storage"));
    }
    if wrong.astray {
        evidence.push(msg!("finding-search-path-lost", role = ROLE, schema = "storage"));
    }
    if evidence.is_empty() {
        return Ok(vec![]);
    }
    let next = repair(msg!("repair-storage-tables", role = ROLE));
    let (title, means) = (msg!("finding-storage-tables"), msg!("finding-storage-tables-means"));
    let mut found = finding(ID, Severity::Serious, title, means, next).harmed_by_restart();
    found.evidence = evidence;
    Ok(vec![found])
}
