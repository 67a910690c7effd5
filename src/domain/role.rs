//! What a person may do in a project. Each role may do what those before it may.

use serde::{Deserialize, Serialize};

use super::backup::words;

/// A member's role in one project. An administrator needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees states, lists and plans; no contents, downloads or secrets.
    Viewer,
    /// Backs up, verifies, starts, stops, downloads.
    Operator,
    /// Restores, undoes, edits, uploads, deletes; decides who is a member.
    Owner,
}

words!(Role { Viewer = "viewer", Operator = "operator", Owner = "owner" });

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Owner];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_reads_back_and_has_its_rank() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
            assert_eq!(role.to_string(), role.as_str());
        }
        assert!("Owner".parse::<Role>().is_err());
        assert!(Role::ALL.is_sorted() && Role::Owner > Role::Operator);
    }
}
