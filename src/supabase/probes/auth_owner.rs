//! Tables of GoTrue that belong to another role and that it may not write: what a
//! restore with `--no-owner` leaves behind.

use super::{
    kit::{Look, Seen, finding, repair},
    owners::{AUTH, Table, owned, tables},
    signing::ROLE,
};
use crate::{
    domain::{finding::Severity, problem::Problem},
    msg,
    supabase::scene::Scene,
};

pub(super) const ID: &str = "auth-owner";

pub(super) const PROBE: Look = Look { id: ID, row: "4c", see: |scene| Box::pin(see(scene)) };

/// The tables with another owner that GoTrue may not use.
pub(crate) async fn foreign(scene: &Scene) -> Result<Vec<Table>, Problem> {
    let all = tables(scene, "auth", ROLE, AUTH).await?;
    Ok(all.into_iter().filter(|t| t.owner != ROLE && !t.granted).collect())
}

async fn see(scene: &Scene) -> Seen {
    scene.with_db()?;
    let wrong = foreign(scene).await?;
    if wrong.is_empty() {
        return Ok(vec![]);
    }
    let title = msg!("finding-auth-owner", tables = wrong.len());
    let next = repair(msg!("repair-auth-owner", tables = wrong.len(), role = ROLE));
    let means = msg!("finding-auth-owner-means");
    let mut found = finding(ID, Severity::Critical, title, means, next).harmed_by_restart();
    found.evidence = wrong
        .iter()
        .map(|table| owned(table, "auth"))
        .map(|(table, owner)| msg!("finding-saw-owner", table = table, owner = owner))
        .collect();
    Ok(vec![found])
}
