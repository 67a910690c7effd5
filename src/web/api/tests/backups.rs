//! Backups: made, listed, shown, checked, downloaded, restored, deleted.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::plain;
use crate::{
    domain::{operation::OpState, role::Role},
    operation::{self, Actor, Request, RestoreRequest},
    web::tests::{Ask, Reply, TestSite},
};

fn list(site: &TestSite) -> String {
    format!("/api/resources/{}/backups", site.shop.id)
}

async fn send(site: &TestSite, who: &str, ask: Ask) -> Reply {
    site.send(ask.token_of(site.person(who))).await
}

async fn as_owner(site: &TestSite, ask: Ask) -> Reply {
    send(site, "alpha-owner", ask).await
}

/// A backup, and where it is found.
async fn one(site: &TestSite) -> (String, String) {
    let id = site.backup(&site.shop).await.to_string();
    let path = format!("{}/{id}", list(site));
    (id, path)
}

fn id(reply: &Reply) -> String {
    assert_eq!(reply.status, 202, "{}", reply.text());
    let id = reply.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(reply.header("location"), format!("/api/operations/{id}"));
    id
}

#[actix_web::test]
async fn a_plan_is_shown_and_nothing_is_done() {
    let site = TestSite::new().await;
    let plan = send(&site, "alpha-operator", Ask::post(format!("{}?dry_run=true", list(&site)))).await;
    assert_eq!(plan.status, 200);
    insta::assert_json_snapshot!("backup_plan", plain(&site, &plan));
    let here = Ask::post(format!("{}?dry_run=true", list(&site))).header("accept-language", "pt-BR");
    let plan = send(&site, "alpha-operator", here).await.json();
    assert_eq!(plan["title"], "Fazer backup de shop");
    let operations = send(&site, "alpha-owner", Ask::get("/api/operations")).await.json();
    assert_eq!(operations["total"], 0);
    for typo in ["?dryrun=true", "?dry_run=yes"] {
        let reply = send(&site, "alpha-operator", Ask::post(list(&site) + typo)).await;
        assert_eq!(reply.problem(), (400, "api-query".to_owned()));
    }
}

#[actix_web::test]
async fn a_backup_is_made_and_shown() {
    let site = TestSite::new().await;
    let wish = json!({ "name": "before the move", "note": "all of it", "compression": "gzip:6" });
    let queued = send(&site, "alpha-operator", Ask::post(list(&site)).json(&wish)).await;
    let operation = id(&queued);
    insta::assert_json_snapshot!("backup_queued", plain(&site, &queued));
    assert_eq!(site.run(&operation).await.state, OpState::Succeeded);
    let done = send(&site, "alpha-viewer", Ask::get(format!("/api/operations/{operation}"))).await;
    insta::assert_json_snapshot!("backup_done", plain(&site, &done));

    let rows = send(&site, "alpha-viewer", Ask::get(list(&site))).await;
    insta::assert_json_snapshot!("backups", plain(&site, &rows));
    let backup = done.json()["result"]["backup"].as_str().unwrap().to_owned();
    let detail = send(&site, "alpha-viewer", Ask::get(format!("{}/{backup}", list(&site)))).await;
    insta::assert_json_snapshot!("backup", plain(&site, &detail));
    for bad in ["gzip:10", "lz4"] {
        let reply = as_owner(&site, Ask::post(list(&site)).json(&json!({ "compression": bad }))).await;
        assert_eq!(reply.problem(), (422, "api-field-value".to_owned()));
    }
}

#[actix_web::test]
async fn a_list_is_filtered_and_sorted() {
    let site = TestSite::new().await;
    for name in ["ant", "bull"] {
        let queued = as_owner(&site, Ask::post(list(&site)).json(&json!({ "name": name }))).await;
        site.run(&id(&queued)).await;
        site.hours(1);
    }
    let now = site.site.now();
    let at = |hours: i64| {
        let at = (now - TimeDelta::minutes(60 * hours - 30)).to_rfc3339();
        url::form_urlencoded::byte_serialize(at.as_bytes()).collect::<String>()
    };
    let names = async |query: &str| {
        let rows = as_owner(&site, Ask::get(format!("{}?{query}", list(&site)))).await.json();
        let names = rows["rows"].as_array().unwrap_or_else(|| panic!("{query}: {rows}"));
        names.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("").await, "bull ant");
    assert_eq!(names("sort=taken&ascending=true&limit=1").await, "ant");
    // Letters that no id has: those are looked through as well.
    assert_eq!(names("text=UL").await, "bull");
    assert_eq!(names("origin=manual&verified=true").await, "bull ant");
    assert_eq!(names("origin=uploaded").await, "");
    assert_eq!(names("state=trashed").await, "");
    assert_eq!(names("pinned=true").await, "");
    assert_eq!(names(&format!("from={}", at(1))).await, "");
    assert_eq!(names(&format!("from={}", at(2))).await, "bull");
    assert_eq!(names(&format!("to={}", at(2))).await, "ant");
}

