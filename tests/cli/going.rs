//! What goes away: deleted backups and what restores set aside, kept, brought back
//! and removed for good.

use super::*;

#[test]
fn a_deleted_backup_comes_back_from_the_trash_or_goes_for_good() {
    let machine = Machine::new();
    machine.add();
    let backup = machine.back_up();
    let short = &backup[backup.len() - 8..];
    assert_eq!(code(&machine.json(1, &["backup", "purge", short, "--yes"])), "backup-not-trashed");
    assert_eq!(code(&machine.json(1, &["backup", "untrash", short])), "backup-not-trashed");
    machine.json(0, &["backup", "delete", short, "--yes"]);
    let trash = machine.json(0, &["backup", "list", "--trash"]);
    assert_eq!(
        (&trash["backups"][0]["id"], trash["backups"][0]["keep_until"].is_string()),
        (&backup.as_str().into(), true)
    );
    machine.json(0, &["backup", "untrash", short, "--dry-run"]);
    machine.json(0, &["backup", "untrash", short]);
    machine.json(0, &["backup", "validate", short]);
    assert_eq!(machine.json(0, &["backup", "list", "--trash"])["total"], 0);
    assert_eq!(machine.json(0, &["backup", "list"])["backups"][0]["id"], backup.as_str());
    machine.json(0, &["backup", "delete", short, "--yes"]);
    assert_eq!(code(&machine.json(2, &["backup", "purge", short])), "cli-confirm");
    let plan = machine.json(0, &["backup", "purge", short, "--dry-run"]);
    assert!(plan["waiver"]["reason"].as_str().unwrap().contains(short), "{plan}");
    machine.json(0, &["backup", "purge", short, "--confirm", "app"]);
    assert_eq!(machine.json(0, &["backup", "list", "--all"])["total"], 0);
    assert_eq!(machine.json(0, &["catalog", "rebuild"])["listed"], 0, "nothing is left in the store");
}

#[test]
fn what_a_restore_set_aside_is_listed_kept_longer_and_freed() {
    let machine = Machine::new();
    machine.add();
    let backup = machine.back_up();
    machine.write("DELETE FROM t WHERE a = 1;");
    let restored = machine.json(0, &["restore", &backup, "--yes"]);
    let restore = restored["operation"]["id"].as_str().unwrap();
    let asides = machine.json(0, &["aside", "list", "app"]);
    let id = asides[0]["id"].as_str().unwrap().to_owned();
    let short = &id[id.len() - 8..];
    assert!(asides[0]["bytes"].as_u64().unwrap() > 0, "{asides}");
    assert!(text(&machine.run(&["aside", "list"])).contains(" in all."));
    let until = |aside: &Value| aside["keep_until"].as_str().unwrap().to_owned();
    let kept = machine.json(0, &["aside", "keep", short, "--days", "30"]);
    assert!(until(&kept) > until(&asides[0]), "{kept}");
    let again = machine.json(0, &["aside", "keep", short, "--days", "1"]);
    assert_eq!(until(&again), until(&kept), "never shorter");

    assert_eq!(code(&machine.json(2, &["aside", "free", short])), "cli-confirm");
    let plan = machine.json(0, &["aside", "free", short, "--dry-run"]);
    assert_eq!((&plan["confirm"], plan["warnings"].as_array().unwrap().len()), (&"app".into(), 2), "{plan}");
    // Without the safety backup it takes a reason.
    let safety = machine.json(0, &["backup", "list"]);
    let safety = safety["backups"].as_array().unwrap().iter().find(|b| b["origin"] == "safety").unwrap();
    let safety = safety["id"].as_str().unwrap();
    machine.json(0, &["backup", "delete", safety, "--yes"]);
    assert_eq!(code(&machine.json(1, &["aside", "free", short, "--yes"])), "free-no-safety");
    let waived = ["aside", "free", short, "--without-safety", "exported", "--dry-run"];
    assert_eq!(machine.json(0, &waived)["waiver"]["reason"], "exported");
    machine.json(0, &["backup", "untrash", safety]);
    let before = machine.rows();
    machine.json(0, &["aside", "free", short, "--yes"]);
    assert_eq!(machine.rows(), before);
    assert_eq!(machine.json(0, &["aside", "list"]).as_array().unwrap().len(), 0);
    assert_eq!(code(&machine.json(7, &["aside", "free", short, "--yes"])), "cli-no-aside");
    assert_eq!(code(&machine.json(1, &["aside", "free", &id, "--yes"])), "aside-state");
    assert_eq!(code(&machine.json(1, &["undo", restore, "--yes"])), "undo-nothing-kept");
    let names: Vec<_> =
        std::fs::read_dir(machine.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("__zelo_")), "{names:?}");
}
