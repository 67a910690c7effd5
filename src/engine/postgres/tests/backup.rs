//! What a backup takes in and leaves out, and what it waits for.

use std::{sync::Arc, time::Duration};

use super::rig::{Rig, cli};
use crate::{
    domain::{
        id::{SharedIds, SystemIds},
        msg::Arg,
    },
    engine::{
        BackupOptions, Engine, Planned, RestoreOptions,
        postgres::{
            access::Server,
            counts,
            session::{By, Purpose, Session},
        },
    },
};

fn only(names: &[&str]) -> BackupOptions {
    BackupOptions { items: names.iter().map(|n| (*n).to_owned()).collect(), ..BackupOptions::default() }
}

/// The argument `databases` of a warning, if it was given.
fn warned(planned: &Planned, id: &str) -> Option<String> {
    let found = planned.warnings.iter().find(|w| w.id == id)?;
    match found.args.get("databases") {
        Some(Arg::Text(text)) => Some(text.clone()),
        _ => Some(String::new()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_held_for_a_while_is_waited_for() {
    let Some(rig) = Rig::up(17).await else { return };
    rig.sql("postgres", "CREATE DATABASE shop");
    rig.sql("shop", "CREATE TABLE t AS SELECT generate_series(1, 100) AS a");
    let lock = "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(30); COMMIT";
    let mut holder = rig.beside("shop", lock);
    let held = "SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass AND mode = 'AccessExclusiveLock' AND granted";
    rig.until("shop", held, "1");
    let (_, manifest) = rig.backup(only(&["shop"])).await;
    assert_eq!(manifest.part("database:shop").unwrap().counts["table:public.t"], 100);
    holder.wait().unwrap();
    rig.assert_clean("after the backup");
}

/// What is counted is what is dumped, however much is sold meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_meanwhile_is_in_neither_or_in_both() {
    for major in [15, 17] {
        let Some(rig) = Rig::up(major).await else { return };
        rig.sql("postgres", "CREATE DATABASE shop");
        rig.sql("shop", "CREATE TABLE t (a int)");
        let sell = "DO $$ BEGIN LOOP INSERT INTO t VALUES (1); COMMIT; END LOOP; END $$";
        let mut seller = rig.beside("shop", sell);
        rig.until("shop", "SELECT count(*) > 100 FROM t", "t");
        let (shelf, manifest) = rig.backup(only(&["shop"])).await;
        let still = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DO %'";
        assert_eq!(rig.sql("postgres", still), "t", "it sold all the while");
        seller.wait().unwrap();
        let options = RestoreOptions { new_name: Some("copy".to_owned()), ..RestoreOptions::default() };
        rig.restore(&shelf, &manifest, &options).await.map(drop).unwrap();
        let counted = manifest.part("database:shop").unwrap().counts["table:public.t"];
        assert_eq!(rig.sql("copy", "SELECT count(*) FROM t"), counted.to_string(), "{major}");
        let since = rig.sql("shop", &format!("SELECT count(*) > {counted} FROM t"));
        assert_eq!(since, "t", "{major}: nothing was written meanwhile");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_table_does_not_keep_the_count_waiting() {
    let Some(rig) = Rig::up(15).await else { return };
    rig.sql("postgres", "CREATE DATABASE shop");
    rig.sql(
        "shop",
        "CREATE TABLE t (a serial); INSERT INTO t SELECT FROM generate_series(1, 100); \
         CREATE MATERIALIZED VIEW stirred AS SELECT 1 AS a",
    );
    let ids: SharedIds = Arc::new(SystemIds);
    let server = Server::new(&rig.access, &rig.hosts, &ids, rig.tuning).unwrap();
    let mut session = Session::open(&server, "shop", Purpose::Work, By::Look).await.unwrap();
    session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.unwrap();
    let inventory = counts::inventory(&mut session).await.unwrap();
    let before = counts::hold(&mut session, &inventory, Duration::from_secs(2), || {}).await.unwrap();
    // One that refreshes a view which pg_dump does not lock either.
    let refresh = "BEGIN; REFRESH MATERIALIZED VIEW stirred; SELECT pg_sleep(30)";
    let mut refresher = rig.beside("shop", refresh);
    rig.until(
        "shop",
        "SELECT count(*) FROM pg_locks WHERE relation = 'stirred'::regclass AND mode = 'AccessExclusiveLock'",
        "1",
    );
    let mut writer = rig.beside("shop", "TRUNCATE t RESTART IDENTITY");
    rig.until("shop", "SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
    let found = counts::contents(&mut session, &inventory, || {}).await.unwrap();
    assert_eq!(found["table:public.t"], 100);
    assert_eq!(counts::sequences(&mut session, &inventory).await.unwrap(), before);
    assert!(!found.contains_key("matview:public.stirred"), "{found:?}");
    session.close().await;
    let stop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%stirred; SELECT pg_sleep%' AND pid <> pg_backend_pid()";
    rig.sql("postgres", stop);
    refresher.wait().unwrap();
    writer.wait().unwrap();
    assert_eq!(rig.sql("shop", "SELECT count(*) FROM t"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_dumped_is_left_out_and_named() {
    let Some(rig) = Rig::up(17).await else { return };
    rig.sql(
        "postgres",
        "CREATE DATABASE shop; CREATE DATABASE broken; CREATE DATABASE stencil IS_TEMPLATE true; \
         CREATE DATABASE shut ALLOW_CONNECTIONS false; CREATE DATABASE x__zelo_old_abcdefgh",
    );
    let (shelf, whole) = rig.backup(only(&["broken"])).await;
    // What an interrupted DROP DATABASE leaves.
    rig.sql("postgres", "UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'broken'");
    let engine = rig.engine();
    let planned = engine.plan_backup(&rig.access, &BackupOptions::default()).await.unwrap();
    assert_eq!(warned(&planned, "pg-warning-invalid").as_deref(), Some("broken"));
    assert_eq!(warned(&planned, "pg-warning-left-out").as_deref(), Some("shut, stencil"));
    let (_, manifest) = rig.backup(BackupOptions::default()).await;
    let names: Vec<&str> = manifest.parts.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["roles", "database:postgres", "database:shop"]);
    let named = rig.try_backup(only(&["broken"])).await.map(drop).unwrap_err();
    assert!(named.is("pg-database-invalid"), "{named}");
    let over = rig.restore(&shelf, &whole, &RestoreOptions::default()).await.unwrap_err();
    assert!(over.is("pg-database-invalid"), "{over}");
    // Who names a template means it.
    let planned = engine.plan_backup(&rig.access, &only(&["stencil"])).await.unwrap();
    assert_eq!(planned.warnings, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extensions_table_counts_as_far_as_it_is_dumped() {
    for major in [15, 17] {
        let Some(rig) = Rig::up(major).await else { return };
        let install = format!(
            "cd /usr/share/postgresql/{major}/extension\n\
             printf \"default_version = '1'\\n\" > places.control\n\
             cat > places--1.sql <<'END'\n\
             CREATE TABLE places (id int PRIMARY KEY, own boolean, name text);\n\
             INSERT INTO places SELECT i, false, 'known ' || i FROM generate_series(1, 9) i;\n\
             CREATE TABLE whole (id int);\n\
             SELECT pg_extension_config_dump('places', 'WHERE own');\n\
             SELECT pg_extension_config_dump('whole', '');\nEND\n"
        );
        cli("docker", &["exec", "-i", "-u", "root", &rig.name, "sh", "-e"], &install);
        rig.sql("postgres", "CREATE DATABASE shop");
        rig.sql(
            "shop",
            "CREATE EXTENSION places; INSERT INTO places VALUES (100, true, 'mine'); \
             INSERT INTO whole VALUES (1); DELETE FROM places WHERE id < 4; CREATE TABLE t (a int)",
        );
        // Asked for twice it is one part.
        let (shelf, manifest) = rig.backup(only(&["shop", "shop"])).await;
        assert_eq!(manifest.parts.iter().filter(|p| p.name == "database:shop").count(), 1);
        rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
        assert_eq!(rig.sql("shop", "SELECT count(*) FROM places WHERE own"), "1");
    }
}
