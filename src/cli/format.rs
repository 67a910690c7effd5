//! Durations, rates and short ids as a terminal shows them.

use std::time::Duration;

use crate::i18n::Catalogue;

/// A duration in its two largest units: `850 ms`, `42 s`, `4 min 2 s`, `1 h 3 min`,
/// `2 d 4 h`. Both languages write it so.
pub(super) fn duration(of: Duration) -> String {
    let seconds = of.as_secs();
    let two = |large: u64, unit: &str, small: u64, below: &str| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {below}"),
    };
    match seconds {
        0 => format!("{} ms", of.as_millis()),
        1..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        3600..86_400 => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    }
}

/// The time between two moments, none if the clock went back.
pub(super) fn between(from: crate::domain::clock::Moment, to: crate::domain::clock::Moment) -> Duration {
    (to - from).to_std().unwrap_or_default()
}

/// Bytes a second.
pub(super) fn rate(words: &Catalogue, bytes_per_second: u64) -> String {
    format!("{}/s", words.size(bytes_per_second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, text) in [
            (1, "1 s"),
            (59, "59 s"),
            (60, "1 min"),
            (242, "4 min 2 s"),
            (3600, "1 h"),
            (3_780, "1 h 3 min"),
            (187_200, "2 d 4 h"),
        ] {
            assert_eq!(duration(Duration::from_secs(seconds)), text);
        }
        assert_eq!(duration(Duration::from_millis(850)), "850 ms");
    }
}
