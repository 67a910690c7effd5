//! Backups and what is in them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    problem::Trouble,
    words::{BackupState, Origin},
};
use crate::{db::BackupRow, domain::manifest, i18n::Catalogue};

/// A backup in the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Backup {
    /// Which.
    pub(crate) id: String,
    /// Of which resource.
    pub(crate) resource: String,
    /// That resource's name now.
    pub(crate) resource_name: String,
    /// Its kind.
    pub(crate) kind: String,
    /// Its project.
    pub(crate) project: Option<String>,
    /// Why it exists.
    pub(crate) origin: Origin,
    /// How it stands.
    pub(crate) state: BackupState,
    /// A person's name for it.
    pub(crate) name: Option<String>,
    /// A person's note.
    pub(crate) note: Option<String>,
    /// The operation that made it.
    pub(crate) operation: String,
    /// The operation that wanted it first (safety backups).
    pub(crate) parent: Option<String>,
    /// When its contents were true.
    pub(crate) taken_at: DateTime<Utc>,
    /// When it was finished.
    pub(crate) finished_at: DateTime<Utc>,
    /// Bytes as it lies in its store.
    pub(crate) stored_bytes: u64,
    /// Bytes decoded.
    pub(crate) raw_bytes: u64,
    /// Kept by a person.
    pub(crate) pinned: bool,
    /// When every byte of it was last found right.
    pub(crate) verified_at: Option<DateTime<Utc>>,
    /// What is wrong with it, if it is corrupt.
    pub(crate) problem: Option<Trouble>,
    /// In the trash: when it goes for good.
    pub(crate) keep_until: Option<DateTime<Utc>>,
}

impl Backup {
    pub(crate) fn of(row: &BackupRow, words: &Catalogue) -> Self {
        Self {
            id: row.id.to_string(),
            resource: row.resource.to_string(),
            resource_name: row.resource_name.clone(),
            kind: row.kind.to_string(),
            project: row.project.as_ref().map(ToString::to_string),
            origin: row.origin.into(),
            state: row.state.into(),
            name: row.name.clone(),
            note: row.note.clone(),
            operation: row.operation.to_string(),
            parent: row.parent.as_ref().map(ToString::to_string),
            taken_at: row.taken_at,
            finished_at: row.finished_at,
            stored_bytes: row.stored_bytes,
            raw_bytes: row.raw_bytes,
            pinned: row.pinned,
            verified_at: row.verified_at,
            problem: row.problem.as_ref().map(|problem| Trouble::of(problem, words)),
            keep_until: row.keep_until,
        }
    }
}

/// A backup and what is in it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct BackupDetail {
    #[serde(flatten)]
    pub(crate) backup: Backup,
    /// The server's version when it was taken.
    pub(crate) server: String,
    /// The version of the tool that took it.
    pub(crate) tool: String,
    /// The digest of the container image it ran in, if it ran in one.
    pub(crate) image: Option<String>,
    /// Between the first part's snapshot and the last's, or the end of reading where a part
    /// is read while it may change; in milliseconds.
    pub(crate) skew_ms: u64,
    /// Its parts, in the order they are restored.
    pub(crate) parts: Vec<Part>,
}

/// One piece of a backup that is restored as a whole: a database, the roles.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Part {
    /// Unique within the backup: `database:orders`, `roles`.
    pub(crate) name: String,
    /// What its bytes are.
    pub(crate) media_type: String,
    /// Bytes decoded.
    pub(crate) raw_bytes: u64,
    /// The sha256 of these.
    pub(crate) raw_sha256: String,
    /// Exact counts, taken in the dump's own snapshot: `table:public.orders` → rows.
    pub(crate) counts: BTreeMap<String, i64>,
    /// Its files: decoded and joined they are the part.
    pub(crate) files: Vec<PartFile>,
}

/// One file of a part.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct PartFile {
    /// Its name.
    pub(crate) name: String,
    /// How it is compressed: `gzip`, `zstd` or `none`.
    pub(crate) codec: String,
    /// Bytes in the store.
    pub(crate) bytes: u64,
    /// The sha256 of these.
    pub(crate) sha256: String,
}

