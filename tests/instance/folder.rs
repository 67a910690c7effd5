//! An instance whose containers were removed: known by its folder, started from it; and a
//! start that is killed or fails leaves no container, and every volume, as before.

use std::process::Command;

use serde_json::Value;

use crate::{
    panel::Panel,
    support::{Ran, lab, text},
};

fn docker(args: &[&str]) -> String {
    let mut docker = Command::new("docker");
    docker.args(args);
    lab::done(docker)
}

/// Containers, networks and volumes of the instance.
fn all_of(panel: &Panel) -> [Vec<String>; 3] {
    let filter = format!("label=com.docker.compose.project={}", panel.name());
    let lines = |args: &[&str]| {
        let mut lines: Vec<String> = docker(args).lines().map(ToOwned::to_owned).collect();
        lines.sort();
        lines
    };
    [
        lines(&["ps", "-aq", "--filter", &filter]),
        lines(&["network", "ls", "-q", "--filter", &filter]),
        lines(&["volume", "ls", "-q", "--filter", &filter]),
    ]
}

/// What `docker compose down` leaves.
fn down(panel: &Panel) -> [Vec<String>; 3] {
    let mut down = lab::script("instance", "instance");
    down.args(["compose", &panel.instance.folder().display().to_string(), "down"]);
    lab::done(down);
    let left = all_of(panel);
    assert_eq!((left[0].len(), left[1].len()), (0, 0), "{left:?}");
    left
}

/// `instance ARGS…` below these roots.
#[track_caller]
fn below(panel: &Panel, roots: &str, args: &[&str], fault: Option<&str>) -> Ran {
    let args = [&["instance"], args, &["--json"]].concat();
    let mut settings = vec![("ZELO_INSTANCE_ROOTS", roots)];
    settings.extend(fault.map(|fault| ("ZELO_FAULT", fault)));
    panel.with(&args, &settings)
}

#[track_caller]
fn refused(ran: &Ran) -> String {
    text(&ran.json()["problems"][0]["code"])
}

fn set(panel: &Panel, key: &str, value: &str) {
    let env = String::from_utf8(panel.instance.env()).unwrap();
    let old = format!("{key}={}", panel.instance.value(key));
    std::fs::write(panel.instance.folder().join(".env"), env.replace(&old, &format!("{key}={value}")))
        .unwrap();
}

