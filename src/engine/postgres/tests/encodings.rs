//! Databases of other encodings than UTF-8, and of none.

use super::rig::Rig;
use crate::engine::{BackupOptions, RestoreOptions};

/// A byte that is no UTF-8, in rows, in a table's name and behind a function.
const INSIDE: &str = r#"
CREATE TABLE t (a int, name text);
INSERT INTO t SELECT i, E'caf\xe9 \xfc' || i FROM generate_series(1, 200) i;
DO $$ BEGIN EXECUTE 'CREATE TABLE "caf' || E'\xe9' || '" (id serial PRIMARY KEY)'; END $$;
DO $$ BEGIN EXECUTE 'CREATE TABLE "caf' || E'\xe8' || '" (id serial PRIMARY KEY)'; END $$;
DO $$ BEGIN EXECUTE 'INSERT INTO "caf' || E'\xe9' || '" SELECT FROM generate_series(1, 7)'; END $$;
CREATE FUNCTION total() RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN
EXECUTE 'SELECT count(*) FROM "caf' || E'\xe9' || '"' INTO n; RETURN n; END $$;
"#;

/// All of it, as ASCII.
fn look(rig: &Rig, database: &str) -> String {
    rig.sql(
        database,
        "SELECT md5(string_agg(encode(convert_to(name, 'SQL_ASCII'), 'hex'), ',' ORDER BY a)), count(*), total(), \
         (SELECT string_agg(encode(convert_to(relname::text, 'SQL_ASCII'), 'hex'), ',' ORDER BY relname) FROM pg_class \
         WHERE relnamespace = 'public'::regnamespace), \
         (SELECT datdba <> 10 AND pg_encoding_to_char(encoding) <> 'UTF8' FROM pg_database \
         WHERE datname = current_database()) FROM t",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn other_encodings_are_dumped_as_they_are() {
    for (major, format) in [(15, "custom"), (17, "plain")] {
        let Some(rig) = Rig::up(major).await else { return };
        rig.sql("postgres", "CREATE ROLE \"jürgen\"");
        for encoding in ["SQL_ASCII", "LATIN1"] {
            let name = encoding.to_lowercase();
            rig.sql(
                "postgres",
                &format!(
                    "CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C' OWNER \"jürgen\""
                ),
            );
            rig.sql(&name, INSIDE);
            let before = look(&rig, &name);
            assert!(before.contains("|200|7|"), "{before}");
            let options = BackupOptions {
                items: vec![name.clone()],
                format: Some(format.to_owned()),
                ..BackupOptions::default()
            };
            let (shelf, manifest) = rig.backup(options).await;
            let part = manifest.part(&format!("database:{name}")).unwrap();
            assert_eq!(part.counts.iter().filter(|(k, _)| k.starts_with("table:")).count(), 3, "{part:?}");
            assert_eq!(part.facts["dress"]["owner"], "jürgen");
            rig.sql(&name, "UPDATE t SET name = 'x'");
            let damaged = look(&rig, &name);
            let asides = rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
            assert_eq!(look(&rig, &name), before, "{major} {encoding}: restored");
            for aside in rig.undo(&asides).await.unwrap() {
                rig.free(&aside).await.unwrap();
            }
            assert_eq!(look(&rig, &name), damaged, "{major} {encoding}: undone");
        }
        rig.assert_clean("after all");
    }
}
