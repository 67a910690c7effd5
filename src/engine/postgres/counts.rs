//! Exact counts of a database's contents, taken in the dump's own snapshot and
//! again after a restore: rows of every table, sequences, large objects,
//! extensions.
//!
//! Keys: `table:public.orders` → rows, `extension-table:…` the same for tables an
//! extension owns and dumps, `extension-rows:…` if it dumps only some of their rows
//! (the others are made by CREATE EXTENSION), `matview:…` (a restore refreshes these, so they may
//! differ), `sequence:…` → last value, `sequence-called:…` → 0 or 1,
//! `large-objects`, `large-object-bytes`, `large-object-digest`,
//! `extension:postgis` → 1. Names are quoted as SQL quotes them.

use std::{borrow::Borrow, collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{error::PgError, quote::ident, session::Session};

/// Counts by key.
pub(super) type Counts = BTreeMap<String, i64>;

/// Tables locked or counted in one statement.
const BATCH: usize = 50;
/// Lets go of the locks a count took: on indexes, and on tables nobody holds. A
/// server has so many locks in all, whoever takes them.
const LET_GO: &str = "ROLLBACK TO SAVEPOINT zelo_count";

/// What there is to count.
#[derive(Debug, Clone, Default)]
pub(super) struct Inventory {
    tables: Vec<Relation>,
    views: Vec<Relation>,
    sequences: Vec<Relation>,
    /// Extensions with their versions.
    pub(super) extensions: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Relation {
    kind: String,
    schema: String,
    name: String,
    label: String,
    /// `WHERE …` of the rows an extension dumps.
    condition: Option<String>,
    /// Whether it is as it was after a crash.
    logged: bool,
    /// Its size as the planner knows it, in pages.
    pages: i64,
}

impl Inventory {
    /// Without what a server empties when it recovers.
    pub(super) fn durable(mut self) -> Self {
        for relations in [&mut self.tables, &mut self.views, &mut self.sequences] {
            relations.retain(|relation| relation.logged);
        }
        self
    }

    /// Tables and views by their size.
    pub(super) fn smallest_first(&self) -> Vec<&Relation> {
        let mut all: Vec<&Relation> = self.tables.iter().chain(&self.views).collect();
        all.sort_by_key(|relation| relation.pages);
        all
    }
}

impl Relation {
    /// Its name with its schema, quoted.
    fn path(&self) -> String {
        format!("{}.{}", ident(&self.schema), ident(&self.name))
    }
}

#[derive(Deserialize)]
struct Extension {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct Counted {
    key: String,
    count: i64,
}

#[derive(Deserialize)]
struct SequenceState {
    key: String,
    last: i64,
    called: bool,
}

/// Lists what is to be counted, in the session's snapshot.
pub(super) async fn inventory(session: &mut Session) -> Result<Inventory, PgError> {
    let all: Vec<Relation> = session
        .rows(
            "SELECT CASE WHEN c.relkind = 'S' THEN 'sequence' WHEN c.relkind = 'm' THEN 'matview' \
             WHEN e.condition IS NOT NULL THEN 'extension-rows' \
             WHEN d.objid IS NOT NULL THEN 'extension-table' ELSE 'table' END AS kind, \
             n.nspname AS schema, c.relname AS name, format('%I.%I', n.nspname, c.relname) AS label, \
             e.condition, c.relpersistence <> 'u' AS logged, c.relpages AS pages \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e' \
             LEFT JOIN LATERAL (SELECT x.extconfig, nullif(x.extcondition[array_position(x.extconfig, c.oid)], '') \
             AS condition FROM pg_extension x WHERE x.oid = d.refobjid) e ON true \
             WHERE c.relkind IN ('r', 'm', 'S') AND c.relpersistence <> 't' \
             AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)' \
             AND (c.relkind <> 'm' OR c.relispopulated) \
             AND (d.objid IS NULL OR c.oid = ANY (e.extconfig)) ORDER BY 1, 4",
        )
        .await?;
    // An extension's own words, as pg_dump uses them; psql would read more into these.
    let plain = |r: &Relation| r.condition.as_ref().is_none_or(|c| !c.contains(['\\', ';']));
    let all: Vec<Relation> = all.into_iter().filter(plain).collect();
    let extensions: Vec<Extension> =
        session.rows("SELECT extname AS name, extversion AS version FROM pg_extension").await?;
    let (sequences, relations): (Vec<_>, Vec<_>) = all.into_iter().partition(|r| r.kind == "sequence");
    let (views, tables) = relations.into_iter().partition(|r| r.kind == "matview");
    let extensions = extensions.into_iter().map(|e| (e.name, e.version)).collect();
    Ok(Inventory { tables, views, sequences, extensions })
}

/// Locks every table as pg_dump is about to, each in `wait` at most; says where
/// the sequences stand, whose locks stay too. Whoever wants one of them for itself
/// from now on waits for this session, and never this session for them: counting
/// may go on for hours. Materialized views are left: pg_dump does not lock them
/// either, and they may be refreshed meanwhile.
pub(super) async fn hold(
    session: &mut Session,
    inventory: &Inventory,
    wait: Duration,
    beat: impl Fn(),
) -> Result<Counts, PgError> {
    session.run(&format!("SET LOCAL lock_timeout = {}", wait.as_millis())).await?;
    for batch in inventory.tables.chunks(BATCH) {
        let names: Vec<String> = batch.iter().map(|r| format!("ONLY {}", r.path())).collect();
        session.run(&format!("LOCK TABLE {} IN ACCESS SHARE MODE", names.join(", "))).await?;
        beat();
    }
    sequences(session, inventory).await
}

/// Rows, large objects, extensions, in the session's transaction and snapshot.
/// `beat` is called after each statement.
pub(super) async fn contents(
    session: &mut Session,
    inventory: &Inventory,
    beat: impl Fn(),
) -> Result<Counts, PgError> {
    let mut counts = Counts::new();
    session.run("SAVEPOINT zelo_count").await?;
    for batch in inventory.tables.chunks(BATCH) {
        rows(session, batch, &mut counts).await?;
        session.run(LET_GO).await?;
        beat();
    }
    for batch in inventory.views.chunks(BATCH) {
        match rows(session, batch, &mut counts).await {
            // Refreshed right now; its rows are compared with nothing.
            Err(error) if !error.is("55P03") => return Err(error),
            _ => session.run(LET_GO).await?,
        }
        beat();
    }
    session.run("RELEASE SAVEPOINT zelo_count").await?;
    counts.extend(apart(session, inventory).await?);
    beat();
    Ok(counts)
}

/// What is in no table: large objects, extensions.
pub(super) async fn apart(session: &mut Session, inventory: &Inventory) -> Result<Counts, PgError> {
    let extension = |name: &String| (format!("extension:{name}"), 1);
    let mut counts: Counts = inventory.extensions.keys().map(extension).collect();
    large_objects(session, &mut counts).await?;
    Ok(counts)
}

/// The rows of one table or view.
pub(super) async fn of_one(session: &mut Session, relation: &Relation) -> Result<Counts, PgError> {
    let mut counts = Counts::new();
    rows(session, &[relation], &mut counts).await?;
    Ok(counts)
}

/// Counts the rows of some relations in one statement.
async fn rows<R: Borrow<Relation>>(
    session: &mut Session,
    batch: &[R],
    counts: &mut Counts,
) -> Result<(), PgError> {
    let batch = || batch.iter().map(Borrow::borrow);
    let one = |(at, r): (usize, &Relation)| {
        let condition = r.condition.as_ref().map(|c| format!(" {c}")).unwrap_or_default();
        format!("SELECT {at} AS at, count(*) AS count FROM ONLY {}{condition}", r.path())
    };
    let sql: Vec<String> = batch().enumerate().map(one).collect();
    let labels = |r: &Relation| super::quote::literal(&format!("{}:{}", r.kind, r.label));
    let keys: Vec<String> = batch().map(labels).collect();
    let sql = format!(
        "SELECT (ARRAY[{}])[c.at + 1] AS key, c.count FROM ({}) AS c",
        keys.join(", "),
        sql.join(" UNION ALL ")
    );
    for counted in session.rows::<Counted>(&sql).await? {
        counts.insert(counted.key, counted.count);
    }
    Ok(())
}

/// Number, bytes and a digest of all large objects. The digest does not depend on
/// how holes are stored: a restore writes out the zeros a sparse object leaves out.
async fn large_objects(session: &mut Session, counts: &mut Counts) -> Result<(), PgError> {
    #[derive(Deserialize)]
    struct Row {
        objects: i64,
        readable: bool,
        version: i64,
    }
    #[derive(Deserialize)]
    struct Sums {
        bytes: i64,
        digest: Option<i64>,
    }
    let found: Row = session
        .row(
            "SELECT (SELECT count(*) FROM pg_largeobject_metadata) AS objects, \
             has_table_privilege('pg_catalog.pg_largeobject', 'SELECT') AS readable, \
             current_setting('server_version_num')::bigint AS version",
        )
        .await?;
    counts.insert("large-objects".to_owned(), found.objects);
    if !found.readable || found.objects == 0 {
        return Ok(());
    }
    // rtrim of bytea came with 14.
    let digest = if found.version >= 140_000 {
        "(SELECT (sum(('x' || encode(substr(sha256(convert_to(loid || ':' || pageno || ':', 'SQL_ASCII') \
         || t.data), 1, 7), 'hex'))::bit(56)::bigint) % 9007199254740992)::bigint FROM \
         (SELECT loid, pageno, rtrim(data, decode('00', 'hex')) AS data FROM pg_largeobject) t \
         WHERE octet_length(t.data) > 0)"
    } else {
        "NULL::bigint"
    };
    let sums: Sums = session
        .row(&format!(
            "SELECT coalesce(sum(o.bytes), 0)::bigint AS bytes, {digest} AS digest FROM \
             (SELECT max(pageno::bigint * (current_setting('block_size')::bigint / 4) + octet_length(data)) \
             AS bytes FROM pg_largeobject GROUP BY loid) o"
        ))
        .await?;
    counts.insert("large-object-bytes".to_owned(), sums.bytes);
    if let Some(digest) = sums.digest {
        counts.insert("large-object-digest".to_owned(), digest);
    }
    Ok(())
}

/// Where each sequence stands. Not bound to a snapshot: sequences move on
/// whatever a transaction sees.
pub(super) async fn sequences(session: &mut Session, inventory: &Inventory) -> Result<Counts, PgError> {
    let mut counts = Counts::new();
    for batch in inventory.sequences.chunks(BATCH) {
        let one = |r: &Relation| {
            format!(
                "SELECT {} AS key, last_value AS last, is_called AS called FROM {}",
                super::quote::literal(&r.label),
                r.path()
            )
        };
        let sql: Vec<String> = batch.iter().map(one).collect();
        for state in session.rows::<SequenceState>(&sql.join(" UNION ALL ")).await? {
            counts.insert(format!("sequence:{}", state.key), state.last);
            counts.insert(format!("sequence-called:{}", state.key), i64::from(state.called));
        }
    }
    Ok(counts)
}

/// What moved between two looks at the sequences: the later values.
pub(super) fn moved(before: &Counts, after: &Counts) -> Counts {
    after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(*value))
        .map(|(k, v)| (k.clone(), *v))
        .collect()
}

/// One thing that is not as the backup says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Difference {
    pub(super) key: String,
    pub(super) expected: Option<i64>,
    pub(super) found: Option<i64>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |v: Option<i64>| v.map_or("-".to_owned(), |v| v.to_string());
        write!(f, "{}: {} → {}", self.key, word(self.expected), word(self.found))
    }
}

