//! What surrounds a page: who is signed in, where they are, where they can go.
//! `templates/layout.html` shows it; handlers fill it.

use super::text::T;
use crate::domain::clock::Moment;

/// What any page or block needs: pages without navigation (sign-in, errors) and
/// blocks that are sent without their page have no more than this.
#[derive(Clone)]
pub(crate) struct Sheet {
    /// The texts.
    pub(crate) t: T,
    /// The path below which Zelo is reached: empty, or `/zelo`.
    pub(crate) base: String,
    /// The page's own path and query below it: where to come back to.
    pub(crate) path: String,
    /// The page's title, without Zelo's name.
    pub(crate) title: String,
    /// `light` or `dark`, from the cookie; `None`: as the system is.
    pub(crate) theme: Option<&'static str>,
    /// For every form.
    pub(crate) csrf: String,
    /// What "2 h ago" counts from.
    pub(crate) now: Moment,
}

/// A page with navigation around it: a sheet's fields, and the navigation's.
#[derive(Clone)]
pub(crate) struct Shell {
    /// The texts.
    pub(crate) t: T,
    /// See [`Sheet::base`].
    pub(crate) base: String,
    /// See [`Sheet::path`].
    pub(crate) path: String,
    /// See [`Sheet::title`].
    pub(crate) title: String,
    /// See [`Sheet::theme`].
    pub(crate) theme: Option<&'static str>,
    /// See [`Sheet::csrf`].
    pub(crate) csrf: String,
    /// See [`Sheet::now`].
    pub(crate) now: Moment,
    /// Who is signed in.
    pub(crate) user: User,
    /// The projects they may choose among, by name.
    pub(crate) projects: Vec<Project>,
    /// Figures beside the entries of the navigation.
    pub(crate) counts: Counts,
    /// The kinds of resource there are, with how many of each.
    pub(crate) kinds: Vec<Kind>,
    /// The entry the page belongs to.
    pub(crate) here: Here,
    /// The way to the page; the last one is the page itself.
    pub(crate) crumbs: Vec<Crumb>,
    /// What an earlier request left to be told, once.
    pub(crate) flashes: Vec<Flash>,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct User {
    /// Their name.
    pub(crate) name: String,
    /// Whether they manage the whole panel.
    pub(crate) is_admin: bool,
}

/// A project in the switcher.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Whether the pages show only this one now.
    pub(crate) current: bool,
}

/// Figures in the navigation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Operations that run.
    pub(crate) running: u64,
    /// Operations that need a person.
    pub(crate) needs_person: u64,
    /// Detected resources without a project; counts for administrators only.
    pub(crate) detected: u64,
}

/// A kind of resource in the navigation.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    /// Its code: `postgres`.
    pub(crate) kind: String,
    /// How many there are.
    pub(crate) count: u64,
}

/// An entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Here {
    /// None of them.
    Elsewhere,
    /// `/dashboard`.
    Overview,
    /// `/operations` and below.
    Operations,
    /// `/dashboard/backup` and backups.
    Backups,
    /// Resources of a kind, by its code.
    Kind(String),
    /// `/detected`.
    Detected,
    /// `/projects` and below.
    Projects,
    /// `/people` and below.
    People,
    /// `/stores`.
    Stores,
    /// `/alerts`.
    Alerts,
    /// `/audit`.
    Audit,
}

/// A step of the way to a page.
#[derive(Debug, Clone)]
pub(crate) struct Crumb {
    /// Where it leads, below the base path; none for the page itself.
    pub(crate) url: Option<String>,
    /// What it is called.
    pub(crate) text: String,
}

/// Something told once. Success is a toast; anything else stays on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flash {
    /// How it is meant.
    pub(crate) kind: FlashKind,
    /// In a few words.
    pub(crate) title: String,
    /// More of it; may be empty.
    pub(crate) text: String,
}

/// How a flash is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FlashKind {
    /// It went well.
    Ok,
    /// It was refused or failed.
    Bad,
}

