//! Which databases a restore makes, and what it calls them meanwhile.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    super::{error::PgError, session::Session},
    stranger::Stranger,
};
use crate::domain::{
    id::OperationId,
    names::{SIDE_STEM, side_new, side_old, stem},
};

/// One database to be restored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Target {
    /// The part it comes from; empty in an undo.
    #[serde(default)]
    pub(super) part: String,
    /// Its name in the end.
    pub(super) name: String,
    /// Its name until the commit point.
    pub(super) new: String,
    /// What the live one is called after the swap; `None`: there is no live one.
    pub(super) old: Option<String>,
    /// What the restored one is called if the swap is undone: it may hold what
    /// people wrote since.
    pub(super) since: String,
    /// Size of the live one.
    pub(super) bytes: u64,
    /// Who loads it, if it came from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stranger: Option<Stranger>,
}

/// Side names for `names`, all different and none taken: two long names may
/// begin alike.
pub(super) fn sides(names: &[String], taken: &BTreeSet<String>, op: &OperationId) -> Vec<[String; 3]> {
    let mut used = taken.clone();
    let mut all = Vec::new();
    for name in names {
        let mut count = 1;
        let sides = loop {
            let tail = if count == 1 { String::new() } else { format!("~{count}") };
            let base = format!("{}{tail}", stem(name, SIDE_STEM - tail.len()));
            let since = format!("{}~since{tail}", stem(name, SIDE_STEM - 6 - tail.len()));
            let sides = [side_new(&base, op), side_old(&base, op), side_old(&since, op)];
            if sides.iter().all(|s| !used.contains(s)) {
                break sides;
            }
            count += 1;
        };
        used.extend(sides.iter().cloned());
        all.push(sides);
    }
    all
}

/// The names of all databases there are.
pub(super) async fn existing(session: &mut Session) -> Result<BTreeSet<String>, PgError> {
    #[derive(Deserialize)]
    struct Row {
        name: String,
    }
    let rows: Vec<Row> = session.rows("SELECT datname AS name FROM pg_database").await?;
    Ok(rows.into_iter().map(|r| r.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{id::SystemIds, names::is_side};

    #[test]
    fn long_names_that_begin_alike_get_different_sides() {
        let op = OperationId::new(&SystemIds);
        let long = "é".repeat(31);
        let names = [long.clone(), format!("{}x", "é".repeat(30)), "short".to_owned(), "~2".to_owned()];
        let sides = sides(&names, &BTreeSet::new(), &op);
        let all: BTreeSet<&String> = sides.iter().flatten().collect();
        assert_eq!(all.len(), 12);
        assert!(all.iter().all(|s| s.len() <= 63 && is_side(s)), "{all:?}");
        assert!(sides[2][0].starts_with("short__zelo_new_"));
    }
}