#[actix_web::test]
async fn the_same_request_with_the_same_key_is_one_operation() {
    let site = TestSite::new().await;
    let ask =
        |name: &str| Ask::post(list(&site)).header("idempotency-key", "one").json(&json!({ "name": name }));
    let first = id(&as_owner(&site, ask("a")).await);
    assert_eq!(id(&as_owner(&site, ask("a")).await), first);
    let other = as_owner(&site, ask("b")).await;
    assert_eq!(other.problem(), (422, "idempotency-key-reused".to_owned()));
    assert_eq!(other.json()["operation"], first);
    site.run(&first).await;
    assert_eq!(id(&as_owner(&site, ask("a")).await), first, "also once it is done");
    assert_ne!(id(&send(&site, "alpha-operator", ask("a")).await), first, "a key is its caller's own");
    let long = "x".repeat(201);
    for key in ["", long.as_str()] {
        let reply = as_owner(&site, Ask::post(list(&site)).header("idempotency-key", key)).await;
        assert_eq!(reply.problem(), (400, "api-idempotency-key".to_owned()));
    }
}

#[actix_web::test]
async fn what_takes_away_needs_the_name() {
    let site = TestSite::new().await;
    let (backup, path) = one(&site).await;
    let dry = as_owner(&site, Ask::new("DELETE", format!("{path}?dry_run=true"))).await;
    insta::assert_json_snapshot!("delete_plan", plain(&site, &dry));
    for body in [json!({}), json!({ "confirm": "shop " })] {
        let reply = as_owner(&site, Ask::new("DELETE", &path).json(&body)).await;
        assert_eq!(reply.problem(), (422, "confirm-needed".to_owned()));
    }
    let confirm = Ask::new("DELETE", &path).json(&json!({ "confirm": "shop" }));
    site.run(&id(&as_owner(&site, confirm).await)).await;
    let rows = as_owner(&site, Ask::get(format!("{}?state=trashed", list(&site)))).await.json();
    assert_eq!(rows["rows"][0]["id"], backup);
    assert!(rows["rows"][0]["keep_until"].is_string());
    assert_eq!(as_owner(&site, Ask::get(list(&site))).await.json()["total"], 0);
    let gone = as_owner(&site, Ask::get(format!("{path}/download"))).await;
    assert_eq!(gone.problem(), (422, "backup-trashed".to_owned()));
}

#[actix_web::test]
async fn who_holds_it_is_named() {
    let site = TestSite::new().await;
    let (_, path) = one(&site).await;
    let restore = format!("{path}/restore");
    let body = json!({ "confirm": "shop" });
    let first = id(&as_owner(&site, Ask::post(&restore).json(&body)).await);
    let second = as_owner(&site, Ask::post(&restore).json(&body)).await;
    assert_eq!(second.problem(), (409, "locked".to_owned()));
    assert_eq!(second.json()["operation"], first);
    assert!(second.json()["detail"].as_str().unwrap().starts_with("Nothing was changed"));
}

#[actix_web::test]
async fn who_holds_it_is_not_named_to_another_project() {
    let site = TestSite::new().await;
    let (_, path) = one(&site).await;
    let alias = site.alias().await;
    let body = json!({ "confirm": "shop" });
    let holder = id(&as_owner(&site, Ask::post(format!("{path}/restore")).json(&body)).await);
    let backups = format!("/api/resources/{}/backups", alias.id);
    let refused = send(&site, "beta-owner", Ask::post(&backups).json(&json!({}))).await;
    assert_eq!(refused.problem(), (409, "locked-elsewhere".to_owned()));
    let page = site.post("beta-owner", &format!("/resources/{}/backup", alias.id), &[]).await;
    assert_eq!(page.status, 409);
    for text in [refused.text(), page.text()] {
        assert!(!text.contains(&holder) && !text.contains(site.shop.id.as_str()), "{text}");
    }
}