impl BackupDetail {
    pub(crate) fn of(row: &BackupRow, manifest: &manifest::Manifest, words: &Catalogue) -> Self {
        Self {
            backup: Backup::of(row, words),
            server: manifest.engine.server.clone(),
            tool: manifest.engine.tool.clone(),
            image: manifest.engine.image.clone(),
            skew_ms: manifest.consistency.skew_ms,
            parts: manifest.parts.iter().map(Part::of).collect(),
        }
    }
}

impl Part {
    fn of(part: &manifest::Part) -> Self {
        Self {
            name: part.name.clone(),
            media_type: part.media_type.clone(),
            raw_bytes: part.raw.bytes,
            raw_sha256: part.raw.sha256.clone(),
            counts: part.counts.clone(),
            files: part.files.iter().map(PartFile::of).collect(),
        }
    }
}

impl PartFile {
    fn of(file: &manifest::PartFile) -> Self {
        let codec = match file.codec {
            manifest::Codec::Gzip => "gzip",
            manifest::Codec::Zstd => "zstd",
            manifest::Codec::None => "none",
        };
        Self {
            name: file.path.rsplit('/').next().unwrap_or_default().to_owned(),
            codec: codec.to_owned(),
            bytes: file.stored.bytes,
            sha256: file.stored.sha256.clone(),
        }
    }
}

/// A backup to be made.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateBackup {
    /// A name for it: up to 80 characters.
    #[schema(max_length = 80)]
    pub(crate) name: Option<String>,
    /// A note: up to 2,000 characters.
    #[schema(max_length = 2000)]
    pub(crate) note: Option<String>,
    /// These databases only; none named: all.
    #[serde(default)]
    pub(crate) items: Vec<String>,
    /// The kind's own format: `custom` or `plain` for PostgreSQL.
    pub(crate) format: Option<String>,
    /// With the roles, where the kind has them; not given: if that is permitted.
    pub(crate) roles: Option<bool>,
    /// `auto`, `none`, `gzip:1`–`gzip:9`, `zstd:1`–`zstd:19`. Not given: `auto`.
    #[schema(example = "auto")]
    pub(crate) compression: Option<String>,
}

/// How a backup is to be restored.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestoreBackup {
    /// Into which resource of the same kind; not given: the one it was taken of.
    pub(crate) into: Option<String>,
    /// These databases only; none named: all in the backup.
    #[serde(default)]
    pub(crate) items: Vec<String>,
    /// Into a new database of this name: nothing is replaced.
    pub(crate) new_name: Option<String>,
    /// Drop first, then load: for a disk that cannot hold both.
    #[serde(default)]
    pub(crate) in_place: bool,
    /// Change roles that exist already to what the backup says.
    #[serde(default)]
    pub(crate) replace_roles: bool,
    /// Why to go without a safety backup. Written down with who decided.
    pub(crate) without_safety: Option<String>,
    /// The name the plan asks for, where it takes something away.
    pub(crate) confirm: Option<String>,
}

/// The name a plan asks for.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirm {
    /// The name the plan asks for.
    pub(crate) confirm: Option<String>,
}

/// A link to download one backup by, without signing in.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct DownloadLink {
    /// The link. Shown once: only a digest of it is kept.
    pub(crate) url: String,
    /// Until when it works.
    pub(crate) expires_at: DateTime<Utc>,
    /// The verification that must end well first, if one was needed. Until then the
    /// link answers that the backup is being verified.
    pub(crate) verification: Option<String>,
}

/// A file to be uploaded as a backup, as `multipart/form-data`.
#[derive(Debug, ToSchema)]
#[allow(dead_code)] // the document's own: what really comes is read as a stream
pub(crate) struct UploadForm {
    /// A name for it; before the file.
    #[schema(max_length = 80)]
    name: Option<String>,
    /// A note; before the file.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// `.sql`, `.sql.gz`, `.dump`, `.tar.gz`, `.sqlite`, or what Zelo offers for
    /// download. Recognised by its contents; the last field.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}
