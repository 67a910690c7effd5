//! A new person.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;

use super::{UserRow, find, folded};
use crate::{
    db::{
        Db, Tx,
        convert::{lower_opt, naive},
        error::DbError,
        schema::users,
    },
    domain::{
        id::UserId,
        names::{is_email, is_label},
        problem::Problem,
    },
    i18n::Lang,
    problem,
};

/// A person to be added. Its `Debug` shows no hash.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    /// What they are called and sign in by.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// Whether they may manage the whole panel.
    pub is_admin: bool,
    /// The language they chose.
    pub locale: Option<Lang>,
    /// Made by [`crate::secret::password::hash`]; without one they sign in by links.
    pub password_hash: Option<String>,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUser").field("name", &self.name).field("is_admin", &self.is_admin).finish()
    }
}

impl Db {
    /// Adds a person. Problems: `user-name`, `user-email` (not of that form),
    /// `user-name-taken`, `user-email-taken`.
    pub async fn add_user(&self, new: NewUser, actor: &str) -> Result<UserRow, Problem> {
        let actor = actor.to_owned();
        let added = self.write(move |tx| {
            let id = UserId::new(tx.ids.as_ref());
            tx.add_user(&id, &new, &actor)
        });
        Ok(added.await?)
    }
}

impl Tx<'_> {
    pub(in crate::db) fn add_user(
        &mut self,
        id: &UserId,
        new: &NewUser,
        actor: &str,
    ) -> Result<UserRow, DbError> {
        self.refuse_user(new)?;
        diesel::insert_into(users::table)
            .values((
                users::id.eq(id.as_str()),
                users::name.eq(&new.name),
                users::name_folded.eq(folded(&new.name)),
                users::email.eq(&new.email),
                users::password_hash.eq(&new.password_hash),
                users::is_admin.eq(new.is_admin),
                users::locale.eq(new.locale.map_or("", Lang::tag)),
                users::created_at.eq(naive(self.now)),
            ))
            .execute(self.conn)?;
        let detail = json!({"name": new.name, "is_admin": new.is_admin});
        self.audit(actor, "user.add", &format!("user:{id}"), &detail)?;
        find(self.conn, id)
    }

    fn refuse_user(&mut self, new: &NewUser) -> Result<(), DbError> {
        if !is_label(&new.name) {
            return Err(problem!("user-name", name = &new.name).into());
        }
        let named: i64 =
            users::table.filter(users::name_folded.eq(folded(&new.name))).count().get_result(self.conn)?;
        if named > 0 {
            return Err(problem!("user-name-taken", name = &new.name).into());
        }
        let Some(email) = &new.email else { return Ok(()) };
        if !is_email(email) {
            return Err(problem!("user-email", email = email).into());
        }
        let same: i64 = users::table
            .filter(lower_opt(users::email).eq(lower_opt(email)))
            .count()
            .get_result(self.conn)?;
        if same > 0 { Err(problem!("user-email-taken", email = email).into()) } else { Ok(()) }
    }
}
