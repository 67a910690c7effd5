//! `/backups/{id}`: what it is, what was found of it, its parts with their digests
//! and counts, its download links.

use askama::Template;

use super::{Fact, May, Ref, backups::BackupLine};
use crate::{domain::clock::Moment, i18n::Told, web::shell::Shell};

/// The page.
#[derive(Template)]
#[template(path = "backup.html")]
pub(crate) struct BackupPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The backup, as lists show it.
    pub(crate) backup: BackupLine,
    /// A note a person left.
    pub(crate) note: Option<String>,
    /// What is wrong with it.
    pub(crate) problem: Option<Told>,
    /// When it was stored.
    pub(crate) stored_at: Moment,
    /// Its manifest in words.
    pub(crate) facts: Vec<Fact>,
    /// Its parts.
    pub(crate) parts: Vec<PartLine>,
    /// What was found in a file brought in from outside.
    pub(crate) report: Vec<String>,
    /// Links by which it can be downloaded.
    pub(crate) links: Vec<LinkLine>,
    /// A link just made: shown once.
    pub(crate) new_link: Option<String>,
    /// The operation that made it.
    pub(crate) operation: Ref,
    /// What the person may do.
    pub(crate) may: May,
}

/// A part of a backup.
#[derive(Debug, Clone)]
pub(crate) struct PartLine {
    /// Its name.
    pub(crate) name: String,
    /// Its files, below the resource's folder, each with the digest of what lies there.
    pub(crate) files: Vec<(String, String)>,
    /// What it takes in the store.
    pub(crate) bytes: u64,
    /// What it holds.
    pub(crate) raw_bytes: u64,
    /// The digest of what it holds.
    pub(crate) sha256: String,
    /// What was counted in it, by name.
    pub(crate) counts: Vec<(String, i64)>,
}

/// A download link.
#[derive(Debug, Clone)]
pub(crate) struct LinkLine {
    /// By which it is told from others.
    pub(crate) short: String,
    /// Who made it.
    pub(crate) by: String,
    /// Until when it works.
    pub(crate) until: Moment,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::view::{
            backups::samples::list,
            tests::samples::{ago, now, shell, told},
        },
    };

    fn page_of(lang: Lang, may: May, line: usize) -> BackupPage {
        let mut page = shell(lang, "ui-nav-backups");
        page.title = "22 Nov, 12:00".to_owned();
        let part = PartLine {
            name: "database:billing".to_owned(),
            files: vec![(
                "backup-2026-11-22-12-00-00Z-000001/billing.dump.gz".to_owned(),
                "fedcba9876543210".repeat(4),
            )],
            bytes: 1_860_000_000,
            raw_bytes: 6_200_000_000,
            sha256: "0123456789abcdef".repeat(4),
            counts: vec![("table:public.orders".to_owned(), 8_412_006), ("table:a.\"<b>\"".to_owned(), 0)],
        };
        BackupPage {
            backup: list(page.t, may).rows[line].clone(),
            note: Some("before <the> move".to_owned()),
            problem: None,
            stored_at: ago(125),
            facts: vec![Fact::text("Server", "17.2"), Fact::code("Folder", "shop/billing-pg")],
            parts: vec![part],
            report: vec!["It names the role \"app\".".to_owned()],
            links: vec![LinkLine { short: "0a1b2c3d".to_owned(), by: "ana".to_owned(), until: now() }],
            new_link: None,
            operation: Ref::new("01kay0000000000000000000a1", "Back up billing-pg"),
            may,
            page,
        }
    }

    pub(crate) fn pages(lang: Lang) -> Vec<BackupPage> {
        let mut made = page_of(lang, May::OPERATOR, 1);
        made.new_link = Some("https://zelo.example/download/0123".to_owned());
        made.report.clear();
        let mut corrupt = page_of(lang, May::OWNER, 2);
        corrupt.problem = Some(told(lang, &problem!("part-digest", path = "x")));
        let mut bare = page_of(lang, May::VIEWER, 3);
        bare.note = None;
        bare.links.clear();
        vec![page_of(lang, May::OWNER, 0), made, corrupt, bare]
    }
}
