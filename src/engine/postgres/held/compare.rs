//! Whether a cluster that was copied between two looks holds what lay between them.
//!
//! Exact where nothing was written meanwhile. A table that was written to held at any
//! moment between `before - deleted` and `before + inserted` rows, and as much counted back
//! from the second look; where those numbers do not agree with the rows (transactions that
//! were rolled back count too, and a server tells of what was written a few seconds late)
//! nothing can be said, and the table is named as unsure. A sequence that is recovered from
//! the log may be up to 32 values ahead, never behind (`SEQ_LOG_VALS` of
//! src/backend/commands/sequence.c).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use super::{Database, Held, Sequence, Table};

/// How far ahead the log writes a sequence.
const AHEAD: i64 = 32;

/// Both looks around a copy.
#[derive(Debug, Clone, Copy)]
pub struct Between<'a> {
    /// Before it began.
    pub before: &'a Held,
    /// After it ended.
    pub after: &'a Held,
}

/// What came of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many things are as they must be.
    pub alike: usize,
    /// What is not: `database: table:public.orders: 3 → 2`.
    pub differences: Vec<String>,
    /// Of what nothing can be said, as it was written to meanwhile or not counted.
    pub unsure: Vec<String>,
}

impl Between<'_> {
    /// Compares a copy that was started.
    pub fn compare(&self, found: &Held) -> Compared {
        let mut compared = Compared::default();
        for (name, before) in &self.before.databases {
            let Some(after) = self.after.databases.get(name) else { continue };
            match found.databases.get(name) {
                Some(found) => Around { before, after, found, name, compared: &mut compared }.all(),
                None => compared.differences.push(name.clone()),
            }
        }
        compared
    }
}

/// One database at three moments.
struct Around<'a> {
    name: &'a str,
    before: &'a Database,
    after: &'a Database,
    found: &'a Database,
    compared: &'a mut Compared,
}

impl Around<'_> {
    fn all(&mut self) {
        for key in keys(&self.before.tables, &self.after.tables) {
            self.table(key);
        }
        for key in keys(&self.before.sequences, &self.after.sequences) {
            self.sequence(key);
        }
        for key in keys(&self.before.others, &self.after.others) {
            let of = |database: &Database| database.others.get(key).copied();
            self.either(key, of(self.before), of(self.after), of(self.found));
        }
        for key in keys(&self.before.extensions, &self.after.extensions) {
            let of = |database: &Database| database.extensions.get(key).cloned();
            self.either(key, of(self.before), of(self.after), of(self.found));
        }
        // An empty shape says nothing.
        if [self.before, self.after, self.found].iter().all(|database| !database.shape.is_empty()) {
            let shapes = [&self.before.shape, &self.after.shape, &self.found.shape];
            let keys: BTreeSet<&String> = shapes.into_iter().flat_map(|shape| shape.keys()).collect();
            for key in keys {
                let of = |database: &Database| database.shape.get(key).cloned();
                self.either(key, of(self.before), of(self.after), of(self.found));
            }
        }
    }

    fn table(&mut self, key: &str) {
        let of = |database: &Database| database.tables.get(key).copied();
        let (Some(before), Some(after)) = (of(self.before), of(self.after)) else {
            return self.unsure(key);
        };
        match (bounds(before, after), of(self.found)) {
            (None, _) => self.unsure(key),
            // Damaged, locked: nothing locks in a copy that nobody uses.
            (Some((low, _)), None) => self.differs(key, Some((&low, &"-"))),
            (Some((low, high)), Some(found)) if (low..=high).contains(&found.rows) => {
                self.compared.alike += 1;
            }
            (Some((low, high)), Some(found)) if low == high => self.differs(key, Some((&low, &found.rows))),
            (Some((low, high)), Some(found)) => {
                self.differs(key, Some((&format!("{low}…{high}"), &found.rows)))
            }
        }
    }

    fn sequence(&mut self, key: &str) {
        let of = |database: &Database| database.sequences.get(key).copied();
        let (Some(before), Some(after)) = (of(self.before), of(self.after)) else {
            return self.unsure(key);
        };
        let named = format!("sequence:{key}");
        match of(self.found) {
            Some(found) if passed(before, after, found) => self.compared.alike += 1,
            // It would give the same number again.
            Some(found) if found.last == before.last => self.differs(&named, None),
            found => {
                let found = found.map_or("-".to_owned(), |found| found.last.to_string());
                self.differs(&named, Some((&before.last, &found)));
            }
        }
    }

    /// As it was before or after, if it was the same; else as one of both.
    fn either<T: PartialEq>(&mut self, key: &str, before: Option<T>, after: Option<T>, found: Option<T>) {
        if found == before || found == after {
            self.compared.alike += 1;
        } else if before == after {
            self.differs(key, None);
        } else {
            self.unsure(key);
        }
    }

    /// `values`: what was wanted and what was found, where they can be told in a word.
    fn differs(&mut self, key: &str, values: Option<(&dyn Display, &dyn Display)>) {
        let values = values.map(|(wanted, found)| format!(": {wanted} → {found}")).unwrap_or_default();
        self.compared.differences.push(format!("{}: {key}{values}", self.name));
    }

    fn unsure(&mut self, key: &str) {
        self.compared.unsure.push(format!("{}: {key}", self.name));
    }
}

fn keys<'a, V>(one: &'a BTreeMap<String, V>, other: &'a BTreeMap<String, V>) -> BTreeSet<&'a String> {
    one.keys().chain(other.keys()).collect()
}

