//! Checks, accepted paths, counts and digests.

use super::{
    super::{SqliteEngine, names},
    *,
};
use crate::engine::{Access, Engine, Verdict};

fn access(path: &Path) -> Access {
    let values = [("path".to_owned(), path.to_str().unwrap().to_owned())];
    Access { values: values.into(), ..Access::default() }
}

fn engine(lab: &Lab) -> SqliteEngine {
    SqliteEngine::new(lab.dir.path()).patience(Duration::from_millis(200))
}

async fn first_fault(engine: &SqliteEngine, path: &Path) -> Option<String> {
    engine.check(&access(path)).await.into_iter().find_map(|check| match check.verdict {
        Verdict::Bad(problem) | Verdict::Caution(problem) => Some(problem.code),
        _ => None,
    })
}

#[tokio::test]
async fn each_fault_has_its_name() {
    let lab = Lab::new("WAL");
    let engine = engine(&lab);
    assert_eq!(first_fault(&engine, &lab.live).await, None);
    assert_eq!(first_fault(&engine, &lab.beside("none.db")).await.unwrap(), "sqlite-missing");
    assert_eq!(first_fault(&engine, &lab.beside("no/folder.db")).await.unwrap(), "sqlite-missing");
    assert_eq!(first_fault(&engine, lab.dir.path()).await.unwrap(), "sqlite-not-a-file");

    let garbage = lab.beside("garbage.db");
    std::fs::write(&garbage, vec![7; 8192]).unwrap();
    assert_eq!(first_fault(&engine, &garbage).await.unwrap(), "sqlite-not-a-database");

    let torn = lab.beside("torn.db");
    fill(&torn, "DELETE", 4096, 500);
    let mut bytes = std::fs::read(&torn).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 6000].fill(0x5a);
    std::fs::write(&torn, bytes).unwrap();
    assert_eq!(first_fault(&engine, &torn).await.unwrap(), "sqlite-corrupt");

    let locked = lab.beside("locked.db");
    fill(&locked, "DELETE", 4096, 5);
    let other = app(&locked);
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(first_fault(&engine, &locked).await.unwrap(), "sqlite-busy");
}

#[tokio::test]
async fn what_is_typed_is_judged_at_once() {
    let lab = Lab::new("WAL");
    let engine = engine(&lab);
    let mut odd = access(&lab.live);
    odd.values.insert("path".to_owned(), "relative.db".to_owned());
    odd.values.insert("port".to_owned(), "5432".to_owned());
    let codes: Vec<_> = engine.accept(odd).unwrap_err().into_iter().map(|p| p.code).collect();
    assert_eq!(codes, ["sqlite-field-unknown", "sqlite-path"]);
    assert_eq!(engine.accept(Access::default()).unwrap_err()[0].code, "sqlite-path-required");
    for bad in ["/data/a.db-wal", "/data/../etc/a.db", "/data/", "/a__zelo_old_01234567"] {
        assert!(engine.accept(access(Path::new(bad))).is_err(), "{bad}");
    }
    assert_eq!(engine.accept(access(&lab.live)), Ok(access(&lab.live)));
}

#[tokio::test]
async fn the_marker_moves_with_every_write_and_not_with_a_look() {
    for mode in ["WAL", "DELETE"] {
        let lab = Lab::new(mode);
        let engine = engine(&lab);
        let marker = async || engine.inspect(&access(&lab.live)).await.unwrap().marker;
        assert_eq!(marker().await, None, "too fresh to be sure of");
        std::thread::sleep(Duration::from_millis(2600));
        let first = marker().await.unwrap();
        assert_eq!(marker().await, Some(first.clone()), "{mode}");
        app(&lab.live).execute_batch("UPDATE orders SET note = 'x' WHERE id = 1").unwrap();
        std::thread::sleep(Duration::from_millis(2600));
        assert_ne!(marker().await.unwrap(), first, "{mode}");
    }
}

#[test]
fn every_change_of_contents_changes_the_digests() {
    let lab = Lab::new("DELETE");
    let before = seen(&lab.live);
    let changes = [
        "UPDATE orders SET note = 'changed' WHERE id = 77",
        "UPDATE orders SET price = price + 0.0000001 WHERE id = 3",
        "UPDATE orders SET raw = CAST(raw AS TEXT) WHERE id = 9",
        "DELETE FROM tags WHERE name = 'n3'",
        "INSERT INTO orders(note) VALUES(NULL)",
        "CREATE VIEW v AS SELECT 1",
        "DROP INDEX by_note",
        "PRAGMA user_version = 8",
    ];
    for change in changes {
        let conn = app(&lab.live);
        conn.execute_batch("BEGIN").unwrap();
        conn.execute_batch(change).unwrap();
        let changed = contents::contents(&work(), &conn, &lab.live, true).unwrap();
        assert!(before.difference(&changed).is_some(), "{change}");
        conn.execute_batch("ROLLBACK").unwrap();
    }
    app(&lab.live).execute_batch("VACUUM; REINDEX; ANALYZE; DROP TABLE sqlite_stat1").ok();
    let after = seen(&lab.live);
    assert_eq!(before.digests.unwrap()["orders"], after.digests.unwrap()["orders"], "the same rows");
}

#[test]
fn odd_tables_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("odd.db");
    let conn = app(&path);
    conn.execute_batch(
        r#"CREATE TABLE "a ""b"" c"("x y" INTEGER, rowid TEXT, _rowid_ TEXT, oid TEXT);
           INSERT INTO "a ""b"" c" VALUES(1, 'a', 'b', 'c');
           CREATE TABLE g(a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2) STORED, c AS (a + 1));
           INSERT INTO g(a) VALUES(1), (2);
           CREATE VIRTUAL TABLE words USING fts5(body);
           INSERT INTO words VALUES('the quick brown fox');
           CREATE TABLE "tab	le'; DROP TABLE g; --"(a);
           CREATE TABLE empty(a PRIMARY KEY) WITHOUT ROWID;"#,
    )
    .unwrap();
    let found = seen(&path);
    assert_eq!(found.rows["a \"b\" c"], 1);
    assert_eq!(found.rows["g"], 2);
    assert_eq!(found.rows["empty"], 0);
    assert!(found.rows.contains_key("words_content") && !found.rows.contains_key("words"));
    assert_eq!(contents::examine(&work(), &path).unwrap(), found);
}

mod odd_names {
    use proptest::prelude::*;

    use super::{super::super::conn, *};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn a_file_of_any_name_is_copied_and_opened_again(
            name in "[^/\0]{1,60}|[ '\"?#%&;\n\\\\]{1,20}|[a-z]{220,247}|[ü]{110,123}",
        ) {
            prop_assume!(names::name_fault(&name).is_none());
            let lab = Lab::named(&name, "WAL");
            let sides = names::Sides::of(&lab.live, &operation());
            let from = conn::reading(&lab.live, &work()).unwrap();
            super::super::super::copy::copy(&work(), &from, &lab.live, &sides.new).unwrap();
            drop(from);
            let found = contents::examine(&work(), &sides.new).unwrap();
            prop_assert_eq!(found, seen(&lab.live));
            files::remove_side(&sides.new).unwrap();
            prop_assert_eq!(lab.files(), vec![name]);
        }
    }
}
