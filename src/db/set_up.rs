//! The first person: whoever has the set-up link, and only while there is nobody.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde_json::json;

use super::{
    Db, Tx,
    conn::Conn,
    convert::naive,
    error::DbError,
    schema::sign_in_links,
    users::{self, NewUser, UserRow},
};
use crate::{
    domain::{
        clock::Moment,
        id::{ProjectId, UserId},
        problem::Problem,
        role::Role,
    },
    problem,
};

impl Db {
    /// Whether Zelo can be set up by this link now.
    pub async fn set_up_link_valid(&self, link_hash: &str) -> Result<bool, Problem> {
        let (link, now) = (link_hash.to_owned(), self.clock.now());
        Ok(self.read(move |conn| valid(conn, &link, now)).await?)
    }

    /// Uses the set-up link up: the first administrator is made and signed in, the
    /// oldest project renamed (or made), and they are its owner. All of it or
    /// nothing. Problems: `set-up-link` (unknown, used, too old, or somebody was
    /// there first), those of [`Db::add_user`] and of [`Db::rename_project`].
    pub async fn set_up(
        &self,
        link_hash: &str,
        new: NewUser,
        project: &str,
        session_hash: &str,
        session_until: Moment,
    ) -> Result<UserRow, Problem> {
        let (link, session, project) = (link_hash.to_owned(), session_hash.to_owned(), project.to_owned());
        let set_up = self.write(move |tx| {
            if !valid(tx.conn, &link, tx.now)? {
                return Err(problem!("set-up-link").into());
            }
            tx.use_up(&link)?;
            let id = UserId::new(tx.ids.as_ref());
            let who = format!("user:{id}");
            let user = tx.add_user(&id, &NewUser { is_admin: true, ..new }, &who)?;
            let project = tx.first_project(&project, &who)?;
            tx.set_member(&project, &id, Role::Owner, &who)?;
            tx.open_session(&id, &session, session_until, "set-up")?;
            tx.audit(&who, "set-up", "set-up", &json!({"user": id, "project": project}))?;
            Ok(user)
        });
        Ok(set_up.await?)
    }
}

fn valid(conn: &mut Conn, link_hash: &str, now: Moment) -> Result<bool, DbError> {
    let link: Option<String> = sign_in_links::table
        .find(link_hash)
        .filter(sign_in_links::user_id.is_null())
        .filter(sign_in_links::used_at.is_null())
        .filter(sign_in_links::expires_at.gt(naive(now)))
        .select(sign_in_links::token_hash)
        .first(conn)
        .optional()?;
    Ok(link.is_some() && !users::any(conn)?)
}

impl Tx<'_> {
    /// The oldest project under a new name, or the first one.
    fn first_project(&mut self, name: &str, actor: &str) -> Result<ProjectId, DbError> {
        match self.oldest_project()? {
            Some(oldest) => Ok(self.rename_project(&oldest.id, name, actor)?.id),
            None => Ok(self.add_project(name, actor)?.id),
        }
    }
}
