//! Instances at the pages and the API: who sees and does what, and that no secret comes
//! out but where an owner asks for one.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    Ask, Reply, TestSite,
    pictured::{SECRETS, with_stack},
};
use crate::{
    db::{AuditFilter, ResourceRow},
    domain::kind::Kind,
    engine::Access,
    operation::{self, Actor, Addition},
};

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

pub(super) async fn site() -> (TestSite, ResourceRow) {
    let site = TestSite::made(None, with_stack).await;
    let values = [("project", "shop"), ("host", "local")].map(|(n, v)| (n.to_owned(), v.to_owned()));
    let addition = Addition {
        project: site.alpha.clone(),
        name: "shop-prod".to_owned(),
        kind: Kind::of("supabase"),
        access: Access { values: BTreeMap::from(values), ..Access::default() },
        detected: None,
    };
    let row = operation::add_resource(&site.site.world, addition, &Actor("test".to_owned())).await.unwrap();
    (site, row)
}

fn no_secret_in(reply: &Reply, at: &str) {
    for secret in SECRETS {
        assert!(!reply.text().contains(secret), "{at} shows {secret}");
    }
}

#[actix_web::test]
async fn everything_can_be_looked_at_and_no_secret_is_shown() {
    let (site, row) = site().await;
    let owner = site.person("alpha-owner");
    let api = format!("/api/instances/{}", row.id);
    for path in [
        "/api/instances".to_owned(),
        api.clone(),
        format!("{api}/backups"),
        format!("{api}/diagnose"),
        format!("{api}/logs?service=auth&lines=10"),
        format!("{api}/config/editable-fields"),
        format!("{api}/config/smtp_pass"),
        format!("{api}/config/history"),
    ] {
        let reply = site.send(Ask::get(&path).token_of(owner)).await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.text());
        no_secret_in(&reply, &path);
    }
    let page = format!("/instances/{}", row.id);
    for path in [
        "",
        "/restart",
        "/stop",
        "/start",
        "/diagnosis",
        "/repair",
        "/logs?service=auth",
        "/logs?service=auth&live=1",
        "/logs/events?service=auth",
        "/rotate-password",
        "/settings",
        "/history",
    ] {
        let path = format!("{page}{path}");
        let reply = site.send(Ask::get(&path).page_of(owner)).await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.text());
        no_secret_in(&reply, &path);
    }
    let logs =
        site.send(Ask::get(format!("{page}/logs?service=auth&text=REFUSED")).page_of(owner)).await.text();
    assert!(logs.contains("login […] refused") && !logs.contains("begins"));
    let live = site.send(Ask::get(format!("{page}/logs?service=auth&live=1")).page_of(owner)).await.text();
    assert!(live.contains("/logs/events?service=auth&#38;text=&#38;after=2026-11-22T14"), "{live}");
    let settings = site.send(Ask::get(format!("{page}/settings")).page_of(owner)).await.text();
    assert!(settings.contains("value=\"https://shop.example.com\""));
}

#[actix_web::test]
async fn services_are_shown_from_what_is_known_and_then_anew() {
    let (site, row) = site().await;
    let viewer = site.person("alpha-viewer");
    let page = format!("/instances/{}", row.id);
    let services = Ask::get(format!("{page}/services")).page_of(viewer).header("hx-request", "true");
    let piece = site.send(services).await.text();
    assert!(piece.trim_start().starts_with("<section class=\"panel\" id=\"services\""), "{piece}");
    assert!(piece.contains("supabase-auth") && !piece.contains("load, "));
    assert!(piece.contains("64.0 MB"), "what containers use: {piece}");
    // The page has it from there, without asking the engine.
    let whole = site.send(Ask::get(&page).page_of(viewer)).await.text();
    assert!(whole.contains("supabase-db") && whole.contains("https://api.example.com"));
    for path in ["/restart", "/diagnosis", "/settings", "/logs"] {
        assert!(!whole.contains(&format!("{page}{path}")), "a viewer is led to {path}");
    }
    let alone = site.send(Ask::get(format!("{page}/services")).page_of(viewer)).await;
    assert_eq!((alone.status.as_u16(), alone.header("location")), (303, page.as_str()));
    let shown = site.send(Ask::get(format!("/api{page}")).token_of(viewer)).await.json();
    assert_eq!(shown["now"]["services"][1]["service"], "db");
    assert_eq!(shown["now"]["postgres"], 17);
    let services = &shown["now"]["services"];
    assert_eq!(
        (&services[1]["memory_bytes"], &services[0]["memory_bytes"]),
        (&json!(64_000_000), &json!(null))
    );
}

