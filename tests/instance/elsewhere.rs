//! A recovery point downloaded from one Zelo restores on another, which has never seen
//! the instance, when nothing of it is left. Only an administrator may.

use std::path::PathBuf;

use serde_json::json;

use crate::{
    panel::Panel,
    restore::{spoil, state},
    serving::{Serving, token},
    support::text,
};

fn download(panel: &Panel, backup: &str) -> PathBuf {
    let file = panel.instance.folder().with_file_name("point.tar");
    let token = token(panel, "ana");
    let resource = text(&panel.zelo(&["resource", "list", "--json"]).code(0).json()[0]["id"]);
    let serving = Serving::over(panel);
    serving.download(&token, &format!("/api/resources/{resource}/backups/{backup}/download"), &file);
    file
}

#[test]
fn a_recovery_point_restores_on_another_zelo_when_nothing_is_left() {
    let Some(first) = Panel::over("kong") else { return };
    let backup = first.backup();
    let then = state(&first);
    let point = download(&first, &backup);
    let shown = point.display().to_string();
    let (name, folder) = (first.name(), first.instance.folder().display().to_string());

    // Another Zelo, on which the instance is still there: over it.
    let second = first.elsewhere();
    let add = |name: &str, rest: &[&str]| {
        let project = format!("project={name}");
        let known = ["resource", "add", name, "--kind", "supabase", "--set", "host=local", "--set", &project];
        second.zelo(&[&known[..], rest, &["--json"]].concat()).code(0);
    };
    add(&name, &[]);
    let import = ["backup", "import", &shown, "--resource", &name, "--yes", "--json"];
    let brought = text(&second.zelo(&import).code(0).json()["operation"]["backup"]);
    spoil(&second);
    // What comes from elsewhere brings files of Compose, and with them the host.
    let bob = token(&second, "bob");
    let id = text(&second.zelo(&["resource", "list", "--json"]).code(0).json()[0]["id"]);
    let serving = Serving::over(&second);
    let path = format!("/api/instances/{id}/restore/{brought}");
    let (status, refused) = serving.ask(&bob, "POST", &path, Some(&json!({ "confirm": name })));
    assert_eq!((status, refused["code"].as_str()), (422, Some("restore-outside-admin")), "{refused}");
    drop(serving);
    let ran = second.instance(&["restore"], &[&brought, "--yes"], None).code(0);
    assert_eq!(ran.json()["operation"]["state"], "succeeded", "{ran}");
    let now = state(&second);
    assert_eq!((&now.users, &now.shape, &now.key), (&then.users, &then.shape, &then.key));
    assert_eq!((&now.env, &now.objects), (&then.env, &then.objects));

    // And when the machine was lost: under its own name, in its own place, cut off at first.
    second.instance.remove();
    add("lost", &["--unchecked"]);
    let import = ["backup", "import", &shown, "--resource", "lost", "--yes", "--json"];
    let brought = text(&second.zelo(&import).code(0).json()["operation"]["backup"]);
    second.zelo(&["resource", "remove", &name, "--yes", "--json"]).code(0);
    let port = second.instance.port.to_string();
    let place = ["--as", &name, "--folder", &folder, "--port", &port, "--yes", "--json"];
    let ran = second.zelo(&[&["instance", "restore", "lost", &brought], &place[..]].concat()).code(0);
    assert_eq!(ran.json()["operation"]["state"], "succeeded", "{ran}");
    let now = state(&second);
    assert_eq!((&now.users, &now.roles, &now.key), (&then.users, &then.roles, &then.key));
    assert_eq!((&now.shape, &now.objects), (&then.shape, &then.objects));
    let released = second.zelo(&["instance", "release", &name, "--yes", "--json"]).code(0).json();
    assert_eq!(released["operation"]["state"], "succeeded", "{released}");
    assert_eq!(second.instance.sign_up("on-another@example.com"), 200);
}
