//! Texts for templates: a language's catalogue behind names short enough for
//! `{{ page.t.s("ui-nav-overview") }}`, and moments, sizes and durations as that
//! language writes them. tests/messages.rs reads the ids out of the templates.

use chrono::{Datelike, TimeDelta};

use crate::{
    domain::{clock::Moment, msg::Msg, operation::OpKind, problem::Problem},
    i18n::{Catalogue, Lang, Told, duration},
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Older than this, a date says more than a number of days.
const LONG_AGO: i64 = 60 * DAY;

/// A count as templates have it: any integer, behind any number of references.
pub(crate) trait Count {
    /// As the catalogues take it.
    fn count(&self) -> i64;
}

macro_rules! counts {
    ($($of:ty),+) => {$(
        impl Count for $of {
            fn count(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        }
    )+};
}
counts!(i32, i64, u16, u32, u64, usize);

impl<C: Count + ?Sized> Count for &C {
    fn count(&self) -> i64 {
        (**self).count()
    }
}

/// A moment as templates have it: behind any number of references.
pub(crate) trait At {
    /// The moment.
    fn at(&self) -> Moment;
}

impl At for Moment {
    fn at(&self) -> Moment {
        *self
    }
}

impl<A: At + ?Sized> At for &A {
    fn at(&self) -> Moment {
        (**self).at()
    }
}

/// A message as templates have it: behind any number of references.
pub(crate) trait Said {
    /// The message.
    fn said(&self) -> &Msg;
}

impl Said for Msg {
    fn said(&self) -> &Msg {
        self
    }
}

impl<S: Said + ?Sized> Said for &S {
    fn said(&self) -> &Msg {
        (**self).said()
    }
}

/// Everything Zelo says in one language, for templates.
#[derive(Clone, Copy)]
pub(crate) struct T(&'static Catalogue);

impl T {
    /// The texts of a language.
    pub(crate) fn of(lang: Lang) -> Self {
        Self(Catalogue::of(lang))
    }

    /// The language's tag, for `<html lang>`.
    pub(crate) fn tag(self) -> &'static str {
        self.0.lang().tag()
    }

    /// A text without arguments.
    pub(crate) fn s(self, id: &str) -> String {
        self.0.label(id)
    }

    /// A text that mentions one number, `$n`.
    pub(crate) fn n(self, id: &str, n: impl Count) -> String {
        self.0.text(&Msg::new(id).with("n", n.count()))
    }

    /// A text that mentions one other text, `$name`.
    pub(crate) fn a(self, id: &str, name: impl AsRef<str>) -> String {
        self.0.text(&Msg::new(id).with("name", name.as_ref()))
    }

    /// Any message.
    pub(crate) fn m(self, msg: impl Said) -> String {
        self.0.text(msg.said())
    }

    /// A problem as a person reads it.
    pub(crate) fn told(self, problem: &Problem) -> Told {
        self.0.problem(problem)
    }

    /// A kind of resource by its name: `PostgreSQL`; its code if this Zelo has no name for it.
    pub(crate) fn kind(self, kind: impl AsRef<str>) -> String {
        let kind = kind.as_ref();
        let id = format!("ui-kind-{kind}");
        if self.0.has(&id) { self.0.label(&id) } else { kind.to_owned() }
    }

    /// A kind of operation in a word: `restore`.
    pub(crate) fn op_kind(self, kind: &OpKind) -> String {
        self.0.operation_kind(kind)
    }

    /// An operation as a heading: `Restore billing-pg`.
    pub(crate) fn op(self, kind: impl AsRef<str>, name: impl AsRef<str>) -> String {
        let (kind, name) = (kind.as_ref(), name.as_ref());
        let id = format!("ui-op-{kind}");
        if self.0.has(&id) { self.a(&id, name) } else { format!("{kind} {name}") }
    }

    /// A kind of event in words; its code if this Zelo has none for it.
    pub(crate) fn topic(self, topic: impl AsRef<str>) -> String {
        let topic = topic.as_ref();
        let id = format!("ui-topic-{}", topic.replace(['.', '_'], "-"));
        if self.0.has(&id) { self.0.label(&id) } else { topic.to_owned() }
    }

    /// A length in bytes: `3.42 GB`.
    pub(crate) fn size(self, bytes: impl Count) -> String {
        self.0.size(u64::try_from(bytes.count()).unwrap_or(0))
    }

    /// A number with its thousands grouped.
    pub(crate) fn number(self, n: impl Count) -> String {
        self.0.number(n.count())
    }

    /// A duration: `4 min 2 s`.
    pub(crate) fn took(self, seconds: impl Count) -> String {
        match u64::try_from(seconds.count()).unwrap_or(0) {
            0 => self.s("ui-time-instant"),
            seconds => duration(std::time::Duration::from_secs(seconds)),
        }
    }

    /// How long ago a moment was: `2 h ago`; its date if that was long ago.
    pub(crate) fn ago(self, at: impl At, now: impl At) -> String {
        match (now.at() - at.at()).num_seconds() {
            ..=0 => self.s("ui-time-now"),
            seconds if seconds >= LONG_AGO => self.day(at),
            seconds => self.a("ui-time-ago", self.unit(seconds)),
        }
    }

    /// How long until a moment: `in 3 h 55 min`.
    pub(crate) fn until(self, at: impl At, now: impl At) -> String {
        let seconds = (at.at() - now.at()).num_seconds();
        let minutes = seconds - seconds % MINUTE;
        match seconds {
            ..=0 => self.s("ui-time-now"),
            MINUTE..DAY => self.a("ui-time-in", self.took(minutes)),
            _ => self.a("ui-time-in", self.unit(seconds)),
        }
    }

    /// For `<time datetime>`.
    pub(crate) fn iso(self, at: impl At) -> String {
        at.at().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// A whole moment: `22 Nov 2026, 14:05:11 UTC`.
    pub(crate) fn full(self, at: impl At) -> String {
        format!("{}, {} UTC", self.day(&at), self.clock(&at))
    }

    /// A moment as a list names it: `22 Nov, 14:05`, with the year if it is another one.
    pub(crate) fn short(self, at: impl At, now: impl At) -> String {
        let (at, now) = (at.at(), now.at());
        let day = match at.year() == now.year() {
            true => format!("{} {}", at.day(), self.month(at)),
            false => self.day(at),
        };
        format!("{day}, {}", at.format("%H:%M"))
    }

    /// A date: `22 Nov 2026`.
    pub(crate) fn day(self, at: impl At) -> String {
        let at = at.at();
        format!("{} {} {}", at.day(), self.month(at), at.year())
    }

    /// A time of day: `14:02:59`.
    pub(crate) fn clock(self, at: impl At) -> String {
        at.at().format("%H:%M:%S").to_string()
    }

    fn month(self, at: Moment) -> String {
        let months = self.s("ui-time-months");
        months.split_whitespace().nth(at.month0() as usize).unwrap_or_default().to_owned()
    }

    /// A time in its largest unit: `8 s`, `45 min`, `9 h`, `12 days`.
    fn unit(self, seconds: i64) -> String {
        match seconds {
            ..MINUTE => format!("{seconds} s"),
            MINUTE..HOUR => format!("{} min", seconds / MINUTE),
            HOUR..DAY => format!("{} h", seconds / HOUR),
            _ => self.n("ui-time-days", seconds / DAY),
        }
    }
}

/// Whole seconds between two moments, none if the clock went back.
pub(crate) fn seconds(from: impl At, to: impl At) -> u64 {
    u64::try_from((to.at() - from.at()).max(TimeDelta::zero()).num_seconds()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: fn() -> T = || T::of(Lang::En);
    const PT: fn() -> T = || T::of(Lang::PtBr);

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn the_past_is_told_in_one_unit() {
        let now = at("2026-11-22T14:05:00Z");
        for (then, en, pt) in [
            ("2026-11-22T14:05:01Z", "now", "agora"),
            ("2026-11-22T14:04:52Z", "8 s ago", "há 8 s"),
            ("2026-11-22T13:20:00Z", "45 min ago", "há 45 min"),
            ("2026-11-22T12:00:00Z", "2 h ago", "há 2 h"),
            ("2026-11-21T05:02:00Z", "1 day ago", "há 1 dia"),
            ("2026-11-10T04:10:00Z", "12 days ago", "há 12 dias"),
            ("2026-08-02T04:10:00Z", "2 Aug 2026", "2 ago 2026"),
        ] {
            assert_eq!(EN().ago(at(then), now), en);
            assert_eq!(PT().ago(at(then), now), pt);
        }
    }

    #[test]
    fn the_future_is_told_to_the_minute() {
        let now = at("2026-11-22T14:05:10Z");
        for (then, en, pt) in [
            ("2026-11-22T14:05:10Z", "now", "agora"),
            ("2026-11-22T14:05:52Z", "in 42 s", "em 42 s"),
            ("2026-11-22T14:30:40Z", "in 25 min", "em 25 min"),
            ("2026-11-22T18:00:40Z", "in 3 h 55 min", "em 3 h 55 min"),
            ("2026-11-29T14:09:00Z", "in 7 days", "em 7 dias"),
        ] {
            assert_eq!(EN().until(at(then), now), en);
            assert_eq!(PT().until(at(then), now), pt);
        }
    }

    #[test]
    fn a_moment_is_written_whole_and_short() {
        let (then, now) = (at("2026-02-09T18:30:05Z"), at("2026-11-22T14:05:10Z"));
        assert_eq!(EN().iso(then), "2026-02-09T18:30:05Z");
        assert_eq!(EN().full(then), "9 Feb 2026, 18:30:05 UTC");
        assert_eq!(PT().full(then), "9 fev 2026, 18:30:05 UTC");
        assert_eq!(EN().short(then, now), "9 Feb, 18:30");
        assert_eq!(EN().short(at("2025-12-31T00:00:00Z"), now), "31 Dec 2025, 00:00");
        assert_eq!(EN().clock(then), "18:30:05");
        for month in 1..=12 {
            let then = at(&format!("2026-{month:02}-01T00:00:00Z"));
            assert!([EN(), PT()].iter().all(|t| t.day(then).split(' ').count() == 3), "{month}");
        }
    }

    #[test]
    fn figures_are_written_as_the_language_does() {
        assert_eq!(EN().size(3_420_000_000_u64), "3.42 GB");
        assert_eq!(PT().size(3_420_000_000_u64), "3,42 GB");
        assert_eq!(PT().number(12_402_usize), "12.402");
        assert_eq!(EN().took(242), "4 min 2 s");
        assert_eq!(EN().took(0_u64), "under 1 s");
    }

    #[test]
    fn kinds_and_operations_have_names_and_unknown_ones_their_code() {
        assert_eq!(EN().kind("postgres"), "PostgreSQL");
        assert_eq!(EN().kind("oracle"), "oracle");
        assert_eq!(EN().op("restore", "billing-pg"), "Restore billing-pg");
        assert_eq!(PT().op("transmute", "billing-pg"), "transmute billing-pg");
        for topic in crate::web::view::alerts::samples::TOPICS {
            assert_ne!(EN().topic(topic), topic);
        }
        assert_eq!(PT().topic("new.topic"), "new.topic");
    }
}
