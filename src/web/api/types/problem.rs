//! What went wrong, as programs read it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::problem::Problem,
    i18n::{Catalogue, Told},
};

/// What went wrong with something, in the asked language.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Trouble {
    /// Stable, for programs.
    #[schema(example = "pg-password")]
    pub(crate) code: String,
    /// What happened.
    pub(crate) what: String,
    /// What was not lost, or that nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) safe: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// The tool's or system's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
}

impl Trouble {
    pub(crate) fn of(problem: &Problem, words: &Catalogue) -> Self {
        words.problem(problem).into()
    }
}

impl From<Told> for Trouble {
    fn from(told: Told) -> Self {
        let Told { code, what, safe, next, detail } = told;
        Self { code, what, safe, next, detail }
    }
}

/// Why a request was not answered as asked: RFC 9457.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ProblemDocument {
    /// `urn:zelo:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:zelo:problem:locked")]
    pub(crate) kind: String,
    /// What happened, in the asked language.
    pub(crate) title: String,
    /// The answer's own status.
    #[schema(example = 409)]
    pub(crate) status: u16,
    /// What was not lost and what to do next, in the asked language.
    pub(crate) detail: String,
    /// The path that was asked for.
    pub(crate) instance: String,
    /// Stable, for programs.
    #[schema(example = "locked")]
    pub(crate) code: String,
    /// The tool's or system's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<String>,
    /// The operation this is about: for `locked` the one that is at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<String>,
    /// Everything that is wrong, where it is more than one thing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Trouble>,
}
