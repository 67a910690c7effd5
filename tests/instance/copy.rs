//! A copy of an instance: beside it, cut off, with its own names and ports; killed on its
//! way nothing of it is left; released it is an instance like any other.

use std::process::Command;

use crate::{
    panel::Panel,
    support::{lab, text},
};

fn docker(args: &[&str]) -> String {
    let mut docker = Command::new("docker");
    docker.args(args);
    lab::done(docker)
}

/// Containers, volumes and networks of a project.
pub(crate) fn all_of(project: &str) -> [String; 3] {
    let filter = format!("label=com.docker.compose.project={project}");
    [
        docker(&["ps", "-aq", "--filter", &filter]),
        docker(&["volume", "ls", "-q", "--filter", &filter]),
        docker(&["network", "ls", "-q", "--filter", &filter]),
    ]
}

/// Removes a copy when the test is over.
pub(crate) struct Copied<'a> {
    pub(crate) panel: &'a Panel,
    pub(crate) name: String,
}

impl Drop for Copied<'_> {
    fn drop(&mut self) {
        let [containers, volumes, networks] = all_of(&self.name);
        let each = |verb: &[&str], names: &str| {
            for name in names.lines() {
                let _ = Command::new("docker").args(verb).arg(name).output();
            }
        };
        each(&["rm", "-f"], &containers);
        each(&["volume", "rm", "-f"], &volumes);
        each(&["network", "rm"], &networks);
        let _ = std::fs::remove_dir_all(self.panel.instance.folder().with_file_name(&self.name));
    }
}

fn sql(project: &str, sql: &str) -> String {
    let (project, service) =
        (format!("label=com.docker.compose.project={project}"), "label=com.docker.compose.service=db");
    let name = docker(&["ps", "--format", "{{.Names}}", "--filter", &project, "--filter", service]);
    docker(&[
        "exec",
        &name,
        "psql",
        "-h",
        "127.0.0.1",
        "-U",
        "supabase_admin",
        "-d",
        "postgres",
        "-XAtqc",
        sql,
    ])
}

#[test]
fn an_instance_is_copied_cut_off_and_released() {
    let Some(panel) = Panel::over("today") else { return };
    let copy = Copied { panel: &panel, name: format!("{}-copy", panel.name()) };
    let folder = panel.instance.folder().with_file_name(&copy.name);
    let before = panel.instance.containers();

    // Killed where containers and volumes are there already, nothing of it is left.
    let fault = "restore/kill:fill:after";
    panel.instance(&["copy"], &[&copy.name], Some(fault)).killed();
    let ended = panel.recovered("copy")["state"].clone();
    assert!(ended == "failed" || ended == "rolled_back", "{ended}");
    assert_eq!(all_of(&copy.name), ["", "", ""]);
    assert!(!folder.exists());
    panel.assert_tidy(fault);

    // Nor once its undo, which failed on its way, is told to go on.
    let fault = "restore/fail:sign-in:after;restore/fail:create:undo-before";
    let ran = panel.instance(&["copy"], &[&copy.name], Some(fault));
    let stuck = ran.json()["operation"].clone();
    assert_eq!(stuck["state"], "needs_operator", "{ran}");
    assert!(ran.to_string().contains("child-needs-operator") && folder.exists(), "{ran}");
    let restore = panel.part_of(&stuck);
    assert_eq!(restore["state"], "needs_operator", "{restore}");
    for one in [&restore, &stuck] {
        let retry = ["operation", "resolve", &text(&one["id"]), "--retry", "--json"];
        let ended = panel.zelo(&retry).json()["operation"].clone();
        assert!(["failed", "rolled_back"].contains(&text(&ended["state"]).as_str()), "{ended}");
    }
    assert_eq!(all_of(&copy.name), ["", "", ""]);
    assert!(!folder.exists());
    panel.assert_tidy(fault);

    // Nor is anything laid out where the disk would run full.
    let point = panel.backup();
    let full = ["restore", &point, "--new-name", &copy.name, "--json"];
    let full = panel.with(&full, &[("ZELO_STORE_RESERVE_BYTES", "1000TiB")]).json();
    assert_eq!(full["operation"]["problem"]["code"], "restore-no-room", "{full}");
    assert!(!folder.exists());

    let ran = panel.instance(&["copy"], &[&copy.name], None).code(0);
    assert_eq!(ran.json()["operation"]["state"], "succeeded", "{ran}");
    let rows = "SELECT count(*) || ':' || (SELECT count(*) FROM storage.objects) FROM auth.users";
    assert_eq!(sql(&copy.name, rows), panel.instance.sql(rows));
    assert!(!panel.instance.secrets().iter().any(|secret| ran.to_string().contains(secret)));
    assert_eq!(panel.instance.containers(), before, "the original was not touched");

    // It is a resource of its own, and healthy.
    let shown = panel.zelo(&["instance", "show", &copy.name, "--json"]).code(0).json();
    assert_eq!(shown["instance"]["cut_off"], true, "{shown}");
    let found = panel.zelo(&["instance", "diagnose", &copy.name, "--json"]);
    found.code(0);

    // No way out, and nothing published but the gateway.
    let network = |name: &str| {
        docker(&[
            "network",
            "inspect",
            "-f",
            "{{.Internal}} {{len .Containers}}",
            &format!("{}_{name}", copy.name),
        ])
    };
    assert_eq!(network("zelo_inside"), format!("true {}", before.len()));
    assert_eq!(network("zelo_window"), "false 1");
    let filter = format!("label=com.docker.compose.project={}", copy.name);
    let ports = docker(&["ps", "--format", "{{.Ports}}", "--filter", &filter]);
    assert_eq!(ports.lines().filter(|line| line.contains("->")).count(), 1, "{ports}");

    released_and_killed(&panel, &copy);
    assert_eq!(network("zelo_inside"), format!("true {}", before.len()));
    // Sick before, and no worse after: that is no reason to keep it cut off.
    sql(&copy.name, "ALTER TABLE auth.users FORCE ROW LEVEL SECURITY");
    let released = panel.zelo(&["instance", "release", &copy.name, "--yes", "--json"]).code(0).json();
    assert_eq!(released["operation"]["state"], "succeeded", "{released}");
    let told = panel.zelo(&["instance", "diagnose", &copy.name, "--json"]).code(1).to_string();
    assert!(told.contains("auth-rls"), "{told}");
    assert_eq!(network("default"), format!("false {}", before.len()));
    let [_, _, networks] = all_of(&copy.name);
    assert_eq!(networks.lines().count(), 1, "what kept it cut off is gone: {networks}");
    let shown = panel.zelo(&["instance", "show", &copy.name, "--json"]).code(0).json();
    assert_eq!(shown["instance"]["cut_off"], false, "{shown}");
    let refused = panel.zelo(&["instance", "release", &copy.name, "--yes", "--json"]).json();
    assert_eq!(text(&refused["problems"][0]["code"]), "release-not-cut-off");
    assert_eq!(panel.instance.containers(), before, "the original was not touched");

    // What is there already is never taken for a copy.
    let taken = panel.instance(&["copy"], &[&copy.name], None).json();
    assert_eq!(text(&taken["problems"][0]["code"]), "restore-folder-taken");
}

