//! Loads that are large, meet a full disk, or a trigger that looks at sessions.

use std::time::Duration;

use super::rig::{Rig, cli};
use crate::{
    domain::id::{OperationId, SystemIds},
    engine::{BackupOptions, RestoreOptions},
    saga::memory::Memory,
};

fn only(names: &[&str]) -> BackupOptions {
    BackupOptions { items: names.iter().map(|n| (*n).to_owned()).collect(), ..BackupOptions::default() }
}

/// More objects than the server has locks for.
#[tokio::test(flavor = "multi_thread")]
async fn many_objects_are_loaded() {
    for (major, format) in [(15, "custom"), (17, "custom"), (17, "plain")] {
        let Some(rig) = Rig::up(major).await else { return };
        rig.sql("postgres", "CREATE DATABASE shop");
        rig.sql(
            "shop",
            "SELECT count(lo_from_bytea(0, 'x')) FROM generate_series(1, 10000);\n\
             SELECT format('CREATE TABLE t%s (id bigserial PRIMARY KEY, t text)', i) FROM generate_series(1, 1300) i \\gexec\n\
             INSERT INTO t7 (t) VALUES ('x');",
        );
        let options = BackupOptions { format: Some(format.to_owned()), ..only(&["shop"]) };
        let (shelf, manifest) = rig.backup(options).await;
        rig.sql("shop", "DROP TABLE t7");
        rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
        assert_eq!(rig.sql("shop", "SELECT count(*) FROM t7"), "1", "{major} {format}");
        assert_eq!(rig.sql("shop", "SELECT count(*) FROM pg_largeobject_metadata"), "10000");
    }
}

const DATA: &str = "/var/lib/postgresql/data";

/// A server on a small disk, and a backup whose load takes some seconds.
async fn small() -> Option<(Rig, crate::engine::Shelf, crate::domain::manifest::Manifest)> {
    let mut rig = Rig::up_with(17, &["--tmpfs", &format!("{DATA}:rw,size=400m")]).await?;
    rig.tuning.reserve_bytes = 60 << 20;
    rig.tuning.watch = Duration::from_millis(200);
    rig.sql("postgres", "CREATE DATABASE shop");
    rig.sql(
        "shop",
        "CREATE FUNCTION slowly() RETURNS boolean LANGUAGE sql AS 'SELECT true FROM pg_sleep(0.05)'; \
         CREATE TABLE t (a int CHECK (public.slowly())); INSERT INTO t SELECT generate_series(1, 120)",
    );
    let (shelf, manifest) = rig.backup(only(&["shop"])).await;
    Some((rig, shelf, manifest))
}

fn fill(name: &str) {
    // All but 40 MB.
    let script =
        format!("fallocate -l $(( $(df -Pk {DATA} | tail -1 | awk '{{print $4}}') - 40000 ))K {DATA}/full");
    cli("docker", &["exec", name, "bash", "-c", &script], "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_filled_up_since_the_plan_stops_the_restore() {
    let Some((rig, shelf, manifest)) = small().await else { return };
    let op = OperationId::new(&SystemIds);
    let plan = rig.restore_plan(&op, &shelf, &manifest, &RestoreOptions::default()).await.unwrap();
    fill(&rig.name);
    let outcome = rig.runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
    let problem = outcome.problem.unwrap();
    assert!(problem.is("pg-disk-short"), "{problem}");
    rig.assert_clean("after the create");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_during_the_load_stops_it() {
    let Some((rig, shelf, manifest)) = small().await else { return };
    let op = OperationId::new(&SystemIds);
    let plan = rig.restore_plan(&op, &shelf, &manifest, &RestoreOptions::default()).await.unwrap();
    let name = rig.name.clone();
    let filling = tokio::task::spawn_blocking(move || {
        let loads = "until ps ax | grep -q '[p]g_restore'; do sleep 0.1; done; sleep 1";
        cli("docker", &["exec", &name, "bash", "-c", loads], "");
        fill(&name);
    });
    let outcome = rig.runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
    filling.await.unwrap();
    let problem = outcome.problem.unwrap();
    assert!(problem.is("pg-disk-short"), "{problem}");
    rig.assert_clean("after the load");
}

#[tokio::test(flavor = "multi_thread")]
async fn login_triggers_do_not_fire_for_zelo() {
    let Some(rig) = Rig::up(17).await else { return };
    rig.sql("postgres", "CREATE DATABASE shop");
    rig.sql(
        "shop",
        "CREATE TABLE visits (who text); \
         CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF current_setting('application_name') LIKE 'zelo%' THEN INSERT INTO public.visits VALUES ('zelo'); END IF; END $$; \
         CREATE EVENT TRIGGER seen ON login EXECUTE FUNCTION seen(); CREATE TABLE t (a int)",
    );
    let (shelf, manifest) = rig.backup(only(&["shop"])).await;
    rig.sql("shop", "DROP TABLE t");
    let asides = rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
    assert_eq!(rig.sql("shop", "SELECT count(*) FROM visits, t"), "0");
    assert_eq!(rig.sql("shop", "SELECT count(*) FROM visits"), "0");
    rig.undo(&asides).await.unwrap();
    assert_eq!(rig.sql("shop", "SELECT count(*) FROM visits"), "0");
}
