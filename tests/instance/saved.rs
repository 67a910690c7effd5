//! An instance is found, saved as a recovery point that holds everything, and restarted;
//! and none of its secrets reaches anything of Zelo's but the store.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::{
    panel::Panel,
    support::{lab, text},
};

#[test]
fn an_instance_is_found_saved_and_restarted() {
    let Some(panel) = Panel::over("today") else { return };
    panel.zelo(&["resource", "check", &panel.name(), "--json"]).code(0);
    let shown = panel.instance(&["show"], &[], None).code(0);
    assert!(shown.json()["instance"]["services"].as_array().unwrap().len() >= 10, "{shown}");

    let backup = panel.backup();
    panel.zelo(&["backup", "validate", &backup, "--json"]).code(0);
    let folder = backup_folder(&panel.data());
    holds_everything(&panel, &folder);

    let before = panel.instance.containers();
    panel.instance(&["restart"], &["--yes"], None).code(0);
    let after = panel.instance.containers();
    for (service, (id, started, _)) in &before {
        assert_eq!(&after[service].0, id, "{service} is the same container");
        assert_ne!(&after[service].1, started, "{service} was restarted");
        assert_eq!(after[service].2, "running", "{service}");
    }
    assert_eq!(panel.instance.sign_up("after-restart@example.com"), 200);
    panel.assert_tidy("restart");

    panel.instance(&["restart"], &["--service", "rest", "--yes"], None).code(0);
    let last = panel.instance.containers();
    assert_ne!(last["rest"].1, after["rest"].1);
    assert_eq!(last["auth"].1, after["auth"].1, "only what was chosen");

    panel.instance(&["diagnose"], &[], None);
    panel.instance(&["logs"], &["auth"], None).code(0);
    panel.instance(&["config", "get"], &[], None).code(0);
    panel.zelo(&["operation", "list", "--json"]).code(0);
    panel.assert_tidy("all of it");
}

/// The one backup's folder in the store.
fn backup_folder(data: &Path) -> std::path::PathBuf {
    let mut find = Command::new("find");
    find.arg(data.join("store/instances")).args(["-type", "d", "-name", "backup-*"]);
    lab::done(find).lines().next().unwrap().into()
}

fn holds_everything(panel: &Panel, folder: &Path) {
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let parts: Vec<String> = manifest["parts"].as_array().unwrap().iter().map(|p| text(&p["name"])).collect();
    for part in
        ["files", "containers", "instance", "roles", "database:postgres", "database:_supabase", "storage"]
    {
        assert!(parts.iter().any(|p| p == part), "{part} is not in {parts:?}");
    }
    let volume = format!("volume:{}_db-config", panel.name());
    assert!(parts.contains(&volume), "{volume} is not in {parts:?}");
    // Back by tar alone: the same files, the same attributes.
    let out = folder.join("../out");
    fs::create_dir(&out).unwrap();
    let path = |part: &str| {
        let part = manifest["parts"].as_array().unwrap().iter().find(|p| p["name"] == part).unwrap();
        folder.parent().unwrap().join(text(&part["files"][0]["path"]))
    };
    let unpack = |part: &str, to: &Path| {
        let mut shell = Command::new("bash");
        let tar = "tar --extract --xattrs --xattrs-include='user.*' --numeric-owner -p";
        let line = format!("gunzip -c {} | {tar} -C {}", path(part).display(), to.display());
        shell.args(["-euo", "pipefail", "-c", &line]);
        lab::done(shell);
    };
    unpack("files", &out);
    let live_folder = panel.instance.folder();
    assert_eq!(fs::read(out.join(".env")).unwrap(), panel.instance.env());
    assert!(!out.join("volumes/db/data").exists(), "the data directory is dumped, not copied");
    for file in
        ["docker-compose.yml", "volumes/api", "volumes/functions", "volumes/snippets", "volumes/pooler"]
    {
        assert_eq!(out.join(file).exists(), live_folder.join(file).exists(), "{file}");
    }
    recorded(panel, &manifest, &|part| {
        let mut gunzip = Command::new("gunzip");
        gunzip.arg("-c").arg(path(part));
        serde_json::from_str(&lab::done(gunzip)).unwrap()
    });
    let objects = out.join("objects");
    fs::create_dir(&objects).unwrap();
    unpack("storage", &objects);
    let live = panel.instance.folder().join("volumes/storage");
    let attributes = |of: &Path| {
        let mut python = Command::new("python3");
        python.args(["-c", WALK]).arg(of);
        lab::done(python)
    };
    let seen = attributes(&live);
    assert!(seen.contains("user.supabase"), "the lab's objects have attributes: {seen}");
    assert_eq!(attributes(&objects), seen);
    fs::remove_dir_all(&out).unwrap();
}

/// What Docker knows of it, what Zelo knows of it, what its database is set to.
fn recorded(panel: &Panel, manifest: &Value, read: &dyn Fn(&str) -> Value) {
    let record = read("containers");
    let containers = record["containers"].as_array().unwrap();
    assert_eq!(containers.len(), panel.instance.containers().len());
    for one in containers {
        for kept in
            ["/HostConfig/RestartPolicy", "/NetworkSettings/Networks", "/Mounts", "/Config/Labels", "/Image"]
        {
            assert!(one.pointer(kept).is_some_and(|v| !v.is_null()), "{kept}: {}", one["Name"]);
        }
        let image = &record["images"][one["Image"].as_str().unwrap()];
        assert!(image["Id"].as_str().is_some_and(|id| id.starts_with("sha256:")), "{}: {image}", one["Name"]);
    }
    let row = read("instance");
    assert_eq!(row["access"]["project"], panel.name().as_str(), "{row}");
    assert!(row["settings"].to_string().contains("app.settings.jwt_exp=3600"), "{row}");
    let part = manifest["parts"].as_array().unwrap().iter().find(|p| p["name"] == "instance").unwrap();
    for (name, table) in [
        ("users", "auth.users"),
        ("identities", "auth.identities"),
        ("buckets", "storage.buckets"),
        ("objects", "storage.objects"),
    ] {
        let count = panel.instance.sql(&format!("SELECT count(*) FROM {table}"));
        assert_eq!(part["counts"][name].to_string(), count, "{name}");
    }
}

/// Every file with its attributes and digest.
const WALK: &str = r"
import hashlib, os, sys
top = sys.argv[1]
for folder, _, names in sorted(os.walk(top)):
    for name in sorted(names):
        path = os.path.join(folder, name)
        attributes = {a: os.getxattr(path, a) for a in sorted(os.listxattr(path))}
        print(os.path.relpath(path, top), hashlib.sha256(open(path, 'rb').read()).hexdigest(), attributes)
";
