//! Stores: places where backups are kept.

use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};
use serde::Serialize;

use super::{
    Db,
    convert::{self, naive, word},
    error::DbError,
    schema::{backups, stores},
};
use crate::{
    domain::{backup::BackupState, id::StoreId, problem::Problem},
    problem,
};

/// The name of the store Zelo begins with.
const LOCAL: &str = "local";
/// Its kind: a folder of this machine.
const FOLDER: &str = "folder";

/// A store.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoreRow {
    /// Which.
    pub id: StoreId,
    /// Its name, unique.
    pub name: String,
    /// `folder`; later others.
    pub kind: String,
    /// Where: an absolute path for a folder.
    pub location: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = stores)]
struct Stored {
    id: String,
    name: String,
    kind: String,
    location: String,
    created_at: NaiveDateTime,
}

impl TryFrom<Stored> for StoreRow {
    type Error = DbError;

    fn try_from(row: Stored) -> Result<Self, DbError> {
        Ok(Self { id: word(&row.id, "stores.id")?, name: row.name, kind: row.kind, location: row.location })
    }
}

impl Db {
    /// How many backups lie in a store, and what they take there.
    pub async fn stored_in(&self, id: &StoreId) -> Result<(u64, u64), Problem> {
        let id = id.clone();
        let summed = self.read(move |conn| {
            let present = [BackupState::Complete, BackupState::Corrupt, BackupState::Trashed];
            let of = backups::table
                .filter(backups::store_id.eq(id.as_str()))
                .filter(backups::state.eq_any(present.map(|state| state.as_str())));
            let sizes: Vec<i64> = of.select(backups::stored_bytes).load(conn)?;
            Ok((sizes.len() as u64, sizes.into_iter().map(convert::bytes).sum()))
        });
        Ok(summed.await?)
    }

    /// The store called `local`, made if it is missing; its folder becomes
    /// `location` (an absolute path), so that a moved data folder is found again.
    pub async fn ensure_default_store(&self, location: &str) -> Result<StoreRow, Problem> {
        let location = location.to_owned();
        let ensured = self.write(move |tx| {
            let local = stores::table.filter(stores::name.eq(LOCAL));
            let found: Option<Stored> = local.select(Stored::as_select()).first(tx.conn).optional()?;
            if let Some(row) = found {
                diesel::update(stores::table.find(&row.id))
                    .set(stores::location.eq(&location))
                    .execute(tx.conn)?;
                return Stored { location, ..row }.try_into();
            }
            let stored = Stored {
                id: StoreId::new(tx.ids.as_ref()).to_string(),
                name: LOCAL.to_owned(),
                kind: FOLDER.to_owned(),
                location,
                created_at: naive(tx.now),
            };
            diesel::insert_into(stores::table).values(&stored).execute(tx.conn)?;
            stored.try_into()
        });
        Ok(ensured.await?)
    }

    /// One store. Problem: `not-found-store`.
    pub async fn store(&self, id: &StoreId) -> Result<StoreRow, Problem> {
        let id = id.clone();
        let found = self.read(move |conn| {
            let row: Option<Stored> =
                stores::table.find(id.as_str()).select(Stored::as_select()).first(conn).optional()?;
            row.ok_or_else(|| problem!("not-found-store", id = id.as_str()))?.try_into()
        });
        Ok(found.await?)
    }

    /// All stores, by name.
    pub async fn stores(&self) -> Result<Vec<StoreRow>, Problem> {
        let listed = self.read(|conn| {
            let rows: Vec<Stored> =
                stores::table.order(stores::name).select(Stored::as_select()).load(conn)?;
            rows.into_iter().map(StoreRow::try_from).collect()
        });
        Ok(listed.await?)
    }
}
