//! Restart, stop and start, killed and failed at every step: whatever happens, what ran
//! runs again, in the same containers.

use std::{collections::BTreeMap, process::Command};

use crate::{
    panel::Panel,
    support::{lab, random::Random, text},
};

fn ids(panel: &Panel) -> BTreeMap<String, (String, String)> {
    panel.instance.containers().into_iter().map(|(s, (id, _, state))| (s, (id, state))).collect()
}

#[test]
fn whatever_kills_a_restart_the_same_containers_run() {
    let Some(panel) = Panel::over("today") else { return };
    panel.backup();
    let before = ids(&panel);
    let mut random = Random::new();
    // Two services: what each step does is the same for all of them.
    let chosen = ["--service", "auth", "--service", "rest"];
    let steps = panel.steps(&["restart"], &chosen);
    for step in ["look", "safety", "volumes", "stop", "volumes-again", "start", "gate", "diagnose", "done"] {
        assert!(steps.iter().any(|s| s == step), "{step} is not in {steps:?}");
    }
    for step in &steps {
        for what in ["kill", "fail"] {
            // A step fails before it is done, and is killed at any moment.
            let moment = if what == "kill" { random.moment() } else { "after" };
            let fault = format!("restart/{what}:{step}:{moment}");
            let ran = panel.instance(&["restart"], &[&chosen[..], &["--yes"]].concat(), Some(&fault));
            let state = panel.ended(ran, &fault)["state"].clone();
            let ended = ["succeeded", "failed", "rolled_back"].iter().any(|s| state == *s);
            assert!(ended, "{fault}: {state}");
            assert_eq!(ids(&panel), before, "{fault}");
            panel.assert_tidy(&fault);
        }
    }
    stuck(&panel, &before);
    stopped_and_started(&panel, &before);
    one_that_hangs_is_killed(&panel, &before);
    with_a_line_that_compose_refuses(&panel, &before);
    a_folder_that_is_gone(&panel, &before);
    a_service_that_does_not_come_back(&panel, &before);
}

/// An undo that fails waits for a person; tried again it leads back.
fn stuck(panel: &Panel, before: &BTreeMap<String, (String, String)>) {
    let name = panel.name();
    for (verb, fault) in [
        ("restart", "restart/fail:gate:after;restart/fail:stop:undo-before"),
        ("stop", "stop/fail:stopped:after;stop/fail:stop:undo-before"),
    ] {
        let args = ["instance", verb, &name, "--service", "rest", "--yes"];
        assert_eq!(panel.stuck(&args, fault), "rolled_back", "{fault}");
        assert_eq!(&ids(panel), before, "{fault}");
    }
    panel.done(&["stop"], &["--service", "rest"]);
    let fault = "start/fail:gate:after;start/fail:start:undo-before";
    let args = ["instance", "start", &name, "--service", "rest"];
    // What is taken away again had only been added.
    assert_eq!(panel.stuck(&args, fault), "failed", "{fault}");
    assert_eq!(ids(panel)["rest"].1, "exited", "{fault}");
    panel.done(&["start"], &["--service", "rest"]);
    assert_eq!(&ids(panel), before);
}

