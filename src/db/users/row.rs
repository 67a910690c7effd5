//! One row of `users`, as stored and as everyone else sees it. The password's hash
//! is in neither.

use chrono::NaiveDateTime;
use diesel::{Queryable, Selectable, SelectableHelper};
use serde::Serialize;

use crate::{
    db::{
        conn::MultiBackend,
        convert::{moment, word, word_opt},
        error::DbError,
        schema::users,
    },
    domain::{clock::Moment, id::UserId},
    i18n::Lang,
};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserRow {
    /// Who.
    pub id: UserId,
    /// What they are called and sign in by; unique, whatever its capitals.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// Whether they may manage the whole panel.
    pub is_admin: bool,
    /// The language they chose.
    pub locale: Option<Lang>,
    /// Since when.
    pub created_at: Moment,
    /// Since when they may no longer sign in.
    pub disabled_at: Option<Moment>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub(in crate::db) struct Stored {
    id: String,
    name: String,
    email: Option<String>,
    is_admin: bool,
    locale: String,
    created_at: NaiveDateTime,
    disabled_at: Option<NaiveDateTime>,
}

/// What is selected for a [`Stored`].
pub(in crate::db) fn shown() -> diesel::helper_types::AsSelect<Stored, MultiBackend> {
    Stored::as_select()
}

impl TryFrom<Stored> for UserRow {
    type Error = DbError;

    fn try_from(row: Stored) -> Result<Self, DbError> {
        let locale = Some(row.locale.as_str()).filter(|locale| !locale.is_empty());
        Ok(Self {
            id: word(&row.id, "users.id")?,
            locale: word_opt(locale, "users.locale")?,
            name: row.name,
            email: row.email,
            is_admin: row.is_admin,
            created_at: moment(row.created_at),
            disabled_at: row.disabled_at.map(moment),
        })
    }
}
