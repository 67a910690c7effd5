//! `/resources/{id}`: a resource's figures, its backups, bringing one in, what
//! restores set aside, how it is reached, what happened last.

use askama::Template;

use super::{
    Fact, Input, May, Ref,
    backups::BackupList,
    instance::Tabs,
    operations::OperationLine,
    words::{Health, Word, resource_word},
};
use crate::{domain::clock::Moment, i18n::Told, web::shell::Shell};

/// The page. Blocks `list` (when the filters change), `asides` and `upload` are sent
/// alone.
#[derive(Template)]
#[template(path = "resource.html", blocks = ["list", "asides", "upload"])]
pub(crate) struct ResourcePage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The ways to its other pages; none but where it is an instance.
    pub(crate) tabs: Option<Tabs>,
    /// The resource.
    pub(crate) resource: Head,
    /// Its figures.
    pub(crate) ledger: Ledger,
    /// Its backups.
    pub(crate) backups: BackupList,
    /// Bringing in a dump from outside; none if the person may not.
    pub(crate) upload: Option<Upload>,
    /// What restores set aside.
    pub(crate) asides: Vec<AsideLine>,
    /// How it is reached, without secrets, and what else is known of it.
    pub(crate) facts: Vec<Fact>,
    /// What happened last.
    pub(crate) operations: Vec<OperationLine>,
    /// What the person may do.
    pub(crate) may: May,
}

/// A resource, in short.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its kind: `postgres`.
    pub(crate) kind: String,
    /// How it is.
    pub(crate) health: Health,
    /// Why nothing may be restored into it.
    pub(crate) restore_refused: Option<Told>,
    /// The newest backup that can be restored from.
    pub(crate) newest: Option<String>,
    /// The operation that runs on it, or needs a person.
    pub(crate) operation: Option<Ref>,
}

impl Head {
    /// How it is, as a shape and a word.
    pub(crate) fn word(&self) -> Word {
        resource_word(self.health)
    }
}

/// The figures of a resource.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    /// When its newest whole backup was taken.
    pub(crate) taken_at: Option<Moment>,
    /// What that takes in its store.
    pub(crate) bytes: u64,
    /// How long it took, in seconds.
    pub(crate) took: u64,
    /// When it was last verified.
    pub(crate) verified_at: Option<Moment>,
    /// How many backups there are.
    pub(crate) backups: u64,
    /// What all of them take.
    pub(crate) stored: u64,
    /// What restores set aside takes.
    pub(crate) aside: u64,
}

/// Bringing in a dump from outside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Upload {
    /// What the file may be, in words.
    pub(crate) formats: String,
    /// How large it may be.
    pub(crate) limit: u64,
    /// A note to keep with it, as typed.
    pub(crate) note: Input,
    /// Why the last one was refused.
    pub(crate) problem: Option<Told>,
}

/// Something a restore set aside.
#[derive(Debug, Clone)]
pub(crate) struct AsideLine {
    /// Its id.
    pub(crate) id: String,
    /// The item it was: a database's name.
    pub(crate) item: String,
    /// The operation that set it aside.
    pub(crate) operation: Ref,
    /// What it takes on the database's disk.
    pub(crate) bytes: u64,
    /// When it was set aside.
    pub(crate) made_at: Moment,
    /// Until when it is kept.
    pub(crate) keep_until: Moment,
    /// Whether that operation can still be undone by it.
    pub(crate) can_undo: bool,
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
                backups::samples::{empty, list},
                operations::samples::lines,
                tests::samples::{ago, now, shell, told},
            },
        },
    };

    fn page_of(lang: Lang, may: May) -> ResourcePage {
        let mut page = shell(lang, "ui-nav-overview");
        page.title = "billing-pg".to_owned();
        page.here = Here::Kind("postgres".to_owned());
        let aside = AsideLine {
            id: "01kaxaside0000000000000001".to_owned(),
            item: "billing".to_owned(),
            operation: Ref::new("01kay0000000000000000000a4", "Restore billing-pg"),
            bytes: 6_200_000_000,
            made_at: ago(1500),
            keep_until: now() + chrono::TimeDelta::days(6),
            can_undo: true,
        };
        ResourcePage {
            tabs: None,
            resource: Head {
                id: "01kaxresource00000000000001".to_owned(),
                name: "billing-pg".to_owned(),
                kind: "postgres".to_owned(),
                health: Health::Busy,
                restore_refused: None,
                newest: Some("01kaxbackup000000000000001".to_owned()),
                operation: Some(Ref::new("01kay0000000000000000000a1", "Restore billing-pg")),
            },
            ledger: Ledger {
                taken_at: Some(ago(125)),
                bytes: 1_860_000_000,
                took: 108,
                verified_at: Some(ago(124)),
                backups: 61,
                stored: 104_000_000_000,
                aside: 6_200_000_000,
            },
            backups: list(page.t, may),
            upload: may.own.then(|| Upload {
                formats: "pg_dump: custom, plain".to_owned(),
                limit: 2_000_000_000_000,
                ..Upload::default()
            }),
            asides: vec![
                AsideLine { can_undo: false, ..aside.clone() },
                AsideLine { id: "01kaxaside0000000000000002".to_owned(), ..aside },
            ],
            facts: vec![
                Fact::code(page.t.s("ui-name"), "pg <17>"),
                Fact::text(page.t.s("ui-kind"), "PostgreSQL"),
                Fact::link(page.t.s("ui-project"), "shop", "/projects/01kaxproject00000000000000"),
            ],
            operations: lines(),
            may,
            page,
        }
    }

    pub(crate) fn pages(lang: Lang) -> Vec<ResourcePage> {
        let owner = page_of(lang, May::OWNER);
        let viewer = page_of(lang, May::VIEWER);
        let mut new = page_of(lang, May::OWNER);
        new.resource.health = Health::Bare;
        new.resource.operation = None;
        new.resource.newest = None;
        new.resource.restore_refused = Some(told(lang, &problem!("confirm-needed", name = "x")));
        new.ledger = Ledger::default();
        new.backups = empty(new.page.t, 0);
        new.asides.clear();
        new.operations.clear();
        if let Some(upload) = &mut new.upload {
            upload.note = Input::of("n").wrong("Too long.");
            upload.problem = Some(told(lang, &problem!("confirm-needed", name = "x")));
        }
        let mut instance = page_of(lang, May::OWNER);
        instance.tabs = Some(crate::web::view::instance::samples::tabs(1));
        vec![owner, viewer, new, instance]
    }
}
