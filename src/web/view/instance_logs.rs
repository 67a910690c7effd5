//! `/instances/{id}/logs`: what a service wrote last, its secrets taken out.

use askama::Template;

use super::{Choice, Ref, instance::Tabs};
use crate::{i18n::Told, web::shell::Shell};

/// The page. The block `log` (when the filters change) is sent alone.
#[derive(Template)]
#[template(path = "instance_logs.html", blocks = ["log"])]
pub(crate) struct LogsPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The ways to the instance's other pages.
    pub(crate) tabs: Tabs,
    /// The instance.
    pub(crate) resource: Ref,
    /// Its services.
    pub(crate) services: Vec<Choice>,
    /// How many lines of each container are looked through.
    pub(crate) lengths: Vec<Choice>,
    /// What is looked for, as typed.
    pub(crate) text: String,
    /// The lines, the oldest first.
    pub(crate) lines: Vec<Line>,
    /// Why they could not be read.
    pub(crate) problem: Option<Told>,
    /// Where further lines come from as they are written, if that is wished for.
    pub(crate) follow: Option<String>,
}

/// A line that is sent alone.
#[derive(Template)]
#[template(path = "parts/instance_log_line.html")]
pub(crate) struct OneLine<'a> {
    /// The line.
    pub(crate) line: &'a Line,
}

/// A line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// When the engine got it, as it says it.
    pub(crate) at: String,
    /// The same to the second, as people read it.
    pub(crate) clock: String,
    /// Its text.
    pub(crate) text: String,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::view::{
            instance::samples::{ID, tabs},
            tests::samples::{shell, told},
        },
    };

    fn page_of(lang: Lang) -> LogsPage {
        let mut page = shell(lang, "ui-nav-overview");
        page.title = "Logs of shop".to_owned();
        let line = |text: &str| Line {
            at: "2026-11-22T14:05:02.123456789Z".to_owned(),
            clock: "22 Nov, 14:05:02".to_owned(),
            text: text.to_owned(),
        };
        LogsPage {
            tabs: tabs(3),
            resource: Ref::new(ID, "shop <prod>"),
            services: vec![Choice::new("auth", "auth", true), Choice::new("db", "db", false)],
            lengths: vec![Choice::new("200", "200", true), Choice::new("1000", "1,000", false)],
            text: "a\"b".to_owned(),
            lines: vec![line("<script>alert(1)</script>"), line("password […]")],
            problem: None,
            follow: None,
            page,
        }
    }

    pub(crate) fn pages(lang: Lang) -> Vec<LogsPage> {
        let mut none = page_of(lang);
        none.lines.clear();
        let mut away = page_of(lang);
        away.lines.clear();
        away.services.clear();
        away.problem = Some(told(lang, &problem!("confirm-needed", name = "x")));
        let mut live = page_of(lang);
        live.follow =
            Some(format!("/instances/{ID}/logs/events?service=auth&text=a%22b&after=2026-11-22T14:05:02Z"));
        vec![page_of(lang), none, away, live]
    }
}
