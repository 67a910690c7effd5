//! What a restore does to roles, to databases that are not its own, and what it
//! keeps of the live one; also when it is taken back after the swap.

use std::collections::BTreeMap;

use super::{
    digest::{digest, role_digest, roles, sample},
    rig::{Rig, with},
};
use crate::{
    domain::{
        id::{OperationId, SystemIds},
        manifest::Manifest,
        msg::Arg,
        operation::OpState,
    },
    engine::{Aside, BackupOptions, Engine, RestoreOptions, Shelf},
    saga::{Outcome, Plan, memory::Memory},
};

const MAJORS: [u32; 2] = [15, 17];

fn only(names: &[&str]) -> BackupOptions {
    BackupOptions { items: names.iter().map(|n| (*n).to_owned()).collect(), ..BackupOptions::default() }
}

fn replacing_roles() -> RestoreOptions {
    RestoreOptions { replace_roles: true, ..RestoreOptions::default() }
}

async fn run(rig: &Rig, op: OperationId, plan: &Plan) -> Outcome {
    rig.runner(&op, &Memory::of(plan)).run(plan).await.unwrap()
}

/// The plan of an undo.
async fn undo_plan(rig: &Rig, asides: &[Aside], op: &OperationId) -> Plan {
    let engine = rig.engine();
    let planned = engine.plan_undo(&rig.access, asides, op).await.unwrap();
    rig.plan(engine.undo(&rig.access, &planned.facts).unwrap())
}

