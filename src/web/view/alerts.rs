//! `/alerts`: what happened that somebody should hear of.

use askama::Template;

use super::Link;
use crate::{domain::clock::Moment, web::shell::Shell};

/// The page.
#[derive(Template)]
#[template(path = "alerts.html")]
pub(crate) struct AlertsPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The events, newest first.
    pub(crate) rows: Vec<AlertLine>,
    /// Where the newest are, below the base path, if these are not.
    pub(crate) newest: Option<String>,
    /// Where older ones are, if there are any.
    pub(crate) older: Option<String>,
}

/// Something to tell.
#[derive(Debug, Clone)]
pub(crate) struct AlertLine {
    /// When it happened.
    pub(crate) at: Moment,
    /// What kind of event: `operation.failed`.
    pub(crate) topic: String,
    /// About what; leads there if it has a page, else only its text is shown.
    pub(crate) subject: Link,
}

impl AlertLine {
    /// The icon's name and the class of its line: by how the topic ends.
    pub(crate) fn look(&self) -> (&'static str, &'static str) {
        match self.topic.rsplit('.').next().unwrap_or_default() {
            "failed" | "needs_operator" | "corrupt" | "missing" => ("bad", "is-bad"),
            "rolled_back" | "overdue" => ("warn", "is-warn"),
            _ => ("info", "is-info"),
        }
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        web::{
            shell::Here,
            view::tests::samples::{ago, shell},
        },
    };

    /// Everything that is told of today.
    pub(crate) const TOPICS: [&str; 18] = [
        "operation.succeeded",
        "operation.failed",
        "operation.rolled_back",
        "operation.cancelled",
        "operation.needs_operator",
        "operation.resolved",
        "backup.publish",
        "backup.complete",
        "backup.corrupt",
        "backup.missing",
        "backup.trash",
        "backup.untrash",
        "backup.forget",
        "backup.found",
        "backup.proven",
        "resource.ok",
        "resource.missing",
        "aside.overdue",
    ];

    pub(crate) fn pages(lang: Lang) -> Vec<AlertsPage> {
        let mut page = shell(lang, "ui-nav-alerts");
        page.here = Here::Alerts;
        let line = |(number, topic): (usize, &&str)| AlertLine {
            at: ago(i64::try_from(number).unwrap() * 60 + 1),
            topic: (*topic).to_owned(),
            subject: Link {
                url: if number % 2 == 0 { "/operations/1".to_owned() } else { String::new() },
                text: "billing-pg <1>".to_owned(),
            },
        };
        let rows = TOPICS.iter().chain(&["new.topic"]).enumerate().map(line).collect();
        vec![
            AlertsPage { page: page.clone(), rows, newest: None, older: Some("/alerts?before=1".to_owned()) },
            AlertsPage { page, rows: vec![], newest: None, older: None },
        ]
    }
}