#[actix_web::test]
async fn an_instance_is_told_its_folder_by_administrators_below_a_root() {
    let (site, row) = site().await;
    let (stack, alpha) = (site.folder().join("stack").display().to_string(), site.alpha.to_string());
    let ask = json!({ "folder": "/etc", "project": alpha });
    let ask = Ask::post("/api/instances/from-folder").token_of(site.person("admin")).json(&ask);
    assert_eq!(site.send(ask).await.problem(), (422, "instance-folder-outside".to_owned()));
    let outside = site.post("admin", "/detected/folder", &[("folder", "/etc"), ("project", &alpha)]).await;
    let text = outside.text();
    assert_eq!(outside.status.as_u16(), 422);
    assert!(text.contains("value=\"/etc\"") && text.contains("instance_roots"), "{text}");
    let told = site.post("admin", "/detected/folder", &[("folder", &stack), ("project", &alpha)]).await;
    assert_eq!(told.status.as_u16(), 303, "{}", told.text());
    let known = site.site.world.db.resource(&row.id).await.unwrap();
    let real = site.folder().join("stack").canonicalize().unwrap().display().to_string();
    assert_eq!(known.access.get("folder"), Some(&real), "the one that was there");
    let again = site.post("admin", "/detected/folder", &[("folder", &stack), ("project", &alpha)]).await;
    assert_eq!(again.status.as_u16(), 422, "it is known already");
}