/// A restore of two databases, one of which appears again after the plan was made.
async fn restore_onto_a_newcomer(
    rig: &Rig,
    shelf: &Shelf,
    manifest: &Manifest,
    options: &RestoreOptions,
) -> Outcome {
    rig.sql("postgres", "DROP DATABASE IF EXISTS other");
    let op = OperationId::new(&SystemIds);
    let plan = rig.restore_plan(&op, shelf, manifest, options).await.unwrap();
    rig.sql("postgres", "CREATE DATABASE other");
    run(rig, op, &plan).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_appeared_meanwhile_is_left_alone() {
    let Some(rig) = Rig::up(17).await else { return };
    rig.sql("postgres", "CREATE DATABASE shop; CREATE DATABASE other");
    let (shelf, manifest) = rig.backup(only(&["shop", "other"])).await;
    let outcome = restore_onto_a_newcomer(&rig, &shelf, &manifest, &RestoreOptions::default()).await;
    assert_eq!(outcome.state, OpState::RolledBack, "{outcome:?}");
    assert!(outcome.problem.as_ref().unwrap().is("pg-name-taken"), "{outcome:?}");
    rig.assert_clean("after the newcomer");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_change_right_before_the_swap_and_back_if_it_fails() {
    let Some(rig) = Rig::up(17).await else { return };
    roles(&rig);
    rig.sql("postgres", "CREATE DATABASE shop; CREATE DATABASE other");
    let (shelf, manifest) = rig.backup(only(&["shop", "other"])).await;
    rig.sql("postgres", "ALTER ROLE app PASSWORD 'changed' CREATEDB; COMMENT ON ROLE app IS NULL");
    let changed = role_digest(&rig);
    for in_place in [false, true] {
        let op = OperationId::new(&SystemIds);
        let options = RestoreOptions { in_place, ..replacing_roles() };
        let plan = rig.restore_plan(&op, &shelf, &manifest, &options).await.unwrap();
        let names: Vec<String> = plan.lines().into_iter().map(|l| l.name).collect();
        let at = |name: &str| names.iter().position(|n| n == name).unwrap();
        assert!(at("replace-roles") > at("carry:shop").max(at("carry:other")), "{names:?}");
        assert_eq!(at("replace-roles") + 1, at(if in_place { "name" } else { "close" }), "{names:?}");
    }
    let outcome = restore_onto_a_newcomer(&rig, &shelf, &manifest, &replacing_roles()).await;
    assert_eq!(outcome.state, OpState::RolledBack, "{outcome:?}");
    assert_eq!(role_digest(&rig), changed, "put back");
    rig.assert_clean("after the newcomer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_taken_back_gives_roles_back_too() {
    for major in MAJORS {
        let Some(rig) = Rig::up(major).await else { return };
        roles(&rig);
        sample(&rig, "shop");
        let (shelf, manifest) = rig.backup(only(&["shop"])).await;
        rig.sql("postgres", "ALTER ROLE app PASSWORD 'changed' CREATEDB; COMMENT ON ROLE app IS NULL");
        rig.sql("shop", "DELETE FROM logs");
        let (before, roles_before) = (digest(&rig, "shop"), role_digest(&rig));

        // Nobody can connect to the restored one: it is carried over from the live one.
        let barred = "session_preload_libraries";
        rig.sql("postgres", &format!("ALTER DATABASE shop SET {barred} = 'no such library'"));
        let op = OperationId::new(&SystemIds);
        let plan = rig.restore_plan(&op, &shelf, &manifest, &replacing_roles()).await.unwrap();
        let outcome = run(&rig, op, &plan).await;
        rig.sql("postgres", &format!("ALTER DATABASE shop RESET {barred}"));
        assert_eq!(outcome.state, OpState::RolledBack, "{outcome:?}");
        assert_eq!(role_digest(&rig), roles_before, "{major}: taken back");
        assert_eq!(digest(&rig, "shop"), before);

        let asides = rig.restore(&shelf, &manifest, &replacing_roles()).await.unwrap();
        let (restored, roles_restored) = (digest(&rig, "shop"), role_digest(&rig));
        let old = asides[0].locator["database"].as_str().unwrap().to_owned();
        rig.sql("postgres", &format!("ALTER DATABASE \"{old}\" SET {barred} = 'no such library'"));
        let op = OperationId::new(&SystemIds);
        let plan = undo_plan(&rig, &asides, &op).await;
        let outcome = run(&rig, op, &plan).await;
        rig.sql("postgres", &format!("ALTER DATABASE \"{old}\" RESET {barred}"));
        assert_eq!(outcome.state, OpState::RolledBack, "{outcome:?}");
        assert_eq!(role_digest(&rig), roles_restored, "{major}: the undo taken back");
        assert_eq!(digest(&rig, "shop"), restored);

        // And it can be undone still.
        rig.undo(&asides).await.unwrap();
        assert_eq!(digest(&rig, "shop"), before, "{major}: undone");
        let without =
            |t: String| t.lines().filter(|l| !l.contains("__zelo_old_")).collect::<Vec<_>>().join("\n");
        assert_eq!(without(role_digest(&rig)), roles_before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_saved_without_passwords_keep_the_present_ones() {
    let Some(mut rig) = Rig::up(15).await else { return };
    roles(&rig);
    rig.sql("postgres", "CREATE DATABASE shop; CREATE ROLE reader LOGIN");
    let access = rig.access.clone();
    rig.access = with(access.clone(), "user", "reader");
    let (shelf, manifest) = rig.backup(only(&["shop"])).await;
    rig.access = access;
    let before = role_digest(&rig);
    rig.sql("postgres", "ALTER ROLE app CREATEDB");
    let engine = rig.engine();
    let op = OperationId::new(&SystemIds);
    let planned = engine.plan_restore(&rig.access, &shelf, &manifest, &replacing_roles(), &op).await.unwrap();
    assert!(planned.warnings.iter().any(|w| w.id == "pg-warning-replace-roles-only"), "{planned:?}");
    rig.restore(&shelf, &manifest, &replacing_roles()).await.unwrap();
    let without = |t: String| t.lines().filter(|l| !l.contains("__zelo_old_")).collect::<Vec<_>>().join("\n");
    assert_eq!(without(role_digest(&rig)), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_live_database_keeps_is_said() {
    let Some(rig) = Rig::up(17).await else { return };
    roles(&rig);
    sample(&rig, "shop");
    let (shelf, manifest) = rig.backup(only(&["shop"])).await;
    let engine = rig.engine();
    let op = OperationId::new(&SystemIds);
    let kept = async || {
        let planned = engine
            .plan_restore(&rig.access, &shelf, &manifest, &RestoreOptions::default(), &op)
            .await
            .unwrap();
        let kept = planned.warnings.into_iter().filter(|w| w.id.starts_with("pg-warning-kept-"));
        kept.map(|w| (w.id, w.args)).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(kept().await, BTreeMap::new());
    rig.sql(
        "postgres",
        "ALTER DATABASE shop OWNER TO app; ALTER DATABASE shop SET app.secret = 'hidden'; \
         ALTER DATABASE shop SET work_mem = '9MB'; ALTER ROLE app IN DATABASE shop RESET work_mem; \
         ALTER DATABASE shop CONNECTION LIMIT 12; COMMENT ON DATABASE shop IS 'another'; \
         GRANT CREATE ON DATABASE shop TO readers",
    );
    let found = kept().await;
    let ids: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        ids,
        ["comment", "grants", "limit", "owner", "settings"].map(|w| format!("pg-warning-kept-{w}"))
    );
    let arg = |id: &str, name: &str| found[&format!("pg-warning-kept-{id}")][name].clone();
    assert_eq!(arg("owner", "now"), Arg::from("app"));
    assert_eq!(arg("owner", "then"), Arg::from("shop owner"));
    assert_eq!(arg("settings", "settings"), Arg::from("app.secret, app: work_mem, work_mem"));
    assert!(!format!("{found:?}").contains("hidden"), "{found:?}");
}
