//! What planning leaves for the step makers, and what a part carries for its
//! restore.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{contents::Contents, files::Rights};
use crate::{
    domain::{
        backup::Compression,
        id::OperationId,
        manifest::{Manifest, Part},
        problem::Problem,
    },
    problem,
};

/// The name of the one part of a backup.
pub(super) const PART: &str = "database";
/// Its media type.
pub(super) const MEDIA_TYPE: &str = "application/vnd.sqlite3";

/// For a backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct BackupFacts {
    /// The file, links resolved.
    pub(super) live: PathBuf,
    /// How to compress.
    pub(super) compression: Compression,
}

/// For a restore or an undo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RestoreFacts {
    /// The operation, whose id the side files bear.
    pub(super) operation: OperationId,
    /// The file to fill, links resolved.
    pub(super) live: PathBuf,
    /// The file of ours whose contents go there.
    pub(super) side: PathBuf,
    /// Where what is live is kept.
    pub(super) keep: PathBuf,
    /// Where what is live goes if the swap is taken back.
    pub(super) since: PathBuf,
    /// How `side` gets to `live`.
    pub(super) way: Way,
    /// Who may use a file that takes no living one's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rights: Option<Rights>,
}

/// How a file takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    /// Its contents go into the living file.
    Contents,
    /// It gets a name that nothing has.
    Name,
}

/// What a part knows besides its bytes and counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PartFacts {
    /// The file's name.
    pub(super) file: String,
    /// `wal`, `delete`…: the copy itself is kept in `delete`.
    pub(super) journal_mode: String,
    /// Bytes in a page.
    pub(super) page_size: u64,
    /// Digest of all definitions.
    pub(super) schema: String,
    /// Digest of each table, unless the file was too long for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) digests: Option<BTreeMap<String, String>>,
    /// Who could use the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rights: Option<Rights>,
}

/// Where an aside lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Locator {
    /// The file, links resolved.
    pub(super) path: PathBuf,
}

/// Facts as JSON.
pub(super) fn store<T: Serialize>(facts: &T) -> Result<Value, Problem> {
    serde_json::to_value(facts).map_err(|e| problem!("sqlite-facts").detail(e))
}

/// Facts from JSON.
pub(super) fn load<T: DeserializeOwned>(facts: &Value) -> Result<T, Problem> {
    serde_json::from_value(facts.clone()).map_err(|e| problem!("sqlite-facts").detail(e))
}

/// The one part of a backup of this kind.
pub(super) fn part(manifest: &Manifest) -> Result<&Part, Problem> {
    match manifest.part(PART) {
        Some(part) if part.media_type == MEDIA_TYPE => Ok(part),
        _ => Err(problem!("sqlite-no-part", backup = manifest.id.as_str())),
    }
}

/// What was in the database when the part was written.
pub(super) fn recorded(part: &Part) -> Result<(PartFacts, Contents), Problem> {
    let facts: PartFacts = load(&part.facts)?;
    let rows =
        part.counts.iter().filter_map(|(name, rows)| Some((name.strip_prefix("table:")?.to_owned(), *rows)));
    let contents =
        Contents { rows: rows.collect(), digests: facts.digests.clone(), schema: facts.schema.clone() };
    Ok((facts, contents))
}

/// A path that can be kept in JSON.
pub(super) fn utf8(path: &Path) -> Result<(), Problem> {
    if path.to_str().is_some() {
        return Ok(());
    }
    Err(problem!("sqlite-path", path = path.display().to_string(), why = "encoding"))
}