#[actix_web::test]
async fn drift_is_compared_behind_peoples_backs_and_then_shown() {
    let (site, row) = site().await;
    let viewer = site.person("alpha-viewer");
    let page = format!("/instances/{}", row.id);
    let first = site.send(Ask::get(&page).page_of(viewer)).await.text();
    assert!(!first.contains("Files and containers agree"), "nothing waits for Compose");
    for _ in 0..200 {
        let shown = site.send(Ask::get(format!("/api{page}")).token_of(viewer)).await.json();
        if !shown["drift"].is_null() {
            assert_eq!((&shown["drift"]["agrees"], &shown["drift"]["services"]), (&json!(true), &json!({})));
            let text = site.send(Ask::get(&page).page_of(viewer)).await.text();
            assert!(text.contains("Files and containers agree"), "{text}");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("it is never compared");
}

#[actix_web::test]
async fn an_instance_of_others_is_not_there() {
    let (site, row) = site().await;
    for name in ["beta-owner", "nobody"] {
        let person = site.person(name);
        let api = site.send(Ask::get(format!("/api/instances/{}", row.id)).token_of(person)).await;
        assert_eq!(api.problem(), (404, "web-nothing-here".to_owned()), "{name}");
        let page = site.send(Ask::get(format!("/instances/{}", row.id)).page_of(person)).await;
        assert_eq!(page.status.as_u16(), 404, "{name}");
        let list = site.send(Ask::get("/api/instances").token_of(person)).await.json();
        assert_eq!(list, json!({ "rows": [], "total": 0 }), "{name}");
    }
    // Another kind of resource has a page of its own, and is no instance for programs.
    let owner = site.person("alpha-owner");
    let page = site.send(Ask::get(format!("/instances/{}", site.shop.id)).page_of(owner)).await;
    assert_eq!(page.header("location"), format!("/resources/{}", site.shop.id));
    let api = site.send(Ask::get(format!("/api/instances/{}", site.shop.id)).token_of(owner)).await;
    assert_eq!(api.problem(), (422, "not-an-instance".to_owned()));
}

#[actix_web::test]
async fn fixed_words_are_no_fields() {
    let (site, row) = site().await;
    let owner = site.person("alpha-owner");
    let config = format!("/api/instances/{}/config", row.id);
    let fields = site.send(Ask::get(format!("{config}/editable-fields")).token_of(owner)).await.json();
    assert!(fields["total"].as_u64().unwrap() > 20, "{fields}");
    let history = site.send(Ask::get(format!("{config}/history")).token_of(owner)).await.json();
    assert_eq!(history["total"], 0);
    let two = json!({ "values": { "site_url": "https://a.example.com", "smtp_host": "b.example.com" } });
    let bulk =
        site.send(Ask::new("PUT", format!("{config}/bulk?dry_run=true")).token_of(owner).json(&two)).await;
    assert_eq!((bulk.status.as_u16(), &bulk.json()["kind"]), (200, &json!("config")), "{}", bulk.text());
    assert!(bulk.text().contains("https://a.example.com") && bulk.text().contains("b.example.com"));
    let one = json!({ "value": "https://a.example.com" });
    let one = Ask::new("PUT", format!("{config}/site_url?dry_run=true")).token_of(owner).json(&one);
    assert_eq!(site.send(one).await.status.as_u16(), 200);
    let none = json!({ "value": "x" });
    let none = Ask::new("PUT", format!("{config}/nothing?dry_run=true")).token_of(owner).json(&none);
    assert_eq!(site.send(none).await.problem(), (422, "config-field-unknown".to_owned()));
}

#[actix_web::test]
async fn a_secret_is_set_and_shown_to_an_owner_alone_who_is_written_down() {
    let (site, row) = site().await;
    let field = format!("/api/instances/{}/config/smtp_pass", row.id);
    let ask = |name: &str| Ask::post(format!("{field}/reveal")).token_of(site.person(name)).json(&json!({}));
    let set = site.send(Ask::get(&field).token_of(site.person("alpha-owner"))).await.json();
    assert_eq!((&set["set"], &set["value"], &set["secret"]), (&json!(true), &json!(null), &json!(true)));
    for (name, status) in [("alpha-operator", 403), ("alpha-viewer", 403), ("beta-owner", 404)] {
        assert_eq!(site.send(ask(name)).await.problem().0, status, "{name}");
    }
    let log = || async {
        let filter = AuditFilter { action: Some("instance.reveal".to_owned()), ..AuditFilter::default() };
        site.site.world.db.audit_log(filter).await.unwrap()
    };
    assert!(log().await.is_empty());
    let shown = site.send(ask("alpha-owner")).await.json();
    assert_eq!(shown, json!({ "field": "smtp_pass", "value": SECRETS[1] }));
    let page = format!("/instances/{}/settings/smtp_pass/reveal", row.id);
    let page = site.send(Ask::post(page).page_of(site.person("alpha-owner")).body(FORM, "")).await;
    assert!(page.text().contains(SECRETS[1]));
    let rows = log().await;
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].actor, format!("user:{}", site.person("alpha-owner").id));
    assert_eq!(rows[0].subject, format!("resource:{}", row.id));
    assert_eq!(rows[0].detail, json!({ "field": "smtp_pass" }));
    let unset = Ask::post(format!("/api/instances/{}/config/smtp_user/reveal", row.id));
    let unset = site.send(unset.token_of(site.person("alpha-owner"))).await;
    assert_eq!(unset.problem(), (422, "field-unset".to_owned()));
}

