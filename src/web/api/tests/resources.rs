//! Resources: listed, added, changed, taken off the list.

use serde_json::{Value, json};

use super::plain;
use crate::{
    operation::{BackupRequest, Request},
    web::tests::{Ask, Reply, TestSite},
};

fn list(site: &TestSite) -> String {
    format!("/api/projects/{}/resources", site.alpha)
}

fn shop(site: &TestSite) -> String {
    format!("{}/{}", list(site), site.shop.id)
}

async fn as_owner(site: &TestSite, ask: Ask) -> Reply {
    site.send(ask.token_of(site.person("alpha-owner"))).await
}

/// An administrator who is an owner too: they may name what lies on this machine.
async fn as_chief(site: &TestSite, ask: Ask) -> Reply {
    let admin = site.person("admin");
    let db = &site.site.world.db;
    db.set_member(&site.alpha, &admin.id, crate::domain::role::Role::Owner, "test").await.unwrap();
    site.send(ask.token_of(admin)).await
}

fn file(site: &TestSite, name: &str) -> Value {
    json!({ "path": site.folder().join(name) })
}

#[actix_web::test]
async fn a_project_shows_its_own_and_no_secret() {
    let site = TestSite::new().await;
    let rows = as_owner(&site, Ask::get(list(&site))).await;
    insta::assert_json_snapshot!("list", plain(&site, &rows));
    let one = as_owner(&site, Ask::get(shop(&site))).await;
    assert_eq!(one.json(), rows.json()["rows"][0]);
    for (query, total) in [("kind=sqlite", 1), ("kind=postgres", 0), ("state=missing", 0), ("text=SHO", 1)] {
        let rows = as_owner(&site, Ask::get(format!("{}?{query}", list(&site)))).await.json();
        assert_eq!(rows["total"], total, "{query}");
    }
}

#[actix_web::test]
async fn a_list_has_its_limits_and_knows_its_parameters() {
    let site = TestSite::new().await;
    for (query, code) in [
        ("limit=0", "api-limit"),
        ("limit=201", "api-limit"),
        ("limit=x", "api-query"),
        ("ofset=1", "api-query"),
        ("state=lost", "api-query"),
    ] {
        let reply = as_owner(&site, Ask::get(format!("{}?{query}", list(&site)))).await;
        assert_eq!(reply.problem().1, code, "{query}");
    }
    let rows = as_owner(&site, Ask::get(format!("{}?limit=200&offset=1", list(&site)))).await.json();
    assert_eq!((rows["rows"].as_array().unwrap().len(), &rows["total"]), (0, &json!(1)));
}

#[actix_web::test]
async fn what_can_be_reached_is_added() {
    let site = TestSite::new().await;
    std::fs::copy(site.folder().join("shop.db"), site.folder().join("second.db")).unwrap();
    let new = json!({ "name": "second", "kind": "sqlite", "access": file(&site, "second.db") });
    let dry = as_chief(&site, Ask::post(format!("{}?dry_run=true", list(&site))).json(&new)).await;
    assert_eq!(dry.status, 200);
    insta::assert_json_snapshot!("add_dry_run", plain(&site, &dry));
    let total = as_owner(&site, Ask::get(list(&site))).await.json()["total"].clone();
    assert_eq!(total, 1, "a dry run stores nothing");

    let added = as_chief(&site, Ask::post(list(&site)).json(&new)).await;
    assert_eq!(added.status, 201);
    let place = added.header("location").to_owned();
    assert_eq!(as_owner(&site, Ask::get(&place)).await.json(), added.json());
    let again = as_chief(&site, Ask::post(list(&site)).json(&new)).await;
    assert_eq!(again.problem(), (409, "resource-exists".to_owned()));
}

#[actix_web::test]
async fn what_is_wrong_is_told_all_at_once_and_nothing_is_stored() {
    let site = TestSite::new().await;
    let lost = json!({ "name": "lost", "kind": "sqlite", "access": file(&site, "lost.db") });
    let reply = as_chief(&site, Ask::post(list(&site)).json(&lost)).await;
    assert_eq!(reply.problem(), (422, "resource-unreachable".to_owned()));
    assert!(!reply.json()["errors"].as_array().unwrap().is_empty());
    let senseless = json!({ "name": "x", "kind": "sqlite", "access": { "colour": "red" } });
    let reply = as_chief(&site, Ask::post(list(&site)).json(&senseless)).await;
    insta::assert_json_snapshot!("add_senseless", plain(&site, &reply));
    for (body, code) in [
        (json!({ "kind": "sqlite" }), "api-field-missing"),
        (json!({ "name": "x", "kind": "oracle" }), "kind-unknown"),
        (json!({ "name": " x", "kind": "sqlite" }), "resource-name"),
        (json!({ "name": "x", "kind": "sqlite", "pasword": "hunter2" }), "api-field-unknown"),
        (json!({ "name": "x", "kind": "sqlite", "secrets": "hunter2" }), "api-field-value"),
    ] {
        let reply = as_chief(&site, Ask::post(list(&site)).json(&body)).await;
        assert_eq!(reply.problem().1, code, "{body}");
        assert!(!reply.text().contains("hunter2"));
    }
    let reply = as_chief(&site, Ask::post(list(&site)).body("text/plain", "name=x")).await;
    assert_eq!(reply.problem(), (415, "api-media-type".to_owned()));
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(300 << 10));
    let reply = as_chief(&site, Ask::post(list(&site)).body("application/json", large)).await;
    assert_eq!(reply.problem(), (413, "web-too-large".to_owned()));
    assert_eq!(as_owner(&site, Ask::get(list(&site))).await.json()["total"], 1);
}

