//! What goes wrong in the world: each trouble has its named problem with what to
//! do about it, and nothing is lost by it. Here on SQLite; PostgreSQL's own
//! troubles are in `trouble/postgres.rs`, the Docker Engine's in `trouble/engine.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods
)] // a test that cannot go on says so

mod support;

#[path = "trouble/clock.rs"]
mod clock;
#[path = "trouble/engine.rs"]
mod engine;
#[path = "trouble/postgres.rs"]
mod postgres;
#[path = "trouble/together.rs"]
mod together;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use support::{Ran, bench::Bench, start, text};

/// Runs `zelo` here with more of an environment.
fn with(bench: &Bench, env: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = support::command(&bench.data(), args);
    command.envs(env.iter().copied());
    Ran::of(command)
}

/// A table of bytes that no compression makes smaller.
fn fill(bench: &Bench, mib: u32) {
    bench.sql(&format!(
        "CREATE TABLE files (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {mib})
         INSERT INTO files SELECT i, randomblob(1048576) FROM n;"
    ));
}

fn store(bench: &Bench) -> PathBuf {
    bench.data().join("store")
}

/// The folder of a backup.
fn folder(bench: &Bench, backup: &str) -> PathBuf {
    let info = bench.zelo(&["backup", "info", backup, "--json"]).code(0).json();
    store(bench).join(text(&info["backup"]["path"]))
}

/// The one stored file of a backup's contents.
fn stored(bench: &Bench, backup: &str) -> PathBuf {
    let info = bench.zelo(&["backup", "info", backup, "--json"]).code(0).json();
    let path = text(&info["manifest"]["parts"][0]["files"][0]["path"]);
    folder(bench, backup).parent().unwrap().join(path)
}

fn states(bench: &Bench) -> Vec<(String, String)> {
    let listed = bench.zelo(&["backup", "list", "--all", "--json"]).code(0).json();
    let mut all: Vec<_> =
        listed["backups"].as_array().unwrap().iter().map(|b| (text(&b["id"]), text(&b["state"]))).collect();
    all.sort();
    all
}