/// Killed or failed before it is done, the copy runs and stays cut off. Every moment of it
/// in tests/soak.
fn released_and_killed(panel: &Panel, copy: &Copied<'_>) {
    let release = ["instance", "release", &copy.name, "--yes", "--json"];
    let plan = panel.zelo(&["instance", "release", &copy.name, "--dry-run", "--json"]).code(0).json();
    let steps = plan["steps"].as_array().unwrap().iter().map(|step| text(&step["name"]));
    let every = |step: String| ["before", "after", "done"].map(|moment| format!("kill:{step}:{moment}"));
    let faults: Vec<String> = match std::env::var_os("ZELO_SOAK") {
        Some(_) => steps.take_while(|step| step != "done").flat_map(every).collect(),
        None => vec!["kill:recreate:after".to_owned()],
    };
    for fault in faults.into_iter().chain(["fail:diagnose:after".to_owned()]) {
        let fault = format!("release/{fault}");
        let ran = panel.faulty(&release, Some(&fault));
        let state = panel.ended(ran, &fault)["state"].clone();
        assert!(state == "failed" || state == "rolled_back", "{fault}: {state}");
        let shown = panel.zelo(&["instance", "show", &copy.name, "--json"]).code(0).json();
        assert_eq!(shown["instance"]["cut_off"], true, "{fault}: {shown}");
        let services = shown["instance"]["services"].as_array().unwrap();
        assert!(services.iter().all(|service| service["state"] == "running"), "{fault}: {shown}");
        panel.assert_tidy(&fault);
    }
    let fault = "release/fail:diagnose:after;release/fail:write:undo-before";
    assert_eq!(panel.stuck(&release[..4], fault), "rolled_back");
    let shown = panel.zelo(&["instance", "show", &copy.name, "--json"]).code(0).json();
    assert_eq!(shown["instance"]["cut_off"], true, "{fault}: {shown}");
}

#[test]
#[ignore = "too long: tests/soak"]
fn a_copy_killed_anywhere_is_there_or_gone() {
    let Some(panel) = Panel::over("today") else { return };
    let point = panel.backup();
    let planned = ["restore", &point, "--new-name", "planned-only", "--dry-run", "--json"];
    let plan = panel.zelo(&planned).code(0).json();
    let before = panel.instance.containers();
    for (number, step) in plan["steps"].as_array().unwrap().iter().enumerate() {
        for moment in ["before", "after", "done"] {
            let copy = Copied { panel: &panel, name: format!("{}-c{number}{moment}", panel.name()) };
            let fault = format!("restore/kill:{}:{moment}", text(&step["name"]));
            panel.instance(&["copy"], &[&copy.name], Some(&fault)).killed();
            there_or_gone(&copy, &panel.recovered("copy")["state"], &fault);
            assert_eq!(panel.instance.containers(), before, "{fault}: the original was not touched");
            panel.assert_tidy(&fault);
        }
    }
}

/// All of it, and healthy, or nothing of it.
#[track_caller]
pub(crate) fn there_or_gone(copy: &Copied<'_>, state: &serde_json::Value, case: &str) {
    let folder = copy.panel.instance.folder().with_file_name(&copy.name);
    if state == "succeeded" {
        copy.panel.zelo(&["instance", "diagnose", &copy.name, "--json"]).code(0);
    } else {
        assert!(state == "failed" || state == "rolled_back", "{case}: {state}");
        assert_eq!(all_of(&copy.name), ["", "", ""], "{case}: {state}");
        assert!(!folder.exists(), "{case}: {state}");
    }
}
