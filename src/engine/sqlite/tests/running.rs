//! Whole plans by the real runner, with a real store: backed up, damaged,
//! restored, undone, undone again; each step failed, dropped and taken over.

use std::collections::BTreeSet;

use super::{
    super::names,
    rig::{Where, Whole, composed, runner},
    *,
};
use crate::{
    domain::{backup::Compression, operation::OpState},
    engine::{Aside, Engine, RestoreOptions, Swapped},
    saga::{Plan, journal::StepState, memory::Memory, runner::Outcome},
};

fn damage(live: &Path) {
    app(live).execute_batch("DROP TABLE orders; CREATE TABLE junk(a); INSERT INTO junk VALUES(1)").unwrap();
}

#[tokio::test]
async fn there_and_back_and_back_again() {
    for (mode, compression) in
        [("WAL", Compression::Auto), ("DELETE", Compression::Zstd(3)), ("TRUNCATE", Compression::None)]
    {
        let whole = Whole::new(mode).await;
        let live = whole.lab.live.clone();
        let good = seen(&live);
        let manifest = whole.backup(compression).await;
        assert_eq!(whole.temps(), 0);
        assert_eq!(manifest.parts[0].counts["table:orders"], 500);

        let open = app(&live);
        damage(&live);
        let damaged = seen(&live);
        let asides = whole.restore(&manifest).await;
        assert_eq!(seen(&live), good, "{mode}");
        assert_eq!(count(&open), 500, "{mode}: an open connection goes on");
        assert_eq!(whole.sides().len(), 1, "{:?}", whole.sides());

        add(&app(&live), 5);
        let later = seen(&live);
        let again = whole.undo(&asides).await;
        assert_eq!(seen(&live), damaged, "{mode}");
        let third = whole.undo(&again).await;
        assert_eq!(seen(&live), later, "{mode}");
        assert_eq!(whole.sides().len(), 1, "{:?}", whole.sides());
        whole.free(&third[0]).await.unwrap();
        assert_eq!(whole.sides().len(), 0);
        self::whole(&live);
        let marks: i64 = app(&live)
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name GLOB '__zelo*'", [], |r| r.get(0))
            .unwrap();
        assert_eq!(marks, 0);
    }
}

fn whole(path: &Path) {
    super::whole(path);
}

#[tokio::test]
async fn a_failure_before_the_commit_point_leaves_nothing() {
    for place in 0..3 {
        let whole = Whole::new("DELETE").await;
        let manifest = whole.backup(Compression::Auto).await;
        damage(&whole.lab.live);
        let (before, files) = (seen(&whole.lab.live), whole.lab.files());
        let op = operation();
        let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
        let plan = composed(steps, Some((Where::Before(place), false)));
        let outcome = runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
        assert_eq!(outcome.state, OpState::Failed, "{outcome:?}");
        assert_eq!((seen(&whole.lab.live), whole.lab.files()), (before, files));
    }
}

