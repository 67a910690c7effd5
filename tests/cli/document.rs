//! The API's document, as the program prints it.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use super::{Machine, text};

/// Every route of the API as it is written where the server's routes are listed.
fn routes() -> BTreeSet<(String, String)> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/api/mod.rs");
    let source = fs::read_to_string(file).unwrap();
    let table = source.split("ROUTES: &[Entry] = &[").nth(1).unwrap().split("\n];").next().unwrap();
    let value = |name: &str| {
        let known = source.split(&format!("const {name}: &str = \"")).nth(1);
        known.unwrap_or_else(|| panic!("no {name} in {file}")).split('"').next().unwrap().to_owned()
    };
    let mut found = BTreeSet::new();
    for entry in table.lines().filter(|line| line.contains(", Rule::")) {
        let (how, rest) = entry.trim().split_once('(').unwrap();
        let given: Vec<_> = rest.split(", Rule::").next().unwrap().split(", ").collect();
        let (method, path) = match (how, given.as_slice()) {
            ("get", [path]) => ("GET", *path),
            ("post" | "stream", [path]) => ("POST", *path),
            ("entry", [method, path]) => (method.trim_matches('"'), *path),
            _ => panic!("{file}: a route is written in another way: {entry}"),
        };
        let path =
            path.strip_prefix('"').map_or_else(|| value(path), |path| path.trim_end_matches('"').to_owned());
        found.insert((method.to_owned(), path));
    }
    found
}

#[test]
fn it_is_printed_whole_without_anything_being_made() {
    let machine = Machine::new();
    let output = machine.run(&["openapi"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut told = BTreeSet::new();
    for (path, calls) in document["paths"].as_object().unwrap() {
        for method in calls.as_object().unwrap().keys() {
            told.insert((method.to_uppercase(), path.clone()));
        }
    }
    assert_eq!(told, routes());
    assert!(told.len() > 20, "{told:?}");
    assert_eq!(machine.json(0, &["openapi"]), document, "for programs it is the same");
    assert!(!machine.data().exists());
}

#[test]
fn it_names_the_path_a_proxy_serves_it_under() {
    let machine = Machine::new();
    let mut command = machine.command(&["openapi", "--json"]);
    command.env("ZELO_HTTP_PUBLIC_URL", "https://panel.example/zelo");
    let document: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert_eq!(document["servers"][0]["url"], "/zelo");
}
