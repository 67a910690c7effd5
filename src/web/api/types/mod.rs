//! What the API speaks: structs of its own, made from rows. A row may gain a column
//! that is nobody's business; nothing here does by itself.

pub(crate) mod backup;
pub(crate) mod import;
pub(crate) mod instance;
pub(crate) mod instance_asked;
pub(crate) mod operation;
pub(crate) mod plan;
pub(crate) mod problem;
pub(crate) mod project;
pub(crate) mod resource;
pub(crate) mod words;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{db::Page, i18n::Catalogue};

/// Some rows of a longer list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Rows<T> {
    /// The rows asked for.
    pub(crate) rows: Vec<T>,
    /// How many there are in all.
    pub(crate) total: u64,
}

impl<T> Rows<T> {
    /// A page of the database's rows, each made into one of ours.
    pub(crate) fn of<R>(page: Page<R>, words: &Catalogue, row: impl Fn(&R, &Catalogue) -> T) -> Self {
        Self { rows: page.rows.iter().map(|one| row(one, words)).collect(), total: page.total }
    }

    /// Everything there is.
    pub(crate) fn all(rows: Vec<T>) -> Self {
        Self { total: rows.len() as u64, rows }
    }
}
