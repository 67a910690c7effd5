//! Between columns and types: times are naive UTC, JSON and words are text.

use std::str::FromStr;

use chrono::{NaiveDateTime, SubsecRound};
use serde::{Serialize, de::DeserializeOwned};

use super::error::DbError;
use crate::domain::clock::Moment;

/// As stored: UTC, cut to microseconds.
pub(super) fn naive(at: Moment) -> NaiveDateTime {
    at.naive_utc().trunc_subsecs(6)
}

/// As read.
pub(super) fn moment(at: NaiveDateTime) -> Moment {
    at.and_utc()
}

/// A value as JSON text.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|e| DbError::Unreadable(format!("a value to be stored: {e}")))
}

/// A value from JSON text; `what` names table and column.
pub(super) fn parse<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|e| DbError::Unreadable(format!("{what}: {e}")))
}

/// The same for a column that may be empty.
pub(super) fn parse_opt<T: DeserializeOwned>(text: Option<&str>, what: &str) -> Result<Option<T>, DbError> {
    text.map(|t| parse(t, what)).transpose()
}

/// A word or id from text.
pub(super) fn word<T: FromStr>(text: &str, what: &str) -> Result<T, DbError> {
    text.parse().map_err(|_| DbError::Unreadable(format!("{what}: {text:?}")))
}

/// The same for a column that may be empty.
pub(super) fn word_opt<T: FromStr>(text: Option<&str>, what: &str) -> Result<Option<T>, DbError> {
    text.map(|t| word(t, what)).transpose()
}

/// Ids as text, for `IN (…)`.
pub(super) fn ids<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// A size as stored: more than `i64` holds is cut.
pub(super) fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// A size as read.
pub(super) fn bytes(size: i64) -> u64 {
    u64::try_from(size).unwrap_or(0)
}

diesel::define_sql_function! {
    /// Lower case; on SQLite only of ASCII letters.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

diesel::define_sql_function! {
    /// The same for a column that may be empty.
    #[sql_name = "lower"]
    fn lower_opt(
        text: diesel::sql_types::Nullable<diesel::sql_types::Text>,
    ) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

/// `text` anywhere, for `LIKE … ESCAPE '\'`.
pub(super) fn pattern(text: &str) -> String {
    format!("%{}", prefix(text))
}

/// `text` at the beginning, for the same.
pub(super) fn prefix(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}
