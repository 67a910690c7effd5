//! Projects: the boundaries of ownership.

use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};
use serde::Serialize;

use super::{
    Db, Tx,
    convert::{moment, naive, word},
    error::DbError,
    schema::projects,
};
use crate::{
    domain::{clock::Moment, id::ProjectId, problem::Problem},
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
struct Stored {
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

impl Db {
    /// The project called `default`, made if it is missing.
    pub async fn ensure_default_project(&self) -> Result<ProjectRow, Problem> {
        Ok(self.write(|tx| tx.ensure_project(DEFAULT)).await?)
    }

    /// One project. Problem: `not-found-project`.
    pub async fn project(&self, id: &ProjectId) -> Result<ProjectRow, Problem> {
        let id = id.clone();
        let found = self.read(move |conn| {
            let row: Option<Stored> =
                projects::table.find(id.as_str()).select(Stored::as_select()).first(conn).optional()?;
            row.ok_or_else(|| problem!("not-found-project", id = id.as_str()))?.try_into()
        });
        Ok(found.await?)
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
}

impl Tx<'_> {
    /// The project of this name, made if it is missing.
    pub(super) fn ensure_project(&mut self, name: &str) -> Result<ProjectRow, DbError> {
        let found: Option<Stored> = projects::table
            .filter(projects::name.eq(name))
            .select(Stored::as_select())
            .first(self.conn)
            .optional()?;
        if let Some(row) = found {
            return row.try_into();
        }
        let row =
            ProjectRow { id: ProjectId::new(self.ids.as_ref()), name: name.to_owned(), created_at: self.now };
        let stored = Stored { id: row.id.to_string(), name: row.name.clone(), created_at: naive(self.now) };
        diesel::insert_into(projects::table).values(stored).execute(self.conn)?;
        Ok(row)
    }
}
