//! What the samples of all pages have in common.

use chrono::TimeDelta;

use crate::{
    domain::{clock::Moment, problem::Problem},
    i18n::{Lang, Told},
    web::{
        shell::{Counts, Crumb, Flash, FlashKind, Here, Kind, Project, Sheet, Shell, User},
        text::T,
    },
};

/// When the samples are.
pub(crate) fn now() -> Moment {
    "2026-11-22T14:05:11Z".parse().unwrap()
}

/// Some minutes before that.
pub(crate) fn ago(minutes: i64) -> Moment {
    now() - TimeDelta::minutes(minutes)
}

/// A problem in a language.
pub(crate) fn told(lang: Lang, problem: &Problem) -> Told {
    T::of(lang).told(problem)
}

/// A page with all its surroundings; its title is the text of this id.
pub(crate) fn shell(lang: Lang, title: &str) -> Shell {
    let t = T::of(lang);
    let flash = |kind, title: &str| Flash { kind, title: title.to_owned(), text: "<text>".to_owned() };
    let crumb = |url: Option<&str>, text: String| Crumb { url: url.map(ToOwned::to_owned), text };
    Shell {
        t,
        base: "/zelo".to_owned(),
        path: "/dashboard?kind=a&b=\"c\"".to_owned(),
        title: t.s(title),
        theme: Some("dark"),
        csrf: "c5rf".to_owned(),
        now: now(),
        user: User { name: "operator".to_owned(), is_admin: true },
        projects: vec![
            Project {
                id: "01kaxproject00000000000000".to_owned(),
                name: "shop & co".to_owned(),
                current: true,
            },
            Project {
                id: "01kaxproject00000000000001".to_owned(),
                name: "clinic".to_owned(),
                current: false,
            },
        ],
        counts: Counts { running: 1, needs_person: 2, detected: 3 },
        kinds: vec![
            Kind { kind: "postgres".to_owned(), count: 3 },
            Kind { kind: "sqlite".to_owned(), count: 1 },
        ],
        here: Here::Elsewhere,
        crumbs: vec![crumb(Some("/dashboard"), t.s("ui-nav-overview")), crumb(None, t.s(title))],
        flashes: vec![flash(FlashKind::Ok, "<ok>"), flash(FlashKind::Bad, "<bad>")],
    }
}

/// The same for pages without surroundings.
pub(crate) fn sheet(lang: Lang, title: &str) -> Sheet {
    Shell { theme: None, ..shell(lang, title) }.sheet()
}
