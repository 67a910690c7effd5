//! What needs a person: what is wrong, the evidence, what it means, one next
//! action. Each kind of finding is made in one place, here.

use super::{Link, Ref};
use crate::{
    domain::{clock::Moment, msg::Msg},
    msg,
    web::text::T,
};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Something is not safe.
    Bad,
    /// Something will not be safe.
    Warn,
    /// Something is to be decided.
    Info,
}

/// One thing that needs a person.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// How bad it is.
    pub(crate) severity: Severity,
    /// What is wrong; names what it is about.
    pub(crate) title: Msg,
    /// What it means.
    pub(crate) text: Msg,
    /// The tool's own words, or figures.
    pub(crate) evidence: Option<String>,
    /// What to do next.
    pub(crate) action: Link,
}

impl Finding {
    fn new(severity: Severity, title: Msg, text: Msg, action: Link) -> Self {
        Self { severity, title, text, evidence: None, action }
    }

    /// An operation could neither be finished nor undone.
    pub(crate) fn needs_person(
        t: T,
        operation: &str,
        kind: &str,
        subject: &str,
        why: Option<String>,
    ) -> Self {
        let title = msg!("ui-finding-stuck", what = t.op(kind, subject));
        let url = format!("/operations/{operation}");
        let mut finding = Self::new(
            Severity::Bad,
            title,
            msg!("ui-finding-stuck-text"),
            Link { url, text: t.s("ui-finding-stuck-action") },
        );
        finding.evidence = why;
        finding
    }

    /// The last backup of a resource failed.
    pub(crate) fn failed(
        t: T,
        resource: &Ref,
        operation: &str,
        good: Option<Moment>,
        now: Moment,
        why: Option<String>,
    ) -> Self {
        let text = match good {
            Some(at) => msg!("ui-finding-failed-text", ago = t.ago(at, now)),
            None => msg!("ui-finding-failed-bare"),
        };
        let url = format!("/operations/{operation}");
        let mut finding = Self::new(
            Severity::Bad,
            msg!("ui-finding-failed", name = &resource.name),
            text,
            Link { url, text: t.s("ui-finding-failed-action") },
        );
        finding.evidence = why;
        finding
    }

    /// A backup's bytes are not what was written.
    pub(crate) fn corrupt(t: T, resource: &Ref, backup: &str, taken: Moment, now: Moment) -> Self {
        Self::new(
            Severity::Bad,
            msg!("ui-finding-corrupt", name = &resource.name, taken = t.short(taken, now)),
            msg!("ui-finding-corrupt-text"),
            Link { url: format!("/backups/{backup}"), text: t.s("ui-finding-corrupt-action") },
        )
    }

    /// A resource was not there when last looked for.
    pub(crate) fn missing(t: T, resource: &Ref, seen: Option<Moment>, now: Moment) -> Self {
        let text = match seen {
            Some(at) => msg!("ui-finding-missing-text", ago = t.ago(at, now)),
            None => msg!("ui-finding-missing-never"),
        };
        Self::new(
            Severity::Bad,
            msg!("ui-finding-missing", name = &resource.name),
            text,
            Link { url: format!("/resources/{}", resource.id), text: t.s("ui-finding-missing-action") },
        )
    }

    /// A resource has no backup.
    pub(crate) fn bare(t: T, resource: &Ref) -> Self {
        Self::new(
            Severity::Warn,
            msg!("ui-finding-bare", name = &resource.name),
            msg!("ui-finding-bare-text"),
            Link { url: format!("/resources/{}/backup", resource.id), text: t.s("ui-back-up-now") },
        )
    }

    /// What was set aside stays although its time is over: its safety backup is gone.
    pub(crate) fn overdue(t: T, resource: &Ref, item: &str, bytes: u64) -> Self {
        Self::new(
            Severity::Warn,
            msg!("ui-finding-overdue", name = &resource.name, item = item),
            msg!("ui-finding-overdue-text", bytes = bytes),
            Link {
                url: format!("/resources/{}#asides", resource.id),
                text: t.s("ui-finding-overdue-action"),
            },
        )
    }

    /// Less than the reserve is free where backups are kept.
    pub(crate) fn reserve(t: T, store: &str, free: u64, reserve: u64) -> Self {
        Self::new(
            Severity::Bad,
            msg!("ui-finding-reserve", store = store),
            msg!("ui-finding-reserve-text", free = free, reserve = reserve),
            Link { url: "/dashboard/backup?sort=-size".to_owned(), text: t.s("ui-finding-reserve-action") },
        )
    }

    /// Detected resources belong to no project.
    pub(crate) fn detected(t: T, count: u64) -> Self {
        Self::new(
            Severity::Info,
            msg!("ui-finding-detected", count = count),
            msg!("ui-finding-detected-text"),
            Link { url: "/detected".to_owned(), text: t.s("ui-finding-detected-action") },
        )
    }

    /// The class of its line.
    pub(crate) fn class(&self) -> &'static str {
        match self.severity {
            Severity::Bad => "is-bad",
            Severity::Warn => "is-warn",
            Severity::Info => "is-info",
        }
    }

    /// Its icon.
    pub(crate) fn icon(&self) -> &'static str {
        match self.severity {
            Severity::Bad => "bad",
            Severity::Warn => "warn",
            Severity::Info => "info",
        }
    }
}