#[tokio::test]
async fn a_failure_after_the_commit_point_swaps_back_and_drops_nothing() {
    for mode in ["WAL", "DELETE"] {
        for (place, written) in [
            (Where::Settling, false),
            (Where::Settling, true),
            (Where::Confirming, false),
            (Where::Confirming, true),
        ] {
            let whole = Whole::new(mode).await;
            let live = whole.lab.live.clone();
            let manifest = whole.backup(Compression::Auto).await;
            damage(&live);
            let before = seen(&live);
            let op = operation();
            let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
            let plan = composed(steps, Some((place, written)));
            let journal = Memory::of(&plan);
            let runner = runner(&op, &journal);
            // Somebody writes while the last step hangs, which its deadline ends.
            let writing = async {
                if written {
                    while journal.state("trip") != Some(StepState::Running) {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    add(&app(&live), 3);
                }
            };
            let (outcome, ()) = tokio::join!(runner.run(&plan), writing);
            assert_eq!(outcome.unwrap().state, OpState::RolledBack, "{mode} {place:?} {written}");
            assert_eq!(seen(&live), before, "{mode} {place:?} {written}");
            let sides = whole.sides();
            if written {
                let since = names::Sides::of(&live, &op).new;
                assert_eq!(sides, [names::file_name(&since)].into(), "what people wrote is kept");
                assert_eq!(count(&app(&since)), 503);
            } else {
                assert_eq!(sides, BTreeSet::new(), "{mode} {place:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_undo_that_fails_after_its_commit_point_keeps_the_aside_it_used() {
    for place in [Where::Settling, Where::Confirming] {
        let whole = Whole::new("WAL").await;
        let live = whole.lab.live.clone();
        let manifest = whole.backup(Compression::Auto).await;
        damage(&live);
        let damaged = seen(&live);
        let asides = whole.restore(&manifest).await;
        let restored = seen(&live);
        let op = operation();
        let planned = whole.engine.plan_undo(&whole.access, &asides, &op).await.unwrap();
        let steps = whole.engine.undo(&whole.access, &planned.facts).unwrap();
        let plan = composed(steps, Some((place, false)));
        let outcome = runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
        assert_eq!(outcome.state, OpState::RolledBack, "{outcome:?}");
        assert_eq!(seen(&live), restored);
        assert_eq!(whole.sides().len(), 1, "{:?}", whole.sides());
        whole.undo(&asides).await;
        assert_eq!(seen(&live), damaged, "the same aside can be put back later");
    }
}

#[tokio::test]
async fn dropped_at_any_moment_a_backup_or_restore_leaves_nothing_after_its_undo() {
    let whole = Whole::new("WAL").await;
    let live = whole.lab.live.clone();
    add(&app(&live), 4000);
    let manifest = whole.backup(Compression::Auto).await;
    let (before, files) = (seen(&live), whole.lab.files());
    for millis in [0, 2, 5, 10, 20, 40, 80, 160, 320] {
        let plan = whole.backup_plan(Compression::Auto).await;
        cancelled(&plan, &operation(), millis).await;
        assert_eq!(whole.temps(), 0, "{millis}");

        let op = operation();
        let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
        let plan = composed(steps, None);
        let outcome = cancelled(&plan, &op, millis).await;
        assert_eq!(seen(&live), before);
        if outcome.state == OpState::Succeeded {
            let aside: Swapped = serde_json::from_value(outcome.result.unwrap()).unwrap();
            whole.free(&aside.asides[0]).await.unwrap();
        } else {
            assert_eq!(outcome.state, OpState::Cancelled, "{outcome:?}");
        }
        assert_eq!(whole.sides(), BTreeSet::new(), "{millis}");
        drop(app(&live));
        assert_eq!(whole.lab.files(), files, "{millis}");
    }
}

async fn cancelled(plan: &Plan, op: &OperationId, millis: u64) -> Outcome {
    let runner = runner(op, &Memory::of(plan));
    let cancel = runner.cancel.clone();
    let later = async {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(runner.run(plan), later);
    outcome.unwrap()
}

#[tokio::test]
async fn a_new_process_finishes_or_undoes_what_a_dead_one_began() {
    // The dead one is a run whose lease is lost: it stops without undoing.
    for mode in ["WAL", "DELETE"] {
        for millis in [1, 10, 30, 60, 100, 150, 250, 400] {
            let whole = Whole::new(mode).await;
            let live = whole.lab.live.clone();
            let good = seen(&live);
            let manifest = whole.backup(Compression::Auto).await;
            damage(&live);
            let damaged = seen(&live);
            let op = operation();
            let planned = whole
                .engine
                .plan_restore(&whole.access, &whole.shelf, &manifest, &RestoreOptions::default(), &op)
                .await
                .unwrap();
            let plan = || {
                composed(
                    whole.engine.restore(&whole.access, &planned.facts, &whole.shelf, &manifest).unwrap(),
                    None,
                )
            };
            let first = plan();
            let journal = Memory::of(&first);
            let dead =
                tokio::time::timeout(Duration::from_millis(millis), runner(&op, &journal).run(&first)).await;
            if dead.is_ok() {
                assert_eq!(seen(&live), good);
                continue;
            }
            let second = plan();
            let outcome = runner(&op, &journal).recover(&second).await.unwrap();
            match outcome.state {
                OpState::Succeeded => {
                    assert_eq!(seen(&live), good, "{mode} {millis}");
                    assert_eq!(whole.sides().len(), 1, "{:?}", whole.sides());
                }
                OpState::Failed | OpState::RolledBack => {
                    assert_eq!(seen(&live), damaged, "{mode} {millis}");
                    assert_eq!(whole.sides(), BTreeSet::new());
                }
                other => panic!("{other}: {outcome:?}"),
            }
        }
    }
}

#[tokio::test]
async fn only_the_very_file_that_was_set_aside_is_removed() {
    let whole = Whole::new("WAL").await;
    let manifest = whole.backup(Compression::Auto).await;
    let asides = whole.restore(&manifest).await;
    let other = whole.restore(&manifest).await;
    let path = |aside: &Aside| aside.locator["path"].as_str().unwrap().to_owned();
    let planned = whole.engine.plan_free(&whole.access, &asides[0], &operation()).await;
    assert!(planned.unwrap_err().is("sqlite-not-ours"), "another operation's");
    let mut live = asides[0].clone();
    live.locator = serde_json::json!({ "path": whole.lab.live });
    let planned = whole.engine.plan_free(&whole.access, &live, &operation()).await;
    assert!(planned.unwrap_err().is("sqlite-not-ours"), "the live one");
    whole.free(&asides[0]).await.unwrap();
    whole.free(&asides[0]).await.unwrap();
    let left: Vec<_> = whole.sides().into_iter().collect();
    assert!(left.len() == 1 && path(&other[0]).ends_with(&left[0]), "{left:?}");
    self::whole(&whole.lab.live);
    // With its disk unmounted nothing can be told.
    std::fs::rename(whole.lab.live.parent().unwrap(), whole.store.path().join("away")).unwrap();
    std::fs::create_dir(whole.lab.live.parent().unwrap()).unwrap();
    assert!(whole.free(&other[0]).await.unwrap_err().is("sqlite-missing"));
}
