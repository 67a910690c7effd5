//! One row of `backups` with its resource's name and kind.

use chrono::NaiveDateTime;
use diesel::{Queryable, Selectable, SelectableHelper, prelude::Insertable};
use serde::Serialize;

use crate::{
    db::{
        convert::{bytes, moment, parse_opt, word, word_opt},
        error::DbError,
        schema::{backups, resources},
    },
    domain::{
        backup::{BackupState, Origin},
        clock::Moment,
        id::{BackupId, OperationId, ProjectId, ResourceId, StoreId},
        kind::Kind,
        manifest::ChangeMarker,
        problem::Problem,
    },
    problem,
};

/// A backup in the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackupRow {
    /// Which.
    pub id: BackupId,
    /// Of what.
    pub resource: ResourceId,
    /// That resource's name now.
    pub resource_name: String,
    /// Its kind.
    pub kind: Kind,
    /// Its project now.
    pub project: Option<ProjectId>,
    /// Where it was published.
    pub store: StoreId,
    /// Its folder there.
    pub path: String,
    /// Why it exists.
    pub origin: Origin,
    /// How it stands.
    pub state: BackupState,
    /// A person's name for it.
    pub name: Option<String>,
    /// A person's note.
    pub note: Option<String>,
    /// The operation that made it.
    pub operation: OperationId,
    /// The operation that wanted it first.
    pub parent: Option<OperationId>,
    /// When its contents were true.
    pub taken_at: Moment,
    /// When it was published.
    pub finished_at: Moment,
    /// As it lies in the store.
    pub stored_bytes: u64,
    /// Decoded.
    pub raw_bytes: u64,
    /// Equal markers mean that nothing was written in between.
    pub marker: Option<ChangeMarker>,
    /// Kept by a person: retention passes it over.
    pub pinned: bool,
    /// When its digests and structure were last found right.
    pub verified_at: Option<Moment>,
    /// What is wrong with it, if it is corrupt.
    pub problem: Option<Problem>,
    /// In the trash: when it goes for good.
    pub keep_until: Option<Moment>,
}

impl BackupRow {
    /// Whether it can be restored from. Problems: `backup-corrupt`,
    /// `backup-trashed`, `backup-missing`.
    pub fn usable(&self) -> Result<(), Problem> {
        let backup = self.id.short();
        match self.state {
            BackupState::Complete => Ok(()),
            BackupState::Corrupt => Err(problem!("backup-corrupt", backup = backup)),
            BackupState::Trashed => Err(problem!("backup-trashed", backup = backup)),
            BackupState::Missing => Err(problem!("backup-missing", backup = backup)),
        }
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = backups)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) resource_id: String,
    pub(super) store_id: String,
    pub(super) path: String,
    pub(super) origin: String,
    pub(super) state: String,
    pub(super) name: Option<String>,
    pub(super) note: Option<String>,
    pub(super) operation_id: String,
    pub(super) parent_id: Option<String>,
    pub(super) taken_at: NaiveDateTime,
    pub(super) finished_at: NaiveDateTime,
    pub(super) stored_bytes: i64,
    pub(super) raw_bytes: i64,
    pub(super) marker: Option<String>,
    pub(super) pinned: bool,
    pub(super) verified_at: Option<NaiveDateTime>,
    pub(super) problem: Option<String>,
    pub(super) keep_until: Option<NaiveDateTime>,
}

/// What of the resource is shown with its backups.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = resources)]
pub(super) struct Of {
    name: String,
    kind: String,
    project_id: Option<String>,
}

/// A backup and its resource; the manifest stays in the database.
pub(super) type Shown = (Stored, Of);

pub(super) fn shown() -> (diesel::helper_types::AsSelect<Stored, Any>, diesel::helper_types::AsSelect<Of, Any>)
{
    (Stored::as_select(), Of::as_select())
}

type Any = crate::db::conn::MultiBackend;

impl TryFrom<Shown> for BackupRow {
    type Error = DbError;

    fn try_from((row, of): Shown) -> Result<Self, DbError> {
        Ok(Self {
            id: word(&row.id, "backups.id")?,
            resource: word(&row.resource_id, "backups.resource_id")?,
            resource_name: of.name,
            kind: Kind::named(of.kind),
            project: word_opt(of.project_id.as_deref(), "resources.project_id")?,
            store: word(&row.store_id, "backups.store_id")?,
            path: row.path,
            origin: word(&row.origin, "backups.origin")?,
            state: word(&row.state, "backups.state")?,
            name: row.name,
            note: row.note,
            operation: word(&row.operation_id, "backups.operation_id")?,
            parent: word_opt(row.parent_id.as_deref(), "backups.parent_id")?,
            taken_at: moment(row.taken_at),
            finished_at: moment(row.finished_at),
            stored_bytes: bytes(row.stored_bytes),
            raw_bytes: bytes(row.raw_bytes),
            marker: row.marker.map(ChangeMarker),
            pinned: row.pinned,
            verified_at: row.verified_at.map(moment),
            problem: parse_opt(row.problem.as_deref(), "backups.problem")?,
            keep_until: row.keep_until.map(moment),
        })
    }
}
