//! Backups: what the catalogue knows of each, from its manifest and from every
//! check since.

mod change;
mod list;
mod publish;
mod row;
mod trash;

pub use list::BackupFilter;
pub use row::BackupRow;

use diesel::{OptionalExtension, QueryDsl, RunQueryDsl};

use super::{
    conn::Conn,
    error::DbError,
    schema::{backups, resources},
};
use crate::{domain::id::BackupId, problem};
use row::{Shown, shown};

/// One backup as it is now.
pub(super) fn find(conn: &mut Conn, id: &BackupId) -> Result<BackupRow, DbError> {
    let row: Option<Shown> = backups::table
        .inner_join(resources::table)
        .filter(diesel::ExpressionMethods::eq(backups::id, id.as_str()))
        .select(shown())
        .first(conn)
        .optional()?;
    shown_or(row, id)
}

fn shown_or(row: Option<Shown>, id: &BackupId) -> Result<BackupRow, DbError> {
    row.ok_or_else(|| problem!("not-found-backup", id = id.as_str()))?.try_into()
}
