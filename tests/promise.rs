//! The promise as the compiler keeps it: each program under `promise/` tries to
//! get around it and must not compile, with the errors written beside it. One keeps
//! it and must compile, or the others would fail for any reason.
//!
//! rustc is asked directly, against the library these tests were built with: cargo
//! would build every dependency a second time. `ZELO_BLESS=1` writes the errors.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot go on says so

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

const PROGRAMS: &str = "tests/promise";
/// The one that compiles.
const KEEPS: &str = "keeps_it";

#[test]
fn what_breaks_the_promise_does_not_compile() {
    let mut programs: Vec<PathBuf> = fs::read_dir(PROGRAMS).unwrap().map(|e| e.unwrap().path()).collect();
    programs.retain(|path| path.extension().is_some_and(|e| e == "rs"));
    programs.sort();
    assert!(programs.len() > 8, "{programs:?}");
    let wrong: Vec<String> = programs.iter().filter_map(|program| wrong(program)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not as it should be.
fn wrong(program: &Path) -> Option<String> {
    let told = errors(program);
    if program.file_stem().is_some_and(|name| name == KEEPS) {
        return (!told.is_empty()).then(|| format!("{}: should compile:\n{told}", program.display()));
    }
    let beside = program.with_extension("stderr");
    if std::env::var_os("ZELO_BLESS").is_some() {
        fs::write(&beside, &told).unwrap();
    }
    let wanted = fs::read_to_string(&beside).unwrap_or_default();
    let same = told == wanted && !told.is_empty();
    (!same).then(|| format!("{}: wanted:\n{wanted}\ntold:\n{told}", program.display()))
}

/// The compiler's errors, a line each: place, code, sentence.
fn errors(program: &Path) -> String {
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let made = tempfile::tempdir().unwrap();
    let out = Command::new(rustc)
        .args(["--edition=2024", "--crate-type=bin", "--emit=metadata", "--error-format=short", "-Awarnings"])
        .arg(format!("--out-dir={}", made.path().display()))
        .arg(format!("-Ldependency={}", deps.display()))
        .arg(format!("--extern=zelo={}", newest(&deps, "libzelo-", "rlib").display()))
        .arg(format!("--extern=async_trait={}", newest(&deps, "libasync_trait-", "so").display()))
        .arg(format!("--extern=serde_json={}", newest(&deps, "libserde_json-", "rlib").display()))
        .arg(program)
        .output()
        .unwrap();
    let text = String::from_utf8(out.stderr).unwrap();
    let told: String =
        text.lines().filter(|line| line.contains(": error")).map(|line| format!("{line}\n")).collect();
    assert_eq!(out.status.success(), told.is_empty(), "{text}");
    told
}

/// What cargo built last: a folder may hold it with other features as well.
fn newest(folder: &Path, start: &str, end: &str) -> PathBuf {
    let built = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let fits = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(start) && name.ends_with(&format!(".{end}"))
    };
    let age =
        |path: &PathBuf| fs::metadata(path).and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    built.filter(fits).max_by_key(age).unwrap_or_else(|| panic!("no {start}*.{end} in {}", folder.display()))
}