/// What a restored database must equal.
#[derive(Debug, Default)]
pub(super) struct Expected<'a> {
    /// The manifest's counts.
    pub(super) counts: Option<&'a Counts>,
    /// Sequences that moved while the dump ran: any value in between is right.
    pub(super) moved: Counts,
    /// Extensions' versions at the dump.
    pub(super) extensions: BTreeMap<String, String>,
}

/// Everything that differs. Materialized views are left out (the restore
/// refreshed them), as are an extension's own rows if its version differs.
pub(super) fn differences(
    expected: &Expected<'_>,
    found: &Counts,
    extensions: &BTreeMap<String, String>,
) -> Vec<Difference> {
    let empty = Counts::new();
    let wanted = expected.counts.unwrap_or(&empty);
    let versions_equal = expected.extensions.iter().all(|(name, v)| extensions.get(name) == Some(v));
    // Earlier backups counted the table whole, whatever of it was dumped.
    let counted_otherwise = |key: &str, mine: &str, other: &str| {
        let table = key.strip_prefix(mine);
        table.is_some_and(|t| [wanted, found].iter().any(|c| c.contains_key(&format!("{other}{t}"))))
    };
    let skipped = |key: &str| {
        key.starts_with("matview:")
            || ((key.starts_with("extension-table:") || key.starts_with("extension-rows:")) && !versions_equal)
            || counted_otherwise(key, "extension-table:", "extension-rows:")
            || counted_otherwise(key, "extension-rows:", "extension-table:")
            // Not every server or role can compute these.
            || (key.starts_with("large-object-") && (!found.contains_key(key) || !wanted.contains_key(key)))
            // plpgsql comes with every new database, even if it was dropped here.
            || (key.starts_with("extension:") && !wanted.contains_key(key))
    };
    let mut keys: Vec<&String> = wanted.keys().chain(found.keys()).filter(|k| !skipped(k)).collect();
    keys.sort_unstable();
    keys.dedup();
    let differs = |key: &&String| {
        let (want, have) = (wanted.get(*key).copied(), found.get(*key).copied());
        if want == have {
            return false;
        }
        match (want, expected.moved.get(*key).copied(), have) {
            (Some(want), Some(later), Some(have)) => !(want.min(later)..=want.max(later)).contains(&have),
            _ => true,
        }
    };
    let difference = |key: &String| Difference {
        key: key.clone(),
        expected: wanted.get(key).copied(),
        found: found.get(key).copied(),
    };
    keys.into_iter().filter(differs).map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(&str, i64)]) -> Counts {
        of.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect()
    }

    #[test]
    fn a_row_too_few_a_table_too_many_and_a_moved_sequence() {
        let wanted = counts(&[("table:a", 3), ("table:b", 1), ("sequence:s", 10), ("matview:m", 5)]);
        let found = counts(&[("table:a", 2), ("table:c", 0), ("sequence:s", 12), ("matview:m", 9)]);
        let expected = Expected {
            counts: Some(&wanted),
            moved: counts(&[("sequence:s", 15)]),
            extensions: BTreeMap::new(),
        };
        let keys: Vec<String> =
            differences(&expected, &found, &BTreeMap::new()).into_iter().map(|d| d.key).collect();
        assert_eq!(keys, ["table:a", "table:b", "table:c"]);
    }

    #[test]
    fn a_sequence_outside_what_it_passed_differs() {
        let wanted = counts(&[("sequence:s", 10)]);
        let expected = Expected {
            counts: Some(&wanted),
            moved: counts(&[("sequence:s", 15)]),
            extensions: BTreeMap::new(),
        };
        assert_eq!(differences(&expected, &counts(&[("sequence:s", 16)]), &BTreeMap::new()).len(), 1);
    }

    #[test]
    fn an_extensions_own_rows_count_only_at_its_own_version() {
        let wanted = counts(&[("extension-table:public.spatial_ref_sys", 8500), ("extension:postgis", 1)]);
        let found = counts(&[("extension-table:public.spatial_ref_sys", 8501), ("extension:postgis", 1)]);
        let version = |v: &str| BTreeMap::from([("postgis".to_owned(), v.to_owned())]);
        let expected = Expected { counts: Some(&wanted), moved: Counts::new(), extensions: version("3.3") };
        assert_eq!(differences(&expected, &found, &version("3.4")), []);
        assert_eq!(differences(&expected, &found, &version("3.3")).len(), 1);
        assert_eq!(differences(&expected, &counts(&[]), &version("3.4")).len(), 1);
        // Counted whole by an earlier Zelo.
        let found = counts(&[("extension-rows:public.spatial_ref_sys", 2), ("extension:postgis", 1)]);
        assert_eq!(differences(&expected, &found, &version("3.3")), []);
    }
}
