//! What changes about a person: password, language, rights, and whether they may
//! sign in at all.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::{Value, json};

use super::{UserRow, find};
use crate::{
    db::{
        Db, Tx,
        conn::MultiBackend,
        convert::naive,
        error::DbError,
        schema::{download_links, sessions, sign_in_links, tokens, users},
    },
    domain::{id::UserId, problem::Problem},
    i18n::Lang,
    problem,
};

impl Db {
    /// Gives a person a new password, by its hash. Every other session of theirs
    /// ends (`keep_session`: the token hash of the one that stays), and no sign-in
    /// link made for them works any more. Problem: `not-found-user`.
    pub async fn set_password(
        &self,
        id: &UserId,
        hash: String,
        keep_session: Option<&str>,
        actor: &str,
    ) -> Result<(), Problem> {
        let (id, keep, actor) = (id.clone(), keep_session.map(ToOwned::to_owned), actor.to_owned());
        let set = self.write(move |tx| {
            find(tx.conn, &id)?;
            diesel::update(users::table.find(id.as_str()))
                .set(users::password_hash.eq(&hash))
                .execute(tx.conn)?;
            let ended = tx.end_sessions(&id, keep.as_deref())?;
            tx.use_up_links(&id)?;
            tx.audit(&actor, "user.password", &format!("user:{id}"), &json!({"sessions_ended": ended}))
        });
        Ok(set.await?)
    }

    /// The language a person is spoken to in; `None`: their browser's. Their own
    /// affair, so nothing is written to the audit log.
    pub async fn set_user_locale(&self, id: &UserId, locale: Option<Lang>) -> Result<UserRow, Problem> {
        let id = id.clone();
        let set = self.write(move |tx| {
            diesel::update(users::table.find(id.as_str()))
                .set(users::locale.eq(locale.map_or("", Lang::tag)))
                .execute(tx.conn)?;
            find(tx.conn, &id)
        });
        Ok(set.await?)
    }

    /// Makes a person an administrator, or no longer one. Problems:
    /// `not-found-user`, `last-administrator`.
    pub async fn set_admin(&self, id: &UserId, is_admin: bool, actor: &str) -> Result<UserRow, Problem> {
        let (id, actor) = (id.clone(), actor.to_owned());
        let set = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.is_admin == is_admin {
                return Ok(row);
            }
            if !is_admin {
                tx.refuse_last_administrator(&row)?;
            }
            diesel::update(users::table.find(id.as_str()))
                .set(users::is_admin.eq(is_admin))
                .execute(tx.conn)?;
            let detail = json!({"name": row.name, "is_admin": is_admin});
            tx.audit(&actor, "user.admin", &format!("user:{id}"), &detail)?;
            find(tx.conn, &id)
        });
        Ok(set.await?)
    }

    /// Keeps a person out: no sign-in, and their sessions, API tokens, sign-in and
    /// download links end. Problems: `not-found-user`, `last-administrator`.
    pub async fn disable_user(&self, id: &UserId, actor: &str) -> Result<UserRow, Problem> {
        let (id, actor) = (id.clone(), actor.to_owned());
        let disabled = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.disabled_at.is_some() {
                return Ok(row);
            }
            tx.refuse_last_administrator(&row)?;
            diesel::update(users::table.find(id.as_str()))
                .set(users::disabled_at.eq(naive(tx.now)))
                .execute(tx.conn)?;
            let detail = tx.end_all(&row)?;
            tx.audit(&actor, "user.disable", &format!("user:{id}"), &detail)?;
            find(tx.conn, &id)
        });
        Ok(disabled.await?)
    }

    /// Lets a person in again. What ended stays ended: they sign in anew.
    pub async fn enable_user(&self, id: &UserId, actor: &str) -> Result<UserRow, Problem> {
        let (id, actor) = (id.clone(), actor.to_owned());
        let enabled = self.write(move |tx| {
            let row = find(tx.conn, &id)?;
            if row.disabled_at.is_none() {
                return Ok(row);
            }
            diesel::update(users::table.find(id.as_str()))
                .set(users::disabled_at.eq(None::<chrono::NaiveDateTime>))
                .execute(tx.conn)?;
            tx.audit(&actor, "user.enable", &format!("user:{id}"), &json!({"name": row.name}))?;
            find(tx.conn, &id)
        });
        Ok(enabled.await?)
    }
}

impl Tx<'_> {
    /// Somebody must be left who can let people in. One with a password counts only
    /// on others with a password: who signs in by links needs somebody at a terminal.
    fn refuse_last_administrator(&mut self, row: &UserRow) -> Result<(), DbError> {
        if !row.is_admin || row.disabled_at.is_some() {
            return Ok(());
        }
        let hash: Option<String> =
            users::table.find(row.id.as_str()).select(users::password_hash).first(self.conn)?;
        let mut others = users::table
            .filter(users::is_admin.eq(true))
            .filter(users::disabled_at.is_null())
            .filter(users::id.ne(row.id.as_str()))
            .into_boxed::<MultiBackend>();
        if hash.is_some() {
            others = others.filter(users::password_hash.is_not_null());
        }
        let others: i64 = others.count().get_result(self.conn)?;
        if others > 0 { Ok(()) } else { Err(problem!("last-administrator", name = &row.name).into()) }
    }

    /// Ends a person's sessions, but one.
    fn end_sessions(&mut self, id: &UserId, keep: Option<&str>) -> Result<usize, DbError> {
        let open = sessions::table
            .filter(sessions::user_id.eq(id.as_str()))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::token_hash.ne(keep.unwrap_or_default()));
        Ok(diesel::update(open).set(sessions::revoked_at.eq(naive(self.now))).execute(self.conn)?)
    }

    fn use_up_links(&mut self, id: &UserId) -> Result<usize, DbError> {
        let unused = sign_in_links::table
            .filter(sign_in_links::user_id.eq(id.as_str()))
            .filter(sign_in_links::used_at.is_null());
        Ok(diesel::update(unused).set(sign_in_links::used_at.eq(naive(self.now))).execute(self.conn)?)
    }

    /// Ends everything by which a person gets in; says what, for the audit log.
    fn end_all(&mut self, row: &UserRow) -> Result<Value, DbError> {
        let now = naive(self.now);
        let sessions = self.end_sessions(&row.id, None)?;
        self.use_up_links(&row.id)?;
        let theirs =
            tokens::table.filter(tokens::user_id.eq(row.id.as_str())).filter(tokens::revoked_at.is_null());
        let tokens = diesel::update(theirs).set(tokens::revoked_at.eq(now)).execute(self.conn)?;
        let theirs = download_links::table
            .filter(download_links::actor.eq(format!("user:{}", row.id)))
            .filter(download_links::revoked_at.is_null());
        diesel::update(theirs).set(download_links::revoked_at.eq(now)).execute(self.conn)?;
        Ok(json!({"name": row.name, "sessions_ended": sessions, "tokens_revoked": tokens}))
    }
}
