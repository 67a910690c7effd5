//! What every engine must keep, on a resource of its own: run for each kind by
//! its own tests. `harm` runs the same against a faulty store and host.

use std::{io::Cursor, sync::Arc};

use serde_json::Value;
use tokio::io::AsyncReadExt;

use super::{
    Aside, RestoreOptions,
    rehearsal::{self, Backup, Change, Kept, Rig, What, asides, assert_same},
};
use crate::{
    domain::{
        manifest::{Manifest, Part},
        operation::OpState,
        problem::Problem,
    },
    saga::StepState,
    store::part::open_part,
};

/// The whole contract.
pub(super) async fn contract(rig: &dyn Rig) {
    let kept = a_backup_is_whole_and_changes_nothing(rig).await;
    recover_md_names_what_it_needs(rig, &kept);
    damage_to_a_backup_is_found(rig, &kept).await;
    a_restore_can_be_undone_and_its_undo_too(rig, &kept).await;
    a_new_name_leaves_the_live_one_alone(rig, &kept).await;
    a_new_process_ends_what_a_dead_one_began(rig, &kept).await;
}

/// What a machine reads back as it was, and no secret in it.
#[track_caller]
fn assert_plain(rig: &dyn Rig, facts: &Value) {
    let text = facts.to_string();
    assert!(facts.is_object(), "{text}");
    assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), facts);
    assert_no_secret(rig, &text);
}

#[track_caller]
fn assert_no_secret(rig: &dyn Rig, text: &str) {
    let secrets = rig.access().secrets;
    assert!(!secrets.is_empty(), "a rig without a secret proves nothing");
    for (name, secret) in secrets {
        assert!(!text.contains(secret.expose()), "{name} is told in {text}");
    }
}

/// A backup of the item as it is now.
pub(super) async fn backed_up(rig: &dyn Rig) -> Kept {
    let backup = Backup::planned(rig).await;
    let outcome = backup.run(rig, rig.store()).await;
    assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
    backup.kept(rig)
}

async fn a_backup_is_whole_and_changes_nothing(rig: &dyn Rig) -> Kept {
    let before = rig.contents(&rig.item());
    let backup = Backup::planned(rig).await;
    assert_plain(rig, &backup.facts);
    let (first, _) = backup.plan(rig, rig.store());
    let (second, _) = backup.plan(rig, rig.store());
    assert_eq!(first.lines(), second.lines(), "the same facts, the same steps");
    let outcome = backup.run(rig, rig.store()).await;
    assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
    assert_no_secret(rig, &format!("{:?}", backup.journal().rows()));

    let kept = backup.kept(rig);
    let bytes = kept.manifest.to_bytes();
    assert_eq!(Manifest::parse(&bytes).unwrap(), kept.manifest);
    assert_no_secret(rig, &String::from_utf8(bytes).unwrap());
    assert!(kept.manifest.parts.iter().any(|part| !part.counts.is_empty()), "nothing was counted");
    for part in &kept.manifest.parts {
        assert!(!part.files.is_empty(), "{part:?}");
        for file in &part.files {
            let found = std::fs::metadata(path(rig, &kept, &file.path)).unwrap();
            assert_eq!(found.len(), file.stored.bytes, "{file:?}");
        }
    }
    proven(rig, &kept, true).await.unwrap();
    assert_same(&rig.contents(&rig.item()), &before, "a backup");
    rig.assert_clean("after a backup");
    kept
}

fn path(rig: &dyn Rig, kept: &Kept, file: &str) -> std::path::PathBuf {
    rig.root().join(kept.shelf.resource.as_str()).join(file)
}

/// Reads and looks at every part, as a verification does.
async fn proven(rig: &dyn Rig, kept: &Kept, with_tools: bool) -> Result<(), Problem> {
    let (engine, access) = (rig.engine(), rig.access());
    for part in &kept.manifest.parts {
        let raw = open_part(kept.shelf.store.clone(), &kept.shelf.resource, part, Arc::new(|_| {})).await?;
        engine.validate(with_tools.then_some(&access), part, raw).await?;
    }
    Ok(())
}

fn recover_md_names_what_it_needs(rig: &dyn Rig, kept: &Kept) {
    let text = rig.engine().recover(&kept.manifest);
    assert_no_secret(rig, &text);
    assert!(text.starts_with("# ") && text.contains("```sh\n"), "{text}");
    for file in kept.manifest.parts.iter().flat_map(|part| &part.files) {
        let name = file.path.rsplit('/').next().unwrap();
        assert!(text.contains(name), "{name} is not in {text}");
    }
}

async fn damage_to_a_backup_is_found(rig: &dyn Rig, kept: &Kept) {
    for file in kept.manifest.parts.iter().flat_map(|part| &part.files) {
        let path = path(rig, kept, &file.path);
        let whole = std::fs::read(&path).unwrap();
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x10;
            let cut = whole[..at].to_vec();
            for (bytes, how) in [(flipped, "flipped"), (cut, "cut")] {
                std::fs::write(&path, bytes).unwrap();
                let found = proven(rig, kept, false).await;
                assert!(found.is_err(), "{} {how} at {at} of {}", file.path, whole.len());
            }
        }
        std::fs::write(&path, whole).unwrap();
    }
    // What was cut before its digest was taken is found by its structure.
    let part = largest(&kept.manifest);
    let mut raw = Vec::new();
    let mut read =
        open_part(kept.shelf.store.clone(), &kept.shelf.resource, part, Arc::new(|_| {})).await.unwrap();
    read.read_to_end(&mut raw).await.unwrap();
    for length in [0, 1, raw.len() / 2, raw.len() - 1] {
        let short = Box::pin(Cursor::new(raw[..length].to_vec()));
        let found = rig.engine().validate(None, part, short).await;
        assert!(found.is_err(), "{length} of {} bytes", raw.len());
    }
    proven(rig, kept, false).await.unwrap();
    rig.assert_clean("after looking at damaged parts");
}

