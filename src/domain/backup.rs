//! What a backup is in the catalogue: where it came from and how it stands.

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

/// `words!(Origin { Manual = "manual" })`: how each is stored, shown to programs
/// and read back.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// As stored and as programs see it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::backup::Unknown;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::domain::backup::Unknown(other.to_owned())),
                }
            }
        }
    };
}
pub(super) use words;

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

impl Compression {
    /// How one is written.
    pub const WRITTEN: &'static str = "auto, none, gzip:1–gzip:9, zstd:1–zstd:19";
}

impl std::str::FromStr for Compression {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let level = |text: &str, most: u32| text.parse().ok().filter(|level| (1..=most).contains(level));
        let found = match text.split_once(':') {
            None if text == "auto" => Some(Self::Auto),
            None if text == "none" => Some(Self::None),
            Some(("gzip", of)) => level(of, 9).map(Self::Gzip),
            Some(("zstd", of)) => level(of, 19).and_then(|l| i32::try_from(l).ok()).map(Self::Zstd),
            _ => None,
        };
        found.ok_or_else(|| Unknown(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressions_are_read() {
        let read = |text: &str| text.parse::<Compression>().ok();
        assert_eq!(read("auto"), Some(Compression::Auto));
        assert_eq!(read("none"), Some(Compression::None));
        assert_eq!(read("gzip:6"), Some(Compression::Gzip(6)));
        assert_eq!(read("zstd:19"), Some(Compression::Zstd(19)));
        for bad in ["gzip", "gzip:0", "gzip:10", "zstd:20", "zstd:-1", "lz4:1", "auto:1", ""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
