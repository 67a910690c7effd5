//! Memberships: who may do what in which project.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};
use serde_json::json;

use super::{
    Db, Tx,
    convert::{naive, word},
    error::DbError,
    projects::{self, ProjectRow},
    schema::{memberships, projects as projects_table, users as users_table},
    users::{self, UserRow, shown},
};
use crate::{
    domain::{
        id::{ProjectId, UserId},
        problem::Problem,
        role::Role,
    },
    problem,
};

impl Db {
    /// The projects a person is a member of, by name, and as what.
    pub async fn memberships_of(&self, user: &UserId) -> Result<Vec<(ProjectRow, Role)>, Problem> {
        let user = user.clone();
        let listed = self.read(move |conn| {
            let rows: Vec<(projects::Stored, String)> = memberships::table
                .inner_join(projects_table::table)
                .filter(memberships::user_id.eq(user.as_str()))
                .order(projects_table::name)
                .select((projects::Stored::as_select(), memberships::role))
                .load(conn)?;
            rows.into_iter().map(|(row, role)| Ok((row.try_into()?, read(&role)?))).collect()
        });
        Ok(listed.await?)
    }

    /// The members of a project, by name, and as what.
    pub async fn members(&self, project: &ProjectId) -> Result<Vec<(UserRow, Role)>, Problem> {
        let project = project.clone();
        let listed = self.read(move |conn| {
            let rows: Vec<(users::Stored, String)> = memberships::table
                .inner_join(users_table::table)
                .filter(memberships::project_id.eq(project.as_str()))
                .order(users_table::name_folded)
                .select((shown(), memberships::role))
                .load(conn)?;
            rows.into_iter().map(|(row, role)| Ok((row.try_into()?, read(&role)?))).collect()
        });
        Ok(listed.await?)
    }

    /// What a person is in a project; `None`: no member of it.
    pub async fn role_in(&self, user: &UserId, project: &ProjectId) -> Result<Option<Role>, Problem> {
        let (user, project) = (user.clone(), project.clone());
        let found = self.read(move |conn| {
            let role: Option<String> = memberships::table
                .find((project.as_str(), user.as_str()))
                .select(memberships::role)
                .first(conn)
                .optional()?;
            role.as_deref().map(read).transpose()
        });
        Ok(found.await?)
    }

    /// Makes a person a member of a project, or changes as what. Problems:
    /// `not-found-project`, `not-found-user`, `last-owner`.
    pub async fn set_member(
        &self,
        project: &ProjectId,
        user: &UserId,
        role: Role,
        actor: &str,
    ) -> Result<(), Problem> {
        let (project, user, actor) = (project.clone(), user.clone(), actor.to_owned());
        Ok(self.write(move |tx| tx.set_member(&project, &user, role, &actor)).await?)
    }

    /// Ends a membership. Problems: `not-found-member`, `last-owner`.
    pub async fn remove_member(
        &self,
        project: &ProjectId,
        user: &UserId,
        actor: &str,
    ) -> Result<(), Problem> {
        let (project, user, actor) = (project.clone(), user.clone(), actor.to_owned());
        let removed = self.write(move |tx| {
            let Some(was) = tx.role(&project, &user)? else {
                return Err(problem!("not-found-member", user = user.as_str()).into());
            };
            tx.refuse_last_owner(&project, &user, was)?;
            let place = memberships::table.find((project.as_str(), user.as_str()));
            diesel::delete(place).execute(tx.conn)?;
            let detail = json!({"user": user, "role": was});
            tx.audit(&actor, "member.remove", &format!("project:{project}"), &detail)
        });
        Ok(removed.await?)
    }
}

fn read(role: &str) -> Result<Role, DbError> {
    word(role, "memberships.role")
}

impl Tx<'_> {
    pub(super) fn set_member(
        &mut self,
        project: &ProjectId,
        user: &UserId,
        role: Role,
        actor: &str,
    ) -> Result<(), DbError> {
        projects::find(self.conn, project)?;
        users::find(self.conn, user)?;
        let was = self.role(project, user)?;
        if was == Some(role) {
            return Ok(());
        }
        let place = memberships::table.find((project.as_str(), user.as_str()));
        if let Some(was) = was {
            self.refuse_last_owner(project, user, was)?;
            diesel::update(place).set(memberships::role.eq(role.as_str())).execute(self.conn)?;
        } else {
            diesel::insert_into(memberships::table)
                .values((
                    memberships::project_id.eq(project.as_str()),
                    memberships::user_id.eq(user.as_str()),
                    memberships::role.eq(role.as_str()),
                    memberships::created_at.eq(naive(self.now)),
                ))
                .execute(self.conn)?;
        }
        let detail = json!({"user": user, "from": was, "to": role});
        self.audit(actor, "member.set", &format!("project:{project}"), &detail)
    }

    fn role(&mut self, project: &ProjectId, user: &UserId) -> Result<Option<Role>, DbError> {
        let place = memberships::table.find((project.as_str(), user.as_str()));
        let role: Option<String> = place.select(memberships::role).first(self.conn).optional()?;
        role.as_deref().map(read).transpose()
    }

    /// A project that has owners keeps one who may sign in.
    fn refuse_last_owner(&mut self, project: &ProjectId, user: &UserId, was: Role) -> Result<(), DbError> {
        if was != Role::Owner {
            return Ok(());
        }
        let others: i64 = memberships::table
            .inner_join(users_table::table)
            .filter(memberships::project_id.eq(project.as_str()))
            .filter(memberships::user_id.ne(user.as_str()))
            .filter(memberships::role.eq(Role::Owner.as_str()))
            .filter(users_table::disabled_at.is_null())
            .count()
            .get_result(self.conn)?;
        if others > 0 {
            return Ok(());
        }
        let name = projects::find(self.conn, project)?.name;
        Err(problem!("last-owner", project = name).into())
    }
}
