//! `/dashboard`: what needs a person, then the figures, then every resource, then
//! what happened last.

use askama::Template;

use super::{
    Choice, Link, Ref,
    finding::Finding,
    list::{Pager, Sort},
    operations::OperationLine,
    words::{Health, Word, resource_word},
};
use crate::{
    domain::clock::Moment,
    web::{shell::Shell, text::T},
};

/// The page. Block `list` is sent alone when the filters change, and each block by
/// itself while the page stands open.
#[derive(Template)]
#[template(path = "overview.html", blocks = ["summary", "list", "recent"])]
pub(crate) struct Overview {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// What needs a person, the worst first.
    pub(crate) findings: Vec<Finding>,
    /// The figures.
    pub(crate) figures: Figures,
    /// The resources.
    pub(crate) resources: Resources,
    /// What runs, then what ran last.
    pub(crate) operations: Vec<OperationLine>,
}

/// The figures of the overview.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures {
    /// How many resources there are.
    pub(crate) resources: u64,
    /// How many of them have a whole backup.
    pub(crate) backed_up: u64,
    /// How many of them have one that was verified.
    pub(crate) verified: u64,
    /// The resource whose last backup is the oldest, and when that was taken.
    pub(crate) oldest: Option<(Ref, Moment)>,
    /// How many backups there are.
    pub(crate) backups: u64,
    /// What they take in the stores.
    pub(crate) bytes: u64,
    /// Free and total room where they are kept; for administrators.
    pub(crate) room: Option<Room>,
}

/// Room in a store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Free.
    pub(crate) free: u64,
    /// In all.
    pub(crate) total: u64,
}

/// The resources of the overview.
#[derive(Debug, Clone)]
pub(crate) struct Resources {
    /// Those of this page.
    pub(crate) rows: Vec<ResourceLine>,
    /// What is looked for in their names.
    pub(crate) text: String,
    /// The kinds to choose among; the first stands for all.
    pub(crate) kinds: Vec<Choice>,
    /// The states to choose among; the first stands for all.
    pub(crate) states: Vec<Choice>,
    /// Whether lines name their project.
    pub(crate) with_project: bool,
    /// Their order.
    pub(crate) sort: Sort,
    /// Which of them are shown.
    pub(crate) pager: Pager,
}

/// A resource in the list.
#[derive(Debug, Clone)]
pub(crate) struct ResourceLine {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its kind: `postgres`.
    pub(crate) kind: String,
    /// Its project.
    pub(crate) project: Option<Ref>,
    /// How it is.
    pub(crate) health: Health,
    /// Its newest whole backup.
    pub(crate) last: Option<LastBackup>,
    /// The one thing to do next, if the person may: see [`ResourceLine::next`].
    pub(crate) next: Option<Link>,
}

/// The newest whole backup of a resource.
#[derive(Debug, Clone)]
pub(crate) struct LastBackup {
    /// Its id.
    pub(crate) id: String,
    /// When it was taken.
    pub(crate) taken_at: Moment,
    /// What it takes in its store.
    pub(crate) bytes: u64,
    /// When it was last verified.
    pub(crate) verified_at: Option<Moment>,
}

impl ResourceLine {
    /// The one thing to do next with a resource. `operation`: the one that runs on it,
    /// failed last, or needs a person.
    pub(crate) fn next(t: T, health: Health, id: &str, operation: Option<&str>) -> Link {
        let of_operation = |text| operation.map(|id| Link { url: format!("/operations/{id}"), text });
        let found = match health {
            Health::Good | Health::Bare => None,
            Health::Busy => of_operation(t.s("ui-follow")),
            Health::Failing => of_operation(t.s("ui-finding-failed-action")),
            Health::NeedsPerson => of_operation(t.s("ui-finding-stuck-action")),
            Health::Missing => {
                Some(Link { url: format!("/resources/{id}"), text: t.s("ui-finding-missing-action") })
            }
        };
        found.unwrap_or_else(|| Link { url: format!("/resources/{id}/backup"), text: t.s("ui-back-up") })
    }

