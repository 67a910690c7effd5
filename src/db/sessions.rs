//! Sign-in links and the sessions they open. Only hashes of their tokens are
//! kept.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde::Serialize;
use serde_json::json;

use super::{
    Db,
    convert::{moment, naive, word_opt},
    schema::{sessions, sign_in_links},
};
use crate::domain::{clock::Moment, id::UserId, problem::Problem};

/// A session that may be used now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionRow {
    /// Who; `None`: the person at the terminal that started Zelo.
    pub user: Option<UserId>,
    /// Until when.
    pub expires_at: Moment,
}

impl Db {
    /// Makes a link that opens one session, once, before `expires_at`.
    pub async fn create_sign_in_link(&self, token_hash: &str, expires_at: Moment) -> Result<(), Problem> {
        let token_hash = token_hash.to_owned();
        let made = self.write(move |tx| {
            diesel::insert_into(sign_in_links::table)
                .values((
                    sign_in_links::token_hash.eq(&token_hash),
                    sign_in_links::created_at.eq(naive(tx.now)),
                    sign_in_links::expires_at.eq(naive(expires_at)),
                ))
                .execute(tx.conn)?;
            tx.audit("zelo", "sign-in.link", "sign-in", &json!({"expires_at": expires_at}))
        });
        Ok(made.await?)
    }

    /// Opens a session by a link; `None` if there is no such link, or it was used
    /// or is too old. The link is used up in the same transaction.
    pub async fn use_sign_in_link(
        &self,
        link_hash: &str,
        session_hash: &str,
        session_expires_at: Moment,
    ) -> Result<Option<SessionRow>, Problem> {
        let (link, session) = (link_hash.to_owned(), session_hash.to_owned());
        let used = self.write(move |tx| {
            let place = sign_in_links::table.find(&link);
            let good = place
                .filter(sign_in_links::used_at.is_null())
                .filter(sign_in_links::expires_at.gt(naive(tx.now)));
            let user: Option<Option<String>> =
                good.select(sign_in_links::user_id).first(tx.conn).optional()?;
            let Some(user) = user else { return Ok(None) };
            diesel::update(place).set(sign_in_links::used_at.eq(naive(tx.now))).execute(tx.conn)?;
            diesel::insert_into(sessions::table)
                .values((
                    sessions::token_hash.eq(&session),
                    sessions::user_id.eq(&user),
                    sessions::created_at.eq(naive(tx.now)),
                    sessions::expires_at.eq(naive(session_expires_at)),
                ))
                .execute(tx.conn)?;
            tx.audit("zelo", "sign-in.use", "sign-in", &json!({"user": user}))?;
            let user = word_opt(user.as_deref(), "sign_in_links.user_id")?;
            Ok(Some(SessionRow { user, expires_at: session_expires_at }))
        });
        Ok(used.await?)
    }

    /// The session of this token, if it may be used now.
    pub async fn session(&self, token_hash: &str) -> Result<Option<SessionRow>, Problem> {
        let (token_hash, now) = (token_hash.to_owned(), self.clock.now());
        let found = self.read(move |conn| {
            let good = sessions::table
                .find(&token_hash)
                .filter(sessions::revoked_at.is_null())
                .filter(sessions::expires_at.gt(naive(now)));
            let row: Option<(Option<String>, NaiveDateTime)> =
                good.select((sessions::user_id, sessions::expires_at)).first(conn).optional()?;
            let Some((user, expires_at)) = row else { return Ok(None) };
            let user = word_opt(user.as_deref(), "sessions.user_id")?;
            Ok(Some(SessionRow { user, expires_at: moment(expires_at) }))
        });
        Ok(found.await?)
    }
}
