//! Backup, damage, restore, compare, undo, on 15 and 17.

use super::{
    digest::{digest, role_digest, roles, sample},
    rig::Rig,
};
use crate::{
    domain::backup::Compression,
    engine::{BackupOptions, RestoreOptions},
};

const MAJORS: [u32; 2] = [15, 17];

pub(super) fn only(names: &[&str]) -> BackupOptions {
    BackupOptions { items: names.iter().map(|n| (*n).to_owned()).collect(), ..BackupOptions::default() }
}

/// Breaks a database and its roles as people do.
pub(super) fn damage(rig: &Rig, name: &str) {
    rig.sql(
        name,
        "DROP TABLE logs; DELETE FROM customers WHERE id > 100; REFRESH MATERIALIZED VIEW totals; DROP VIEW happy; SELECT lo_unlink(4242); \
         SELECT setval('odd', 7); CREATE TABLE intruder (x int); DROP EXTENSION pg_trgm CASCADE;",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_brings_everything_back_and_its_undo_what_was_there() {
    for major in MAJORS {
        let Some(rig) = Rig::up(major).await else { return };
        roles(&rig);
        sample(&rig, "shop");
        let (before, roles_before) = (digest(&rig, "shop"), role_digest(&rig));
        let (shelf, manifest) = rig.backup(only(&["shop"])).await;
        rig.assert_clean("after the backup");

        damage(&rig, "shop");
        let damaged = digest(&rig, "shop");
        let asides = rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
        assert_eq!(digest(&rig, "shop"), before, "{major}: restored");
        assert_eq!(role_digest(&rig), roles_before);
        rig.assert_quiet("after the restore");

        // What people write after the swap stays, also when the restore is undone.
        rig.sql("shop", "INSERT INTO customers (name) VALUES ('after the swap')");
        let written = digest(&rig, "shop");
        let again = rig.undo(&asides).await.unwrap();
        assert_eq!(digest(&rig, "shop"), damaged, "{major}: undone");
        let asides = rig.undo(&again).await.unwrap();
        assert_eq!(digest(&rig, "shop"), written, "{major}: the undo undone");
        for aside in &asides {
            rig.free(aside).await.unwrap();
        }
        rig.assert_clean("after all");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_server_comes_back_with_its_roles_in_a_new_one() {
    for (from, to) in [(15, 15), (15, 17), (17, 17)] {
        let (Some(old), Some(new)) = (Rig::up(from).await, Rig::up(to).await) else { return };
        roles(&old);
        sample(&old, "shop");
        let (shelf, manifest) = old.backup(only(&["shop"])).await;
        let asides = new.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
        assert_eq!(asides, []);
        if from == to {
            assert_eq!(digest(&new, "shop"), digest(&old, "shop"));
            // The superuser's own password is the new server's.
            let but = |text: String| text.lines().filter(|l| !l.starts_with("postgres|")).collect::<String>();
            assert_eq!(but(role_digest(&new)), but(role_digest(&old)));
        }
        new.assert_clean("after the restore");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_databases_of_odd_names_are_swapped_at_once() {
    for major in MAJORS {
        let Some(rig) = Rig::up(major).await else { return };
        let long = "é".repeat(30);
        let names = [
            "a=b host=nowhere",
            "postgres://x",
            "quo\"te'd \\ $x `id`",
            "new\nline\ttab",
            "-f --help",
            "Upper",
            &format!("{long}a"),
            &format!("{long}b"),
            "template9",
            "..",
        ];
        for name in names {
            rig.sql("postgres", &format!("CREATE DATABASE {}", super::super::quote::ident(name)));
            rig.sql(name, "CREATE TABLE t (name text); INSERT INTO t SELECT current_database()");
        }
        rig.sql("postgres", "CREATE TABLE own (a int); INSERT INTO own VALUES (1)");
        let (shelf, manifest) = rig.backup(BackupOptions::default()).await;
        assert_eq!(manifest.parts.len(), names.len() + 2);
        for name in names {
            rig.sql(name, "DELETE FROM t");
        }
        rig.sql("postgres", "DROP TABLE own");
        let asides = rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
        assert_eq!(asides.len(), names.len() + 1);
        for name in names {
            assert_eq!(rig.sql(name, "SELECT name = current_database() FROM t"), "t", "{name:?}");
        }
        assert_eq!(rig.sql("postgres", "SELECT a FROM own"), "1");
        for aside in &asides {
            rig.free(aside).await.unwrap();
        }
        rig.assert_clean("after all");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_under_a_new_name_leaves_the_live_one_alone() {
    let Some(rig) = Rig::up(17).await else { return };
    roles(&rig);
    sample(&rig, "shop");
    let (shelf, manifest) = rig.backup(only(&["shop"])).await;
    rig.sql("shop", "DELETE FROM logs");
    let live = digest(&rig, "shop");
    let options = RestoreOptions { new_name: Some("shop copy".to_owned()), ..RestoreOptions::default() };
    rig.restore(&shelf, &manifest, &options).await.unwrap();
    assert_eq!(digest(&rig, "shop"), live);
    assert_eq!(rig.sql("shop copy", "SELECT count(*) FROM logs"), "500");
    let again = rig.restore(&shelf, &manifest, &options).await.unwrap_err();
    assert!(again.is("pg-name-taken"), "{again}");
    rig.assert_clean("after all");
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_dumps_are_restored_too() {
    for (major, compression) in MAJORS.into_iter().zip([Compression::Zstd(3), Compression::None]) {
        let Some(rig) = Rig::up(major).await else { return };
        roles(&rig);
        sample(&rig, "shop");
        let before = digest(&rig, "shop");
        let options = BackupOptions { format: Some("plain".to_owned()), compression, ..only(&["shop"]) };
        let (shelf, manifest) = rig.backup(options).await;
        damage(&rig, "shop");
        rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
        assert_eq!(digest(&rig, "shop"), before, "{major}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_part_is_never_swapped_in() {
    let Some(rig) = Rig::up(17).await else { return };
    roles(&rig);
    sample(&rig, "shop");
    let live = digest(&rig, "shop");
    let (shelf, manifest) =
        rig.backup(BackupOptions { compression: Compression::None, ..only(&["shop"]) }).await;
    let part = manifest.part("database:shop").unwrap();
    let path = rig.shelf_root.path().join("store/databases/shop/orders").join(&part.files[0].path);
    let whole = std::fs::read(&path).unwrap();
    for at in [whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let problem = rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap_err();
        assert!(problem.is("part-digest") || problem.is("pg-load-failed"), "{problem}");
        assert_eq!(digest(&rig, "shop"), live);
        rig.assert_clean("after a flipped bit");
    }
    std::fs::write(&path, &whole[..whole.len() - 7]).unwrap();
    let problem = rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap_err();
    assert!(problem.code.starts_with("part-") || problem.is("pg-load-failed"), "{problem}");
    rig.assert_clean("after a cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_lacks_a_row_is_not_swapped_in() {
    let Some(rig) = Rig::up(15).await else { return };
    roles(&rig);
    sample(&rig, "shop");
    let (shelf, mut manifest) = rig.backup(only(&["shop"])).await;
    let live = digest(&rig, "shop");
    for (key, by) in [("table:public.customers", 1), ("sequence:public.odd", 3), ("large-object-digest", 1)] {
        let part = manifest.parts.iter_mut().find(|p| p.name == "database:shop").unwrap();
        *part.counts.get_mut(key).unwrap() += by;
        let problem = rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap_err();
        assert!(
            problem.is("pg-compare-differs") && problem.detail.clone().unwrap().contains(key),
            "{problem}"
        );
        let part = manifest.parts.iter_mut().find(|p| p.name == "database:shop").unwrap();
        *part.counts.get_mut(key).unwrap() -= by;
    }
    assert_eq!(digest(&rig, "shop"), live);
    rig.assert_clean("after all");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_change_only_if_asked_and_change_back() {
    let Some(rig) = Rig::up(17).await else { return };
    roles(&rig);
    sample(&rig, "shop");
    let before = role_digest(&rig);
    let (shelf, manifest) = rig.backup(only(&["shop"])).await;
    rig.sql(
        "postgres",
        "ALTER ROLE app PASSWORD 'changed' CREATEDB; ALTER ROLE app RESET ALL; COMMENT ON ROLE app IS NULL",
    );
    let changed = role_digest(&rig);
    rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
    assert_eq!(role_digest(&rig), changed, "not asked");
    let asked = RestoreOptions { replace_roles: true, ..RestoreOptions::default() };
    let asides = rig.restore(&shelf, &manifest, &asked).await.unwrap();
    let without =
        |text: String| text.lines().filter(|l| !l.contains("__zelo_old_")).collect::<Vec<_>>().join("\n");
    assert_eq!(without(role_digest(&rig)), before, "asked");
    let again = rig.undo(&asides).await.unwrap();
    assert_eq!(without(role_digest(&rig)), changed, "undone");
    for aside in again.iter().chain(&asides) {
        rig.free(aside).await.unwrap();
    }
    assert_eq!(role_digest(&rig), changed, "nothing is left over");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_break_a_rename_is_named_before_anything_runs() {
    let Some(rig) = Rig::up(17).await else { return };
    rig.sql(
        "postgres",
        "ALTER SYSTEM SET max_prepared_transactions = 5; ALTER SYSTEM SET wal_level = logical",
    );
    super::rig::cli("docker", &["restart", &rig.name], "");
    rig.wait();
    rig.sql("postgres", "CREATE DATABASE shop");
    rig.sql("shop", "CREATE TABLE t (a int)");
    let (shelf, manifest) = rig.backup(only(&["shop"])).await;
    let op = crate::domain::id::OperationId::new(&crate::domain::id::SystemIds);
    let code = async || {
        rig.restore_plan(&op, &shelf, &manifest, &RestoreOptions::default()).await.map(drop).unwrap_err().code
    };
    rig.sql("shop", "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'x'");
    assert_eq!(code().await, "pg-prepared-transactions");
    rig.sql("shop", "ROLLBACK PREPARED 'x'");
    rig.sql("shop", "SELECT pg_create_logical_replication_slot('s', 'pgoutput')");
    assert_eq!(code().await, "pg-replication-slots");
    rig.sql("shop", "SELECT pg_drop_replication_slot('s')");
    rig.sql("shop", "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false)");
    assert_eq!(code().await, "pg-subscriptions");
    rig.sql("shop", "ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s");
    // Everyone is sent away; someone who holds on is not in the way.
    let holder = std::process::Command::new("docker")
        .args(["exec", &rig.name, "psql", "-U", "postgres", "-d", "shop", "-c", "SELECT pg_sleep(600)"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
    holder.unwrap().wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_very_database_that_was_set_aside_is_dropped() {
    let Some(rig) = Rig::up(17).await else { return };
    rig.sql("postgres", "CREATE DATABASE shop");
    rig.sql("shop", "CREATE TABLE t AS SELECT 1 AS a");
    let (shelf, manifest) = rig.backup(only(&["shop"])).await;
    let asides = rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
    let name = asides[0].locator["database"].as_str().unwrap().to_owned();
    let ident = super::super::quote::ident(&name);
    // Somebody is looking at it.
    rig.sql("postgres", &format!("ALTER DATABASE {ident} ALLOW_CONNECTIONS true"));
    let mut looking = std::process::Command::new("docker")
        .args(["exec", &rig.name, "psql", "-U", "postgres", "-d", &name, "-c", "SELECT pg_sleep(600)"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let sessions = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'");
    while rig.sql("postgres", &sessions) == "0" {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(rig.free(&asides[0]).await.unwrap_err().code, "pg-in-use");
    rig.sql(
        "postgres",
        &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
    );
    looking.wait().unwrap();
    // Somebody else's database has the name.
    rig.sql("postgres", &format!("ALTER DATABASE {ident} RENAME TO hidden"));
    rig.sql("postgres", &format!("CREATE DATABASE {ident}"));
    assert_eq!(rig.free(&asides[0]).await.unwrap_err().code, "pg-aside-other");
    rig.sql("postgres", &format!("DROP DATABASE {ident}"));
    rig.sql("postgres", &format!("ALTER DATABASE hidden RENAME TO {ident}"));
    let mut another = asides[0].clone();
    another.item = "stock".to_owned();
    assert_eq!(rig.free(&another).await.unwrap_err().code, "pg-not-aside");
    rig.free(&asides[0]).await.unwrap();
    rig.free(&asides[0]).await.unwrap();
    assert_eq!(rig.sql("shop", "SELECT a FROM t"), "1");
    rig.assert_clean("after all");
}