#[test]
fn an_instance_is_started_from_its_folder_or_stays_as_it_was() {
    let Some(panel) = Panel::detecting("today") else { return };
    let users = panel.instance.sql("SELECT count(*) FROM auth.users");
    assert_eq!(users, "25");
    let left = down(&panel);
    only_below_a_root(&panel);

    let (name, folder) = (panel.name(), panel.instance.folder());
    let roots = folder.parent().unwrap().display().to_string();
    let run = |args: &[&str], fault: Option<&str>| below(&panel, &roots, args, fault);
    let path = folder.display().to_string();
    let added = run(&["add-folder", &path], None).code(0).json();
    assert_eq!((text(&added["name"]), text(&added["kind"])), (name.clone(), "supabase".to_owned()));
    assert_eq!(refused(&run(&["add-folder", &path], None)), "resource-exists");

    let shown = run(&["show", &name], None).code(0).json();
    let services = shown["instance"]["services"].as_array().unwrap();
    assert_eq!(services.len(), 11, "{shown}");
    assert!(services.iter().all(|one| one["state"] == "absent" && one["container"] == ""), "{shown}");
    assert_eq!(text(&shown["instance"]["folder"]), path);
    assert!(!shown["instance"]["addresses"].as_array().unwrap().is_empty(), "{shown}");
    let text_of_it = shown.to_string();
    assert!(!panel.instance.secrets().iter().any(|secret| text_of_it.contains(secret)));
    let listed = run(&["list"], None).code(0).json();
    assert_eq!(
        text(
            &listed["instances"]
                .as_array()
                .unwrap()
                .iter()
                .find(|one| one["project"] == name.as_str())
                .unwrap()["folder"]
        ),
        path
    );
    for verb in [&["backup"][..], &["restart"], &["stop"], &["diagnose"], &["config", "get"]] {
        assert_eq!(
            refused(&run(&[verb, &[name.as_str()]].concat(), None)),
            "instance-no-containers",
            "{verb:?}"
        );
    }

    // Killed once containers are made, and while they run.
    let plan = run(&["start", &name, "--dry-run"], None).code(0).json();
    let steps: Vec<String> = plan["steps"].as_array().unwrap().iter().map(|s| text(&s["name"])).collect();
    assert_eq!(steps, ["make", "start", "gate", "done", "diagnose"], "{plan}");
    let warned = |plan: &Value, of: &str| plan["warnings"].to_string().contains(of);
    assert!(warned(&plan, "start-warn-makes") && !warned(&plan, "start-warn-path-new"), "{plan}");
    let (data, away) = (folder.join("volumes/db/data"), folder.join("volumes/db/away"));
    std::fs::rename(&data, &away).unwrap();
    let plan = run(&["start", &name, "--dry-run"], None).code(0).json();
    assert!(warned(&plan, "start-warn-path-new") && warned(&plan, "volumes/db/data"), "{plan}");
    std::fs::rename(&away, &data).unwrap();
    for fault in ["start/kill:make:after", "start/kill:start:after"] {
        run(&["start", &name, "--service", "db", "--service", "auth"], Some(fault)).killed();
        assert_eq!(all_of(&panel)[0].len(), 11, "{fault}: it is killed in the middle");
        let state = panel.recovered("start")["state"].clone();
        assert!(state == "rolled_back" || state == "failed", "{fault}: {state}");
        assert_eq!(all_of(&panel), left, "{fault}");
        panel.assert_tidy(fault);
    }

    // One that never comes up: GoTrue ends at once with this.
    let good = panel.instance.value("DISABLE_SIGNUP");
    set(&panel, "DISABLE_SIGNUP", "yes");
    let ran = run(&["start", &name, "--service", "db", "--service", "auth"], None).json();
    assert_eq!(ran["operation"]["state"], "failed", "nothing of it is left: {ran}");
    assert_eq!(text(&ran["operation"]["problem"]["code"]), "service-not-up", "{ran}");
    assert_eq!(all_of(&panel), left);
    set(&panel, "DISABLE_SIGNUP", &good);

    let ran = run(&["start", &name], None).code(0).json();
    assert_eq!(ran["operation"]["state"], "succeeded", "{ran}");
    assert_eq!(panel.instance.sql("SELECT count(*) FROM auth.users"), users);
    assert_eq!(all_of(&panel)[2], left[2], "no volume came or went");
    let shown = run(&["show", &name], None).code(0).json();
    let services = shown["instance"]["services"].as_array().unwrap();
    assert!(services.iter().all(|one| one["state"] == "running"), "{shown}");
    panel.assert_tidy("started");

    assert_eq!(shown["drift"]["services"], serde_json::json!({}), "{shown}");
    set(&panel, "SITE_URL", "http://elsewhere.example.com");
    let shown = run(&["show", &name], None).code(0).json();
    let drift = serde_json::json!({ "auth": ["GOTRUE_SITE_URL"] });
    assert_eq!(shown["drift"]["services"], drift, "{shown}");
}

/// Nothing outside the roots, by no way; nothing that is not a Supabase stack.
fn only_below_a_root(panel: &Panel) {
    let folder = panel.instance.folder();
    let path = folder.display().to_string();
    assert_eq!(refused(&below(panel, "", &["add-folder", &path], None)), "instance-roots-none");
    let roots = tempfile::TempDir::new().unwrap();
    let root = roots.path().display().to_string();
    assert_eq!(refused(&below(panel, &root, &["add-folder", &path], None)), "instance-folder-outside");
    let link = roots.path().join("link");
    std::os::unix::fs::symlink(&folder, &link).unwrap();
    let link = link.display().to_string();
    assert_eq!(refused(&below(panel, &root, &["add-folder", &link], None)), "instance-folder-outside");
    let other = roots.path().join("other");
    std::fs::create_dir(&other).unwrap();
    let at = other.display().to_string();
    assert_eq!(refused(&below(panel, &root, &["add-folder", &at], None)), "instance-folder-no-compose");
    std::fs::write(other.join("compose.yaml"), "services:\n  db:\n    image: postgres:17\n").unwrap();
    assert_eq!(refused(&below(panel, &root, &["add-folder", &at], None)), "instance-folder-not-supabase");
}