    /// How it is, as a shape and a word.
    pub(crate) fn word(&self) -> Word {
        resource_word(self.health)
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        web::{
            shell::Here,
            view::{
                choices,
                operations::samples::lines,
                tests::samples::{ago, now, shell},
            },
        },
    };

    fn resources(t: T, rows: Vec<ResourceLine>, total: u64) -> Resources {
        Resources {
            rows,
            text: "\"quoted\"".to_owned(),
            kinds: choices::kinds(t, &["postgres".to_owned()], ""),
            states: choices::healths(t, "bare"),
            with_project: true,
            sort: Sort { by: "health".to_owned(), descending: true, list: "/dashboard".to_owned() },
            pager: Pager { total, page: 1, per: 50, list: "/dashboard".to_owned() },
        }
    }

    fn lines_of(t: T) -> Vec<ResourceLine> {
        let line = |id: u8, name: &str, health, last| ResourceLine {
            id: format!("01kaxresource000000000000{id:02}"),
            name: name.to_owned(),
            kind: "postgres".to_owned(),
            project: Some(Ref::new("01kaxproject00000000000000", "shop & co")),
            health,
            last,
            next: Some(ResourceLine::next(t, health, "01kaxresource00000000000001", Some("01kay"))),
        };
        let last = |verified_at| {
            Some(LastBackup {
                id: "01kaxbackup000000000000001".to_owned(),
                taken_at: ago(125),
                bytes: 1_860_000_000,
                verified_at,
            })
        };
        vec![
            line(1, "clinic-prod", Health::Failing, last(Some(ago(120)))),
            line(2, "reports", Health::Bare, None),
            line(3, "billing-pg", Health::Good, last(None)),
            ResourceLine { next: None, ..line(4, "shop-staging", Health::Busy, last(None)) },
        ]
    }

    fn findings(t: T) -> Vec<Finding> {
        let resource = Ref::new("01kaxresource00000000000001", "clinic-prod");
        let operation = "01kay0000000000000000000a5";
        vec![
            Finding::needs_person(t, operation, "undo", "orders", Some("disk full".to_owned())),
            Finding::failed(
                t,
                &resource,
                operation,
                Some(ago(845)),
                now(),
                Some("pg_dump: error".to_owned()),
            ),
            Finding::failed(t, &resource, operation, None, now(), None),
            Finding::corrupt(t, &resource, "01kaxbackup000000000000001", ago(1500), now()),
            Finding::missing(t, &resource, Some(ago(90)), now()),
            Finding::missing(t, &resource, None, now()),
            Finding::reserve(t, "local", 1_800_000_000, 10_000_000_000),
            Finding::bare(t, &resource),
            Finding::overdue(t, &resource, "orders", 6_200_000_000),
            Finding::detected(t, 2),
        ]
    }

    pub(crate) fn pages(lang: Lang) -> Vec<Overview> {
        let t = T::of(lang);
        let mut page = shell(lang, "ui-nav-overview");
        page.here = Here::Overview;
        let figures = Figures {
            resources: 16,
            backed_up: 15,
            verified: 13,
            oldest: Some((Ref::new("01kaxresource00000000000001", "clinic-prod"), ago(845))),
            backups: 412,
            bytes: 104_000_000_000,
            room: Some(Room { free: 588_000_000_000, total: 1_000_000_000_000 }),
        };
        let full = Overview {
            findings: findings(t),
            figures,
            resources: resources(t, lines_of(t), 116),
            operations: lines(),
            page: page.clone(),
        };
        let new = Overview {
            findings: vec![],
            figures: Figures::default(),
            resources: Resources { text: String::new(), ..resources(t, vec![], 0) },
            operations: vec![],
            page: page.clone(),
        };
        let filtered = Overview {
            findings: vec![],
            figures: Figures { resources: 3, ..Figures::default() },
            resources: resources(t, vec![], 0),
            operations: vec![],
            page,
        };
        vec![full, new, filtered]
    }
}
