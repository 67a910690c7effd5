//! People: who may sign in, and who may manage the whole panel.

mod add;
mod change;
mod row;

pub use add::NewUser;
pub use row::UserRow;
pub(super) use row::{Stored, shown};

use std::collections::BTreeMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::{Db, conn::Conn, error::DbError, schema::users};
use crate::{
    domain::{id::UserId, problem::Problem},
    problem,
};

/// A name as it is compared: people do not tell names apart by their capitals.
pub(super) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// One person as they are now.
pub(super) fn find(conn: &mut Conn, id: &UserId) -> Result<UserRow, DbError> {
    let row: Option<Stored> = users::table.find(id.as_str()).select(shown()).first(conn).optional()?;
    row.ok_or_else(|| problem!("not-found-user", id = id.as_str()))?.try_into()
}

/// The same, but only somebody who may sign in. Problem `user-disabled`.
pub(super) fn find_enabled(conn: &mut Conn, id: &UserId) -> Result<UserRow, DbError> {
    let row = find(conn, id)?;
    if row.disabled_at.is_some() {
        return Err(problem!("user-disabled", name = row.name).into());
    }
    Ok(row)
}

pub(super) fn any(conn: &mut Conn) -> Result<bool, DbError> {
    let one: Option<String> = users::table.select(users::id).first(conn).optional()?;
    Ok(one.is_some())
}

impl Db {
    /// One person. Problem: `not-found-user`.
    pub async fn user(&self, id: &UserId) -> Result<UserRow, Problem> {
        let id = id.clone();
        Ok(self.read(move |conn| find(conn, &id)).await?)
    }

    /// Everybody, by name, those who may no longer sign in too.
    pub async fn users(&self) -> Result<Vec<UserRow>, Problem> {
        let listed = self.read(|conn| {
            let rows: Vec<Stored> =
                users::table.order((users::name_folded, users::id)).select(shown()).load(conn)?;
            rows.into_iter().map(UserRow::try_from).collect()
        });
        Ok(listed.await?)
    }

    /// Everybody's name by id, for lists that name who did what.
    pub async fn user_names(&self) -> Result<BTreeMap<String, String>, Problem> {
        let named = self.read(|conn| {
            let rows: Vec<(String, String)> = users::table.select((users::id, users::name)).load(conn)?;
            Ok(rows.into_iter().collect())
        });
        Ok(named.await?)
    }

    /// Whether there is anybody: until then Zelo is to be set up.
    pub async fn has_users(&self) -> Result<bool, Problem> {
        Ok(self.read(any).await?)
    }

    /// The person of this name (whatever its capitals) who may sign in, and the
    /// hash of their password if they have one.
    pub async fn credentials(&self, name: &str) -> Result<Option<(UserRow, Option<String>)>, Problem> {
        let name = folded(name);
        let found = self.read(move |conn| {
            let row: Option<(Stored, Option<String>)> = users::table
                .filter(users::name_folded.eq(&name))
                .filter(users::disabled_at.is_null())
                .select((shown(), users::password_hash))
                .first(conn)
                .optional()?;
            row.map(|(row, hash)| Ok((row.try_into()?, hash))).transpose()
        });
        Ok(found.await?)
    }

    /// The person of this name, whatever its capitals, also one who may no longer
    /// sign in.
    pub async fn user_named(&self, name: &str) -> Result<Option<UserRow>, Problem> {
        let name = folded(name);
        let found = self.read(move |conn| {
            let named = users::table.filter(users::name_folded.eq(&name)).select(shown());
            named.first::<Stored>(conn).optional()?.map(UserRow::try_from).transpose()
        });
        Ok(found.await?)
    }

    /// The hash of a person's password, if they have one. Problem: `not-found-user`.
    pub async fn password_hash(&self, id: &UserId) -> Result<Option<String>, Problem> {
        let id = id.clone();
        let found = self.read(move |conn| {
            let hash: Option<Option<String>> =
                users::table.find(id.as_str()).select(users::password_hash).first(conn).optional()?;
            Ok(hash.ok_or_else(|| problem!("not-found-user", id = id.as_str()))?)
        });
        Ok(found.await?)
    }
}
