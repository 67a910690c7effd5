//! While an operation runs: it is cancelled and undone, from its page and through the
//! API, and without scripts, too, its page says how fast it gets on.

use std::time::Duration;

use chrono::TimeDelta;

use super::{Ask, TestSite};
use crate::{
    db::OperationFilter,
    domain::{
        backup::BackupState,
        id::OperationId,
        operation::{OpKind, OpState},
    },
    i18n::Lang,
    saga::{Journal, Snapshot, StepState, journal::Event},
    web::text::T,
};

#[allow(clippy::disallowed_methods)] // the test plays the application
fn shop(site: &TestSite) -> rusqlite::Connection {
    rusqlite::Connection::open(site.folder().join("shop.db")).unwrap()
}

/// Runs it, and does this once a backup is being made: its own, or the safety backup
/// that it began.
async fn while_it_runs(site: &TestSite, id: &str, then: impl AsyncFnOnce()) {
    let db = &site.site.world.db;
    let op: OperationId = id.parse().unwrap();
    let meanwhile = async {
        loop {
            let filter = OperationFilter {
                states: vec![OpState::Running],
                kind: Some(OpKind::of("backup")),
                ..OperationFilter::default()
            };
            if let Some(row) = db.operations(filter).await.unwrap().rows.first()
                && db.steps(&row.id).await.unwrap().iter().any(|step| step.state == StepState::Running)
            {
                break;
            }
            let row = db.operation(&op).await.unwrap();
            assert!(!row.state.is_final(), "it was over before: {row:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        then().await;
    };
    tokio::join!(site.run(id), meanwhile);
}

/// Nothing of a backup lies in the store, begun or whole, but so many.
async fn assert_backups(site: &TestSite, count: usize) {
    let held = site.held().await;
    assert_eq!(held.backups.len(), count);
    assert!(held.backups.iter().all(|row| row.state == BackupState::Complete));
    let store = site.folder().join("store");
    let found = std::process::Command::new("find").arg(store).args(["-name", "manifest.json"]).output();
    let found = String::from_utf8(found.unwrap().stdout).unwrap();
    assert_eq!(found.lines().count(), count, "{found}");
    let find = ["-name", ".staging-*", "-o", "-name", ".part-*"];
    let left = std::process::Command::new("find").arg(site.folder()).args(find).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&left.stdout), "");
}

#[actix_web::test]
async fn a_backup_is_cancelled_by_its_page() {
    let site = TestSite::new().await;
    let path = format!("/resources/{}/backup", site.shop.id);
    let id = site.post("alpha-operator", path, &[]).await.operation();
    let (at, cancel) = (format!("/operations/{id}"), format!("/operations/{id}/cancel"));
    // The application holds its database, so that a step waits.
    let held = shop(&site);
    held.execute_batch("BEGIN EXCLUSIVE").unwrap();
    while_it_runs(&site, &id, async || {
        let shown = site.open("alpha-operator", &at).await.main();
        assert!(shown.contains(&format!("action=\"{cancel}\"")), "{shown}");
        let seen = site.open("alpha-viewer", &at).await.main();
        assert!(!seen.contains(&cancel), "nothing is offered to a viewer: {seen}");
        for (who, status) in [("alpha-viewer", 403), ("beta-owner", 404)] {
            assert_eq!(site.post(who, &cancel, &[]).await.status, status, "{who}");
        }
        let reply = site.post("alpha-operator", &cancel, &[]).await;
        assert_eq!((reply.to(), &*reply.flash().unwrap().1), (&*at, "flash-cancelled"));
    })
    .await;
    drop(held);
    let row = site.site.world.db.operation(&id.parse().unwrap()).await.unwrap();
    assert_eq!((row.state, row.cancel_by), (OpState::Cancelled, Some(site.actor("alpha-operator"))));
    let shown = site.open("alpha-viewer", &at).await.main();
    assert!(shown.contains(&T::of(Lang::En).s("ui-outcome-cancelled")), "{shown}");
    assert_backups(&site, 0).await;
    // What it held is free again.
    site.backup(&site.shop).await;
    assert_backups(&site, 1).await;
}

#[actix_web::test]
async fn a_restore_is_cancelled_through_the_api_with_the_backup_it_began() {
    let site = TestSite::new().await;
    let owner = site.person("alpha-owner");
    let backup = site.backup(&site.shop).await;
    // So much that its safety backup is not over at once.
    site.sql("DELETE FROM orders; CREATE TABLE b (b); INSERT INTO b VALUES (randomblob(30000000))");
    let restore = format!("/api/resources/{}/backups/{backup}/restore", site.shop.id);
    let ask = Ask::post(restore).token_of(owner).json(&serde_json::json!({ "confirm": "shop" }));
    let id = site.send(ask).await.json()["id"].as_str().unwrap().to_owned();
    while_it_runs(&site, &id, async || {
        let ask = Ask::post(format!("/api/operations/{id}/cancel")).token_of(owner);
        let reply = site.send(ask).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["id"]), (202, &serde_json::json!(id)));
    })
    .await;
    let told = site.send(Ask::get(format!("/api/operations/{id}")).token_of(owner)).await.json();
    assert_eq!(told["state"], "cancelled", "{told}");
    assert_eq!(told["problem"]["code"], "cancelled", "{told}");
    let steps = told["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["state"] != "running"), "{told}");
    let rows = site.held().await.operations;
    let child = rows.iter().find(|row| row.parent.is_some()).expect("the safety backup");
    assert_eq!(child.state, OpState::Cancelled);
    let left: i64 = shop(&site).query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0, "as it was before");
    assert_backups(&site, 1).await;
}

#[actix_web::test]
async fn without_scripts_its_page_says_how_fast_and_how_long() {
    let site = TestSite::new().await;
    let path = format!("/resources/{}/backup", site.shop.id);
    let id: OperationId = site.post("alpha-operator", path, &[]).await.operation().parse().unwrap();
    let db = &site.site.world.db;
    let until = site.site.now() + TimeDelta::hours(1);
    let (_, fence) = db.claim(&id, "w-test", until).await.unwrap().unwrap();
    db.record(&id, fence, 0, Event::Began).await.unwrap();
    let began = db.steps(&id).await.unwrap()[0].started_at.unwrap();
    site.hours(1);
    let seconds = u64::try_from((site.site.now() - began).num_seconds()).unwrap();
    // So many a second, and three times as long to go.
    let bytes = seconds * 10_000;
    let progress = Snapshot { step: 0, bytes, total: bytes * 4 };
    db.save_progress(&id, fence, progress).await.unwrap();
    let page = site.open("alpha-viewer", format!("/operations/{id}")).await.text();
    assert!(page.contains("http-equiv=\"refresh\""), "it is looked at again by itself: {page}");
    let t = T::of(Lang::En);
    assert!(page.contains(">25%</progress>"), "{page}");
    assert!(page.contains(&format!("<b>{}/s</b>", t.size(10_000))), "{page}");
    assert!(page.contains(&t.a("ui-time-left", t.took(3 * seconds))), "{page}");
}
