//! Sign-in links and sessions. Only hashes of their tokens are kept, so a copy of
//! the database signs nobody in.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde::Serialize;
use serde_json::json;

use super::{
    Db, Tx,
    convert::{moment, naive, word},
    error::DbError,
    schema::{sessions, sign_in_links, users},
    users::{UserRow, find, find_enabled, shown},
};
use crate::domain::{clock::Moment, id::UserId, problem::Problem};

/// A session that may be used now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionRow {
    /// Who, as they are now.
    pub user: UserRow,
    /// Until when.
    pub expires_at: Moment,
}

impl Db {
    /// Makes a link that works once, before `expires_at`: it signs `user` in, or,
    /// without one, sets Zelo up while there is nobody yet (see [`Db::set_up`]).
    /// Problems: `not-found-user`, `user-disabled`.
    pub async fn create_sign_in_link(
        &self,
        token_hash: &str,
        user: Option<&UserId>,
        expires_at: Moment,
        actor: &str,
    ) -> Result<(), Problem> {
        let (token_hash, user, actor) = (token_hash.to_owned(), user.cloned(), actor.to_owned());
        let made = self.write(move |tx| {
            if let Some(user) = &user {
                find_enabled(tx.conn, user)?;
            }
            diesel::insert_into(sign_in_links::table)
                .values((
                    sign_in_links::token_hash.eq(&token_hash),
                    sign_in_links::user_id.eq(user.as_ref().map(UserId::as_str)),
                    sign_in_links::created_at.eq(naive(tx.now)),
                    sign_in_links::expires_at.eq(naive(expires_at)),
                ))
                .execute(tx.conn)?;
            let (action, subject) = match &user {
                Some(user) => ("sign-in.link", format!("user:{user}")),
                None => ("set-up.link", "set-up".to_owned()),
            };
            tx.audit(&actor, action, &subject, &json!({"expires_at": expires_at}))
        });
        Ok(made.await?)
    }

    /// Opens a person's session by a link made for them; `None` if there is no such
    /// link, it was used or is too old, or they may no longer sign in. The link is
    /// used up in the same transaction.
    pub async fn use_sign_in_link(
        &self,
        link_hash: &str,
        session_hash: &str,
        until: Moment,
    ) -> Result<Option<UserRow>, Problem> {
        let (link, session) = (link_hash.to_owned(), session_hash.to_owned());
        let used = self.write(move |tx| {
            let user: Option<String> = sign_in_links::table
                .inner_join(users::table)
                .filter(sign_in_links::token_hash.eq(&link))
                .filter(sign_in_links::used_at.is_null())
                .filter(sign_in_links::expires_at.gt(naive(tx.now)))
                .filter(users::disabled_at.is_null())
                .select(users::id)
                .first(tx.conn)
                .optional()?;
            let Some(user) = user else { return Ok(None) };
            let user: UserId = word(&user, "users.id")?;
            tx.use_up(&link)?;
            tx.open_session(&user, &session, until, "link")?;
            Ok(Some(find(tx.conn, &user)?))
        });
        Ok(used.await?)
    }

    /// Opens a session of a person who proved who they are. Problems:
    /// `not-found-user`, `user-disabled`.
    pub async fn open_session(
        &self,
        user: &UserId,
        session_hash: &str,
        until: Moment,
    ) -> Result<(), Problem> {
        let (user, session) = (user.clone(), session_hash.to_owned());
        let opened = self.write(move |tx| {
            find_enabled(tx.conn, &user)?;
            tx.open_session(&user, &session, until, "password")
        });
        Ok(opened.await?)
    }

    /// The session of this token, if it may be used now: not over, not ended, of
    /// somebody who may sign in.
    pub async fn session(&self, token_hash: &str) -> Result<Option<SessionRow>, Problem> {
        let (token_hash, now) = (token_hash.to_owned(), self.clock.now());
        let found = self.read(move |conn| {
            let row: Option<(super::users::Stored, NaiveDateTime)> = sessions::table
                .inner_join(users::table)
                .filter(sessions::token_hash.eq(&token_hash))
                .filter(sessions::revoked_at.is_null())
                .filter(sessions::expires_at.gt(naive(now)))
                .filter(users::disabled_at.is_null())
                .select((shown(), sessions::expires_at))
                .first(conn)
                .optional()?;
            let row = row.map(|(user, until)| {
                Ok::<_, DbError>(SessionRow { user: user.try_into()?, expires_at: moment(until) })
            });
            row.transpose()
        });
        Ok(found.await?)
    }

    /// Ends a person's sessions, all but the one of this token.
    pub async fn close_sessions(
        &self,
        user: &UserId,
        keep: Option<&str>,
        actor: &str,
    ) -> Result<(), Problem> {
        let (user, keep, actor) = (user.clone(), keep.map(ToOwned::to_owned), actor.to_owned());
        let closed = self.write(move |tx| {
            let others = sessions::table
                .filter(sessions::user_id.eq(user.as_str()))
                .filter(sessions::revoked_at.is_null())
                .filter(sessions::token_hash.ne(keep.unwrap_or_default()));
            let count =
                diesel::update(others).set(sessions::revoked_at.eq(naive(tx.now))).execute(tx.conn)?;
            tx.audit(&actor, "session.close-others", &format!("user:{user}"), &json!({"sessions": count}))
        });
        Ok(closed.await?)
    }

    /// Ends a session; nothing if there is none.
    pub async fn close_session(&self, token_hash: &str) -> Result<(), Problem> {
        let token_hash = token_hash.to_owned();
        let closed = self.write(move |tx| {
            let place = sessions::table.find(&token_hash);
            let user: Option<Option<String>> = place
                .filter(sessions::revoked_at.is_null())
                .select(sessions::user_id)
                .first(tx.conn)
                .optional()?;
            let Some(user) = user else { return Ok(()) };
            diesel::update(place).set(sessions::revoked_at.eq(naive(tx.now))).execute(tx.conn)?;
            let who = format!("user:{}", user.unwrap_or_default());
            tx.audit(&who, "sign-out", &who, &json!({}))
        });
        Ok(closed.await?)
    }
}

impl Tx<'_> {
    /// A link works once.
    pub(super) fn use_up(&mut self, link_hash: &str) -> Result<(), DbError> {
        diesel::update(sign_in_links::table.find(link_hash))
            .set(sign_in_links::used_at.eq(naive(self.now)))
            .execute(self.conn)?;
        Ok(())
    }

    /// Opens a session; `by`: how the person proved who they are.
    pub(super) fn open_session(
        &mut self,
        user: &UserId,
        session_hash: &str,
        until: Moment,
        by: &str,
    ) -> Result<(), DbError> {
        diesel::insert_into(sessions::table)
            .values((
                sessions::token_hash.eq(session_hash),
                sessions::user_id.eq(user.as_str()),
                sessions::created_at.eq(naive(self.now)),
                sessions::expires_at.eq(naive(until)),
            ))
            .execute(self.conn)?;
        let who = format!("user:{user}");
        self.audit(&who, "sign-in", &who, &json!({"by": by, "until": until}))
    }
}