impl FlashKind {
    /// The class of its notice.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Ok => "is-ok",
            Self::Bad => "is-bad",
        }
    }

    /// The icon of its notice.
    pub(crate) fn icon(&self) -> &'static str {
        match self {
            Self::Ok => "check",
            Self::Bad => "bad",
        }
    }

    /// Whether it is shown as a toast.
    pub(crate) fn is_toast(&self) -> bool {
        *self == Self::Ok
    }
}

/// A group of entries of the navigation, under a heading or none.
pub(crate) struct NavGroup {
    /// Its heading; the first group has none.
    pub(crate) heading: Option<String>,
    /// Its entries.
    pub(crate) entries: Vec<NavEntry>,
}

/// An entry of the navigation as it is shown.
pub(crate) struct NavEntry {
    /// Below the base path.
    pub(crate) url: String,
    /// What it is called.
    pub(crate) text: String,
    /// A figure, and for those who do not see where it stands, of what; none if it is nought.
    pub(crate) count: Option<(u64, String)>,
    /// Whether the page belongs to it.
    pub(crate) current: bool,
}

impl Shell {
    /// The fields that blocks need when they are sent without the page.
    pub(crate) fn sheet(&self) -> Sheet {
        Sheet {
            t: self.t,
            base: self.base.clone(),
            path: self.path.clone(),
            title: self.title.clone(),
            theme: self.theme,
            csrf: self.csrf.clone(),
            now: self.now,
        }
    }

    /// The project the pages are limited to, if any.
    pub(crate) fn project(&self) -> Option<&Project> {
        self.projects.iter().find(|project| project.current)
    }

    /// The flashes that stay on the page.
    pub(crate) fn notices(&self) -> impl Iterator<Item = &Flash> {
        self.flashes.iter().filter(|flash| !flash.kind.is_toast())
    }

    /// The flashes that float.
    pub(crate) fn toasts(&self) -> impl Iterator<Item = &Flash> {
        self.flashes.iter().filter(|flash| flash.kind.is_toast())
    }

    /// The navigation.
    pub(crate) fn nav(&self) -> Vec<NavGroup> {
        let t = self.t;
        let Counts { running, needs_person, detected } = self.counts;
        let waits = match needs_person {
            0 => (running, "ui-nav-running"),
            _ => (needs_person, "ui-nav-needs-person"),
        };
        let mut groups = vec![NavGroup {
            heading: None,
            entries: vec![
                self.entry(Here::Overview, "/dashboard", t.s("ui-nav-overview"), None),
                self.entry(Here::Operations, "/operations", t.s("ui-nav-operations"), Some(waits)),
                self.entry(Here::Backups, "/dashboard/backup", t.s("ui-nav-backups"), None),
            ],
        }];
        if !self.kinds.is_empty() {
            let entries = self.kinds.iter().map(|kind| {
                let url = format!("/dashboard?kind={}#resources", kind.kind);
                let here = Here::Kind(kind.kind.clone());
                self.entry(here, &url, t.kind(&kind.kind), Some((kind.count, "ui-nav-resources-count")))
            });
            groups.push(NavGroup { heading: Some(t.s("ui-nav-resources")), entries: entries.collect() });
        }
        if self.user.is_admin {
            let entries = vec![
                self.entry(
                    Here::Detected,
                    "/detected",
                    t.s("ui-nav-detected"),
                    Some((detected, "ui-nav-unassigned")),
                ),
                self.entry(Here::Projects, "/projects", t.s("ui-nav-projects"), None),
                self.entry(Here::People, "/people", t.s("ui-nav-people"), None),
                self.entry(Here::Stores, "/stores", t.s("ui-nav-stores"), None),
                self.entry(Here::Alerts, "/alerts", t.s("ui-nav-alerts"), None),
                self.entry(Here::Audit, "/audit", t.s("ui-nav-audit"), None),
            ];
            groups.push(NavGroup { heading: Some(t.s("ui-nav-manage")), entries });
        }
        groups
    }

    fn entry(&self, here: Here, url: &str, text: String, count: Option<(u64, &str)>) -> NavEntry {
        let count = count.filter(|(n, _)| *n > 0).map(|(n, of)| (n, self.t.s(of)));
        NavEntry { url: url.to_owned(), text, count, current: self.here == here }
    }

    /// The program's version.
    pub(crate) fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}
