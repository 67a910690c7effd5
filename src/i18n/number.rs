//! Numbers, sizes and durations as each language writes them.

use std::time::Duration;

use super::lang::Lang;

const UNITS: [&str; 7] = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];

/// A whole number with its thousands grouped: `1,234,567`, `1.234.567`.
pub(super) fn grouped(lang: Lang, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(if lang == Lang::PtBr { '.' } else { ',' });
        }
        out.push(digit);
    }
    out
}

/// A length in decimal units with three significant digits, as disks and
/// networks are sold: `3.42 GB`, `18.2 MB`, `512 B`.
pub(super) fn size(lang: Lang, bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} {}", UNITS[0]);
    }
    let mut unit = 0;
    let mut scale: u64 = 1;
    // The next unit as soon as three digits would round up to 1000 of this one.
    while unit + 1 < UNITS.len() && u128::from(bytes) * 2 >= u128::from(scale) * 1999 {
        scale = scale.saturating_mul(1000);
        unit += 1;
    }
    let (digits, decimals) = three_digits(bytes, scale);
    let power = 10_u128.pow(decimals);
    let text = match decimals {
        0 => digits.to_string(),
        _ => format!("{}.{:0width$}", digits / power, digits % power, width = decimals as usize),
    };
    let text = if lang == Lang::PtBr { text.replace('.', ",") } else { text };
    format!("{text} {}", UNITS[unit])
}

/// `bytes / scale` rounded to three digits: the digits, and how many of them
/// stand behind the point.
fn three_digits(bytes: u64, scale: u64) -> (u128, u32) {
    let rounded = |decimals: u32| {
        (u128::from(bytes) * 10_u128.pow(decimals) + u128::from(scale) / 2) / u128::from(scale)
    };
    let decimals = [2, 1].into_iter().find(|&d| rounded(d) < 1000).unwrap_or(0);
    (rounded(decimals), decimals)
}

/// A duration in its two largest units: `850 ms`, `42 s`, `4 min 2 s`, `1 h 3 min`,
/// `2 d 4 h`. Both languages write it so.
pub fn duration(of: Duration) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_digits_and_never_a_thousand_of_a_unit() {
        for (bytes, en) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 KB"),
            (1005, "1.01 KB"),
            (9_994, "9.99 KB"),
            (9_996, "10.0 KB"),
            (99_960, "100 KB"),
            (999_499, "999 KB"),
            (999_500, "1.00 MB"),
            (18_240_000, "18.2 MB"),
            (3_420_000_000, "3.42 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(size(Lang::En, bytes), en, "{bytes}");
        }
        assert_eq!(size(Lang::PtBr, 3_420_000_000), "3,42 GB");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(Lang::En, 1_234_567), "1,234,567");
        assert_eq!(grouped(Lang::PtBr, -1_234), "-1.234");
        assert_eq!(grouped(Lang::En, i64::MIN), "-9,223,372,036,854,775,808");
        assert_eq!(grouped(Lang::En, 0), "0");
    }

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
