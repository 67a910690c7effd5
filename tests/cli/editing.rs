//! `zelo resource edit`, and what `doctor` and `backup list` leave as it is.

use super::{Machine, code, text};

#[test]
fn a_resource_that_moved_is_told_where_to() {
    let machine = Machine::new();
    machine.add();
    let backup = machine.back_up();
    let moved = machine.folder.path().join("moved.db");
    std::fs::rename(machine.database(), &moved).unwrap();
    let to = format!("path={}", moved.display());

    let unreachable = machine.json(1, &["resource", "edit", "app", "--set", "path=/nowhere/app.db"]);
    assert_eq!(unreachable["ok"], false);
    assert_eq!(code(&machine.json(2, &["resource", "edit", "app", "--set", "host=db"])), "cli-no-field");
    assert_eq!(code(&machine.json(2, &["resource", "edit", "app"])), "cli-nothing-given");
    assert_eq!(code(&machine.json(7, &["resource", "edit", "other", "--set", &to])), "cli-no-resource");
    let dry = machine.json(0, &["resource", "edit", "app", "--set", &to, "--dry-run"]);
    assert_eq!(dry["ok"], true);
    let old = machine.json(0, &["resource", "list"])[0].clone();
    assert_eq!(old["access"]["path"], machine.database().display().to_string());

    let edited = machine.json(0, &["resource", "edit", "app", "--set", &to]);
    assert_eq!(edited["access"]["path"], moved.display().to_string());
    assert_eq!(edited["id"], old["id"]);
    let audited = "SELECT count(*) FROM audit WHERE action = 'resource.access' AND actor LIKE 'cli:%'";
    assert_eq!(machine.own_count(audited), 1);
    machine.json(0, &["restore", &backup, "--yes"]);
    // It is known by where it is now.
    let add = ["resource", "add", "again", "--kind", "sqlite", "--set", &to];
    let there = machine.json(2, &add);
    assert_eq!(code(&there), "resource-exists");
    assert!(text(&machine.run(&add)).contains("zelo resource edit app"));
}

#[test]
fn an_operation_that_is_not_over_keeps_its_place() {
    let machine = Machine::new();
    machine.add();
    machine.back_up();
    machine.own("UPDATE operations SET state = 'needs_operator'");
    let edit = ["resource", "edit", "app", "--unchecked", "--set", "path=/srv/other.db"];
    assert_eq!(code(&machine.json(4, &edit)), "locked");
}

#[test]
fn what_only_manifests_know_is_told_how_it_is_reached() {
    let machine = Machine::new();
    machine.add();
    let backup = machine.back_up();
    let before = machine.rows();
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(machine.data().join(format!("zelo.db{suffix}")));
    }
    machine.json(0, &["catalog", "rebuild"]);
    assert_eq!(machine.json(0, &["resource", "list"])[0]["state"], "missing");
    let path = format!("path={}", machine.database().display());
    assert_eq!(machine.json(0, &["resource", "edit", "app", "--set", &path])["state"], "ok");
    machine.write("DELETE FROM t");
    machine.json(0, &["restore", &backup, "--yes"]);
    assert_eq!(machine.rows(), before);
}

#[test]
fn a_dry_run_of_add_answers_a_program() {
    let machine = Machine::new();
    let path = format!("path={}", machine.database().display());
    let add = ["resource", "add", "app", "--kind", "sqlite", "--set", &path, "--dry-run"];
    assert_eq!(machine.json(0, &add)["ok"], true);
    assert_eq!(machine.json(0, &["resource", "list"]).as_array().unwrap().len(), 0);
}

#[test]
fn the_doctor_leaves_an_older_database_as_it_is() {
    let machine = Machine::new();
    let database = |told: &serde_json::Value| {
        let checks = told["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["id"] == "database").unwrap()["verdict"].clone()
    };
    std::fs::create_dir_all(machine.data()).unwrap();
    let file = machine.data().join("zelo.db");
    std::fs::write(&file, "").unwrap();
    machine.json(0, &["doctor"]);
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 0, "no table was made");
    machine.add();
    let told = machine.json(0, &["doctor"]);
    assert!(database(&told)["good"]["args"]["version"].is_string(), "{told}");
    machine.own("INSERT INTO __diesel_schema_migrations (version) VALUES ('20200101000000')");
    let newer = machine.json(9, &["doctor"]);
    assert_eq!(database(&newer)["bad"]["code"], "db-newer", "{newer}");
    machine.own("DELETE FROM __diesel_schema_migrations");
    machine.json(0, &["doctor"]);
    assert_eq!(machine.own_count("SELECT count(*) FROM __diesel_schema_migrations"), 0);
}

#[test]
fn a_list_cut_short_says_so() {
    let machine = Machine::new();
    machine.add();
    let all = [machine.back_up(), machine.back_up(), machine.back_up()];
    machine.json(0, &["backup", "delete", &all[2], "--yes"]);
    let listed = machine.json(0, &["backup", "list", "--limit", "1"]);
    assert_eq!((listed["backups"][0]["id"].as_str(), &listed["total"]), (Some(&*all[1]), &2.into()));
    assert_eq!(listed["backups"].as_array().unwrap().len(), 1);
    assert!(text(&machine.run(&["backup", "list", "--limit", "1"])).contains("1 of 2"));
    assert!(!text(&machine.run(&["backup", "list"])).contains("--limit"));
    assert_eq!(machine.json(0, &["backup", "list", "--all"])["total"], 3);
}
