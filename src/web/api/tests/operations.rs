//! Operations: listed, followed, cancelled, left.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::plain;
use crate::{
    db::Finish,
    domain::{id::OperationId, operation::OpState},
    web::tests::{Ask, Reply, TestSite},
};

async fn as_owner(site: &TestSite, ask: Ask) -> Reply {
    site.send(ask.token_of(site.person("alpha-owner"))).await
}

/// A queued backup of alpha's.
async fn queued(site: &TestSite) -> String {
    let ask = Ask::post(format!("/api/resources/{}/backups", site.shop.id));
    as_owner(site, ask).await.json()["id"].as_str().unwrap().to_owned()
}

/// An operation whose undo failed.
async fn stuck(site: &TestSite) -> String {
    let id = queued(site).await;
    site.gets_stuck(&id).await;
    id
}

#[actix_web::test]
async fn a_list_has_the_callers_own_alone() {
    let site = TestSite::new().await;
    site.backup(&site.other).await;
    let done = queued(&site).await;
    site.run(&done).await;
    let waits = queued(&site).await;
    let ids = async |query: &str| {
        let rows = as_owner(&site, Ask::get(format!("/api/operations?{query}"))).await.json();
        let rows = rows["rows"].as_array().unwrap_or_else(|| panic!("{query}: {rows}")).clone();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [waits.clone(), done.clone()]);
    assert_eq!(ids("state=queued").await, std::slice::from_ref(&waits));
    assert_eq!(ids("state=succeeded,failed").await, std::slice::from_ref(&done));
    assert_eq!(ids("limit=1&offset=1").await, std::slice::from_ref(&done));
    assert_eq!(ids("kind=restore").await, [""; 0]);
    assert_eq!(ids(&format!("resource={}", site.shop.id)).await, [waits.clone(), done.clone()]);
    assert_eq!(ids(&format!("resource={}", site.other.id)).await, [""; 0]);
    assert_eq!(ids(&format!("project={}", site.alpha)).await.len(), 2);
    for (query, problem) in [
        (format!("project={}", site.beta), (404, "web-nothing-here")),
        ("resource=x".to_owned(), (404, "web-nothing-here")),
        ("state=sleeping".to_owned(), (400, "api-query")),
    ] {
        let reply = as_owner(&site, Ask::get(format!("/api/operations?{query}"))).await;
        assert_eq!(reply.problem(), (problem.0, problem.1.to_owned()), "{query}");
    }
    let nobody = site.send(Ask::get("/api/operations").token_of(site.person("nobody"))).await.json();
    assert_eq!(nobody, json!({ "rows": [], "total": 0 }));
}

#[actix_web::test]
async fn what_planning_found_stays_inside() {
    let site = TestSite::new().await;
    let id = queued(&site).await;
    for path in [format!("/api/operations/{id}"), "/api/operations".to_owned()] {
        let text = as_owner(&site, Ask::get(path)).await.text();
        for inner in ["facts", "request", "fence", "lease", "runner", "staging", "locks"] {
            assert!(!text.contains(&format!("\"{inner}")), "{inner}: {text}");
        }
    }
}

#[actix_web::test]
async fn a_queued_operation_is_cancelled_at_once_and_only_once() {
    let site = TestSite::new().await;
    let id = queued(&site).await;
    let path = format!("/api/operations/{id}/cancel");
    let reply = as_owner(&site, Ask::post(&path)).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["state"]), (202, &json!("cancelled")));
    let dry = as_owner(&site, Ask::post(format!("{path}?dry_run=true"))).await;
    assert_eq!(dry.problem(), (400, "api-query".to_owned()), "there is no plan of this");
    let done = queued(&site).await;
    site.run(&done).await;
    let late = as_owner(&site, Ask::post(format!("/api/operations/{done}/cancel"))).await;
    assert_eq!(late.problem().1, "operation-state");
}

