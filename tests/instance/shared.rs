//! What did not change is shared between recovery points: the second of an instance
//! that nobody touched writes next to nothing, and stands by itself when the first is
//! gone; and whatever kills one leaves nothing of it among what is shared.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    panel::Panel,
    support::{lab, random::Random, text},
};

/// As much as a small instance has, and nothing that a compressor makes less of: 16 bytes
/// 64 times in each of 8192 rows.
const PICTURES: &str = "CREATE TABLE public.pictures AS SELECT i, (SELECT string_agg(decode(md5(\
    random()::text || i || j), 'hex'), '') AS bytes FROM generate_series(1, 64) j) \
    FROM generate_series(1, 8192) i";

/// Every file below a folder: its path there and its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let (mut all, mut todo) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(at) = todo.pop() {
        for entry in fs::read_dir(at).unwrap().map(Result::unwrap) {
            let (path, meta) = (entry.path(), entry.metadata().unwrap());
            if meta.is_dir() {
                todo.push(path);
            } else {
                all.push((path.strip_prefix(folder).unwrap().to_owned(), meta.len()));
            }
        }
    }
    all.sort();
    all
}

fn bytes(folder: &Path) -> u64 {
    files(folder).iter().map(|(_, bytes)| bytes).sum()
}

/// A recovery point's folder in the store.
fn folder(panel: &Panel, backup: &str) -> PathBuf {
    let info = panel.zelo(&["backup", "info", backup, "--json"]).code(0).json();
    panel.data().join("store").join(text(&info["backup"]["path"]))
}

/// Reads everything of the instance, as people and other backups do: that it was read
/// is no change.
fn read_everything(panel: &Panel) {
    let mut find = Command::new("find");
    let folder = panel.instance.folder();
    find.arg(&folder).args(["-type", "f", "-not", "-path", "*/db/data/*", "-exec", "cat", "{}", "+"]);
    assert!(find.output().unwrap().status.success());
    panel.instance.sql("SELECT count(*) FROM public.pictures; SELECT count(*) FROM auth.users");
}

#[test]
fn the_second_of_an_unchanged_instance_writes_next_to_nothing_and_stands_by_itself() {
    let Some(panel) = Panel::over("today") else { return };
    let store = panel.data().join("store");
    panel.instance.sql(PICTURES);
    let empty = bytes(&store);
    let first = panel.backup();
    let one = bytes(&store) - empty;
    read_everything(&panel);
    let second = panel.backup();
    let two = bytes(&store) - empty - one;
    assert!(two * 100 < one, "the first wrote {one} bytes, the second {two}");
    for backup in [&first, &second] {
        panel.zelo(&["backup", "validate", backup, "--json"]).code(0);
    }

    let unpacked = by_hand(&folder(&panel, &first));
    remove(&panel, &first);
    panel.zelo(&["backup", "validate", &second, "--json"]).code(0);
    assert_eq!(by_hand(&folder(&panel, &second)), unpacked, "what the first held, the second holds");
    let env = String::from_utf8(panel.instance.env()).unwrap();
    assert!(unpacked.iter().any(|text| text.trim() == env.trim()), "and it is what is there");

    killed_while_it_publishes(&panel, &second);
    if std::env::var_os("ZELO_SOAK").is_some() {
        killed_or_failed_anywhere(&panel);
    }
    remove(&panel, &second);
    let left: Vec<_> = files(&store).into_iter().filter(|(path, _)| path.starts_with("instances")).collect();
    assert_eq!(left, [], "nobody's parts are left");
    panel.assert_tidy("removed");
}

/// Into the trash, and out of it for good.
fn remove(panel: &Panel, backup: &str) {
    panel.zelo(&["backup", "delete", backup, "--yes", "--json"]).code(0);
    panel.zelo(&["backup", "purge", backup, "--yes", "--json"]).code(0);
}

