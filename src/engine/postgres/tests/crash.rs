//! The process dies at every step of a backup, a restore and an undo: after
//! recovery the database is wholly old or wholly new, and nothing is left over.

use std::time::Duration;

use super::{
    digest::{digest, roles, sample},
    rig::Rig,
};
use crate::{
    domain::{
        id::{OperationId, SystemIds},
        operation::OpState,
    },
    engine::{Aside, BackupOptions, Engine, RestoreOptions, Swapped},
    saga::{Outcome, Plan, StepState, memory::Memory},
};

/// Runs a plan until step `step` reaches `state`, waits a little, dies, and lets
/// a new process recover.
async fn interrupted(
    rig: &Rig,
    op: OperationId,
    plan: &Plan,
    step: usize,
    state: StepState,
    wait: u64,
) -> Outcome {
    let journal = Memory::of(plan);
    journal.stop_at(step, state);
    {
        let runner = rig.runner(&op, &journal);
        let going = runner.run(plan);
        tokio::pin!(going);
        tokio::select! {
            outcome = &mut going => return outcome.unwrap(),
            () = async {
                journal.stopped().await;
                tokio::time::sleep(Duration::from_millis(wait)).await;
            } => {}
        }
    }
    journal.go_on();
    rig.runner(&op, &journal).recover(plan).await.unwrap()
}

/// Every step dies once, at one of its moments; with `ZELO_SOAK=1` at each of them.
fn due(step: usize, round: usize, moments: usize) -> bool {
    step % moments == round || std::env::var_os("ZELO_SOAK").is_some_and(|v| v == "1")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_a_restore() {
    let Some(rig) = Rig::up(17).await else { return };
    roles(&rig);
    sample(&rig, "shop");
    let new = digest(&rig, "shop");
    let options = BackupOptions { items: vec!["shop".to_owned()], ..BackupOptions::default() };
    let (shelf, manifest) = rig.backup(options).await;
    rig.sql("shop", "DELETE FROM logs; CREATE TABLE intruder ()");
    let old = digest(&rig, "shop");
    let mut reached = (0, 0);
    let moments = [(StepState::Running, 0), (StepState::Running, 60), (StepState::Done, 0)];
    for (round, (state, wait)) in moments.into_iter().enumerate() {
        for step in 0.. {
            let op = OperationId::new(&SystemIds);
            let plan = rig.restore_plan(&op, &shelf, &manifest, &RestoreOptions::default()).await.unwrap();
            if step == plan.len() {
                break;
            }
            if !due(step, round, moments.len()) {
                continue;
            }
            let name = plan.lines()[step].name.clone();
            let when = format!("killed at {name}, {state:?} + {wait} ms");
            let outcome = interrupted(&rig, op, &plan, step, state, wait).await;
            let now = digest(&rig, "shop");
            match outcome.state {
                OpState::Succeeded => {
                    assert_eq!(now, new, "{when}");
                    reached.0 += 1;
                    let swapped: Swapped = serde_json::from_value(outcome.result.unwrap()).unwrap();
                    for aside in rig.undo(&swapped.asides).await.unwrap() {
                        rig.free(&aside).await.unwrap();
                    }
                }
                OpState::Failed | OpState::RolledBack => {
                    assert_eq!(now, old, "{when}");
                    reached.1 += 1;
                }
                other => panic!("{when}: {other:?} {:?}", outcome.problem),
            }
            rig.assert_clean(&when);
            assert_eq!(digest(&rig, "shop"), old, "{when}");
        }
    }
    assert!(reached.0 > 0 && reached.1 > 5, "{reached:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_an_undo() {
    let Some(rig) = Rig::up(15).await else { return };
    roles(&rig);
    sample(&rig, "shop");
    let options = BackupOptions { items: vec!["shop".to_owned()], ..BackupOptions::default() };
    let (shelf, manifest) = rig.backup(options).await;
    rig.sql("shop", "DELETE FROM logs");
    let old = digest(&rig, "shop");
    let mut asides = rig.restore(&shelf, &manifest, &RestoreOptions::default()).await.unwrap();
    let new = digest(&rig, "shop");
    let (mut live, mut beside) = (new, old);
    let moments = [StepState::Running, StepState::Done];
    for (round, state) in moments.into_iter().enumerate() {
        for step in 0.. {
            let op = OperationId::new(&SystemIds);
            let Some(plan) = undo_plan(&rig, &asides, &op, step).await else { break };
            if !due(step, round, moments.len()) {
                continue;
            }
            let when = format!("killed at step {step}, {state:?}");
            let outcome = interrupted(&rig, op, &plan, step, state, 0).await;
            if outcome.state == OpState::Succeeded {
                std::mem::swap(&mut live, &mut beside);
                asides = serde_json::from_value::<Swapped>(outcome.result.unwrap()).unwrap().asides;
            } else {
                assert!(
                    matches!(outcome.state, OpState::Failed | OpState::RolledBack),
                    "{when}: {outcome:?}"
                );
            }
            assert_eq!(digest(&rig, "shop"), live, "{when}");
            rig.assert_quiet(&when);
        }
    }
    for aside in &asides {
        rig.free(aside).await.unwrap();
    }
    rig.assert_clean("after all");
}

async fn undo_plan(rig: &Rig, asides: &[Aside], op: &OperationId, step: usize) -> Option<Plan> {
    let engine = rig.engine();
    let planned = engine.plan_undo(&rig.access, asides, op).await.unwrap();
    let plan = rig.plan(engine.undo(&rig.access, &planned.facts).unwrap());
    (step < plan.len()).then_some(plan)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_stopped_in_the_middle_is_named_and_nothing_is_lost() {
    let Some(rig) = Rig::up(15).await else { return };
    rig.sql("postgres", "CREATE DATABASE shop");
    rig.sql(
        "shop",
        "CREATE TABLE t AS SELECT i, repeat(md5(i::text), 30) AS t FROM generate_series(1, 300000) i",
    );
    let (shelf, manifest) =
        rig.backup(BackupOptions { items: vec!["shop".to_owned()], ..Default::default() }).await;
    let name = rig.name.clone();
    let stop = || {
        let name = name.clone();
        tokio::task::spawn_blocking(move || {
            std::thread::sleep(Duration::from_millis(700));
            super::rig::cli("docker", &["stop", "-t", "10", &name], "");
            super::rig::cli("docker", &["start", &name], "");
        })
    };
    let stopping = stop();
    let backup = rig.try_backup(BackupOptions { items: vec!["shop".to_owned()], ..Default::default() }).await;
    stopping.await.unwrap();
    rig.wait();
    // It may have been quick enough.
    if let Err(problem) = backup {
        let known = ["container-stopped", "pg-lost", "pg-dump-failed", "host-connection-lost", "pg-starting"];
        assert!(known.contains(&problem.code.as_str()), "{problem}");
    }
    rig.assert_clean("after the backup");
    let stopping = stop();
    let restored = rig.restore(&shelf, &manifest, &RestoreOptions::default()).await;
    stopping.await.unwrap();
    rig.wait();
    match restored {
        Ok(asides) => {
            for aside in &asides {
                rig.free(aside).await.unwrap();
            }
        }
        Err(problem) => assert!(!problem.is("undo-failed"), "{problem}"),
    }
    assert_eq!(rig.sql("shop", "SELECT count(*) FROM t"), "300000");
    rig.assert_clean("after the restore");
}
