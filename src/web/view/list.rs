//! The pages and the order of a list.

use std::collections::BTreeSet;

use crate::{domain::msg::Msg, msg};

/// Which part of a list is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pager {
    /// How many there are in all.
    pub(crate) total: u64,
    /// Which page is shown, from 1.
    pub(crate) page: u64,
    /// How many a page has.
    pub(crate) per: u64,
    /// The list's address below the base path with everything but the page: filters, order.
    pub(crate) list: String,
}

impl Pager {
    /// How many pages there are; one even if there is nothing.
    pub(crate) fn pages(&self) -> u64 {
        self.total.div_ceil(self.per.max(1)).max(1)
    }

    /// "1 to 50 of 61".
    pub(crate) fn range(&self) -> Msg {
        let first = (self.page.saturating_sub(1)).saturating_mul(self.per).saturating_add(1);
        let last = first.saturating_add(self.per.saturating_sub(1)).min(self.total);
        match self.total {
            0 => msg!("ui-range-none"),
            total => msg!("ui-range", first = first.min(total), last = last, all = total),
        }
    }

    /// The pages to show, `None` for a gap: the first ones, the last, and those around
    /// this one.
    pub(crate) fn spots(&self) -> Vec<Option<Spot>> {
        let pages = self.pages();
        let near = self.page.saturating_sub(1)..=self.page.saturating_add(1);
        let shown = (1..=pages.min(3)).chain(near).chain([pages]).filter(|n| (1..=pages).contains(n));
        let shown: BTreeSet<_> = shown.collect();
        let mut spots = Vec::new();
        let mut before = 0;
        for number in shown {
            if number > before + 1 {
                spots.push(None);
            }
            spots.push(Some(Spot { number, url: self.url(number), current: number == self.page }));
            before = number;
        }
        spots
    }

    /// Where the next page is, if there is one.
    pub(crate) fn next(&self) -> Option<String> {
        (self.page < self.pages()).then(|| self.url(self.page + 1))
    }

    /// Where the page that is shown is.
    pub(crate) fn here(&self) -> String {
        self.url(self.page)
    }

    fn url(&self, page: u64) -> String {
        with(&self.list, "page", &page.to_string())
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// Where it is, below the base path.
    pub(crate) url: String,
    /// Whether it is the one that is shown.
    pub(crate) current: bool,
}

/// By what a list is in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sort {
    /// The column's key.
    pub(crate) by: String,
    /// Whether the largest, newest, last comes first.
    pub(crate) descending: bool,
    /// The list's address below the base path with its filters, without order and page.
    pub(crate) list: String,
}

impl Sort {
    /// Where the list is by this column: the other way round if it is by it already.
    pub(crate) fn url(&self, key: &str) -> String {
        let turned = if self.by == key && self.descending { key.to_owned() } else { format!("-{key}") };
        with(&self.list, "sort", &turned)
    }

    /// The order of this column, for `aria-sort`; `None` if the list is by another.
    pub(crate) fn aria(&self, key: &str) -> Option<&'static str> {
        let order = if self.descending { "descending" } else { "ascending" };
        (self.by == key).then_some(order)
    }
}

/// An address with one more parameter, whose value needs no escaping.
fn with(url: &str, name: &str, value: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}{name}={value}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Catalogue, Lang};

    fn pager(total: u64, page: u64) -> Pager {
        Pager { total, page, per: 50, list: "/dashboard/backup?origin=manual".to_owned() }
    }

    fn spots(total: u64, page: u64) -> String {
        let shown = pager(total, page).spots().into_iter();
        let shown = shown.map(|spot| match spot {
            Some(Spot { number, current: true, .. }) => format!("[{number}]"),
            Some(Spot { number, .. }) => number.to_string(),
            None => "…".to_owned(),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_pages_around_and_the_ends_are_shown() {
        assert_eq!(spots(0, 1), "[1]");
        assert_eq!(spots(50, 1), "[1]");
        assert_eq!(spots(51, 1), "[1] 2");
        assert_eq!(spots(550, 1), "[1] 2 3 … 11");
        assert_eq!(spots(550, 6), "1 2 3 … 5 [6] 7 … 11");
        assert_eq!(spots(550, 11), "1 2 3 … 10 [11]");
        assert_eq!(spots(550, 99), "1 2 3 … 11");
    }

    #[test]
    fn the_range_is_told() {
        let told = |total, page| Catalogue::of(Lang::En).text(&pager(total, page).range());
        assert_eq!(told(0, 1), "None");
        assert_eq!(told(61, 1), "1 to 50 of 61");
        assert_eq!(told(61, 2), "51 to 61 of 61");
    }

    #[test]
    fn addresses_keep_the_filters() {
        assert_eq!(pager(61, 1).next().as_deref(), Some("/dashboard/backup?origin=manual&page=2"));
        assert_eq!(pager(61, 2).next(), None);
        let sort = Sort { by: "taken".to_owned(), descending: true, list: "/dashboard/backup".to_owned() };
        assert_eq!(sort.url("taken"), "/dashboard/backup?sort=taken");
        assert_eq!(sort.url("size"), "/dashboard/backup?sort=-size");
        assert_eq!((sort.aria("taken"), sort.aria("size")), (Some("descending"), None));
    }
}
