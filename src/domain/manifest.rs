//! `manifest.json`, version 1: all that is needed to check, restore and list a
//! backup without Zelo's own database.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    backup::Origin,
    clock::Moment,
    id::{BackupId, OperationId, ResourceId},
    kind::Kind,
};

/// The version this Zelo writes. A reader refuses a higher one.
pub const VERSION: u32 = 1;

/// The file's name in a backup's folder.
pub const FILE: &str = "manifest.json";

/// The instructions beside it.
pub const RECOVER_FILE: &str = "RECOVER.md";

/// What a part is called that goes with an item and is none itself:
/// `settings:orders` goes with `database:orders`.
pub const SETTINGS: &str = "settings:";

/// Among a part's facts: a sha256 of its raw bytes without what is never twice the
/// same, such as the time in a dump's header.
pub const ESSENCE: &str = "essence";

/// A backup, as its own folder describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this format: [`VERSION`].
    pub version: u32,
    /// The backup.
    pub id: BackupId,
    /// What it is a backup of.
    pub resource: ResourceRef,
    /// Why it was made.
    pub origin: Origin,
    /// A person's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A person's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The operation that made it.
    pub operation: OperationId,
    /// The operation that wanted it first (safety backups).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<OperationId>,
    /// When its contents were true: the moment of its snapshot.
    pub taken_at: Moment,
    /// When it was published.
    pub finished_at: Moment,
    /// What served and what dumped.
    pub engine: EngineRef,
    /// How its parts agree with one another.
    pub consistency: Consistency,
    /// Equal markers mean that nothing was written in between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<ChangeMarker>,
    /// What is in it, in the order it is restored.
    pub parts: Vec<Part>,
    /// The Zelo that wrote it.
    pub zelo: String,
}

/// The resource a backup belongs to, named well enough for another Zelo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceRef {
    /// In the Zelo that made it.
    pub id: ResourceId,
    /// Its name at that time.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// The project's name at that time.
    pub project: String,
}

/// Versions at the time of the dump.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EngineRef {
    /// The server's own version: `17.6 (Debian 17.6-0+deb13u1)`.
    pub server: String,
    /// The dump tool's.
    pub tool: String,
    /// The container image's digest, if it ran in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// How the parts agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consistency {
    /// Snapshot ids or other proof, by part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub snapshots: BTreeMap<String, String>,
    /// Between the first and the last part's snapshot, in milliseconds.
    pub skew_ms: u64,
}

/// Cheap proof that nothing changed: for PostgreSQL system id, timeline and WAL
/// insert position. Compared as a whole; any doubt means "changed".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeMarker(pub String);

/// One piece of a backup that is restored as a whole: a database, the roles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Unique within the backup; chosen by the engine: `roles`, `database:orders`.
    pub name: String,
    /// Its files in order. Their contents, decoded and joined, are the part.
    pub files: Vec<PartFile>,
    /// `application/vnd.postgresql.custom`, `application/sql`, …
    pub media_type: String,
    /// What was compressed: bytes and digest of the whole decoded part.
    pub raw: Digest,
    /// Exact counts taken in the dump's own snapshot: `table:public.orders` → rows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, i64>,
    /// What the engine needs to know at restore and no dump carries: owner,
    /// grants, encoding… No secrets: Zelo's own database has it too.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub facts: Value,
}

impl Part {
    /// The item it is and can be restored as: `orders` of `database:orders`. None for
    /// what belongs to all of them, or only goes with one.
    pub fn item(&self) -> Option<&str> {
        let item = self.name.split_once(':')?.1;
        (!self.name.starts_with(SETTINGS)).then_some(item)
    }

    /// Whether restoring either gives the same: raw bytes are equal, but for what an
    /// engine has left out of the [`ESSENCE`] of both.
    pub fn is_like(&self, other: &Self) -> bool {
        let essence = |part: &Self| part.facts.get(ESSENCE).and_then(Value::as_str).map(str::to_owned);
        let same = match (essence(self), essence(other)) {
            (Some(one), Some(two)) => one == two,
            (None, None) => self.raw == other.raw,
            _ => false,
        };
        same && self.name == other.name && self.media_type == other.media_type
    }
}

/// One file of a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartFile {
    /// Relative to the **resource's** folder, with `/`, without `..`.
    pub path: String,
    /// How it is compressed.
    pub codec: Codec,
    /// The key it is encrypted with, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// As it lies in the store.
    pub stored: Digest,
}

/// A length and the sha256 of exactly those bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// How many bytes.
    pub bytes: u64,
    /// Their sha256, in lower-case hexadecimal.
    pub sha256: String,
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// Independent gzip members; `gunzip` reads them as one.
    Gzip,
    /// One zstd frame after another; `zstd -d` reads them as one.
    Zstd,
    /// As the tool wrote it.
    None,
}

impl Codec {
    /// What a file compressed like this ends with.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
            Self::None => "",
        }
    }
}

/// Why a manifest was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadManifest {
    /// Not JSON, or not of this shape.
    #[error("not a manifest: {0}")]
    Shape(String),
    /// Written by a later Zelo.
    #[error("manifest version {0}, this Zelo reads up to {VERSION}")]
    Version(u32),
    /// A path that leaves the resource's folder, or two parts of one name.
    #[error("unsafe or doubtful content: {0}")]
    Content(String),
}

impl Manifest {
    /// Reads and checks one. Bytes from outside: nothing in it is trusted before
    /// this has passed.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadManifest> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head = serde_json::from_slice(bytes).map_err(|e| BadManifest::Shape(e.to_string()))?;
        if head.version > VERSION || head.version == 0 {
            return Err(BadManifest::Version(head.version));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|e| BadManifest::Shape(e.to_string()))?;
        manifest.check()?;
        Ok(manifest)
    }

    /// As it is written: indented JSON with a final line end.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Bytes in the store, all files together.
    pub fn stored_bytes(&self) -> u64 {
        self.parts.iter().flat_map(|p| &p.files).map(|f| f.stored.bytes).sum()
    }

    /// The part of this name.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|p| p.name == name)
    }

    fn check(&self) -> Result<(), BadManifest> {
        let mut names = std::collections::BTreeSet::new();
        for part in &self.parts {
            if !names.insert(&part.name) {
                return Err(BadManifest::Content(format!("two parts named {:?}", part.name)));
            }
            for file in &part.files {
                if !is_inner_path(&file.path) {
                    return Err(BadManifest::Content(format!("path {:?}", file.path)));
                }
                check_digest(&file.stored)?;
            }
            check_digest(&part.raw)?;
        }
        Ok(())
    }
}

fn check_digest(digest: &Digest) -> Result<(), BadManifest> {
    let good = digest.sha256.len() == 64
        && digest.sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if good { Ok(()) } else { Err(BadManifest::Content(format!("digest {:?}", digest.sha256))) }
}

/// Whether a path stays inside the folder it is relative to, on any system.
pub fn is_inner_path(path: &str) -> bool {
    !path.is_empty()
        && path.len() <= 1024
        && !path.contains(['\\', '\0'])
        && path.split('/').all(|piece| !matches!(piece, "" | "." | ".."))
}

#[cfg(test)]
mod tests;