/// How many rows a table may have held at a moment between; `None` where that is not known.
fn bounds(before: Table, after: Table) -> Option<(i64, i64)> {
    // A point may come from elsewhere: its numbers may be any.
    let inserted = after.inserted.checked_sub(before.inserted)?;
    let deleted = after.deleted.checked_sub(before.deleted)?;
    let agree = before.rows.checked_add(inserted)?.checked_sub(deleted)? == after.rows;
    if inserted < 0 || deleted < 0 || !agree {
        return None;
    }
    let low = before.rows.checked_sub(deleted)?.max(after.rows.checked_sub(inserted)?);
    let high = before.rows.checked_add(inserted)?.min(after.rows.checked_add(deleted)?);
    Some((low, high))
}

/// Whether a sequence went through what is found, or was to.
fn passed(before: Sequence, after: Sequence, found: Sequence) -> bool {
    let ahead = AHEAD.saturating_mul(before.increment.saturating_abs().max(after.increment.saturating_abs()));
    let (low, high) = (before.last.min(after.last), before.last.max(after.last));
    let (low, high) = if before.increment < 0 {
        (low.saturating_sub(ahead), high)
    } else {
        (low, high.saturating_add(ahead))
    };
    let called = before.called != after.called || found.called == before.called;
    called && (low..=high).contains(&found.last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: i64, inserted: i64, deleted: i64) -> Table {
        Table { rows, inserted, deleted }
    }

    fn sequence(last: i64, called: bool) -> Sequence {
        Sequence { last, called, increment: 1 }
    }

    fn held(orders: Table, last: i64, owner: &str) -> Held {
        let database = Database {
            tables: BTreeMap::from([("table:public.orders".to_owned(), orders)]),
            sequences: BTreeMap::from([("public.orders_id_seq".to_owned(), sequence(last, true))]),
            others: BTreeMap::from([("extension:hstore".to_owned(), 1)]),
            extensions: BTreeMap::from([("hstore".to_owned(), "1.8".to_owned())]),
            shape: BTreeMap::from([("owner:public.orders".to_owned(), owner.to_owned())]),
            uncounted: 0,
        };
        Held { databases: BTreeMap::from([("shop".to_owned(), database)]) }
    }

    #[test]
    fn what_nobody_wrote_to_is_exact() {
        let quiet = held(table(10, 12, 2), 12, "a");
        let compare = |found: &Held| Between { before: &quiet, after: &quiet }.compare(found);
        assert_eq!(compare(&quiet), Compared { alike: 5, ..Compared::default() });
        // A server that recovered counts its statistics anew.
        assert!(compare(&held(table(10, 0, 0), 44, "a")).differences.is_empty());
        let lost = compare(&held(table(9, 0, 0), 11, "b"));
        let wanted = [
            "shop: table:public.orders: 10 → 9",
            "shop: sequence:public.orders_id_seq: 12 → 11",
            "shop: owner:public.orders",
        ];
        assert_eq!(lost.differences, wanted);
        assert_eq!(compare(&Held::default()).differences, ["shop"]);
        let mut gone = quiet.clone();
        gone.databases.get_mut("shop").unwrap().tables.clear();
        gone.databases.get_mut("shop").unwrap().extensions.clear();
        assert_eq!(compare(&gone).differences, ["shop: table:public.orders: 10 → -", "shop: hstore"]);
    }

    #[test]
    fn what_was_written_to_lies_between_or_is_unsure() {
        assert_eq!(bounds(table(10, 0, 0), table(15, 5, 0)), Some((10, 15)));
        assert_eq!(bounds(table(10, 0, 0), table(7, 0, 3)), Some((7, 10)));
        // Three came, five went, in any order.
        assert_eq!(bounds(table(10, 0, 0), table(8, 3, 5)), Some((5, 13)));
        assert_eq!(bounds(table(10, 0, 0), table(10, 3, 0)), None, "rolled back");
        assert_eq!(bounds(table(10, 9, 0), table(10, 0, 0)), None, "statistics were reset");
        assert_eq!(bounds(table(10, 0, 0), table(11, 0, 0)), None, "not told yet");
        for (before, after) in [
            (table(i64::MAX, 0, 0), table(0, 5, 0)),
            (table(0, i64::MIN, 0), table(0, i64::MAX, 0)),
            (table(i64::MIN, 0, 0), table(0, 0, i64::MAX)),
        ] {
            assert_eq!(bounds(before, after), None, "numbers that no server tells");
        }
        let (before, after) = (held(table(10, 0, 0), 10, "a"), held(table(15, 5, 0), 15, "b"));
        let between = Between { before: &before, after: &after };
        for (found, well) in [(9, false), (10, true), (12, true), (15, true), (16, false)] {
            let found = between.compare(&held(table(found, 0, 0), 12, "b"));
            assert_eq!(found.differences.is_empty(), well, "{found:?}");
        }
        let changed = between.compare(&held(table(12, 0, 0), 12, "c"));
        assert_eq!(changed.unsure, ["shop: owner:public.orders"]);
    }

    #[test]
    fn a_sequence_may_be_ahead_and_never_behind() {
        let (before, after) = (sequence(10, true), sequence(15, true));
        for (last, well) in [(9, false), (10, true), (15, true), (47, true), (48, false)] {
            assert_eq!(passed(before, after, sequence(last, true)), well, "{last}");
        }
        assert!(!passed(before, before, sequence(10, false)), "it would give 10 again");
        assert!(passed(sequence(1, false), sequence(1, true), sequence(1, false)));
        let down = |last| Sequence { last, called: true, increment: -2 };
        for (last, well) in [(11, false), (10, true), (-54, true), (-55, false)] {
            assert_eq!(passed(down(10), down(10), down(last)), well, "{last}");
        }
    }
}