/// An administrator at the command line restores alpha's backup into beta's database:
/// alpha's members learn that it is needed, not by what.
#[actix_web::test]
async fn who_needs_a_backup_is_not_named_to_another_project() {
    let site = TestSite::new().await;
    let (backup, path) = one(&site).await;
    let restore = Request::Restore(RestoreRequest {
        into: Some(site.other.id.clone()),
        ..RestoreRequest::of(backup.parse().unwrap())
    });
    let by = Actor("cli:ada".to_owned());
    let prepared = operation::prepare(&site.site.world, restore, &by).await.unwrap();
    let queued = operation::enqueue(&site.site.world, prepared, Some("other"), None).await.unwrap();
    let holder = queued.row().id.to_string();
    let body = json!({ "confirm": "shop" });
    let refused = as_owner(&site, Ask::new("DELETE", &path).json(&body)).await;
    assert_eq!(refused.problem(), (409, "locked-elsewhere".to_owned()));
    let page = format!("/backups/{backup}/delete");
    let page = site.send(Ask::get(page).page_of(site.person("alpha-owner"))).await;
    for text in [refused.text(), page.text()] {
        assert!(!text.contains(&holder) && !text.contains(site.other.id.as_str()), "{text}");
    }
    // Whoever is in both projects is told.
    let db = &site.site.world.db;
    db.set_member(&site.beta, &site.person("alpha-owner").id, Role::Viewer, "test").await.unwrap();
    let told = as_owner(&site, Ask::new("DELETE", &path).json(&body)).await;
    assert_eq!(told.problem(), (409, "backup-held".to_owned()));
    assert_eq!(told.json()["operation"], holder);
}

#[actix_web::test]
async fn a_restore_is_planned_done_and_undone() {
    let site = TestSite::new().await;
    let (_, path) = one(&site).await;
    site.sql("DELETE FROM orders");
    let plan = as_owner(&site, Ask::post(format!("{path}/restore?dry_run=true"))).await;
    insta::assert_json_snapshot!("restore_plan", plain(&site, &plan));
    let waived = json!({ "without_safety": "no room" });
    let plan = as_owner(&site, Ask::post(format!("{path}/restore?dry_run=true")).json(&waived)).await;
    assert_eq!(plan.json()["without_safety"], "no room");
    let bare = as_owner(&site, Ask::post(format!("{path}/restore"))).await;
    assert_eq!(bare.problem(), (422, "confirm-needed".to_owned()));

    let confirm = json!({ "confirm": "shop" });
    let operation = id(&as_owner(&site, Ask::post(format!("{path}/restore")).json(&confirm)).await);
    assert_eq!(site.run(&operation).await.state, OpState::Succeeded);
    let done = as_owner(&site, Ask::get(format!("/api/operations/{operation}"))).await;
    insta::assert_json_snapshot!("restore_done", plain(&site, &done));

    let undo = format!("/api/operations/{operation}/undo");
    let plan = as_owner(&site, Ask::post(format!("{undo}?dry_run=true"))).await.json();
    assert_eq!((&plan["kind"], &plan["confirm"]), (&json!("undo"), &json!("shop")));
    let undone = id(&as_owner(&site, Ask::post(&undo).json(&confirm)).await);
    assert_eq!(site.run(&undone).await.state, OpState::Succeeded);
}

#[actix_web::test]
async fn nothing_is_restored_where_the_caller_is_no_owner_or_another_project_begins() {
    let site = TestSite::new().await;
    let (_, path) = one(&site).await;
    let (db, owner) = (&site.site.world.db, site.person("alpha-owner"));
    for (into, role, status) in [
        (site.other.id.to_string(), None, 404),
        (site.other.id.to_string(), Some(Role::Operator), 403),
        (site.other.id.to_string(), Some(Role::Owner), 422),
        ("../x".to_owned(), None, 404),
    ] {
        if let Some(role) = role {
            db.set_member(&site.beta, &owner.id, role, "test").await.unwrap();
        }
        let ask = Ask::post(format!("{path}/restore?dry_run=true")).json(&json!({ "into": into }));
        let reply = as_owner(&site, ask).await;
        assert_eq!(reply.status, status, "{role:?}: {}", reply.text());
    }
    // Both projects are theirs; the server behind the other one is not.
    let into = || Ask::post(format!("{path}/restore?dry_run=true")).json(&json!({ "into": site.other.id }));
    assert_eq!(as_owner(&site, into()).await.problem().1, "restore-other-project");
    let admin = site.person("admin");
    for project in [&site.alpha, &site.beta] {
        db.set_member(project, &admin.id, Role::Owner, "test").await.unwrap();
    }
    assert_eq!(send(&site, "admin", into()).await.status, 200);
}

