//! How fast a step moves bytes and how long it will take, from what was seen of
//! it in the last seconds.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::format;
use crate::{i18n::Catalogue, msg, saga::Snapshot};

/// How far back the rate looks: long enough to be calm, short enough to notice a
/// disk that slows down.
const WINDOW: Duration = Duration::from_secs(10);

/// What was seen of one step.
#[derive(Debug, Default)]
pub(super) struct Meter {
    step: Option<usize>,
    samples: VecDeque<(Instant, u64)>,
    last: Snapshot,
}

impl Meter {
    /// Takes in the newest counters.
    pub(super) fn see(&mut self, now: Instant, snapshot: Snapshot) {
        if self.step != Some(snapshot.step) || snapshot.bytes < self.last.bytes {
            self.samples.clear();
            self.step = Some(snapshot.step);
        }
        self.last = snapshot;
        self.samples.push_back((now, snapshot.bytes));
        while self.samples.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            self.samples.pop_front();
        }
    }

    /// Bytes moved by a step, as far as was seen.
    pub(super) fn bytes(&self, step: usize) -> u64 {
        if self.step == Some(step) { self.last.bytes } else { 0 }
    }

    /// Bytes a second over the window; `None` while too little was seen.
    fn rate(&self) -> Option<u64> {
        let (first, last) = (self.samples.front()?, self.samples.back()?);
        let millis = u64::try_from(last.0.duration_since(first.0).as_millis()).ok()?;
        (millis >= 500).then(|| (last.1 - first.1).saturating_mul(1000) / millis)
    }

    /// `1.20 GB of 3.42 GB, 98.2 MB/s, 23 s left`; nothing for a step that moves
    /// no bytes.
    pub(super) fn text(&self, words: &Catalogue) -> String {
        let Snapshot { bytes, total, .. } = self.last;
        if bytes == 0 {
            return String::new();
        }
        // An estimate that was passed says nothing any more.
        let total = if total > bytes { total } else { 0 };
        let mut text = match total {
            0 => words.size(bytes),
            _ => words.text(&msg!("cli-bytes-of", bytes = bytes, total = total)),
        };
        if let Some(rate) = self.rate() {
            text += &format!(", {}", format::rate(words, rate));
            if let Some(seconds) = total.saturating_sub(bytes).checked_div(rate).filter(|_| total > 0) {
                let left = format::duration(Duration::from_secs(seconds.max(1)));
                text += &format!(", {}", words.text(&msg!("cli-left", time = left)));
            }
        }
        text
    }

    /// Position and length for a bar; `None` where the length is not known.
    pub(super) fn bar(&self) -> Option<(u64, u64)> {
        let Snapshot { bytes, total, .. } = self.last;
        (total > 0).then_some((bytes.min(total), total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    fn seen(points: &[(u64, u64)], total: u64) -> Meter {
        let start = Instant::now();
        let mut meter = Meter::default();
        for (second, bytes) in points {
            let snapshot = Snapshot { step: 2, bytes: *bytes, total };
            meter.see(start + Duration::from_secs(*second), snapshot);
        }
        meter
    }

    #[test]
    fn rate_and_rest_come_from_the_last_seconds() {
        let words = Catalogue::of(Lang::En);
        let meter =
            seen(&[(0, 0), (1, 900_000_000), (20, 1_000_000_000), (25, 1_050_000_000)], 2_050_000_000);
        assert_eq!(meter.text(words), "1.05 GB of 2.05 GB, 10.0 MB/s, 1 min 40 s left");
        assert_eq!(meter.bar(), Some((1_050_000_000, 2_050_000_000)));
        assert_eq!((meter.bytes(2), meter.bytes(1)), (1_050_000_000, 0));
    }

    #[test]
    fn nothing_is_said_that_is_not_known() {
        let words = Catalogue::of(Lang::PtBr);
        assert_eq!(seen(&[(0, 0)], 0).text(words), "");
        assert_eq!(seen(&[(0, 5_000)], 0).text(words), "5,00 KB");
        assert_eq!(seen(&[(0, 0), (2, 6_000)], 5_000).text(words), "6,00 KB, 3,00 KB/s");
        assert_eq!(seen(&[(0, 5), (9, 5)], 10).text(words), "5 B de 10 B, 0 B/s");
        assert_eq!(seen(&[(0, 5)], 0).bar(), None);
    }

    #[test]
    fn another_step_or_another_try_begins_anew() {
        let mut meter = seen(&[(0, 0), (1, 1_000)], 0);
        meter.see(Instant::now() + Duration::from_secs(2), Snapshot { step: 2, bytes: 10, total: 0 });
        assert_eq!(meter.text(Catalogue::of(Lang::En)), "10 B");
        meter.see(Instant::now() + Duration::from_secs(3), Snapshot { step: 3, bytes: 20, total: 0 });
        assert_eq!((meter.bytes(2), meter.bytes(3)), (0, 20));
    }
}
