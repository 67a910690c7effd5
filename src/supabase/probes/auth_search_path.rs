//! The `search_path` of GoTrue's role: without it GoTrue finds none of its tables.

use serde::Deserialize;

use super::{
    kit::{Look, Seen, finding, repair},
    signing::ROLE,
};
use crate::{
    domain::{finding::Severity, problem::Problem},
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "auth-search-path";

pub(super) const PROBE: Look = Look { id: ID, row: "4a", see: |scene| Box::pin(see(scene)) };

/// A `search_path` set for GoTrue's role: for all databases, or for this one, which wins.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Setting {
    /// `None`: for all databases.
    pub(crate) database: Option<String>,
    /// As it is stored: `search_path=auth`.
    pub(crate) stored: String,
}

/// What is set for the role.
pub(crate) async fn settings(scene: &Scene, role: &str) -> Result<Vec<Setting>, Problem> {
    let sql = format!(
        "SELECT d.datname AS database, c.setting AS stored FROM pg_catalog.pg_db_role_setting s \
         JOIN pg_catalog.pg_roles r ON r.oid = s.setrole LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase \
         CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c(setting) \
         WHERE r.rolname = '{role}' AND c.setting LIKE 'search_path=%' \
         AND (s.setdatabase = 0 OR d.datname = pg_catalog.current_database())"
    );
    scene.rows("postgres", &sql).await.map_err(Problem::from)
}

/// Whether `auth` stands in a list of schemas.
pub(crate) fn names(path: &str, schema: &str) -> bool {
    path.split(',').any(|item| item.trim().trim_matches('"') == schema)
}

async fn see(scene: &Scene) -> Seen {
    scene.with_db()?;
    let url = scene.has_now(Part::Auth, "GOTRUE_DB_DATABASE_URL");
    // Some deployments set it in the address instead.
    if url.is_some_and(|url| url.expose().contains("search_path")) {
        return Ok(vec![]);
    }
    let signing = scene.signing().await?;
    let right = names(&signing.search_path, "auth") && matches!(signing.users.as_str(), "" | "auth.users");
    if right || signing.failure.as_ref().is_some_and(|f| f.state.is_empty()) {
        return Ok(vec![]);
    }
    let (title, means) = (msg!("finding-auth-search-path"), msg!("finding-auth-search-path-means"));
    let next = repair(msg!("repair-auth-search-path", role = ROLE));
    let mut found = finding(ID, Severity::Critical, title, means, next).harmed_by_restart();
    found.evidence = vec![msg!("finding-search-path-saw", role = ROLE, path = &signing.search_path)];
    for setting in settings(scene, ROLE).await? {
        if let Some(database) = setting.database {
            let stored = setting.stored;
            found.evidence.push(msg!("finding-search-path-database", database = database, stored = stored));
        }
    }
    Ok(vec![found])
}
