//! The database: whether it answers and takes writes.

use serde::Deserialize;

use super::kit::{Look, Seen, advice, finding};
use crate::{
    domain::finding::Severity,
    engine::postgres::{AskError, shell},
    msg,
    supabase::{instance::Part, scene::Scene},
};

pub(super) const ID: &str = "database";

pub(super) const PROBE: Look = Look { id: ID, row: "", see: |scene| Box::pin(see(scene)) };

async fn see(scene: &Scene) -> Seen {
    #[derive(Deserialize)]
    struct Row {
        writes: bool,
        accepts: bool,
    }
    let service = scene.service(Part::Db)?.to_owned();
    // That it does not run, the services' probe says.
    scene.with_db()?;
    let sql = "SELECT NOT pg_catalog.pg_is_in_recovery() \
               AND coalesce((SELECT pg_catalog.current_setting('default_transaction_read_only', true)), 'off') = 'off' \
               AS writes, d.datallowconn AS accepts FROM pg_catalog.pg_database d \
               WHERE d.datname = pg_catalog.current_database()";
    let saw = match scene.rows::<Row>("postgres", sql).await {
        Ok(rows) if rows.iter().all(|row| row.writes && row.accepts) => return Ok(vec![]),
        Ok(_) => msg!("finding-database-read-only"),
        Err(AskError::Sql { state, message }) => msg!("finding-saw-sql", message = message, state = state),
        Err(AskError::Named(problem)) => msg!("finding-saw-problem", why = problem.to_string()),
    };
    let next = advice(
        msg!("finding-database-next"),
        vec![scene.compose_line(&format!("logs --tail 50 {}", shell(&service)))],
    );
    let title = msg!("finding-database", service = service);
    let mut found = finding(ID, Severity::Critical, title, msg!("finding-database-means"), next);
    found.evidence = vec![saw];
    Ok(vec![found])
}
