//! Lists of backups: on a resource's page, and of all resources at
//! `/dashboard/backup`.

use askama::Template;

use super::{
    Choice, May, Ref,
    list::{Pager, Sort},
    words::{Word, backup_word, origin_word},
};
use crate::{
    domain::{
        backup::{BackupState, Origin},
        clock::Moment,
    },
    web::shell::Shell,
};

/// A backup in a list.
#[derive(Debug, Clone)]
pub(crate) struct BackupLine {
    /// Its id.
    pub(crate) id: String,
    /// Of what.
    pub(crate) resource: Ref,
    /// A person's name for it.
    pub(crate) name: Option<String>,
    /// When its contents were true.
    pub(crate) taken_at: Moment,
    /// How long it took, in seconds.
    pub(crate) took: u64,
    /// Why it exists.
    pub(crate) origin: Origin,
    /// How it stands.
    pub(crate) state: BackupState,
    /// When it was last verified.
    pub(crate) verified_at: Option<Moment>,
    /// What it takes in its store.
    pub(crate) bytes: u64,
    /// Whether a person keeps it.
    pub(crate) pinned: bool,
    /// In the trash: until when.
    pub(crate) keep_until: Option<Moment>,
    /// What the person may do with it.
    pub(crate) may: May,
}

impl BackupLine {
    /// How it stands, as a shape and a word.
    pub(crate) fn word(&self) -> Word {
        backup_word(self.state, self.verified_at.is_some())
    }

    /// Why it exists: the word's id.
    pub(crate) fn origin(&self) -> &'static str {
        origin_word(self.origin)
    }

    /// Whether it can be restored from.
    pub(crate) fn is_usable(&self) -> bool {
        self.state == BackupState::Complete
    }

    /// Whether it is in the trash.
    pub(crate) fn is_trashed(&self) -> bool {
        self.state == BackupState::Trashed
    }
}

/// What the list is limited to, as the filters show it.
#[derive(Debug, Clone)]
pub(crate) struct BackupFilters {
    /// What is looked for.
    pub(crate) text: String,
    /// The origins to choose among; the first stands for all.
    pub(crate) origins: Vec<Choice>,
    /// The states to choose among; the first stands for what is not in the trash.
    pub(crate) states: Vec<Choice>,
    /// Taken on this day or later: `2026-11-01`, or empty.
    pub(crate) from: String,
    /// Taken on this day or earlier.
    pub(crate) to: String,
}

/// A list of backups.
#[derive(Debug, Clone)]
pub(crate) struct BackupList {
    /// Those of this page.
    pub(crate) rows: Vec<BackupLine>,
    /// What it is limited to.
    pub(crate) filters: BackupFilters,
    /// Its order.
    pub(crate) sort: Sort,
    /// Which are shown.
    pub(crate) pager: Pager,
    /// The page's own path below the base path, where the filters are sent.
    pub(crate) path: String,
    /// Whether lines name their resource.
    pub(crate) with_resource: bool,
    /// How many there are without the filters: none at all is another thing than none found.
    pub(crate) all: u64,
    /// What all of them take in the stores.
    pub(crate) bytes: u64,
    /// What the person may do with some of them.
    pub(crate) may: May,
}

/// `/dashboard/backup`. Block `list` is sent alone when the filters change.
#[derive(Template)]
#[template(path = "backups.html", blocks = ["list"])]
pub(crate) struct BackupsPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The backups.
    pub(crate) backups: BackupList,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        web::{
            shell::Here,
            text::T,
            view::{
                choices,
                tests::samples::{ago, now, shell},
            },
        },
    };

    fn lines(may: May) -> Vec<BackupLine> {
        let line = |id: u8, origin, state| BackupLine {
            id: format!("01kaxbackup000000000000{id:03}"),
            resource: Ref::new("01kaxresource00000000000001", "billing-pg"),
            name: None,
            taken_at: ago(i64::from(id) * 360),
            took: 108,
            origin,
            state,
            verified_at: Some(ago(i64::from(id) * 359)),
            bytes: 1_860_000_000,
            pinned: false,
            keep_until: None,
            may,
        };
        vec![
            BackupLine {
                name: Some("before \"v2\" <b>".to_owned()),
                pinned: true,
                ..line(1, Origin::Manual, BackupState::Complete)
            },
            BackupLine { verified_at: None, ..line(2, Origin::Uploaded, BackupState::Complete) },
            line(3, Origin::Safety, BackupState::Corrupt),
            BackupLine {
                keep_until: Some(now() + chrono::TimeDelta::days(6)),
                ..line(4, Origin::Manual, BackupState::Trashed)
            },
            line(5, Origin::Scheduled, BackupState::Missing),
        ]
    }

    pub(crate) fn list(t: T, may: May) -> BackupList {
        let path = "/resources/01kaxresource00000000000001".to_owned();
        let filters = BackupFilters {
            text: "v2".to_owned(),
            origins: choices::origins(t, "safety"),
            states: choices::backup_states(t, ""),
            from: "2026-11-01".to_owned(),
            to: String::new(),
        };
        BackupList {
            rows: lines(may),
            filters,
            sort: Sort { by: "taken".to_owned(), descending: true, list: path.clone() },
            pager: Pager { total: 61, page: 2, per: 5, list: format!("{path}?sort=-taken") },
            path,
            with_resource: false,
            all: 61,
            bytes: 104_000_000_000,
            may,
        }
    }

    pub(crate) fn empty(t: T, all: u64) -> BackupList {
        let list = list(t, May::OWNER);
        BackupList { rows: vec![], pager: Pager { total: 0, page: 1, ..list.pager.clone() }, all, ..list }
    }

    pub(crate) fn pages(lang: Lang) -> Vec<BackupsPage> {
        let mut page = shell(lang, "ui-nav-backups");
        page.here = Here::Backups;
        let full = BackupList { with_resource: true, ..list(page.t, May::OPERATOR) };
        vec![
            BackupsPage { page: page.clone(), backups: full },
            BackupsPage { backups: empty(page.t, 0), page },
        ]
    }
}
