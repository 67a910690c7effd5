//! Durations, rates and short ids as a terminal shows them.

use std::time::Duration;

use crate::i18n::Catalogue;
pub(super) use crate::i18n::duration;

/// The time between two moments, none if the clock went back.
pub(super) fn between(from: crate::domain::clock::Moment, to: crate::domain::clock::Moment) -> Duration {
    (to - from).to_std().unwrap_or_default()
}

/// Bytes a second.
pub(super) fn rate(words: &Catalogue, bytes_per_second: u64) -> String {
    format!("{}/s", words.size(bytes_per_second))
}