#[actix_web::test]
async fn there_are_three_ways_out_and_each_is_shown_first() {
    let site = TestSite::new().await;
    let id = stuck(&site).await;
    let (at, path) = (format!("/api/operations/{id}"), format!("/api/operations/{id}/resolve"));
    insta::assert_json_snapshot!("stuck", plain(&site, &as_owner(&site, Ask::get(&at)).await));
    let ask = |query: &str, body: Value| Ask::post(format!("{path}{query}")).json(&body);
    let would = as_owner(&site, ask("?dry_run=true", json!({ "way": "retry" }))).await.json();
    assert_eq!((&would["would"], &would["operation"]["id"]), (&json!("retry"), &json!(id)));
    for (body, code) in [
        (json!({}), "api-field-missing"),
        (json!({ "way": "wish" }), "api-field-value"),
        (json!({ "way": "resolved", "note": " " }), "resolve-note"),
        (json!({ "way": "restore" }), "safety-none"),
    ] {
        assert_eq!(as_owner(&site, ask("", body)).await.problem().1, code);
    }
    assert_eq!(as_owner(&site, Ask::get(&at)).await.json()["state"], "needs_operator");
    let note = json!({ "way": "resolved", "note": "put back by hand" });
    let resolved = as_owner(&site, ask("", note.clone())).await;
    assert_eq!((resolved.status.as_u16(), &resolved.json()["resolution"]), (202, &json!("put back by hand")));
    assert_eq!(as_owner(&site, ask("", note)).await.problem(), (409, "resolve-not-needed".to_owned()));
    let again = stuck(&site).await;
    let retried = Ask::post(format!("/api/operations/{again}/resolve")).json(&json!({ "way": "retry" }));
    assert_eq!(as_owner(&site, retried).await.json()["state"], "running");
}

/// The events of a stream, as name, id and data.
fn events(text: &str) -> Vec<(String, Option<i64>, String)> {
    let read = |block: &str| {
        let field = |name: &str| {
            let lines = block.lines().filter_map(|line| line.strip_prefix(name));
            lines.map(|line| line.trim_start_matches(' ')).collect::<Vec<_>>().join("\n")
        };
        let name = field("event:");
        (!name.is_empty()).then(|| (name, field("id:").parse().ok(), field("data:")))
    };
    text.split("\n\n").filter_map(read).collect()
}

#[actix_web::test]
async fn an_operation_is_followed_and_a_broken_stream_goes_on_where_it_stopped() {
    let site = TestSite::new().await;
    let id = queued(&site).await;
    let path = format!("/api/operations/{id}/events");
    site.run(&id).await;
    let (world, op) = (&site.site.world, id.parse::<OperationId>().unwrap());
    let lines = world.db.operation_log(&op, 0).await.unwrap();
    let whole = as_owner(&site, Ask::get(&path)).await;
    assert_eq!(whole.header("content-type"), "text/event-stream");
    let seen = events(&whole.text());
    let names: Vec<_> = seen.iter().map(|(name, ..)| name.as_str()).collect();
    let logs = seen.iter().filter(|(name, ..)| name == "log").count();
    assert_eq!(logs, lines.len());
    assert_eq!(&names[logs..], ["operation", "done"]);
    let (_, last, data) = &seen[logs];
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data, as_owner(&site, Ask::get(format!("/api/operations/{id}"))).await.json());
    assert_eq!(seen.last().unwrap().2, "succeeded");

    let known = last.unwrap().to_string();
    let rest = as_owner(&site, Ask::get(&path).header("last-event-id", &known)).await.text();
    let names: Vec<_> = events(&rest).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["operation", "done"], "no line twice");
    let foreign = site.send(Ask::get(&path).token_of(site.person("beta-owner"))).await;
    assert_eq!(foreign.problem().0, 404);
}

#[actix_web::test]
async fn lines_of_the_log_are_told_after_the_last_one_seen() {
    use crate::saga::Journal;
    let site = TestSite::new().await;
    let id: OperationId = queued(&site).await.parse().unwrap();
    let db = &site.site.world.db;
    let until = site.site.now() + TimeDelta::hours(1);
    let (_, fence) = db.claim(&id, "w-test", until).await.unwrap().unwrap();
    for _ in 0..3 {
        db.log(&id, fence, &crate::msg!("plan-backup", resource = "shop")).await.unwrap();
    }
    let end = Finish { state: OpState::Failed, problem: None, result: Value::Null };
    db.finish(&id, fence, end).await.unwrap();
    let path = format!("/api/operations/{id}/events");
    for (last, told) in
        [(None, vec![1, 2, 3]), (Some("1"), vec![2, 3]), (Some("3"), vec![]), (Some("x"), vec![1, 2, 3])]
    {
        let ask = Ask::get(&path);
        let ask = last.map_or_else(|| Ask::get(&path), |last| ask.header("last-event-id", last));
        let seen = events(&as_owner(&site, ask).await.text());
        let logs: Vec<_> = seen.iter().filter(|(name, ..)| name == "log").collect();
        assert_eq!(logs.iter().filter_map(|(_, id, _)| *id).collect::<Vec<_>>(), told, "{last:?}");
        let text: Option<Value> = logs.first().map(|(.., data)| serde_json::from_str(data).unwrap());
        assert!(text.is_none_or(|entry| entry["text"] == "Back up shop"));
    }
}