/// The part with the most bytes: the one that matters.
pub(super) fn largest(manifest: &Manifest) -> &Part {
    manifest.parts.iter().max_by_key(|part| part.raw.bytes).unwrap()
}

/// Carries out a change that must succeed; what it set aside.
pub(super) async fn done(rig: &dyn Rig, what: What<'_>) -> Vec<Aside> {
    let change = Change::planned(rig, what).await.unwrap();
    assert_plain(rig, &change.facts);
    let (first, second) = (change.plan(rig, rig.store()), change.plan(rig, rig.store()));
    assert_eq!(first.lines(), second.lines(), "the same facts, the same steps");
    asides(&change.run(rig, rig.store()).await)
}

/// Puts what a restore set aside back, and frees what that sets aside.
pub(super) async fn taken_back(rig: &dyn Rig, kept: &[Aside]) {
    free(rig, &done(rig, What::Undo(kept)).await).await;
}

async fn free(rig: &dyn Rig, asides: &[Aside]) {
    for aside in asides {
        let outcome = rehearsal::free(rig, aside).await;
        assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
        assert!(!rig.has(aside), "{aside:?}");
    }
}

async fn a_restore_can_be_undone_and_its_undo_too(rig: &dyn Rig, kept: &Kept) {
    let item = rig.item();
    let good = rig.contents(&item);
    rig.alter();
    let altered = rig.contents(&item);
    assert_ne!(altered, good);
    let first = done(rig, What::Restore(kept, RestoreOptions::default())).await;
    assert_same(&rig.contents(&item), &good, "restored");
    assert!(first.iter().any(|aside| aside.item == item) && first.iter().all(|a| rig.has(a)), "{first:?}");
    rig.assert_quiet("after a restore");

    rig.alter();
    let written = rig.contents(&item);
    let second = done(rig, What::Undo(&first)).await;
    assert_same(&rig.contents(&item), &altered, "undone");
    assert!(second.iter().all(|aside| rig.has(aside)), "{second:?}");
    let third = done(rig, What::Undo(&second)).await;
    assert_same(&rig.contents(&item), &written, "what was written after the restore is back");
    free(rig, &third).await;
    rig.assert_clean("after all was freed");
}

async fn a_new_name_leaves_the_live_one_alone(rig: &dyn Rig, kept: &Kept) {
    let (item, new) = (rig.item(), rig.new_name());
    let back = done(rig, What::Restore(kept, RestoreOptions::default())).await;
    let good = rig.contents(&item);
    taken_back(rig, &back).await;
    rig.alter();
    let live = rig.contents(&item);
    let options = RestoreOptions { new_name: Some(new.clone()), ..RestoreOptions::default() };
    let change = Change::planned(rig, What::Restore(kept, options.clone())).await.unwrap();
    assert_plain(rig, &change.facts);
    let outcome = change.run(rig, rig.store()).await;
    assert_eq!(outcome.state, OpState::Succeeded, "{outcome:?}");
    assert_same(&rig.contents(&new), &good, "beside");
    assert_same(&rig.contents(&item), &live, "live");
    rig.assert_clean("after a restore under a new name");
    let taken = Change::planned(rig, What::Restore(kept, options)).await;
    assert!(taken.is_err(), "a name that is taken is not taken again");
    rig.remove(&new);
}

async fn a_new_process_ends_what_a_dead_one_began(rig: &dyn Rig, kept: &Kept) {
    let item = rig.item();
    let altered = rig.contents(&item);
    let back = done(rig, What::Restore(kept, RestoreOptions::default())).await;
    let good = rig.contents(&item);
    taken_back(rig, &back).await;
    for (offset, committed) in [(-1, false), (0, true), (1, true)] {
        let what = What::Restore(kept, RestoreOptions::default());
        let change = Change::planned(rig, what).await.unwrap();
        let lines = change.plan(rig, rig.store()).lines();
        let commit = lines.iter().position(|line| line.commits).unwrap();
        let step = commit.checked_add_signed(offset).unwrap();
        let when = format!("died when {} was done", lines[step].name);
        // It is done, and the journal does not know.
        change.dies(rig, step, StepState::Done).await;
        let outcome = change.recover(rig).await;
        if committed {
            assert_same(&rig.contents(&item), &good, &when);
            let asides = asides(&outcome);
            rig.assert_quiet(&when);
            taken_back(rig, &asides).await;
        } else {
            assert!(matches!(outcome.state, OpState::Failed | OpState::RolledBack), "{when}: {outcome:?}");
        }
        assert_same(&rig.contents(&item), &altered, &when);
        rig.assert_clean(&when);
    }
}
