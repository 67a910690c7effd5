//! What went wrong, for a person: what happened, what was not lost, what to do
//! next. The three sentences stand in the catalogues under `problem-<code>` with
//! the attributes `.safe` and `.next`; a problem carries only code, arguments
//! and what the tool itself said.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::msg::Arg;

/// A named error. Made by [`crate::problem!`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}{}", self.detail.as_deref().map(|d| format!(": {d}")).unwrap_or_default())]
pub struct Problem {
    /// Stable, for programs: `pg-password`, `store-reserve`…
    pub code: String,
    /// What its sentences mention.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, Arg>,
    /// The tool's or system's own words, without secrets, at most a few lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Whether trying again, unchanged, may help.
    #[serde(default)]
    pub transient: bool,
}

impl Problem {
    /// Prefer [`crate::problem!`].
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), args: BTreeMap::new(), detail: None, transient: false }
    }

    /// The same with one more argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Arg>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }

    /// The same with the tool's own words (cut to 2,000 characters).
    #[must_use]
    pub fn detail(mut self, words: impl ToString) -> Self {
        let words = words.to_string();
        let words = words.trim();
        if !words.is_empty() {
            self.detail = Some(words.chars().take(2000).collect());
        }
        self
    }

    /// The same, marked as worth another try.
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.transient = true;
        self
    }

    /// Whether it is the problem with this code.
    pub fn is(&self, code: &str) -> bool {
        self.code == code
    }
}

/// `problem!("pg-password", user = name)`: a [`Problem`] whose code the
/// catalogue test can find.
#[macro_export]
macro_rules! problem {
    ($code:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::domain::problem::Problem::new($code)$(.with(stringify!($name), $value))*
    };
}