#[actix_web::test]
async fn what_lies_on_this_machine_is_an_administrators_to_give() {
    let site = TestSite::new().await;
    // Zelo's own database, and a neighbour's.
    for name in ["zelo.db", "other.db"] {
        let new = json!({ "name": "mine", "kind": "sqlite", "access": file(&site, name) });
        let reply = as_owner(&site, Ask::post(list(&site)).json(&new)).await;
        assert_eq!(reply.problem(), (403, "resource-local".to_owned()));
        let change = json!({ "access": file(&site, name) });
        let reply = as_owner(&site, Ask::new("PUT", shop(&site)).json(&change)).await;
        assert_eq!(reply.problem(), (403, "resource-local".to_owned()));
    }
}

#[actix_web::test]
async fn a_neighbours_resource_is_not_named() {
    let site = TestSite::new().await;
    let new = json!({ "name": "mine", "kind": "sqlite", "access": file(&site, "other.db") });
    let reply = as_chief(&site, Ask::post(list(&site)).json(&new)).await;
    assert_eq!(reply.problem(), (409, "resource-elsewhere".to_owned()));
    let other = &site.other;
    assert!(!reply.text().contains(other.id.as_str()) && !reply.text().contains("“other”"));
}

#[actix_web::test]
async fn a_resource_is_renamed_and_led_elsewhere() {
    let site = TestSite::new().await;
    let renamed = as_owner(&site, Ask::new("PUT", shop(&site)).json(&json!({ "name": "store" }))).await;
    assert_eq!((renamed.status.as_u16(), &renamed.json()["name"]), (200, &json!("store")));
    std::fs::copy(site.folder().join("shop.db"), site.folder().join("moved.db")).unwrap();
    let change = json!({ "access": file(&site, "moved.db") });
    let dry = Ask::new("PUT", format!("{}?dry_run=true", shop(&site))).json(&change);
    assert_eq!(as_chief(&site, dry).await.json()["ok"], true);
    let now = as_owner(&site, Ask::get(shop(&site))).await.json();
    assert!(now["access"]["path"].as_str().unwrap().ends_with("shop.db"), "a dry run stores nothing");
    let moved = as_chief(&site, Ask::new("PUT", shop(&site)).json(&change)).await.json();
    assert!(moved["access"]["path"].as_str().unwrap().ends_with("moved.db"));
    assert_eq!(moved["name"], "store");
    let nothing = as_owner(&site, Ask::new("PUT", shop(&site))).await;
    assert_eq!(nothing.json(), moved, "what is not given stays");
}

#[actix_web::test]
async fn it_is_taken_off_the_list_by_its_name_and_not_while_something_works_on_it() {
    let site = TestSite::new().await;
    site.backup(&site.shop).await;
    let dry = Ask::new("DELETE", format!("{}?dry_run=true", shop(&site)));
    assert_eq!(as_owner(&site, dry).await.json(), json!({ "confirm": "shop", "backups": 1 }));
    for body in [json!({}), json!({ "confirm": "Shop" })] {
        let reply = as_owner(&site, Ask::new("DELETE", shop(&site)).json(&body)).await;
        assert_eq!(reply.problem(), (422, "confirm-needed".to_owned()));
    }
    let confirm = json!({ "confirm": "shop" });
    let backup: BackupRequest = serde_json::from_value(json!({ "resource": site.shop.id })).unwrap();
    let (world, by) = (&site.site.world, crate::operation::Actor("cli:ada".to_owned()));
    let prepared = crate::operation::prepare(world, Request::Backup(backup), &by).await.unwrap();
    let queued = crate::operation::enqueue(world, prepared, None, None).await.unwrap();
    let held = as_owner(&site, Ask::new("DELETE", shop(&site)).json(&confirm)).await;
    assert_eq!(held.problem(), (409, "locked".to_owned()));
    assert_eq!(held.json()["operation"], queued.row().id.as_str());
    site.run(queued.row().id.as_str()).await;

    let gone = as_owner(&site, Ask::new("DELETE", shop(&site)).json(&confirm)).await;
    assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0));
    assert_eq!(as_owner(&site, Ask::get(shop(&site))).await.problem().0, 404);
}

#[actix_web::test]
async fn a_stored_password_goes_nowhere_else() {
    let site = TestSite::new().await;
    let at = |host: &str| json!({ "host": host, "user": "zelo" });
    let new = json!({ "name": "far", "kind": "postgres", "access": at("198.51.100.1"), "unchecked": true,
        "secrets": { "password": "hunter2" } });
    let made = as_owner(&site, Ask::post(list(&site)).json(&new)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!("{}/{}", list(&site), made.json()["id"].as_str().unwrap());
    let change = async |query: &str, mut body: Value| {
        body["unchecked"] = true.into();
        as_owner(&site, Ask::new("PUT", format!("{path}{query}")).json(&body)).await
    };
    let again = (403, "resource-secret-again".to_owned());
    for query in ["", "?dry_run=true"] {
        assert_eq!(change(query, json!({ "access": at("198.51.100.2") })).await.problem(), again);
    }
    let url = |url: &str| json!({ "secrets": { "url": url } });
    assert_eq!(change("", url("postgres://zelo@198.51.100.2/")).await.problem(), again);
    let with = json!({ "access": at("198.51.100.3"), "secrets": { "password": "hunter2" } });
    for body in [
        json!({ "name": "farther" }),
        json!({ "secrets": { "password": "hunter3" } }),
        url("postgres://zelo:hunter2@198.51.100.2/"),
        with,
        json!({ "access": at("198.51.100.4"), "secrets": { "password": "" } }),
    ] {
        let reply = change("", body.clone()).await;
        assert_eq!(reply.status, 200, "{body}: {}", reply.text());
    }
}
