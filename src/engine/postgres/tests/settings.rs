//! Settings: every restore carries them, from backups of any Zelo, and nothing but a
//! part of their own says what they are.

use super::{
    digest::{digest, roles, sample},
    restore::only,
    rig::Rig,
};
use crate::{
    domain::{
        backup::Origin,
        id::{OperationId, SystemIds},
        manifest::Manifest,
        operation::OpState,
    },
    engine::{Engine, RestoreOptions},
    saga::memory::Memory,
};

/// The settings of a database, as the first Zelos wrote them into manifests.
fn written(rig: &Rig, database: &str) -> String {
    let sql = format!(
        "SELECT json_agg(json_build_object('role', r.rolname, 'settings', s.setconfig) ORDER BY r.rolname) \
         FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole \
         JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = '{database}'"
    );
    rig.sql("postgres", &sql)
}

/// The newest backup, as the first Zelos wrote it.
fn as_the_first_wrote_it(rig: &Rig) -> Manifest {
    let mut saved = rig.saved.0.lock().unwrap();
    let manifest = &mut saved.last_mut().unwrap().2;
    manifest.parts.retain(|part| part.name != "settings:shop");
    let part = manifest.parts.iter_mut().find(|part| part.name == "database:shop").unwrap();
    part.facts["dress"]["settings"] = serde_json::from_str(&written(rig, "shop")).unwrap();
    manifest.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_of_the_first_zelos_have_their_settings_still() {
    let (Some(rig), Some(new)) = (Rig::up(17).await, Rig::up(17).await) else { return };
    roles(&rig);
    sample(&rig, "shop");
    let (shelf, manifest) = rig.backup(only(&["shop"])).await;
    let live = digest(&rig, "shop");
    let old = as_the_first_wrote_it(&rig);
    assert_ne!(old, manifest);
    assert!(rig.engine().recover(&old).contains("a=b, ''c''"));
    new.restore(&shelf, &old, &RestoreOptions::default()).await.unwrap();
    assert_eq!(digest(&new, "shop"), live, "on another server");

    let op = OperationId::new(&SystemIds);
    let options = RestoreOptions { in_place: true, ..RestoreOptions::default() };
    let planned = rig.engine().plan_restore(&rig.access, &shelf, &old, &options, &op).await.unwrap();
    assert!(!planned.warnings.iter().any(|w| w.id == "pg-warning-kept-settings"), "{planned:?}");
    // The safety backup is of that form too, and the drop is undone by it.
    let mut wrong = old.clone();
    let part = wrong.parts.iter_mut().find(|part| part.name == "database:shop").unwrap();
    *part.counts.get_mut("table:public.customers").unwrap() += 1;
    let plan = rig.restore_plan(&op, &shelf, &wrong, &options).await.unwrap();
    let memory = Memory::of(&plan);
    let outcome = rig.runner(&op, &memory).run(&plan).await.unwrap();
    assert_eq!(outcome.state, OpState::RolledBack, "{outcome:?}");
    assert_eq!(digest(&rig, "shop"), live, "brought back");
    assert!(!format!("{:?}", memory.rows()).contains("a=b"), "in the journal");
    rig.restore(&shelf, &old, &options).await.unwrap();
    assert_eq!(digest(&rig, "shop"), live, "in place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_says_what_is_set_in_one_part_only() {
    let Some(rig) = Rig::up(15).await else { return };
    rig.sql("postgres", "CREATE ROLE app; CREATE DATABASE shop; CREATE DATABASE bare");
    rig.sql(
        "postgres",
        "ALTER DATABASE shop SET app.key = 'hidden'; ALTER ROLE app IN DATABASE shop SET app.key = 'hidden too'; \
         ALTER ROLE app SET app.key = 'hidden as well'",
    );
    let (shelf, manifest) = rig.backup(only(&["shop", "bare"])).await;
    let part = manifest.part("settings:shop").unwrap();
    assert_eq!(part.counts["settings"], 2);
    assert!(manifest.part("settings:bare").is_none(), "none, no part");
    let items: Vec<&str> = manifest.parts.iter().filter_map(|part| part.item()).collect();
    assert_eq!(items, ["shop", "bare"], "in the order they were asked for");
    for said in [String::from_utf8(manifest.to_bytes()).unwrap(), rig.engine().recover(&manifest)] {
        assert!(!said.contains("hidden"), "{said}");
    }
    // A superuser would set what comes from elsewhere.
    let strange = Manifest { origin: Origin::Uploaded, ..manifest.clone() };
    for (backup, name, sets) in [(&manifest, "copy", "2"), (&strange, "guest", "0")] {
        let options = RestoreOptions {
            items: vec!["shop".to_owned()],
            new_name: Some(name.to_owned()),
            ..RestoreOptions::default()
        };
        rig.restore(&shelf, backup, &options).await.unwrap();
        let count = format!(
            "SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = '{name}'"
        );
        assert_eq!(rig.sql("postgres", &count), sets, "{name}");
    }
}
