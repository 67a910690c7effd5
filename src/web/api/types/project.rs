//! Projects, and who asks.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::words::Role;
use crate::{
    db::{ProjectRow, UserRow},
    domain,
};

/// A project the caller is a member of.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Project {
    /// Which.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// What the caller is there.
    pub(crate) role: Role,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
}

impl Project {
    pub(crate) fn of(row: &ProjectRow, role: domain::role::Role) -> Self {
        Self { id: row.id.to_string(), name: row.name.clone(), role: role.into(), created_at: row.created_at }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Which person.
    pub(crate) id: String,
    /// What they are called and sign in by.
    pub(crate) name: String,
    /// Where mail reaches them.
    pub(crate) email: Option<String>,
    /// Whether they may manage the whole panel.
    pub(crate) administrator: bool,
    /// The language they chose: `en` or `pt-BR`.
    pub(crate) language: Option<String>,
    /// Their projects, and what they are there.
    pub(crate) projects: Vec<Project>,
}

impl Me {
    pub(crate) fn of(user: &UserRow, projects: Vec<Project>) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name.clone(),
            email: user.email.clone(),
            administrator: user.is_admin,
            language: user.locale.map(|lang| lang.tag().to_owned()),
            projects,
        }
    }
}
