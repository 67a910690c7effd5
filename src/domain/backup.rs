//! What a backup is in the catalogue: where it came from and how it stands.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a backup exists. Retention counts each origin by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A person asked for it.
    Manual,
    /// A schedule made it.
    Scheduled,
    /// A dangerous operation took it first.
    Safety,
    /// It came from outside.
    Uploaded,
}

/// How a backup stands in its store. Nothing half-written has a state: it is
/// not in the catalogue at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupState {
    /// Published whole.
    Complete,
    /// A later check found that its bytes are not what was written.
    Corrupt,
    /// Deleted by a person, kept in the trash for a while.
    Trashed,
    /// Its folder is gone from the store.
    Missing,
}

/// The text names none of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown value: {0:?}")]
pub struct Unknown(pub String);

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// As stored and as programs see it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = Unknown;

            fn from_str(text: &str) -> Result<Self, Unknown> {
                match text { $($word => Ok(Self::$variant),)+ other => Err(Unknown(other.to_owned())) }
            }
        }
    };
}

words!(Origin { Manual = "manual", Scheduled = "scheduled", Safety = "safety", Uploaded = "uploaded" });
words!(BackupState { Complete = "complete", Corrupt = "corrupt", Trashed = "trashed", Missing = "missing" });

/// How a backup's parts are to be compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// gzip, each member's level chosen by how far the machine keeps up.
    #[default]
    Auto,
    /// gzip at a fixed level, 1 to 9.
    Gzip(u32),
    /// zstd at a fixed level, 1 to 19.
    Zstd(i32),
    /// As the tool wrote it.
    None,
}
