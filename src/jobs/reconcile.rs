//! What a dead runner left running is finished or undone before anything new
//! begins.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use futures_util::future::join_all;

use crate::{
    db::{Db, OperationRow},
    domain::{clock::Moment, id::OperationId, problem::Problem},
};

/// Finishes or undoes what a dead runner left. `operation/` implements it.
#[async_trait]
pub trait Recover: Send + Sync {
    /// Takes the operation over and brings it to an end; whatever happens is
    /// written down there.
    async fn recover(&self, id: OperationId);
}

/// Whose operations are taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dead {
    /// Everyone's: the caller holds the only runner's lock, so nobody else lives.
    Everyone,
    /// Of those whose lease ended before this moment: other runners may live.
    Since(Moment),
}

impl Dead {
    /// What they left running.
    pub async fn left(self, db: &Db) -> Result<Vec<OperationRow>, Problem> {
        match self {
            Self::Everyone => db.running().await,
            Self::Since(moment) => db.stale(moment).await,
        }
    }
}

/// Recovers what dead runners left running, children before parents, families
/// side by side, and sees to it that whatever waits is pushed again. Says how
/// many there were.
pub async fn reconcile(db: &Db, recover: &dyn Recover, dead: Dead) -> Result<usize, Problem> {
    let left = dead.left(db).await?;
    let count = left.len();
    recover_all(recover, left).await;
    db.forget_pushes().await?;
    Ok(count)
}

/// Children before parents, families side by side.
pub(super) async fn recover_all(recover: &dyn Recover, left: Vec<OperationRow>) {
    join_all(families(left).into_iter().map(|family| async move {
        for id in family {
            tracing::info!(operation = %id, "recovering what a dead runner left");
            recover.recover(id).await;
        }
    }))
    .await;
}

/// Groups operations by their topmost ancestor among them; each group deepest
/// first.
fn families(rows: Vec<OperationRow>) -> Vec<Vec<OperationId>> {
    let parents: HashMap<&OperationId, Option<&OperationId>> =
        rows.iter().map(|row| (&row.id, row.parent.as_ref())).collect();
    let mut families: BTreeMap<&OperationId, Vec<(usize, &OperationId)>> = BTreeMap::new();
    for row in &rows {
        let (mut top, mut depth) = (&row.id, 0);
        // A parent is older than its children; the bound is for a damaged table.
        while let Some(Some(parent)) = parents.get(top)
            && parents.contains_key(parent)
            && depth < rows.len()
        {
            (top, depth) = (parent, depth + 1);
        }
        families.entry(top).or_default().push((depth, &row.id));
    }
    let deepest_first = |mut family: Vec<(usize, &OperationId)>| {
        family.sort_by(|a, b| b.cmp(a));
        family.into_iter().map(|(_, id)| id.clone()).collect()
    };
    families.into_values().map(deepest_first).collect()
}
