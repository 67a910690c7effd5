//! Loads that are large, meet a full disk, or a trigger that looks at sessions.

use super::{
    memory::Run,
    rig::{Rig, cli},
};
use crate::engine::{BackupOptions, RestoreOptions};

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
