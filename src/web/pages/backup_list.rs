//! A list of backups as filters, order and page make it: of one resource, or of all
//! somebody may see.

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::lines;
use crate::{
    db::{BackupFilter, BackupRow, BackupSort, Page},
    domain::{
        backup::BackupState,
        clock::Moment,
        id::{ProjectId, ResourceId},
    },
    web::{
        Site,
        error::Refusal,
        text::T,
        view::{
            May,
            backups::{BackupFilters, BackupList},
            choices,
            list::{Pager, Sort},
        },
    },
};

/// Backups on a page.
const PER: u64 = 50;

/// What is looked for, and in which order.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    q: String,
    #[serde(default)]
    origin: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: u64,
}

/// Whose backups.
pub(super) enum Of<'a> {
    /// One resource's.
    Resource(&'a ResourceId),
    /// All of these projects'.
    Projects(&'a [ProjectId]),
}

/// The list. `path` is the page's own; `may`: what the person may somewhere on it, and
/// with each row.
pub(super) async fn list(
    site: &Site,
    t: T,
    of: Of<'_>,
    path: String,
    wish: &Wish,
    (may, each): (May, &dyn Fn(&BackupRow) -> May),
) -> Result<BackupList, Refusal> {
    let whole = everything(&of);
    let all = site.world.db.count_backups(whole.clone()).await?;
    let (by, descending) = order(&wish.sort);
    let filter = BackupFilter {
        origin: wish.origin.parse().ok(),
        text: Some(wish.q.trim().to_owned()).filter(|text| !text.is_empty()),
        from: day(&wish.from, 0),
        to: day(&wish.to, 1),
        sort: if by == "size" { BackupSort::Size } else { BackupSort::Taken },
        ascending: !descending,
        ..standing(whole, &wish.state)
    };
    let (found, number) = one_page(site, filter, wish.page.max(1)).await?;
    let base = address(&path, wish);
    let mark = if base.contains('?') { '&' } else { '?' };
    let sorted = if wish.sort.is_empty() { base.clone() } else { format!("{base}{mark}sort={}", wish.sort) };
    Ok(BackupList {
        rows: found.rows.iter().map(|row| lines::backup(row, each(row))).collect(),
        filters: filters(t, wish),
        sort: Sort { by: by.to_owned(), descending, list: base },
        pager: Pager { total: found.total, page: number, per: PER, list: sorted },
        path,
        with_resource: matches!(of, Of::Projects(_)),
        all,
        bytes: 0,
        may,
    })
}

/// The rows of a page, from 1, and its number: past the last one it is the last.
async fn one_page(site: &Site, filter: BackupFilter, wished: u64) -> Result<(Page<BackupRow>, u64), Refusal> {
    let of = |number: u64| BackupFilter {
        limit: i64::try_from(PER).ok(),
        offset: i64::try_from((number - 1).saturating_mul(PER)).unwrap_or(i64::MAX),
        ..filter.clone()
    };
    let found = site.world.db.backups(of(wished)).await?;
    let last = found.total.div_ceil(PER).max(1);
    if wished <= last { Ok((found, wished)) } else { Ok((site.world.db.backups(of(last)).await?, last)) }
}

fn everything(of: &Of<'_>) -> BackupFilter {
    match of {
        Of::Resource(id) => BackupFilter { resource: Some((*id).clone()), ..BackupFilter::default() },
        Of::Projects(all) => BackupFilter { projects: Some(all.to_vec()), ..BackupFilter::default() },
    }
}

/// Without a state: what is not in the trash, and not gone.
fn standing(filter: BackupFilter, state: &str) -> BackupFilter {
    match state.parse::<BackupState>() {
        Ok(state) => BackupFilter { state: Some(state), ..filter },
        Err(_) => BackupFilter { present: true, ..filter },
    }
}

fn order(wish: &str) -> (&'static str, bool) {
    match wish {
        "size" => ("size", false),
        "-size" => ("size", true),
        "taken" => ("taken", false),
        _ => ("taken", true),
    }
}

/// The start of a day, so many days later. What is no day limits nothing.
fn day(text: &str, later: u64) -> Option<Moment> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.checked_add_days(Days::new(later))?;
    Some(day.and_hms_opt(0, 0, 0)?.and_utc())
}

fn filters(t: T, wish: &Wish) -> BackupFilters {
    let date = |text: &str| if day(text, 0).is_some() { text.to_owned() } else { String::new() };
    BackupFilters {
        text: wish.q.clone(),
        origins: choices::origins(t, &wish.origin),
        states: choices::backup_states(t, &wish.state),
        from: date(&wish.from),
        to: date(&wish.to),
    }
}

fn address(path: &str, wish: &Wish) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let fields = [
        ("q", &wish.q),
        ("origin", &wish.origin),
        ("state", &wish.state),
        ("from", &wish.from),
        ("to", &wish.to),
    ];
    for (name, value) in fields {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_filters_whatever_they_hold() {
        let wish = Wish { q: "a&b=c #".to_owned(), origin: "manual".to_owned(), ..Wish::default() };
        assert_eq!(address("/x", &wish), "/x?q=a%26b%3Dc+%23&origin=manual");
        assert_eq!(address("/x", &Wish::default()), "/x");
    }

    #[test]
    fn a_day_begins_at_midnight_and_ends_at_the_next() {
        assert_eq!(day("2026-11-01", 0).unwrap().to_rfc3339(), "2026-11-01T00:00:00+00:00");
        assert_eq!(day("2026-11-30", 1).unwrap().to_rfc3339(), "2026-12-01T00:00:00+00:00");
        for wrong in ["", "yesterday", "2026-13-01", "999999-01-01"] {
            assert_eq!(day(wrong, 1), None, "{wrong}");
        }
    }
}
