//! Tokens for the API: each belongs to a person and may what that person may. Only
//! its hash is kept.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};
use serde::Serialize;
use serde_json::json;

use super::{
    Db,
    conn::MultiBackend,
    convert::{moment, naive, word},
    error::DbError,
    schema::{tokens, users as users_table},
    users::{self, UserRow, find_enabled},
};
use crate::{
    domain::{
        clock::Moment,
        id::{TokenId, UserId},
        names::is_label,
        problem::Problem,
    },
    problem,
};

/// What a token may do: so far everything its person may.
const ALL: &str = r#"["*"]"#;

/// How often it is noted that a token was used.
const NOTED: TimeDelta = TimeDelta::minutes(1);

/// A token for the API. Neither itself nor its hash is in here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenRow {
    /// Which.
    pub id: TokenId,
    /// Whose.
    pub user: UserId,
    /// What it is for, in that person's words.
    pub name: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends by itself.
    pub expires_at: Option<Moment>,
    /// When it was last used, to the minute.
    pub used_at: Option<Moment>,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct Stored {
    id: String,
    user_id: String,
    name: String,
    created_at: NaiveDateTime,
    expires_at: Option<NaiveDateTime>,
    used_at: Option<NaiveDateTime>,
    revoked_at: Option<NaiveDateTime>,
}

#[derive(Insertable)]
#[diesel(table_name = tokens)]
struct New<'a> {
    id: &'a str,
    user_id: &'a str,
    name: &'a str,
    token_hash: &'a str,
    scopes: &'a str,
    created_at: NaiveDateTime,
    expires_at: Option<NaiveDateTime>,
}

impl TryFrom<Stored> for TokenRow {
    type Error = DbError;

    fn try_from(row: Stored) -> Result<Self, DbError> {
        Ok(Self {
            id: word(&row.id, "tokens.id")?,
            user: word(&row.user_id, "tokens.user_id")?,
            name: row.name,
            created_at: moment(row.created_at),
            expires_at: row.expires_at.map(moment),
            used_at: row.used_at.map(moment),
            revoked_at: row.revoked_at.map(moment),
        })
    }
}

impl Db {
    /// Makes a token for a person. Problems: `token-name`, `not-found-user`,
    /// `user-disabled`.
    pub async fn add_token(
        &self,
        user: &UserId,
        name: &str,
        token_hash: &str,
        expires_at: Option<Moment>,
        actor: &str,
    ) -> Result<TokenRow, Problem> {
        let (user, name, hash, actor) =
            (user.clone(), name.to_owned(), token_hash.to_owned(), actor.to_owned());
        let added = self.write(move |tx| {
            if !is_label(&name) {
                return Err(problem!("token-name", name = &name).into());
            }
            find_enabled(tx.conn, &user)?;
            let id = TokenId::new(tx.ids.as_ref());
            let new = New {
                id: id.as_str(),
                user_id: user.as_str(),
                name: &name,
                token_hash: &hash,
                scopes: ALL,
                created_at: naive(tx.now),
                expires_at: expires_at.map(naive),
            };
            diesel::insert_into(tokens::table).values(new).execute(tx.conn)?;
            let detail = json!({"token": id, "name": name, "expires_at": expires_at});
            tx.audit(&actor, "token.add", &format!("user:{user}"), &detail)?;
            let row: Stored = tokens::table.find(id.as_str()).select(Stored::as_select()).first(tx.conn)?;
            row.try_into()
        });
        Ok(added.await?)
    }

    /// A person's tokens that were not revoked, the newest first; also those whose
    /// time is over.
    pub async fn tokens_of(&self, user: &UserId) -> Result<Vec<TokenRow>, Problem> {
        self.list_tokens(Some(user.clone())).await
    }

    /// The same of everybody.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, Problem> {
        self.list_tokens(None).await
    }

    async fn list_tokens(&self, user: Option<UserId>) -> Result<Vec<TokenRow>, Problem> {
        let listed = self.read(move |conn| {
            let mut query = tokens::table.filter(tokens::revoked_at.is_null()).into_boxed::<MultiBackend>();
            if let Some(user) = &user {
                query = query.filter(tokens::user_id.eq(user.as_str()));
            }
            let rows: Vec<Stored> = query.order(tokens::id.desc()).select(Stored::as_select()).load(conn)?;
            rows.into_iter().map(TokenRow::try_from).collect()
        });
        Ok(listed.await?)
    }

    /// Revokes a person's token; again, nothing changes. Problem `not-found-token`:
    /// they have none of this id.
    pub async fn revoke_token(&self, id: &TokenId, user: &UserId, actor: &str) -> Result<(), Problem> {
        let (id, user, actor) = (id.clone(), user.clone(), actor.to_owned());
        let revoked = self.write(move |tx| {
            let place = tokens::table.find(id.as_str());
            let row: Option<Stored> = place
                .filter(tokens::user_id.eq(user.as_str()))
                .select(Stored::as_select())
                .first(tx.conn)
                .optional()?;
            let row = row.ok_or_else(|| problem!("not-found-token", id = id.as_str()))?;
            if row.revoked_at.is_some() {
                return Ok(());
            }
            diesel::update(place).set(tokens::revoked_at.eq(naive(tx.now))).execute(tx.conn)?;
            let detail = json!({"token": id, "name": row.name});
            tx.audit(&actor, "token.revoke", &format!("user:{user}"), &detail)
        });
        Ok(revoked.await?)
    }

    /// Whose token this is, if it may be used now: not revoked, not over, of
    /// somebody who may sign in. That it was used is noted once a minute.
    pub async fn token_user(&self, token_hash: &str) -> Result<Option<(TokenRow, UserRow)>, Problem> {
        let (hash, now) = (token_hash.to_owned(), self.clock.now());
        let found = self.read(move |conn| {
            let row: Option<(Stored, users::Stored)> = tokens::table
                .inner_join(users_table::table)
                .filter(tokens::token_hash.eq(&hash))
                .filter(tokens::revoked_at.is_null())
                .filter(users_table::disabled_at.is_null())
                .select((Stored::as_select(), users::shown()))
                .first(conn)
                .optional()?;
            let row = row.map(|(token, user)| {
                Ok::<_, DbError>((TokenRow::try_from(token)?, UserRow::try_from(user)?))
            });
            row.transpose()
        });
        let found = found.await?.filter(|(token, _)| token.expires_at.is_none_or(|until| until > now));
        let Some((mut token, user)) = found else { return Ok(None) };
        if token.used_at.is_none_or(|used| now - used >= NOTED) {
            match self.note_use(&token.id, now).await {
                Ok(()) => token.used_at = Some(now),
                // Whoever asks is let in all the same.
                Err(problem) => tracing::warn!(%problem, "that a token was used could not be noted"),
            }
        }
        Ok(Some((token, user)))
    }

    async fn note_use(&self, id: &TokenId, now: Moment) -> Result<(), Problem> {
        let id = id.clone();
        let noted = self.write(move |tx| {
            diesel::update(tokens::table.find(id.as_str()))
                .set(tokens::used_at.eq(naive(now)))
                .execute(tx.conn)?;
            Ok(())
        });
        Ok(noted.await?)
    }
}