#[actix_web::test]
async fn going_without_a_safety_backup_is_an_owners_to_decide() {
    let (site, row) = site().await;
    let path = format!("/api/instances/{}/safe-restart?dry_run=true", row.id);
    let asked = json!({ "services": ["auth"], "without_safety": "it is broken" });
    let operator = site.send(Ask::post(&path).token_of(site.person("alpha-operator")).json(&asked)).await;
    assert_eq!(operator.problem(), (403, "web-not-allowed".to_owned()));
    let owner = site.send(Ask::post(&path).token_of(site.person("alpha-owner")).json(&asked)).await;
    assert_eq!(owner.json()["without_safety"], "it is broken", "{}", owner.text());
    let plain = json!({ "services": ["auth"] });
    // Nothing of a picture can be saved.
    let plain = site.send(Ask::post(&path).token_of(site.person("alpha-operator")).json(&plain)).await;
    assert_eq!(plain.problem().1, "safety-impossible");
    // The same on the pages.
    let page = format!("/instances/{}/restart?service=auth", row.id);
    let waived = format!("{page}&reason=it+is+broken");
    let operator = site.person("alpha-operator");
    assert_eq!(site.send(Ask::get(&waived).page_of(operator)).await.status.as_u16(), 403);
    assert!(!site.send(Ask::get(&page).page_of(operator)).await.text().contains("plan-waive"));
    let shown = site.send(Ask::get(&waived).page_of(site.person("alpha-owner"))).await.text();
    assert!(
        shown.contains("name=\"reason\" value=\"it is broken\"") && shown.contains("plan-waive"),
        "{shown}"
    );
    let unknown = json!({ "services": ["nothing"] });
    let unknown = site.send(Ask::post(&path).token_of(site.person("alpha-owner")).json(&unknown)).await;
    assert_eq!(unknown.problem(), (422, "service-unknown".to_owned()));
}

/// The sealed values in a plan's page.
pub(super) fn sealed(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"values\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[actix_web::test]
async fn a_change_is_reviewed_and_agreed_to_and_its_secrets_are_seen_nowhere() {
    let (site, row) = site().await;
    let owner = site.person("alpha-owner");
    let page = format!("/instances/{}/settings", row.id);
    let typed = "site_url=https://new.example.com&smtp_pass=entered-hunter2";
    let review = site.send(Ask::post(&page).page_of(owner).body(FORM, typed)).await;
    let text = review.text();
    assert_eq!(review.status.as_u16(), 200, "{text}");
    assert!(text.contains("https://new.example.com") && text.contains("SMTP_PASS"), "{text}");
    assert!(!text.contains("entered-hunter2"));
    let (values, confirm) = (sealed(&text), format!("{page}/confirm"));
    // Somebody else's browser has nothing of it.
    let db = &site.site.world.db;
    db.set_member(&site.alpha, &site.person("beta-owner").id, crate::domain::role::Role::Owner, "test")
        .await
        .unwrap();
    let body = format!("values={values}&key=once");
    let other =
        site.send(Ask::post(&confirm).page_of(site.person("beta-owner")).body(FORM, body.clone())).await;
    assert_eq!(other.status.as_u16(), 422);
    for _ in 0..2 {
        let started = site.send(Ask::post(&confirm).page_of(owner).body(FORM, body.clone())).await;
        assert!(started.header("location").starts_with("/operations/"), "{}", started.text());
    }
    let history = format!("/api/instances/{}/config/history", row.id);
    let history = site.send(Ask::get(history).token_of(owner)).await.json();
    assert_eq!(history["total"], 1, "the same key asks once");
    assert!(history.to_string().contains("https://new.example.com"));
    assert!(!history.to_string().contains("hunter2"));
    let written = std::fs::read(site.folder().join("zelo.db")).unwrap();
    let wal = std::fs::read(site.folder().join("zelo.db-wal")).unwrap_or_default();
    for file in [written, wal] {
        assert!(!file.windows(15).any(|window| window == b"entered-hunter2"), "in Zelo's own database");
    }
}
