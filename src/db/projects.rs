//! Projects: the boundaries of ownership.

use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};
use serde::Serialize;
use serde_json::json;

use super::{
    Db, Tx,
    conn::Conn,
    convert::{moment, naive, word},
    error::DbError,
    schema::projects,
};
use crate::{
    domain::{
        clock::Moment,
        id::{ProjectId, UserId},
        names::is_label,
        problem::Problem,
        role::Role,
    },
    problem,
};

/// What the first project is called until somebody renames it.
const DEFAULT: &str = "default";

/// A project.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProjectRow {
    /// Which.
    pub id: ProjectId,
    /// Its name, unique; folders in stores carry it.
    pub name: String,
    /// When it was made.
    pub created_at: Moment,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = projects)]
pub(super) struct Stored {
    id: String,
    name: String,
    created_at: NaiveDateTime,
}

impl TryFrom<Stored> for ProjectRow {
    type Error = DbError;

    fn try_from(row: Stored) -> Result<Self, DbError> {
        Ok(Self { id: word(&row.id, "projects.id")?, name: row.name, created_at: moment(row.created_at) })
    }
}

/// One project as it is now.
pub(super) fn find(conn: &mut Conn, id: &ProjectId) -> Result<ProjectRow, DbError> {
    let row: Option<Stored> =
        projects::table.find(id.as_str()).select(Stored::as_select()).first(conn).optional()?;
    row.ok_or_else(|| problem!("not-found-project", id = id.as_str()))?.try_into()
}

fn oldest(conn: &mut Conn) -> Result<Option<ProjectRow>, DbError> {
    let first: Option<Stored> = projects::table
        .order((projects::created_at, projects::id))
        .select(Stored::as_select())
        .first(conn)
        .optional()?;
    first.map(ProjectRow::try_from).transpose()
}

fn named(conn: &mut Conn, name: &str) -> Result<Option<ProjectRow>, DbError> {
    let row: Option<Stored> =
        projects::table.filter(projects::name.eq(name)).select(Stored::as_select()).first(conn).optional()?;
    row.map(ProjectRow::try_from).transpose()
}

impl Db {
    /// The oldest project, whatever it is called by now; one called `default` is
    /// made if there is none.
    pub async fn ensure_default_project(&self) -> Result<ProjectRow, Problem> {
        if let Some(row) = self.read(oldest).await? {
            return Ok(row);
        }
        let ensured = self.write(|tx| match tx.oldest_project()? {
            Some(row) => Ok(row),
            None => tx.ensure_project(DEFAULT),
        });
        Ok(ensured.await?)
    }

    /// One project. Problem: `not-found-project`.
    pub async fn project(&self, id: &ProjectId) -> Result<ProjectRow, Problem> {
        let id = id.clone();
        Ok(self.read(move |conn| find(conn, &id)).await?)
    }

    /// All projects, by name.
    pub async fn projects(&self) -> Result<Vec<ProjectRow>, Problem> {
        let listed = self.read(|conn| {
            let rows: Vec<Stored> =
                projects::table.order(projects::name).select(Stored::as_select()).load(conn)?;
            rows.into_iter().map(ProjectRow::try_from).collect()
        });
        Ok(listed.await?)
    }

    /// Makes a project, and `owner` its first owner. Problems: `project-name`,
    /// `project-name-taken`, `not-found-user`.
    pub async fn add_project(
        &self,
        name: &str,
        owner: Option<&UserId>,
        actor: &str,
    ) -> Result<ProjectRow, Problem> {
        let (name, owner, actor) = (name.to_owned(), owner.cloned(), actor.to_owned());
        let added = self.write(move |tx| {
            let row = tx.add_project(&name, &actor)?;
            if let Some(owner) = &owner {
                tx.set_member(&row.id, owner, Role::Owner, &actor)?;
            }
            Ok(row)
        });
        Ok(added.await?)
    }

    /// Renames a project. Backups made before stay where they lie. Problems:
    /// `not-found-project`, `project-name`, `project-name-taken`.
    pub async fn rename_project(
        &self,
        id: &ProjectId,
        name: &str,
        actor: &str,
    ) -> Result<ProjectRow, Problem> {
        let (id, name, actor) = (id.clone(), name.to_owned(), actor.to_owned());
        Ok(self.write(move |tx| tx.rename_project(&id, &name, &actor)).await?)
    }
}

impl Tx<'_> {
    /// The project of this name, made if it is missing.
    pub(super) fn ensure_project(&mut self, name: &str) -> Result<ProjectRow, DbError> {
        match named(self.conn, name)? {
            Some(row) => Ok(row),
            None => self.insert_project(name),
        }
    }

    pub(super) fn oldest_project(&mut self) -> Result<Option<ProjectRow>, DbError> {
        oldest(self.conn)
    }

    fn insert_project(&mut self, name: &str) -> Result<ProjectRow, DbError> {
        let row =
            ProjectRow { id: ProjectId::new(self.ids.as_ref()), name: name.to_owned(), created_at: self.now };
        let stored = Stored { id: row.id.to_string(), name: row.name.clone(), created_at: naive(self.now) };
        diesel::insert_into(projects::table).values(stored).execute(self.conn)?;
        Ok(row)
    }

    pub(super) fn add_project(&mut self, name: &str, actor: &str) -> Result<ProjectRow, DbError> {
        self.refuse_project_name(name)?;
        let row = self.insert_project(name)?;
        self.audit(actor, "project.add", &format!("project:{}", row.id), &json!({"name": name}))?;
        Ok(row)
    }

    pub(super) fn rename_project(
        &mut self,
        id: &ProjectId,
        name: &str,
        actor: &str,
    ) -> Result<ProjectRow, DbError> {
        let row = find(self.conn, id)?;
        if row.name == name {
            return Ok(row);
        }
        self.refuse_project_name(name)?;
        diesel::update(projects::table.find(id.as_str())).set(projects::name.eq(name)).execute(self.conn)?;
        let detail = json!({"from": row.name, "to": name});
        self.audit(actor, "project.rename", &format!("project:{id}"), &detail)?;
        find(self.conn, id)
    }

    fn refuse_project_name(&mut self, name: &str) -> Result<(), DbError> {
        if !is_label(name) {
            return Err(problem!("project-name", name = name).into());
        }
        match named(self.conn, name)? {
            Some(_) => Err(problem!("project-name-taken", name = name).into()),
            None => Ok(()),
        }
    }
}