/// What RECOVER.md's own commands give, run in a copy of what a download holds: the
/// folder, and of the shared parts those it names: the digest of each archive and dump as
/// its own reader is given it, and the `.env`.
fn by_hand(folder: &Path) -> Vec<String> {
    let away = tempfile::tempdir().unwrap();
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let here = away.path().join(folder.file_name().unwrap());
    fs::create_dir(away.path().join("objects")).unwrap();
    let mut copy = Command::new("cp");
    copy.arg("-a").arg(folder).arg(&here);
    lab::done(copy);
    for file in manifest["parts"].as_array().unwrap().iter().flat_map(|p| p["files"].as_array().unwrap()) {
        let path = text(&file["path"]);
        if path.starts_with("objects/") {
            fs::copy(folder.parent().unwrap().join(&path), away.path().join(&path)).unwrap();
        }
    }
    let told = fs::read_to_string(here.join("RECOVER.md")).unwrap();
    let check = told.split("```sh\n").nth(1).unwrap().split("\n```").next().unwrap();
    assert!(check.starts_with("sha256sum -c"), "{check}");
    let bash = |line: &str| {
        let mut shell = Command::new("bash");
        shell.args(["-euo", "pipefail", "-c", line]).current_dir(&here);
        lab::done(shell)
    };
    assert!(!bash(check).contains("FAILED"));
    // Each pipeline as it stands there, up to what reads it.
    let readers = ["| tar --extract", "| pg_restore", "| docker cp", "| psql"];
    let given = |line: &&str| readers.iter().any(|reader| line.contains(reader));
    let begins: Vec<&str> =
        told.lines().filter(given).map(|line| line.split(" | ").next().unwrap()).collect();
    assert!(begins.len() >= 6, "files, a volume, roles, two databases, storage: {told}");
    let mut all: Vec<String> = begins.iter().map(|begin| bash(&format!("{begin} | sha256sum"))).collect();
    all.push(bash(&format!("{} | tar --extract --to-stdout ./.env", begins[0])));
    all
}

/// At each step, killed at some moment and failed (in tests/soak): there is a whole
/// recovery point or nothing of it, and the instance never noticed.
fn killed_or_failed_anywhere(panel: &Panel) {
    let store = panel.data().join("store");
    let (kept, before) = (files(&store), panel.instance.containers());
    let mut random = Random::new();
    let steps = panel.steps(&["backup"], &[]);
    assert!(steps.iter().any(|step| step == "storage") && steps.len() > 10, "{steps:?}");
    for step in &steps {
        for what in ["kill", "fail"] {
            let moment = if what == "kill" { random.moment() } else { "after" };
            let fault = format!("backup/{what}:{step}:{moment}");
            let ran = panel.instance(&["backup"], &[], Some(&fault));
            let operation = panel.ended(ran, &fault);
            if operation["state"] == "succeeded" {
                let backup = text(&operation["backup"]);
                panel.zelo(&["backup", "validate", &backup, "--json"]).code(0);
                remove(panel, &backup);
            } else {
                assert!(
                    ["failed", "rolled_back"].iter().any(|s| operation["state"] == *s),
                    "{fault}: {operation}"
                );
            }
            assert_eq!(files(&store), kept, "{fault}");
            assert_eq!(panel.instance.containers(), before, "{fault}");
            panel.assert_tidy(&fault);
        }
    }
}

/// One that dies after its first part has its place among the shared ones, or right
/// after it was published, and fails before: what is shared is as it was.
fn killed_while_it_publishes(panel: &Panel, good: &str) {
    let store = panel.data().join("store");
    panel.instance.sql("CREATE TABLE public.late AS SELECT 1 AS id");
    let before = files(&store);
    for fault in ["backup/kill-bytes:publish:1", "backup/kill:share:after", "backup/kill:publish:before"] {
        panel.instance(&["backup"], &[], Some(fault)).killed();
        if fault.contains("bytes") {
            assert!(files(&store).len() > before.len() + 2, "{fault}: it died with parts in two places");
        }
        let state = text(&panel.recovered("backup")["state"]);
        assert!(["failed", "rolled_back"].contains(&state.as_str()), "{fault}: {state}");
        assert_eq!(files(&store), before, "{fault}");
        panel.assert_tidy(fault);
        panel.zelo(&["backup", "validate", good, "--json"]).code(0);
    }
    panel.instance(&["backup"], &[], Some("backup/kill:publish:after")).killed();
    let recovered = panel.recovered("backup");
    assert_eq!(recovered["state"], "succeeded", "{recovered}");
    let backup = text(&recovered["backup"]);
    panel.zelo(&["backup", "validate", &backup, "--json"]).code(0);
    remove(panel, &backup);
    assert_eq!(files(&store), before, "what only it had went with it");
}
