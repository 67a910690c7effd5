//! Restart, stop and start, killed and failed at every step: whatever happens, what ran
//! runs again, in the same containers.

use std::{collections::BTreeMap, process::Command};

use crate::{
    panel::Panel,
    support::{lab, random::Random},
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
    for step in ["look", "safety", "stop", "start", "gate", "done"] {
        assert!(steps.iter().any(|s| s == step), "{step} is not in {steps:?}");
    }
    for step in &steps {
        for what in ["kill", "fail"] {
            // A step fails before it is done, and is killed at any moment.
            let moment = if what == "kill" { random.moment() } else { "after" };
            let fault = format!("restart/{what}:{step}:{moment}");
            let ran = panel.instance(&["restart"], &[&chosen[..], &["--yes"]].concat(), Some(&fault));
            let state = if what == "kill" {
                ran.killed();
                panel.recovered("restart")["state"].clone()
            } else {
                ran.json()["operation"]["state"].clone()
            };
            let ended = ["succeeded", "failed", "rolled_back"].iter().any(|s| state == *s);
            assert!(ended, "{fault}: {state}");
            assert_eq!(ids(&panel), before, "{fault}");
            panel.assert_tidy(&fault);
        }
    }
    stopped_and_started(&panel, &before);
    a_service_that_does_not_come_back(&panel);
}

fn stopped_and_started(panel: &Panel, before: &BTreeMap<String, (String, String)>) {
    let steps = panel.steps(&["stop"], &["--service", "rest"]);
    for step in &steps {
        let fault = format!("stop/kill:{step}:after");
        panel.instance(&["stop"], &["--service", "rest", "--yes"], Some(&fault)).killed();
        let state = panel.recovered("stop")["state"].clone();
        let now = ids(panel);
        if state == "succeeded" {
            assert_eq!(now["rest"].1, "exited", "{fault}");
            panel.done(&["start"], &["--service", "rest"]);
        }
        assert_eq!(&ids(panel), before, "{fault}: {state}");
        panel.assert_tidy(&fault);
    }
    panel.done(&["stop"], &[]);
    assert!(ids(panel).values().all(|(_, state)| state == "exited"), "{:?}", ids(panel));
    panel.instance(&["start"], &[], Some("start/kill:start:after")).killed();
    let state = panel.recovered("start")["state"].clone();
    assert!(state == "rolled_back" || state == "failed", "{state}");
    assert!(ids(panel).values().all(|(_, state)| state == "exited"), "what was stopped is stopped again");
    panel.done(&["start"], &[]);
    assert_eq!(&ids(panel), before);
    started_and_killed(panel, before);
    assert_eq!(&ids(panel), before);
}

/// One service, at every step: it runs, or it is stopped as before.
fn started_and_killed(panel: &Panel, before: &BTreeMap<String, (String, String)>) {
    let rest = ["--service", "rest"];
    panel.done(&["stop"], &rest);
    for step in &panel.steps(&["start"], &rest) {
        for what in ["kill", "fail"] {
            let fault = format!("start/{what}:{step}:after");
            let ran = panel.instance(&["start"], &rest, Some(&fault));
            let state = if what == "kill" {
                ran.killed();
                panel.recovered("start")["state"].clone()
            } else {
                ran.json()["operation"]["state"].clone()
            };
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

/// What fails at its start is said, with the state, and the rest runs.
fn a_service_that_does_not_come_back(panel: &Panel) {
    let mut hide = Command::new("docker");
    // What half works, and dies at its next start.
    hide.args(["exec", &panel.instance.container("db"), "psql", "-h", "127.0.0.1", "-U", "supabase_admin"]);
    hide.args(["-d", "postgres", "-c", "ALTER ROLE supabase_auth_admin RESET search_path"]);
    lab::done(hide);
    let planned = panel.instance(&["restart"], &["--service", "auth", "--dry-run"], None).code(0).json();
    let warned = planned["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .any(|w| w["id"] == "instance-warn-restart-harms" || w.to_string().contains("auth-search-path"));
    assert!(warned, "the plan says that a restart does harm: {}", planned["warnings"]);
}
