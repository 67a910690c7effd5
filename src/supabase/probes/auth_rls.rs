//! Row security that hides GoTrue's rows from GoTrue: a table of another owner whose
//! grants are right, or row security forced upon the owner. It looks like lost data and
//! is not.

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

pub(super) const ID: &str = "auth-rls";

pub(super) const PROBE: Look = Look { id: ID, row: "4d", see: |scene| Box::pin(see(scene)) };

/// The tables GoTrue may use by its grants and yet does not own, or not fully.
pub(crate) async fn hidden(scene: &Scene) -> Result<Vec<Table>, Problem> {
    let all = tables(scene, "auth", ROLE, AUTH).await?;
    let wrong = |t: &Table| (t.owner != ROLE && t.granted) || (t.owner == ROLE && t.forced);
    Ok(all.into_iter().filter(wrong).collect())
}

async fn see(scene: &Scene) -> Seen {
    scene.with_db()?;
    let wrong = hidden(scene).await?;
    if wrong.is_empty() {
        return Ok(vec![]);
    }
    let title = msg!("finding-auth-rls", tables = wrong.len());
    let next = repair(msg!("repair-auth-rls", tables = wrong.len(), role = ROLE));
    let means = msg!("finding-auth-rls-means");
    let mut found = finding(ID, Severity::Critical, title, means, next).harmed_by_restart();
    for table in &wrong {
        let (name, owner) = owned(table, "auth");
        found.evidence.push(if table.forced {
            msg!("finding-saw-forced", table = name, owner = owner)
        } else if table.secured {
            msg!("finding-saw-secured", table = name, owner = owner)
        } else {
            msg!("finding-saw-owner", table = name, owner = owner)
        });
    }
    Ok(vec![found])
}