fn stopped_and_started(panel: &Panel, before: &BTreeMap<String, (String, String)>) {
    let steps = panel.steps(&["stop"], &["--service", "rest"]);
    for (what, step) in steps.iter().flat_map(|step| ["kill", "fail"].map(|what| (what, step))) {
        let fault = format!("stop/{what}:{step}:after");
        let ran = panel.instance(&["stop"], &["--service", "rest", "--yes"], Some(&fault));
        let state = panel.ended(ran, &fault)["state"].clone();
        let now = ids(panel);
        if state == "succeeded" {
            assert_eq!(now["rest"].1, "exited", "{fault}");
            panel.done(&["start"], &["--service", "rest"]);
        }
        assert_eq!(&ids(panel), before, "{fault}: {state}");
        panel.assert_tidy(&fault);
    }
    // Seen only once the database runs again.
    panel.instance.sql("ALTER TABLE auth.users FORCE ROW LEVEL SECURITY");
    panel.done(&["stop"], &[]);
    assert!(ids(panel).values().all(|(_, state)| state == "exited"), "{:?}", ids(panel));
    said_before_a_start(panel);
    panel.instance(&["start"], &[], Some("start/kill:start:after")).killed();
    let state = panel.recovered("start")["state"].clone();
    assert!(state == "rolled_back" || state == "failed", "{state}");
    assert!(ids(panel).values().all(|(_, state)| state == "exited"), "what was stopped is stopped again");
    let started = panel.done(&["start"], &[]);
    let shown = panel.zelo(&["operation", "show", &text(&started["id"]), "--json"]).code(0).json();
    let told = shown["log"].to_string();
    assert!(told.contains("instance-log-found") && told.contains("auth-rls"), "{shown}");
    panel.instance.sql("ALTER TABLE auth.users NO FORCE ROW LEVEL SECURITY");
    assert_eq!(&ids(panel), before);
    started_and_killed(panel, before);
    assert_eq!(&ids(panel), before);
}

/// What the files alone show is said before anything is started.
fn said_before_a_start(panel: &Panel) {
    let file = panel.instance.folder().join(".env");
    let env = String::from_utf8(panel.instance.env()).unwrap();
    let warned = || {
        let plan = panel.instance(&["start"], &["--dry-run"], None).code(0).json();
        plan["warnings"].to_string()
    };
    assert!(!warned().contains("start-warn-harmed"), "{}", warned());
    std::fs::write(&file, env.replace("DISABLE_SIGNUP=false", "DISABLE_SIGNUP=maybe")).unwrap();
    let told = warned();
    std::fs::write(&file, env).unwrap();
    assert!(told.contains("start-warn-harmed") && told.contains("auth-settings"), "{told}");
}

/// One service, at every step: it runs, or it is stopped as before.
fn started_and_killed(panel: &Panel, before: &BTreeMap<String, (String, String)>) {
    let rest = ["--service", "rest"];
    panel.done(&["stop"], &rest);
    for step in &panel.steps(&["start"], &rest) {
        for what in ["kill", "fail"] {
            let fault = format!("start/{what}:{step}:after");
            let ran = panel.instance(&["start"], &rest, Some(&fault));
            let state = panel.ended(ran, &fault)["state"].clone();
            let done = state == "succeeded";
            assert!(done || state == "failed" || state == "rolled_back", "{fault}: {state}");
            let now = ids(panel);
            assert_eq!(now["rest"].1, if done { "running" } else { "exited" }, "{fault}: {state}");
            assert!(now.iter().all(|(service, one)| service == "rest" || one == &before[service]), "{fault}");
            panel.assert_tidy(&fault);
            if done {
                panel.done(&["stop"], &rest);
            }
        }
    }
    panel.done(&["start"], &rest);
}

