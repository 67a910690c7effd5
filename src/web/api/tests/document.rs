//! The document says what there is, all of it, and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::web::{
    api::document::document,
    guard::Rule,
    routes,
    tests::{Ask, TestSite},
};

fn whole() -> Value {
    serde_json::to_value(document("/zelo")).unwrap()
}

/// Every call of the document: method and path.
fn calls(document: &Value) -> Vec<(String, String, Value)> {
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            calls.push((method.to_uppercase(), path.clone(), call.clone()));
        }
    }
    calls
}

#[test]
fn it_has_the_routes_there_are_and_no_others() {
    let written: BTreeSet<_> = calls(&whole()).into_iter().map(|(method, path, _)| (method, path)).collect();
    let real: BTreeSet<_> = routes::table()
        .into_iter()
        .filter(|entry| entry.path == "/api" || entry.path.starts_with("/api/"))
        .map(|entry| (entry.method.to_owned(), entry.path.to_owned()))
        .collect();
    assert_eq!(written, real);
    assert!(real.len() >= 24);
}

#[test]
fn every_call_is_told_of_whole() {
    let document = whole();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["servers"][0]["url"], "/zelo");
    let mut ids = BTreeSet::new();
    for (method, path, call) in calls(&document) {
        let at = format!("{method} {path}");
        let filled = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        assert!(filled(&call["summary"]) && filled(&call["operationId"]), "{at}");
        assert!(ids.insert(call["operationId"].to_string()), "{at}: an id used twice");
        assert_eq!(call["tags"].as_array().map(Vec::len), Some(1), "{at}");
        let given = call["parameters"].as_array().cloned().unwrap_or_default();
        let in_path: Vec<_> = given
            .iter()
            .filter(|p| p["in"] == "path")
            .map(|p| format!("{{{}}}", p["name"].as_str().unwrap()))
            .collect();
        let pieces: Vec<_> = path.split('/').filter(|piece| piece.starts_with('{')).collect();
        assert_eq!(in_path, pieces, "{at}");
        for parameter in &given {
            assert!(filled(&parameter["description"]), "{at}: {parameter}");
        }
        let public =
            routes::table().iter().any(|e| e.method == method && e.path == path && e.rule == Rule::Public);
        assert_eq!(call["security"].as_array().map(Vec::is_empty), Some(public), "{at}");
        assert_eq!(call["responses"]["401"].is_null(), public, "{at}");
        let good = call["responses"].as_object().unwrap().keys().any(|status| status.starts_with('2'));
        assert!(good, "{at} never answers well");
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_type_is_told_about() {
    let document = whole();
    let mut todo = vec![&document];
    let mut used = BTreeSet::new();
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(place) = value["$ref"].as_str() {
                    let place = place.strip_prefix('#').unwrap();
                    assert!(document.pointer(place).is_some(), "{place}");
                    used.insert(place.to_owned());
                }
                todo.extend(fields.values());
            }
            Value::Array(all) => todo.extend(all),
            _ => {}
        }
    }
    let known = |name: &str| used.contains(&format!("/components/schemas/{name}"));
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(known(name) || name == "LogEntry", "{name} is in no call");
        assert!(schema["description"].is_string() || schema["oneOf"].is_array(), "{name}: {schema}");
        for (field, about) in schema["properties"].as_object().into_iter().flatten() {
            let told = about["description"].is_string() || about["oneOf"][0]["description"].is_string();
            assert!(told || !about["$ref"].is_null(), "{name}.{field}: {about}");
        }
    }
    // What is nobody's business has no way out.
    for inner in ["facts", "request", "sealed", "marker", "locator", "lease", "fence"] {
        assert!(!document["components"]["schemas"].to_string().contains(&format!("\"{inner}\"")), "{inner}");
    }
}

#[test]
fn it_stays_as_it_is() {
    insta::assert_json_snapshot!(whole());
}

#[actix_web::test]
async fn everybody_may_read_it_as_a_program_and_as_a_person() {
    let site = TestSite::new().await;
    let reply = site.send(Ask::get("/api/openapi.json")).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/json"));
    assert_eq!(reply.json()["servers"][0]["url"], "/");
    let page = site.send(Ask::get("/api")).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    for (method, path, call) in calls(&whole()) {
        assert!(text.contains(&format!("<code>{method} {path}</code>")), "{method} {path}");
        assert!(text.contains(&format!("id=\"{}\"", call["operationId"].as_str().unwrap())));
    }
    assert!(!text.contains("<script>") && !text.contains("style="));
}
