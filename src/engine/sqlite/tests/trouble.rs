//! What can be in the way of a whole plan: locks, lost files, damaged backups;
//! and the way back without Zelo.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    super::names,
    rig::{Whole, composed, runner},
    *,
};
use crate::{
    domain::{backup::Compression, operation::OpState},
    engine::{Engine, RestoreOptions, RestoreSteps},
    saga::memory::Memory,
    store::part::open_part,
};

#[tokio::test]
async fn a_busy_database_is_a_named_error_and_nothing_changes() {
    let whole = Whole::new("DELETE").await;
    let live = whole.lab.live.clone();
    let manifest = whole.backup(Compression::Auto).await;
    let before = seen(&live);
    let op = operation();
    let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
    let backup = whole.backup_plan(Compression::Auto).await;
    let writer = app(&live);
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let plan = composed(steps, None);
    for plan in [&plan, &backup] {
        let outcome = runner(&op, &Memory::of(plan)).run(plan).await.unwrap();
        assert_eq!(outcome.state, OpState::Failed, "{outcome:?}");
        assert!(outcome.problem.unwrap().is("sqlite-busy"));
    }
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(seen(&live), before);
    assert_eq!(whole.temps(), 0);
}

#[tokio::test]
async fn a_writer_that_never_ends_stops_the_swap_and_nothing_changes() {
    for mode in ["WAL", "DELETE"] {
        let whole = Whole::new(mode).await;
        let live = whole.lab.live.clone();
        let manifest = whole.backup(Compression::Auto).await;
        let before = seen(&live);
        let op = operation();
        let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
        let plan = composed(steps, None);
        // Readers get through, so only the swap is kept waiting.
        let writer = app(&live);
        writer.execute_batch("BEGIN IMMEDIATE").unwrap();
        let outcome = runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
        assert_eq!(outcome.state, OpState::RolledBack, "{outcome:?}");
        assert!(outcome.problem.unwrap().is("sqlite-busy"));
        writer.execute_batch("ROLLBACK").unwrap();
        assert_eq!(seen(&live), before);
        assert_eq!(whole.sides(), BTreeSet::new());
    }
}

#[tokio::test]
async fn into_a_new_name_and_into_the_place_of_a_lost_file() {
    use std::os::unix::fs::PermissionsExt;
    let whole = Whole::new("WAL").await;
    let live = whole.lab.live.clone();
    std::fs::set_permissions(&live, std::fs::Permissions::from_mode(0o640)).unwrap();
    let good = seen(&live);
    let manifest = whole.backup(Compression::Auto).await;

    let named =
        RestoreOptions { new_name: Some("it's \"new\" é.db".to_owned()), ..RestoreOptions::default() };
    let op = operation();
    let steps = whole.restore_steps(&manifest, &named, &op).await.unwrap();
    assert!(matches!(steps, RestoreSteps::Beside { .. }));
    let plan = composed(steps, None);
    assert_eq!(runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap().state, OpState::Succeeded);
    let new = whole.lab.beside("it's \"new\" é.db");
    assert_eq!(seen(&new), good);
    assert_eq!(std::fs::metadata(&new).unwrap().permissions().mode() & 0o777, 0o640);
    let mode: String = app(&new).query_row("PRAGMA journal_mode", [], |r| r.get(0)).unwrap();
    assert_eq!(mode, "wal");
    let problem = whole.restore_steps(&manifest, &named, &operation()).await.err().unwrap();
    assert!(problem.is("sqlite-exists"));
    for bad in ["a/b", "..", "x-wal", "x__zelo_old_01234567"] {
        let named = RestoreOptions { new_name: Some(bad.to_owned()), ..RestoreOptions::default() };
        assert!(whole.restore_steps(&manifest, &named, &operation()).await.is_err(), "{bad}");
    }

    // The file is lost and its log is not: it must not be played into the new one.
    let writer = app(&live);
    add(&writer, 7);
    let log = std::fs::read(names::companion(&live, "-wal")).unwrap();
    drop(writer);
    std::fs::remove_file(&live).unwrap();
    std::fs::write(names::companion(&live, "-wal"), log).unwrap();
    let op = operation();
    let steps = whole.restore_steps(&manifest, &RestoreOptions::default(), &op).await.unwrap();
    let plan = composed(steps, None);
    let outcome = runner(&op, &Memory::of(&plan)).run(&plan).await.unwrap();
    assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
    assert_eq!(seen(&live), good);
    super::whole(&live);
    assert_eq!(std::fs::metadata(&live).unwrap().permissions().mode() & 0o777, 0o640);
}

#[tokio::test]
async fn every_damage_to_a_stored_backup_is_found() {
    let whole = Whole::new("DELETE").await;
    let manifest = whole.backup(Compression::None).await;
    let part = &manifest.parts[0];
    let file = whole.store.path().join("store/databases/p/orders").join(&part.files[0].path);
    let good = std::fs::read(&file).unwrap();
    let read = async || {
        let quiet = Arc::new(|_| ());
        match open_part(whole.shelf.store.clone(), &whole.shelf.resource, part, quiet).await {
            Ok(raw) => whole.engine.validate(None, part, raw).await,
            Err(problem) => Err(problem),
        }
    };
    read().await.unwrap();
    for at in [0, 17, 30, 5000, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        std::fs::write(&file, bad).unwrap();
        assert!(read().await.is_err(), "a flipped bit at {at}");
    }
    std::fs::write(&file, &good[..good.len() - 4096]).unwrap();
    assert!(read().await.is_err(), "a truncated file");

    // Damage that came in before the digests were taken is found by structure.
    for at in [3, 17, 30, good.len() / 8192 * 4096 + 4090] {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        let problem = whole.engine.validate(None, part, Box::pin(std::io::Cursor::new(bad))).await;
        assert!(problem.is_err(), "structure at {at}");
    }
    let cut = good[..good.len() - 4096].to_vec();
    let problem = whole.engine.validate(None, part, Box::pin(std::io::Cursor::new(cut))).await.unwrap_err();
    assert!(problem.is("sqlite-part-length"), "{problem}");
    assert_eq!(whole.temps(), 0);
}

#[tokio::test]
async fn recover_md_restores_without_zelo() {
    for compression in [Compression::Auto, Compression::None] {
        let whole = Whole::new("WAL").await;
        let good = seen(&whole.lab.live);
        let manifest = whole.backup(compression).await;
        let text = whole.engine.recover(&manifest);
        let folder = whole.store.path().join("store/databases/p/orders/backup-x");
        let commands: String =
            text.split("```sh\n").skip(1).take(2).map(|b| b.split("```").next().unwrap()).collect();
        let status = std::process::Command::new("sh")
            .arg("-euc")
            .arg(&commands)
            .current_dir(&folder)
            .status()
            .unwrap();
        assert!(status.success(), "{text}");
        assert_eq!(seen(&folder.join("restored.db")), good);
    }
}
