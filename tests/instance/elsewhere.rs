//! A recovery point downloaded from one Zelo restores on another, which has never seen
//! the instance, when nothing of it is left. Only an administrator may.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use crate::{
    panel::Panel,
    restore::{spoil, state},
    support::{Ran, command, lab, text},
};

/// `zelo serve`, ended when this is dropped.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    fn over(panel: &Panel) -> Self {
        let mut serve = command(&panel.data(), &["--json", "serve", "--bind", "127.0.0.1:0"]);
        let mut child = serve.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        Self { child, url: text(&told["url"]) }
    }

    /// What the API answers; into a file if one is named.
    fn ask(&self, token: &str, path: &str, body: Option<&Value>, into: Option<&Path>) -> String {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-H", &format!("authorization: Bearer {token}")]);
        if let Some(body) = body {
            curl.args(["-H", "content-type: application/json", "-d", &body.to_string()]);
        }
        if let Some(into) = into {
            curl.arg("--fail").arg("-o").arg(into);
        }
        curl.arg(format!("{}{path}", self.url));
        lab::done(curl)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A token of a new person who owns the only project.
fn token(panel: &Panel, name: &str) -> String {
    let add = command(&panel.data(), &["user", "add", name, "--password-stdin", "--json"]);
    Ran::fed(add, "a long enough password").code(0);
    let projects = panel.zelo(&["project", "list", "--json"]).code(0).json();
    let project = text(&projects[0]["id"]);
    panel.zelo(&["project", "member", "add", &project, name, "--role", "owner", "--json"]).code(0);
    let made = panel.zelo(&["token", "create", "--user", name, "--name", "test", "--json"]).code(0);
    text(&made.json()["token"])
}

fn download(panel: &Panel, backup: &str) -> PathBuf {
    let file = panel.instance.folder().with_file_name("point.tar");
    let token = token(panel, "ana");
    let resource = text(&panel.zelo(&["resource", "list", "--json"]).code(0).json()[0]["id"]);
    let serving = Serving::over(panel);
    serving.ask(&token, &format!("/api/resources/{resource}/backups/{backup}/download"), None, Some(&file));
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
    let refused = serving.ask(&bob, &path, Some(&json!({ "confirm": name })), None);
    assert!(refused.contains("restore-outside-admin"), "{refused}");
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
