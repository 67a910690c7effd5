//! `/stores`: where backups are kept, and how much room there is.

use askama::Template;

use super::words::{Word, store_word};
use crate::{i18n::Told, web::shell::Shell};

/// The page.
#[derive(Template)]
#[template(path = "stores.html")]
pub(crate) struct StoresPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// All stores, by name.
    pub(crate) stores: Vec<StoreView>,
}

/// A store.
#[derive(Debug, Clone)]
pub(crate) struct StoreView {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Where it is: a folder's path.
    pub(crate) location: String,
    /// How many backups lie in it.
    pub(crate) backups: u64,
    /// What they take.
    pub(crate) bytes: u64,
    /// The room on its disk, or why nobody knows.
    pub(crate) space: Result<Space, Told>,
}

/// The room on a store's disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Space {
    /// Free.
    pub(crate) free: u64,
    /// In all.
    pub(crate) total: u64,
    /// What must stay free: below it no backup starts.
    pub(crate) reserve: u64,
}

impl Space {
    /// Taken, by whatever: in percent, rounded up.
    pub(crate) fn percent(&self) -> u64 {
        let taken = u128::from(self.total.saturating_sub(self.free)) * 100;
        u64::try_from(taken.div_ceil(u128::from(self.total.max(1)))).unwrap_or(100)
    }

    /// Taken.
    pub(crate) fn taken(&self) -> u64 {
        self.total.saturating_sub(self.free)
    }

    /// The class of its bar: quiet, unless the reserve is near or reached.
    pub(crate) fn class(&self) -> &'static str {
        match () {
            () if self.free < self.reserve => "is-bad",
            () if self.free < self.reserve.saturating_mul(2) => "is-warn",
            () => "is-quiet",
        }
    }
}

impl StoreView {
    /// How it is, as a shape and a word.
    pub(crate) fn word(&self) -> Word {
        store_word(self.space.as_ref().ok().map(|space| space.free >= space.reserve))
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::{
            shell::Here,
            view::tests::samples::{shell, told},
        },
    };

    pub(crate) fn pages(lang: Lang) -> Vec<StoresPage> {
        let mut page = shell(lang, "ui-nav-stores");
        page.here = Here::Stores;
        let store = |id: &str, free| StoreView {
            id: id.to_owned(),
            name: format!("local {id}"),
            location: "/var/lib/zelo/store <1>".to_owned(),
            backups: 412,
            bytes: 104_000_000_000,
            space: Ok(Space { free, total: 1_000_000_000_000, reserve: 50_000_000_000 }),
        };
        let lost = told(lang, &problem!("confirm-needed", name = "x"));
        let gone = StoreView { space: Err(lost), ..store("4", 0) };
        let stores =
            vec![store("1", 588_000_000_000), store("2", 70_000_000_000), store("3", 1_000_000_000), gone];
        vec![StoresPage { page, stores }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_warns_before_the_reserve_is_reached() {
        let space = |free| Space { free, total: 100, reserve: 5 };
        assert_eq!((space(100).percent(), space(100).class()), (0, "is-quiet"));
        assert_eq!((space(10).percent(), space(10).class()), (90, "is-quiet"));
        assert_eq!((space(9).percent(), space(9).class()), (91, "is-warn"));
        assert_eq!((space(4).percent(), space(4).class()), (96, "is-bad"));
        assert_eq!(Space { free: 0, total: 0, reserve: 0 }.percent(), 0);
        assert_eq!(Space { free: 1, total: u64::MAX, reserve: 0 }.percent(), 100);
    }
}