#[actix_web::test]
async fn a_backup_is_validated() {
    let site = TestSite::new().await;
    let (_, path) = one(&site).await;
    site.hours(2);
    let before = as_owner(&site, Ask::get(&path)).await.json();
    let operation = id(&send(&site, "alpha-operator", Ask::post(format!("{path}/validate"))).await);
    assert_eq!(site.run(&operation).await.state, OpState::Succeeded);
    let after = as_owner(&site, Ask::get(&path)).await.json();
    assert_ne!(before["verified_at"], after["verified_at"]);
}

#[actix_web::test]
async fn a_download_is_the_bytes_that_lie_there_and_is_written_down() {
    let site = TestSite::new().await;
    let (backup, path) = one(&site).await;
    let detail = as_owner(&site, Ask::get(&path)).await.json();
    let file = &detail["parts"][0]["files"][0];
    let whole = send(&site, "alpha-operator", Ask::get(format!("{path}/download"))).await;
    assert_eq!((whole.status.as_u16(), json!(whole.body.len())), (200, file["bytes"].clone()));
    assert_eq!(json!(crate::stream::digest::of(&whole.body).sha256), file["sha256"]);
    assert!(whole.header("content-disposition").starts_with("attachment; filename=\"backup-"));
    let part = Ask::get(format!("{path}/download")).header("range", "bytes=3-");
    let part = send(&site, "alpha-operator", part).await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &whole.body[3..]));

    let filter = crate::db::AuditFilter::default();
    let audit = site.site.world.db.audit_log(filter).await.unwrap();
    let reads: Vec<_> = audit.iter().filter(|row| row.action == "download").collect();
    let operator = &site.person("alpha-operator").id;
    assert_eq!(reads.len(), 2, "one that leaves out the first bytes too");
    for read in &reads {
        let names = (read.actor.as_str(), &read.subject[..]);
        assert_eq!(names, (&*format!("user:{operator}"), &*format!("backup:{backup}")));
    }
    assert!(reads.iter().any(|read| read.detail["download"]["from"] == 3), "{reads:?}");
}

#[actix_web::test]
async fn what_was_not_verified_lately_is_verified_first() {
    let site = TestSite::new().await;
    let (_, path) = one(&site).await;
    site.hours(30);
    let first = send(&site, "alpha-operator", Ask::get(format!("{path}/download"))).await;
    let operation = id(&first);
    assert_eq!(first.json()["kind"], "verify");
    let second = as_owner(&site, Ask::get(format!("{path}/download"))).await;
    assert_eq!(id(&second), operation, "it is being verified already");
    site.run(&operation).await;
    assert_eq!(as_owner(&site, Ask::get(format!("{path}/download"))).await.status, 200);
}

#[actix_web::test]
async fn a_link_works_for_an_hour_without_signing_in() {
    let site = TestSite::new().await;
    let (_, path) = one(&site).await;
    let made = send(&site, "alpha-operator", Ask::post(format!("{path}/download-link"))).await;
    assert_eq!((made.status.as_u16(), &made.json()["verification"]), (201, &Value::Null));
    let url = made.json()["url"].as_str().unwrap().to_owned();
    let whole = site.send(Ask::get(&url)).await;
    assert_eq!(whole.status, 200);
    assert_eq!(whole.body, as_owner(&site, Ask::get(format!("{path}/download"))).await.body);
    site.hours(2);
    assert_ne!(site.send(Ask::get(&url)).await.status, 200);
    site.hours(30);
    let made = as_owner(&site, Ask::post(format!("{path}/download-link"))).await.json();
    let verification = made["verification"].as_str().unwrap();
    assert_eq!(site.run(verification).await.kind.as_str(), "verify");
}

#[actix_web::test]
async fn a_link_ends_with_the_membership_of_who_made_it() {
    let site = TestSite::new().await;
    let (_, path) = one(&site).await;
    let made = send(&site, "alpha-operator", Ask::post(format!("{path}/download-link"))).await.json();
    let url = made["url"].as_str().unwrap();
    let works = async || site.send(Ask::get(url)).await.status == 200;
    assert!(works().await);
    let (db, id) = (&site.site.world.db, &site.person("alpha-operator").id);
    db.set_member(&site.alpha, id, Role::Viewer, "test").await.unwrap();
    assert!(!works().await, "viewers download nothing");
    db.set_member(&site.alpha, id, Role::Operator, "test").await.unwrap();
    assert!(works().await);
    db.remove_member(&site.alpha, id, "test").await.unwrap();
    assert!(!works().await);
}
