//! Changes of an instance's settings from the panel: what is wrong, going without a safety
//! backup, its name; and its logs as they are written.

use serde_json::json;

use super::{
    Ask,
    instances::{FORM, sealed, site},
};
use crate::web::live::seats::SEATS;

#[actix_web::test]
async fn what_is_wrong_stands_at_its_field_and_what_was_typed_stays() {
    let (site, row) = site().await;
    let page = format!("/instances/{}/settings", row.id);
    let ask = |body: &'static str| Ask::post(&page).page_of(site.person("alpha-owner")).body(FORM, body);
    let wrong = site.send(ask("site_url=not an address&jwt_expiry=never&smtp_pass=entered-hunter2")).await;
    let text = wrong.text();
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(text.contains("value=\"not an address\"") && text.contains("id=\"site_url-error\""), "{text}");
    assert!(text.contains("id=\"jwt_expiry-error\""), "not only the first is marked: {text}");
    assert!(!text.contains("entered-hunter2"));
    // Programs hear of all of it too.
    let both = json!({ "values": { "site_url": "not an address", "jwt_expiry": "never" } });
    let bulk = Ask::new("PUT", format!("/api/instances/{}/config/bulk", row.id));
    let bulk = site.send(bulk.token_of(site.person("alpha-owner")).json(&both)).await;
    assert_eq!(bulk.status.as_u16(), 422);
    assert_eq!(bulk.json()["errors"].as_array().unwrap().len(), 2, "{}", bulk.text());
    let same = site.send(ask("site_url=https://shop.example.com&smtp_pass=")).await;
    assert_eq!(same.status.as_u16(), 422, "nothing is changed");
}

#[actix_web::test]
async fn a_change_of_settings_may_go_without_a_safety_backup() {
    let (site, row) = site().await;
    let owner = site.person("alpha-owner");
    let page = format!("/instances/{}/settings", row.id);
    let review = Ask::post(&page).page_of(owner).body(FORM, "site_url=https://new.example.com");
    let text = site.send(review).await.text();
    assert!(text.contains(&format!("action=\"{page}/waive\"")), "{text}");
    let body = format!("values={}&reason=its+database+is+gone", sealed(&text));
    let waived = site.send(Ask::post(format!("{page}/waive")).page_of(owner).body(FORM, body)).await;
    let text = waived.text();
    assert_eq!(waived.status.as_u16(), 200, "{text}");
    assert!(text.contains("name=\"reason\" value=\"its database is gone\""), "{text}");
    let body = format!("values={}&reason=its+database+is+gone&key=k", sealed(&text));
    let started = site.send(Ask::post(format!("{page}/confirm")).page_of(owner).body(FORM, body)).await;
    let operation = started.header("location").rsplit('/').next().unwrap().to_owned();
    let told = site.send(Ask::get(format!("/api/operations/{operation}")).token_of(owner)).await.json();
    assert_eq!(told["without_safety"], "its database is gone", "{told}");
}

#[actix_web::test]
async fn a_name_is_a_setting_like_any_other() {
    let (site, row) = site().await;
    let owner = site.person("alpha-owner");
    let name = format!("/api/instances/{}/config/name", row.id);
    let shown = site.send(Ask::get(&name).token_of(owner)).await.json();
    assert_eq!((&shown["value"], &shown["set"]), (&json!("shop-prod"), &json!(true)));
    let put = |to: &str| {
        let body = json!({ "value": to });
        Ask::new("PUT", format!("{name}?dry_run=true")).token_of(owner).json(&body)
    };
    let plan = site.send(put("The shop")).await;
    let steps: Vec<String> = plan.json()["steps"]
        .as_array()
        .unwrap_or(&vec![])
        .iter()
        .map(|step| step["name"].to_string())
        .collect();
    assert_eq!(steps, ["\"look\"", "\"rename\"", "\"done\""], "nothing but its row: {}", plan.text());
    assert_eq!(site.send(put("a\nb")).await.problem(), (422, "resource-name".to_owned()));
    assert_eq!(site.send(put("shop-prod")).await.problem(), (422, "config-no-change".to_owned()));
}

#[actix_web::test]
async fn a_log_is_followed_line_by_line_without_secrets() {
    let (site, row) = site().await;
    let operator = site.person("alpha-operator");
    let events = format!("/instances/{}/logs/events", row.id);
    let of = |query: &str| Ask::get(format!("{events}?service=auth{query}")).page_of(operator);
    let text = site.send(of("")).await.text();
    assert_eq!(text.matches("event: log").count(), 3, "{text}");
    assert!(text.contains("login […] refused") && !text.contains("event: done"), "{text}");
    let found = site.send(of("&text=REFUSED")).await.text();
    assert_eq!(found.matches("event: log").count(), 1, "{found}");
    // A browser that comes back has the first two already.
    let again = of("").header("last-event-id", "2026-11-22T14:05:02.000000000Z");
    let again = site.send(again).await.text();
    assert_eq!(again.matches("event: log").count(), 1, "{again}");
    let unknown = site.send(Ask::get(format!("{events}?service=nothing")).page_of(operator)).await.text();
    assert!(unknown.contains("event: done"), "{unknown}");
    // Each stream keeps a connection: there are so many for one person.
    let held: Vec<_> = (0..SEATS).map(|_| site.site.seats.take(&operator.id).unwrap()).collect();
    let full = site.send(of("")).await.text();
    assert!(full.contains("event: done") && !full.contains("refused"), "{full}");
    drop(held);
    assert!(site.send(of("")).await.text().contains("refused"));
}