/// A disk of its own, mounted over the store; taken away when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` without the right to mount.
    fn over(folder: &Path, size: &str) -> Option<Self> {
        let marker = fs::read(folder.join(".zelo-store")).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "zelo-test"])
            .arg(folder)
            .output();
        if !mount.is_ok_and(|o| o.status.success()) {
            support::lab::missing("the right to mount a small disk");
            return None;
        }
        fs::write(folder.join(".zelo-store"), marker).unwrap();
        Some(Self(folder.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_named_and_leaves_no_half_backup() {
    let bench = Bench::new();
    let Some(_disk) = SmallDisk::over(&store(&bench), "6m") else { return };
    let none = [("ZELO_STORE_RESERVE_BYTES", "0 B")];
    let made = with(&bench, &none, &["backup", "create", "shop", "--json"]).code(0).json();
    let first = text(&made["operation"]["backup"]);

    // Foreseen to fit, but it does not.
    fill(&bench, 12);
    let rows = bench.rows();
    let ran = with(&bench, &none, &["backup", "create", "shop", "--json"]).code(1);
    assert_eq!(ran.problem(), "store-full");
    bench.assert_tidy("full half-way");

    // A restore begins with a safety backup, which cannot be made.
    let ran = with(&bench, &none, &["restore", &first, "--yes", "--json"]);
    assert_eq!(ran.problem(), "safety-failed", "{ran}");
    assert_ne!(ran.output.status.code(), Some(0));
    assert_eq!(bench.rows(), rows);
    bench.assert_tidy("no room for the safety backup");

    // Foreseen not to fit.
    bench.sql("INSERT INTO files SELECT id + 100, randomblob(1048576) FROM files;");
    let ran = with(&bench, &none, &["backup", "create", "shop", "--json"]).code(1);
    assert_eq!(ran.problem(), "store-too-small");
    assert_eq!(bench.rows(), rows);
    bench.assert_tidy("full from the start");
    assert_eq!(states(&bench), [(first, "complete".to_owned())]);
    bench.assert_backups_whole("full");
}

#[test]
fn the_reserve_is_kept() {
    let bench = Bench::new();
    let first = bench.backup();
    bench.sql("DELETE FROM orders WHERE id < 100");
    let rows = bench.rows();
    let much = [("ZELO_STORE_RESERVE_BYTES", "900 TB")];
    let ran = with(&bench, &much, &["backup", "create", "shop", "--json"]);
    assert_eq!(ran.problem(), "store-too-small", "{ran}");
    let ran = with(&bench, &much, &["restore", &first, "--yes", "--json"]);
    assert_eq!(ran.problem(), "sqlite-disk-need", "{ran}");
    assert_eq!(bench.rows(), rows);
    bench.assert_tidy("reserve");
    assert_eq!(states(&bench).len(), 1);
    bench.assert_backups_whole("reserve");
}

#[test]
fn the_store_keeps_a_reserve_of_its_own_disk() {
    let bench = Bench::new();
    let Some(_disk) = SmallDisk::over(&store(&bench), "200m") else { return };
    fill(&bench, 80);
    let rows = bench.rows();
    // Not free from the start; free by what is foreseen, and reached before all is written.
    for (reserve, code, mib) in
        [("300 MiB", "store-too-small", 195..=200), ("150 MiB", "store-full", 125..=190)]
    {
        let keep = [("ZELO_STORE_RESERVE_BYTES", reserve)];
        let ran = with(&bench, &keep, &["backup", "create", "shop", "--json"]).code(1);
        assert_eq!(ran.problem(), code, "{reserve}: {ran}");
        let told = ran.json()["operation"]["problem"]["args"].clone();
        let (free, kept) = (told["free"].as_u64().unwrap(), told["reserve"].as_u64().unwrap());
        assert!(mib.contains(&(free >> 20)) && free < kept, "{reserve}: {told}");
        assert_eq!(states(&bench), [], "{reserve}");
        let half = Command::new("find").arg(store(&bench)).args(["-type", "f"]).output().unwrap();
        let half = String::from_utf8(half.stdout).unwrap();
        assert_eq!(half.trim_end(), store(&bench).join(".zelo-store").display().to_string(), "{reserve}");
        bench.assert_tidy(reserve);
        assert_eq!(bench.rows(), rows, "{reserve}");
    }
    with(&bench, &[("ZELO_STORE_RESERVE_BYTES", "100 MiB")], &["backup", "create", "shop", "--json"]).code(0);
    bench.assert_backups_whole("within the reserve");
}

fn damaged(damage: impl Fn(&Path), case: &str) {
    let bench = Bench::new();
    let (bad, worse, good) = (bench.backup(), bench.backup(), bench.backup());
    bench.sql("DELETE FROM orders WHERE id % 2 = 0");
    let rows = bench.rows();
    damage(&stored(&bench, &bad));
    damage(&stored(&bench, &worse));

    let ran = bench.zelo(&["backup", "validate", &bad, "--json"]);
    assert_eq!(ran.problem(), "part-digest", "{case}");
    let exit = ran.output.status.code();
    assert!(matches!(exit, Some(1 | 5)), "{case}: {ran}");
    let ran = bench.zelo(&["restore", &bad, "--yes", "--json"]).code(1);
    assert_eq!(ran.problem(), "backup-corrupt", "{case}");

    // Not known to be damaged until the restore itself looks, before all else.
    let ran = bench.zelo(&["restore", &worse, "--yes", "--json"]);
    assert_eq!(ran.problem(), "part-digest", "{case}");
    assert_ne!(ran.output.status.code(), Some(0));
    assert_eq!(bench.rows(), rows, "{case}");
    let steps = "SELECT count(*) FROM operation_steps s JOIN operations o ON o.id = s.operation_id \
                 WHERE o.kind = 'restore' AND s.name IN ('side', 'keep', 'swap') AND s.state <> 'pending'";
    assert_eq!(bench.count(steps), 0, "{case}: something was touched");

    let info = bench.zelo(&["backup", "info", &bad]).code(0);
    let told = info.to_string();
    assert!(told.contains("Error: ") && told.contains("Use another backup"), "{case}: {told}");

    let state = |id: &str| states(&bench).into_iter().find(|(i, _)| i == id).unwrap().1;
    assert_eq!([state(&bad), state(&worse), state(&good)], ["corrupt", "corrupt", "complete"], "{case}");
    bench.assert_tidy(case);
    bench.assert_backups_whole(case);
    bench.zelo(&["restore", &good, "--yes", "--json"]).code(0);
    assert_eq!(bench.rows().len(), 3000, "{case}");
}

#[test]
fn a_truncated_backup_is_found_and_never_restored() {
    damaged(
        |file| {
            let whole = fs::read(file).unwrap();
            fs::write(file, &whole[..whole.len() - 1000]).unwrap();
        },
        "truncated",
    );
}

#[test]
fn a_flipped_bit_is_found_and_never_restored() {
    damaged(
        |file| {
            let mut whole = fs::read(file).unwrap();
            let middle = whole.len() / 2;
            whole[middle] ^= 0x10;
            fs::write(file, whole).unwrap();
        },
        "flipped",
    );
}

#[test]
fn a_store_that_is_not_mounted_is_not_written_beside() {
    let bench = Bench::new();
    let first = bench.backup();
    let (store, away) = (store(&bench), bench.data().join("away"));
    fs::rename(&store, &away).unwrap();
    // Gone, and an empty mount point in its place.
    for empty in [false, true] {
        if empty {
            fs::create_dir(&store).unwrap();
        }
        for args in [
            &["backup", "create", "shop", "--json"][..],
            &["restore", &first, "--yes", "--json"],
            &["backup", "validate", &first, "--json"],
            &["catalog", "rebuild", "--json"],
        ] {
            let ran = bench.zelo(args);
            assert_eq!(ran.problem(), "store-unusable", "{ran}");
            assert_ne!(ran.output.status.code(), Some(0), "{ran}");
        }
        assert_eq!(store.exists(), empty, "nothing is made in its place");
        assert!(!empty || fs::read_dir(&store).unwrap().next().is_none(), "nothing is written there");
    }
    fs::remove_dir(&store).unwrap();
    fs::rename(&away, &store).unwrap();
    assert_eq!(states(&bench), [(first, "complete".to_owned())], "nothing was taken for lost");
    bench.assert_tidy("mounted again");
    bench.assert_backups_whole("mounted again");
    bench.backup();
}

#[test]
fn a_store_is_moved_with_its_marker() {
    let bench = Bench::new();
    let first = bench.backup();
    let elsewhere = bench.data().join("elsewhere");
    let moved = elsewhere.display().to_string();
    let there = [("ZELO_STORE_FOLDER", &*moved)];
    let ran = with(&bench, &there, &["catalog", "rebuild", "--json"]).code(9);
    assert_eq!(ran.problem(), "store-unusable");
    assert!(ran.to_string().contains("move the former folder there"), "{ran}");
    assert!(!elsewhere.exists());

    // As docs/systemd.md says.
    let copied = Command::new("cp").arg("-a").arg(store(&bench)).arg(&elsewhere).status().unwrap();
    assert!(copied.success());
    fs::remove_dir_all(store(&bench)).unwrap();
    with(&bench, &there, &["backup", "validate", &first, "--json"]).code(0);
    with(&bench, &there, &["backup", "create", "shop", "--json"]).code(0);
    with(&bench, &there, &["restore", &first, "--yes", "--json"]).code(0);
    assert!(!store(&bench).exists());
}

#[test]
fn a_missing_key_is_never_replaced_while_it_is_needed() {
    let bench = Bench::new();
    let first = bench.backup();
    let key = bench.data().join("key");
    let password = bench.data().join("password");
    fs::write(&password, "open sesame\n").unwrap();
    let mut add = support::command(&bench.data(), &["resource", "add", "far", "--kind", "postgres"]);
    add.args(["--set", "host=127.0.0.1", "--set", "port=1", "--unchecked", "--password-file"]).arg(&password);
    Ran::of(add).code(0);

    let away = bench.data().join("key-away");
    fs::rename(&key, &away).unwrap();
    for args in [
        &["backup", "create", "shop", "--json"][..],
        &["restore", &first, "--yes", "--json"],
        &["backup", "list", "--json"],
    ] {
        assert_eq!(bench.zelo(args).code(9).problem(), "key-missing");
    }
    assert!(!key.exists(), "a new key would open nothing");

    // Another Zelo's key is not taken for this one's.
    let other = fs::read_to_string(&away).unwrap().replace(['1', '2'], "3");
    fs::write(&key, other).unwrap();
    assert!(Command::new("chmod").arg("600").arg(&key).status().unwrap().success());
    let ran = bench.zelo(&["backup", "create", "far", "--json"]);
    assert_eq!(ran.problem(), "seal-other-key", "{ran}");

    fs::rename(&away, &key).unwrap();
    bench.zelo(&["restore", &first, "--yes", "--json"]).code(0);
    bench.assert_backups_whole("the key is back");
}

#[test]
fn a_manifest_that_points_out_of_the_store_is_refused() {
    let bench = Bench::new();
    let first = bench.backup();
    let real = folder(&bench, &first);
    let outside = bench.data().join("outside");
    fs::write(&outside, "not yours").unwrap();
    let deep = "../".repeat(3) + "outside";
    for (number, path) in
        [deep.as_str(), "/etc/passwd", "a/../../../../outside", "..\\outside"].iter().enumerate()
    {
        let forged = real.with_file_name(format!("from-outside-{number}"));
        let copied = Command::new("cp").arg("-a").arg(&real).arg(&forged).status().unwrap();
        assert!(copied.success());
        let file = forged.join("manifest.json");
        let mut manifest: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let mut id = first.clone();
        id.replace_range(id.len() - 1.., &number.to_string());
        manifest["id"] = id.into();
        manifest["parts"][0]["files"][0]["path"] = (*path).into();
        fs::write(&file, manifest.to_string()).unwrap();
    }
    let rebuilt = bench.zelo(&["catalog", "rebuild", "--json"]).json();
    let refused = rebuilt["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 4, "{rebuilt}");
    assert!(refused.iter().all(|r| r["why"]["code"] == "scan-manifest"), "{rebuilt}");
    assert_eq!(rebuilt["listed"], 1, "{rebuilt}");
    assert_eq!(states(&bench), [(first, "complete".to_owned())]);
    assert_eq!(fs::read_to_string(outside).unwrap(), "not yours");
    bench.assert_backups_whole("forged manifests");
}
