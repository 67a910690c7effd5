//! Identifiers: a ULID in lower case behind a type of its own for each thing,
//! so that a backup's id is never passed where an operation's is meant.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// Makes identifiers. A parameter like the clock, so tests can foresee them.
pub trait Ids: Send + Sync {
    /// A new, never used ULID.
    fn next(&self) -> Ulid;
}

/// A source of identifiers that can be handed around.
pub type SharedIds = Arc<dyn Ids>;

/// Identifiers from the machine's clock and random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[allow(clippy::disallowed_methods)] // the one place that may ask
    fn next(&self) -> Ulid {
        Ulid::generate()
    }
}

/// The text is not an identifier of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: {0:?}")]
pub struct BadId(pub String);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A new identifier from `ids`.
            pub fn new(ids: &dyn Ids) -> Self {
                Self(ids.next().to_string().to_lowercase())
            }

            /// All 26 characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The last eight characters: random, enough to tell things apart
            /// within one resource, short enough for a database's name.
            pub fn short(&self) -> &str {
                &self.0[self.0.len() - 8..]
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                match Ulid::from_string(text) {
                    Ok(id) if text.len() == 26 => Ok(Self(id.to_string().to_lowercase())),
                    _ => Err(BadId(text.chars().take(64).collect())),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A project: the boundary of ownership.
    ProjectId,
    /// A person.
    UserId,
    /// A machine with a Docker Engine.
    HostId,
    /// A place where backups are kept.
    StoreId,
    /// Something protected.
    ResourceId,
    /// A backup.
    BackupId,
    /// One run of a backup, restore, undo, delete…
    OperationId,
    /// What a restore or an undo set aside.
    AsideId,
    /// A token for the API.
    TokenId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_whatever_its_case() {
        let id = OperationId::new(&SystemIds);
        assert_eq!(id.as_str().to_uppercase().parse(), Ok(id.clone()));
        assert_eq!(id.short().len(), 8);
    }

    #[test]
    fn what_could_be_a_path_is_no_id() {
        for bad in ["", "../../etc/passwd", "01arz3ndektsv4rrffq69g5fa", "01arz3ndektsv4rrffq69g5fa/"] {
            assert!(bad.parse::<BackupId>().is_err(), "{bad}");
        }
    }
}
