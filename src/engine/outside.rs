//! Files from elsewhere, as a kind sees them. A kind says whether a stream, or a set
//! of files, is something it can restore; reads all of it once, trusting nothing; and
//! tells what it would become: one part, stored as it came or woven anew from
//! several files.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    domain::{
        manifest::{Digest, Part, PartFile},
        outside::{FACT, OutsideReport},
        problem::Problem,
    },
    host::Reader,
    problem,
};

/// Reads one stream to its end, on a thread that may block.
pub trait Inspector: Send {
    /// The next bytes. An error ends the reading.
    fn see(&mut self, bytes: &[u8]) -> Result<(), Problem>;

    /// The end: what it was. Problems: `upload-truncated` and others of the kind.
    fn finish(self: Box<Self>) -> Result<Looked, Problem>;
}

/// What was read to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    /// For a person.
    pub report: OutsideReport,
    /// For the steps.
    pub sketch: Sketch,
}

/// The part a file from elsewhere becomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    /// The part's name; with `per_item` what stands before the item's.
    pub name: String,
    /// Whether the item (a database's name) belongs to the part's name.
    pub per_item: bool,
    /// The item, where the file says it.
    pub item: Option<String>,
    /// Of the part.
    pub media_type: String,
    /// What its file's name ends with: `dump`.
    pub suffix: String,
    /// Whether compressing it makes it smaller.
    pub compress: bool,
    /// What was counted in it.
    pub counts: BTreeMap<String, i64>,
    /// What the engine needs to know at restore.
    pub facts: Value,
}

impl Sketch {
    /// The part, with its report.
    pub fn part(&self, report: &OutsideReport, files: Vec<PartFile>, raw: Digest) -> Result<Part, Problem> {
        let name = if self.per_item { format!("{}{}", self.name, report.item) } else { self.name.clone() };
        Ok(Part {
            name,
            files,
            media_type: self.media_type.clone(),
            raw,
            counts: self.counts.clone(),
            facts: with_report(self.facts.clone(), report)?,
        })
    }
}

/// A part's facts with the report of where it came from.
pub fn with_report(facts: Value, report: &OutsideReport) -> Result<Value, Problem> {
    let report = serde_json::to_value(report).map_err(|e| problem!("internal-journal").detail(e))?;
    let mut fields = match facts {
        Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    };
    fields.insert(FACT.to_owned(), report);
    Ok(Value::Object(fields))
}

/// A set of files that is one part together.
pub struct Keyed {
    /// The file that tells of all others, and must be read first.
    pub index: String,
    /// Reads it.
    pub inspector: Box<dyn Inspector>,
}

/// Files of one archive or folder, by their paths in it.
#[async_trait]
pub trait Files: Send + Sync {
    /// Whether there is one.
    fn has(&self, name: &str) -> bool;

    /// Opens one; its digest is checked as it is read. Problems: `upload-changed`,
    /// `upload-missing`.
    async fn open(&self, name: &str) -> Result<Reader, Problem>;
}
