//! What a restore does to roles, to databases that are not its own, and what it
//! keeps of the live one; also when it is taken back after the swap.

use std::collections::BTreeMap;

use super::{
    digest::{digest, role_digest, roles, sample},
    memory::Run,
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
    saga::{Outcome, Plan},
};

const MAJORS: [u32; 2] = [15, 17];

fn only(names: &[&str]) -> BackupOptions {
    BackupOptions { items: names.iter().map(|n| (*n).to_owned()).collect(), ..BackupOptions::default() }
}

fn replacing_roles() -> RestoreOptions {
    RestoreOptions { replace_roles: true, ..RestoreOptions::default() }
}

async fn run(rig: &Rig, op: OperationId, plan: &Plan) -> Outcome {
    Run { op, ..Run::new(rig, plan) }.run(plan).await
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
