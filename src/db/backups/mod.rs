//! Backups: what the catalogue knows of each, from its manifest and from every
//! check since.

mod change;
mod list;
mod publish;
mod row;
mod trash;

pub use list::{BackupFilter, BackupSort};
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

/// Several of them, in no order.
pub(super) fn find_all(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<BackupRow>, DbError> {
    let rows: Vec<Shown> = backups::table
        .inner_join(resources::table)
        .filter(diesel::ExpressionMethods::eq_any(backups::id, ids))
        .select(shown())
        .load(conn)?;
    rows.into_iter().map(BackupRow::try_from).collect()
}

fn shown_or(row: Option<Shown>, id: &BackupId) -> Result<BackupRow, DbError> {
    row.ok_or_else(|| problem!("not-found-backup", id = id.as_str()))?.try_into()
}
