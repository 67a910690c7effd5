//! How the text of a value is read: one function for each sort of value, each
//! with its own problem that says what is allowed.

use std::{net::SocketAddr, ops::RangeInclusive, path::PathBuf, time::Duration};

use crate::{domain::problem::Problem, problem};

/// An absolute path.
pub(super) fn path(text: &str) -> Result<PathBuf, Problem> {
    let path = PathBuf::from(text);
    let clean = path.is_absolute() && !path.components().any(|c| c.as_os_str() == "..");
    if clean { Ok(path) } else { Err(problem!("setting-path")) }
}

/// Absolute paths with colons between them; none is fine.
pub(super) fn paths(text: &str) -> Result<Vec<PathBuf>, Problem> {
    text.split(':').map(str::trim).filter(|one| !one.is_empty()).map(path).collect()
}

/// An address with a port.
pub(super) fn address(text: &str) -> Result<SocketAddr, Problem> {
    text.parse().map_err(|_| problem!("setting-address"))
}

/// A whole number within `range`.
pub(super) fn number(text: &str, range: RangeInclusive<u32>) -> Result<u32, Problem> {
    let (min, max) = (*range.start(), *range.end());
    let number = text.parse().ok().filter(|n| range.contains(n));
    number.ok_or_else(|| problem!("setting-number", min = min, max = max))
}

/// A duration with units, at least `min`: `90s`, `5m`, `1h 30m`, `7d`.
pub(super) fn duration(text: &str, min: Duration) -> Result<Duration, Problem> {
    let wrong = || problem!("setting-duration", min = humantime::format_duration(min).to_string());
    humantime::parse_duration(text).ok().filter(|d| *d >= min).ok_or_else(wrong)
}

/// A length in bytes with a unit: `2 GiB`, `500 MB`.
pub(super) fn size(text: &str) -> Result<u64, Problem> {
    text.parse::<bytesize::ByteSize>().map(|size| size.as_u64()).map_err(|_| problem!("setting-size"))
}

/// One of a few words.
pub(super) fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, Problem> {
    let found = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        problem!("setting-choice", choices = words.join(", "))
    })
}