/// What fails at its start is said before; done all the same, what comes after it runs,
/// and a person is asked. It is no obstacle to its repair.
fn a_service_that_does_not_come_back(panel: &Panel, before: &BTreeMap<String, (String, String)>) {
    // What half works, and dies at its next start.
    panel.instance.sql("ALTER ROLE supabase_auth_admin RESET search_path");
    let chosen = ["--service", "auth", "--service", "rest"];
    let planned = panel.instance(&["restart"], &[&chosen[..], &["--dry-run"]].concat(), None).code(0).json();
    let warned = planned["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .any(|w| w["id"] == "instance-warn-restart-harms" || w.to_string().contains("auth-search-path"));
    assert!(warned, "the plan says that a restart does harm: {}", planned["warnings"]);

    let ran = panel.instance(&["restart"], &[&chosen[..], &["--yes"]].concat(), None);
    let operation = ran.json()["operation"].clone();
    assert_eq!(operation["state"], "needs_operator", "{ran}");
    assert!(ran.to_string().contains("auth"), "{ran}");
    for (service, now) in ids(panel) {
        assert!(service == "auth" || now == before[&service], "{service}: {now:?}");
    }
    let id = text(&operation["id"]);
    panel.zelo(&["operation", "resolve", &id, "--note", "auth is broken", "--json"]).code(0);
    panel.done(&["repair"], &[]);
    assert_eq!(panel.instance.sign_up("mended@example.com"), 200);
    assert_eq!(&ids(panel), before);
    panel.assert_tidy("repaired");
}

/// A service that hangs is killed when its time is over, and that is told.
fn one_that_hangs_is_killed(panel: &Panel, before: &BTreeMap<String, (String, String)>) {
    let mut pid = Command::new("docker");
    pid.args(["inspect", "-f", "{{.State.Pid}}", &panel.instance.container("rest")]);
    let mut hang = Command::new("kill");
    hang.args(["-STOP", lab::done(pid).trim()]);
    lab::done(hang);
    let restarted = panel.done(&["restart"], &["--service", "rest"]);
    let shown = panel.zelo(&["operation", "show", &text(&restarted["id"]), "--json"]).code(0).json();
    assert!(shown["log"].to_string().contains("instance-log-killed"), "{shown}");
    assert_eq!(&ids(panel), before);
}

/// A bad line of `.env` breaks every command of Compose, and none of these.
fn with_a_line_that_compose_refuses(panel: &Panel, before: &BTreeMap<String, (String, String)>) {
    let env = panel.instance.env();
    let file = panel.instance.folder().join(".env");
    std::fs::write(&file, [&env[..], b"\nBAD-NAME IS=1\n"].concat()).unwrap();
    let told = panel.instance(&["diagnose"], &[], None).json();
    assert!(told["findings"].to_string().contains("compose-refused"), "{told}");
    let rest = ["--service", "rest"];
    panel.done(&["restart"], &rest);
    panel.done(&["stop"], &rest);
    panel.done(&["start"], &rest);
    panel.instance(&["logs"], &["rest"], None).code(0);
    assert_eq!(&ids(panel), before);
    std::fs::write(&file, env).unwrap();
}

/// What would be started on an empty folder is not stopped to be started again, and not
/// started by an undo either. Nothing keeps a person from stopping it.
fn a_folder_that_is_gone(panel: &Panel, before: &BTreeMap<String, (String, String)>) {
    let folder = panel.instance.folder().join("volumes/functions");
    let away = folder.with_file_name("away");
    std::fs::rename(&folder, &away).unwrap();
    let chosen = ["--service", "functions", "--service", "rest"];
    let refused = |verb: &str| {
        let yes: &[&str] = if verb == "start" { &[] } else { &["--yes"] };
        let ran = panel.instance(&[verb], &[&chosen[..], yes].concat(), None);
        assert_eq!(ran.json()["operation"]["state"], "failed", "{ran}");
        assert!(ran.to_string().contains("service-files-gone"), "{ran}");
        assert!(!folder.exists(), "{verb}");
    };
    refused("restart");
    assert_eq!(&ids(panel), before);
    // A stop that fails starts again what it can.
    let fault = Some("stop/fail:volumes-again:after");
    let ran = panel.instance(&["stop"], &[&chosen[..], &["--yes"]].concat(), fault);
    let operation = ran.json()["operation"].clone();
    assert_eq!(operation["state"], "needs_operator", "{ran}");
    assert!(ran.to_string().contains("service-files-gone") && !folder.exists(), "{ran}");
    let now = ids(panel);
    assert_eq!(now["rest"], before["rest"]);
    assert_eq!(now["functions"].1, "exited");
    panel.zelo(&["operation", "resolve", &text(&operation["id"]), "--note", "looked", "--json"]).code(0);
    let stopped = panel.done(&["stop"], &chosen);
    let shown = panel.zelo(&["operation", "show", &text(&stopped["id"]), "--json"]).code(0);
    assert!(shown.to_string().contains("instance-log-files-gone"), "{shown}");
    refused("start");
    std::fs::rename(&away, &folder).unwrap();
    panel.done(&["start"], &chosen);
    assert_eq!(&ids(panel), before);
    panel.assert_tidy("a folder that was gone");
}
