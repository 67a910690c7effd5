//! The right of GoTrue's role to use its own schema.

use serde::Deserialize;

use super::{
    kit::{Look, Seen, finding, repair},
    signing::ROLE,
};
use crate::{domain::finding::Severity, msg, supabase::scene::Scene};

pub(super) const ID: &str = "auth-usage";

pub(super) const PROBE: Look = Look { id: ID, row: "4b", see: |scene| Box::pin(see(scene)) };

async fn see(scene: &Scene) -> Seen {
    #[derive(Deserialize)]
    struct Row {
        may: bool,
    }
    scene.with_db()?;
    let sql = format!(
        "SELECT pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE') AS may \
         FROM pg_catalog.pg_roles r, pg_catalog.pg_namespace n WHERE r.rolname = '{ROLE}' AND n.nspname = 'auth'"
    );
    let rows: Vec<Row> = scene.rows("postgres", &sql).await?;
    if rows.iter().all(|row| row.may) {
        return Ok(vec![]);
    }
    let (title, means) = (msg!("finding-auth-usage"), msg!("finding-auth-usage-means"));
    let next = repair(msg!("repair-auth-usage", role = ROLE));
    let mut found = finding(ID, Severity::Critical, title, means, next).harmed_by_restart();
    found.evidence = vec![msg!("finding-usage-saw", role = ROLE, schema = "auth")];
    Ok(vec![found])
}
