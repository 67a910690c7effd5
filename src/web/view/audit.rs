//! `/audit`: who did what, newest first, and whether the chain of entries is whole.

use askama::Template;

use super::{Choice, Link};
use crate::{domain::clock::Moment, i18n::Told, web::shell::Shell};

/// The page.
#[derive(Template)]
#[template(path = "audit.html", blocks = ["list"])]
pub(crate) struct AuditPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// Entries, newest first.
    pub(crate) rows: Vec<AuditLine>,
    /// The kinds of action to choose among (`backup.`); the first stands for all.
    pub(crate) actions: Vec<Choice>,
    /// The people to choose among; the first stands for all.
    pub(crate) actors: Vec<Choice>,
    /// What was found when the chain was checked, if that was asked for.
    pub(crate) chain: Option<Result<Chain, Told>>,
    /// Where the newest are, below the base path, if these are not.
    pub(crate) newest: Option<String>,
    /// Where older ones are, if there are any.
    pub(crate) older: Option<String>,
}

/// An entry.
#[derive(Debug, Clone)]
pub(crate) struct AuditLine {
    /// From 1, without gaps.
    pub(crate) seq: i64,
    /// When.
    pub(crate) at: Moment,
    /// Who: a person's name, or `cli:<name>`, `system`.
    pub(crate) actor: String,
    /// What: `backup.pin`.
    pub(crate) action: String,
    /// To what; leads there if it has a page, else only its text is shown.
    pub(crate) subject: Link,
    /// More of it, as `name: value` pairs. No secrets.
    pub(crate) detail: String,
}

/// A chain that is whole.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    /// How many entries it has.
    pub(crate) entries: u64,
    /// The last one's hash: kept elsewhere, it shows whether the end was cut off.
    pub(crate) hash: String,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::{
            shell::Here,
            view::{
                choices,
                tests::samples::{ago, shell, told},
            },
        },
    };

    pub(crate) fn pages(lang: Lang) -> Vec<AuditPage> {
        let mut page = shell(lang, "ui-nav-audit");
        page.here = Here::Audit;
        let line = |seq, url: &str| AuditLine {
            seq,
            at: ago(100 - seq),
            actor: "<operator>".to_owned(),
            action: "backup.pin".to_owned(),
            subject: Link { url: url.to_owned(), text: "backup:01kaxbackup".to_owned() },
            detail: "name: billing-pg, pinned: true".to_owned(),
        };
        let of = |rows, chain, older: Option<&str>| AuditPage {
            actions: choices::actions(page.t, &["backup.", "user."], "user."),
            actors: choices::actors(page.t, vec![("cli:root".to_owned(), "root".to_owned())], ""),
            rows,
            chain,
            newest: older.map(|_| "/audit".to_owned()),
            older: older.map(ToOwned::to_owned),
            page: page.clone(),
        };
        let whole = Chain { entries: 12_402, hash: "0a5e72".repeat(10) };
        let broken = told(lang, &problem!("confirm-needed", name = "x"));
        vec![
            of(
                vec![line(12, "/backups/01kaxbackup"), AuditLine { detail: String::new(), ..line(11, "") }],
                Some(Ok(whole)),
                Some("/audit?before=11"),
            ),
            of(vec![], Some(Err(broken)), None),
        ]
    }
}
