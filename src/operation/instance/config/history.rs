//! What was changed when, and the way back to a former value.

use super::*;
use crate::{
    db::{OperationFilter, OperationRow, ResourceRow},
    domain::{clock::Moment, operation::OpState},
    supabase::keys::NAME,
};

/// One change that was made, or tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Edited {
    /// The operation.
    pub operation: OperationId,
    /// When it was asked for.
    pub at: Moment,
    /// Who.
    pub by: String,
    /// How it ended.
    pub state: OpState,
    /// What was changed.
    pub changes: Vec<Change>,
}

impl Change {
    /// In a sentence; of a secret only that it changed.
    pub fn told(&self) -> Msg {
        told(self)
    }

    /// Whether there is something to go back to: a former value, or none where that is all.
    /// What a database or its roles were told cannot be told to be nothing.
    pub fn goes_back(&self) -> bool {
        self.was_set || by_field(&self.field).is_some_and(|key| key.sql.is_none())
    }
}

/// The last changes of an instance, newest first, at most `limit`.
pub async fn history(world: &World, row: &ResourceRow, limit: i64) -> Result<Vec<Edited>, Problem> {
    let filter = OperationFilter {
        resource: Some(row.id.clone()),
        kind: Some(Config::KIND),
        limit: Some(limit),
        ..OperationFilter::default()
    };
    Ok(world.db.operations(filter).await?.rows.into_iter().filter_map(edited).collect())
}

fn edited(row: OperationRow) -> Option<Edited> {
    let facts: Facts = serde_json::from_value(row.facts).ok()?;
    Some(Edited {
        operation: row.id,
        at: row.created_at,
        by: row.actor,
        state: row.state,
        changes: facts.changes,
    })
}

/// Asks for the values that were there before a change, and takes out what was not there.
/// Problems: `config-not-a-change`; `config-was-unset`, where [`Change::goes_back`] says no.
pub async fn set_back(world: &World, operation: &OperationId) -> Result<ConfigRequest, Problem> {
    let row = world.db.operation(operation).await?;
    let not_one = || problem!("config-not-a-change", operation = operation.as_str());
    if row.kind != Config::KIND {
        return Err(not_one());
    }
    let facts: Facts = serde_json::from_value(row.facts).map_err(|_| not_one())?;
    let values = facts.values(world)?;
    let (mut entered, mut unset) = (BTreeMap::new(), BTreeSet::new());
    for change in &facts.changes {
        if !change.goes_back() {
            return Err(problem!("config-was-unset", key = &change.env));
        }
        // Of a name Zelo keeps no secret: it stands with the change.
        let of_name = change.old.clone().filter(|_| change.field == NAME.field);
        let gone = values.unset.get(&change.env).cloned();
        let old = values.env.get(&change.env).and_then(|v| v.old.clone()).or(of_name).or(gone);
        match old {
            Some(old) => drop(entered.insert(change.field.clone(), Secret::new(old))),
            None => drop(unset.insert(change.field.clone())),
        }
    }
    let request = ConfigRequest::new(world, facts.resource, entered);
    Ok(ConfigRequest { guided: facts.guided, unset, ..request })
}
