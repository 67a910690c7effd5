//! SIGKILL at each step of a backup, a restore and an undo, and in their streams:
//! the database is wholly old or wholly new, and nothing lies about.

use std::collections::BTreeSet;

use crate::{
    killing::{Killing, Steps},
    panel::SHOP,
    support::{random::Random, text},
};

#[test]
fn a_restore_killed_at_each_of_its_steps() {
    let Some(it) = Killing::new() else { return };
    let mut random = Random::new();
    let restore = ["restore", &it.backup, "--yes", "--json"];
    let steps = Steps::of(&it.panel.zelo(&["restore", &it.backup, "--dry-run", "--json"]).code(0).json());
    let mut ended = BTreeSet::new();
    for step in 0..steps.names.len() {
        let done = it.killed_at(&restore, &steps, step, random.moment());
        if done {
            it.damage_again();
        }
        ended.insert(done);
    }
    assert_eq!(ended.len(), 2, "some before the commit, some after it");
    // After all of that it simply works.
    it.panel.carry_out(&["restore", &it.backup]);
    assert_eq!(it.server.digest(SHOP), it.new);
}

#[test]
fn a_restore_killed_in_its_safety_backup_or_its_streams() {
    let Some(it) = Killing::new() else { return };
    let mut random = Random::new();
    let restore = ["restore", &it.backup, "--yes", "--json"];
    let step = ["reserve", "look", "stage", "roles", "dump:shop", "verify", "publish", "catalogue"];
    let step = step[random.below(8) as usize];
    let mut faults = vec![format!("backup/kill:{step}:{}", random.moment())];
    for stream in ["backup/kill-bytes:dump:shop", "restore/kill-bytes:source", "restore/kill-bytes:load:shop"]
    {
        faults.push(format!("{stream}:{}", random.below(100_000)));
    }
    for fault in faults {
        it.server.sql(SHOP, "SELECT setval('odd', 8); SELECT setval('odd', 7)"); // nothing to reuse
        let operation = it.killed(&restore, &fault);
        it.assert_ended(&operation, false, &it.old, &fault);
    }
}

#[test]
fn a_backup_killed_at_each_of_its_steps() {
    let Some(it) = Killing::new() else { return };
    let mut random = Random::new();
    let name = it.server.name.as_str();
    let backup = ["backup", "create", name, "--item", SHOP, "--json"];
    let steps = Steps::of(&it.panel.zelo(&[&backup[..], &["--dry-run"]].concat()).code(0).json());
    let backups = || it.panel.zelo(&["backup", "list", "--json"]).code(0).json()["total"].as_u64().unwrap();
    for (index, step) in steps.names.iter().enumerate() {
        let moment = random.moment();
        let fault = format!("backup/kill:{step}:{moment}");
        let (before, done) = (backups(), steps.done(index, moment));
        let operation = it.killed(&backup, &fault);
        it.assert_ended(&operation, done, &it.old, &fault);
        assert_eq!(backups() - before, u64::from(done), "{fault}");
    }
    for _ in 0..2 {
        let fault = format!("backup/kill-bytes:{}", random.below(100_000));
        let operation = it.killed(&backup, &fault);
        it.assert_ended(&operation, false, &it.old, &fault);
    }
}

#[test]
fn an_undo_killed_at_each_of_its_steps() {
    let Some(it) = Killing::new() else { return };
    let mut random = Random::new();
    let mut undo = it.panel.carry_out(&["restore", &it.backup]);
    let (mut live, mut beside) = (it.new.clone(), it.old.clone());
    let steps = Steps::of(&it.panel.zelo(&["undo", &undo, "--dry-run", "--json"]).code(0).json());
    for (index, step) in steps.names.iter().enumerate() {
        let moment = random.moment();
        let fault = format!("undo/kill:{step}:{moment}");
        let done = steps.done(index, moment);
        let operation = it.killed(&["undo", &undo, "--yes", "--json"], &fault);
        if done {
            std::mem::swap(&mut live, &mut beside);
            undo = text(&operation["id"]);
        }
        it.assert_ended(&operation, done, &live, &fault);
    }
    it.panel.carry_out(&["undo", &undo]);
    assert_eq!(it.server.digest(SHOP), beside);
}
