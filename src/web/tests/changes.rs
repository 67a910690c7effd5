//! What is done to one operation, one backup or one thing set aside by a button of
//! its page.

use chrono::TimeDelta;

use super::{Reply, TestSite};
use crate::{
    db::{AsideRow, OperationRow},
    domain::{backup::BackupState, operation::OpState},
    operation::{Request, RestoreRequest},
};

async fn row(site: &TestSite, id: &str) -> OperationRow {
    site.site.world.db.operation(&id.parse().unwrap()).await.unwrap()
}

/// A backup of the shop that waits to be run.
async fn queued(site: &TestSite) -> String {
    let path = format!("/resources/{}/backup", site.shop.id);
    site.post("alpha-operator", path, &[("name", "monday")]).await.operation()
}

/// One whose undo failed.
async fn stuck(site: &TestSite) -> String {
    let id = queued(site).await;
    site.gets_stuck(&id).await;
    id
}

/// Who may not is refused, and nothing changes.
async fn refused(site: &TestSite, path: &str, fields: &[(&str, &str)], all: &[(&str, u16)]) {
    let before = site.held().await;
    for (who, status) in all {
        assert_eq!(site.post(who, path, fields).await.status, *status, "{path} as {who}");
    }
    assert_eq!(site.held().await, before, "{path}");
}

#[actix_web::test]
async fn what_waits_is_cancelled_and_what_is_over_is_not() {
    let site = TestSite::new().await;
    let id = queued(&site).await;
    let path = format!("/operations/{id}/cancel");
    refused(&site, &path, &[], &[("alpha-viewer", 403), ("beta-owner", 404), ("admin", 404)]).await;
    let reply = site.post("alpha-operator", &path, &[]).await;
    assert_eq!(reply.to(), format!("/operations/{id}"));
    assert_eq!(reply.flash().unwrap().1, "flash-cancelled");
    let gone = row(&site, &id).await;
    assert_eq!((gone.state, gone.cancel_by), (OpState::Cancelled, Some(site.actor("alpha-operator"))));
    let entry = site.entries("operation.").await.into_iter().find(|entry| entry.subject.ends_with(&id));
    assert_eq!(entry.unwrap().actor, site.actor("alpha-operator"));
    site.post("alpha-operator", &path, &[]).await.to();
    // The same resource is free at once, and what ended stays as it ended.
    let done = queued(&site).await;
    assert_eq!(site.run(&done).await.state, OpState::Succeeded);
    refused(&site, &format!("/operations/{done}/cancel"), &[], &[("alpha-owner", 422)]).await;
}

#[actix_web::test]
async fn what_needs_a_person_is_left_by_a_way_that_is_written_down() {
    let site = TestSite::new().await;
    let id = stuck(&site).await;
    let path = format!("/operations/{id}/resolve");
    let noted = [("way", "resolved"), ("note", "put right by hand")];
    let others = [("alpha-operator", 403), ("alpha-viewer", 403), ("beta-owner", 404), ("admin", 404)];
    refused(&site, &path, &noted, &others).await;
    for note in ["", "  \n"] {
        refused(&site, &path, &[("way", "resolved"), ("note", note)], &[("alpha-owner", 422)]).await;
    }
    for way in ["", "restore", "forget"] {
        refused(&site, &path, &[("way", way), ("note", "x")], &[("alpha-owner", 400)]).await;
    }
    // There is no safety backup that could be restored.
    let safety = format!("/operations/{id}/safety");
    assert!(site.open("alpha-owner", &safety).await.status.is_client_error());
    refused(&site, &safety, &[("confirm", "shop")], &[("alpha-owner", 422), ("alpha-operator", 403)]).await;

    let reply = site.post("alpha-owner", &path, &noted).await;
    assert_eq!((reply.to(), &*reply.flash().unwrap().1), (&*format!("/operations/{id}"), "flash-resolved"));
    let left = row(&site, &id).await;
    assert_eq!((left.state, left.resolution.as_deref()), (OpState::Resolved, Some("put right by hand")));
    let entries = site.entries("operation.").await;
    assert!(
        entries.iter().any(|entry| entry.actor == site.actor("alpha-owner") && entry.subject.ends_with(&id))
    );
    let page = site.open("alpha-viewer", format!("/operations/{id}")).await.main();
    assert!(page.contains("put right by hand"));
    refused(&site, &path, &noted, &[("alpha-owner", 409)]).await;

    let again = stuck(&site).await;
    let retry = site.post("alpha-owner", format!("/operations/{again}/resolve"), &[("way", "retry")]).await;
    assert_eq!(retry.flash().unwrap().1, "flash-retrying");
    assert_ne!(row(&site, &again).await.state, OpState::NeedsOperator);
}

/// What a restore set aside.
async fn aside(site: &TestSite) -> AsideRow {
    let backup = site.backup(&site.shop).await;
    site.sql("INSERT INTO orders VALUES (4)");
    let restore = Request::Restore(RestoreRequest::of(backup));
    site.carry_out(restore, Some("shop")).await;
    site.site.world.db.kept_asides(Some(&site.shop.id)).await.unwrap().remove(0)
}

#[actix_web::test]
async fn what_was_set_aside_is_kept_longer_or_freed() {
    let site = TestSite::new().await;
    let aside = aside(&site).await;
    let others = [("alpha-operator", 403), ("alpha-viewer", 403), ("beta-owner", 404)];
    let undo = async || {
        let page = site.open("alpha-owner", format!("/operations/{}", aside.operation)).await.main();
        page.contains(&format!("/operations/{}/undo\"", aside.operation))
    };
    assert!(undo().await);
    let (keep, free) = (format!("/asides/{}/keep", aside.id), format!("/asides/{}/free", aside.id));
    refused(&site, &keep, &[], &others).await;
    let kept = site.post("alpha-owner", &keep, &[]).await;
    assert_eq!(kept.to(), format!("/resources/{}#asides", site.shop.id));
    let now = site.site.world.db.aside(&aside.id).await.unwrap();
    assert_eq!(now.keep_until - aside.keep_until, TimeDelta::days(site.site.world.rules.aside_days));
    let entry = site.entries("aside.").await.remove(0);
    assert_eq!((&*entry.action, entry.actor), ("aside.extend", site.actor("alpha-owner")));

    refused(&site, &free, &[("confirm", "shop")], &others).await;
    let asked = site.open("alpha-owner", &free).await.main();
    assert!(asked.contains("name=\"confirm\""), "{asked}");
    refused(&site, &free, &[("confirm", "shopp")], &[("alpha-owner", 422)]).await;
    let started: Reply = site.post("alpha-owner", &free, &[("confirm", "shop")]).await;
    // Held now: it can no longer be promised to be kept.
    assert_eq!(site.post("alpha-owner", &keep, &[]).await.status, 409);
    assert_eq!(site.run(&started.operation()).await.state, OpState::Succeeded);
    assert!(site.site.world.db.kept_asides(Some(&site.shop.id)).await.unwrap().is_empty());
    assert!(!undo().await, "nothing is left that it would put back");
    assert!(site.open("alpha-owner", &free).await.main().contains("role=\"alert\""));
}

#[actix_web::test]
async fn one_backup_goes_to_the_trash_and_comes_back() {
    let site = TestSite::new().await;
    let backup = site.backup(&site.shop).await;
    let (delete, untrash) = (format!("/backups/{backup}/delete"), format!("/backups/{backup}/untrash"));
    let others = [("alpha-operator", 403), ("alpha-viewer", 403), ("beta-owner", 404)];
    refused(&site, &delete, &[("confirm", "shop")], &others).await;
    for typed in ["", "SHOP", "1"] {
        refused(&site, &delete, &[("confirm", typed)], &[("alpha-owner", 422)]).await;
    }
    let state = async || site.site.world.db.backup(&backup).await.unwrap().state;
    let asked = site.post("alpha-owner", &delete, &[("confirm", "shop")]).await;
    assert_eq!(site.run(&asked.operation()).await.state, OpState::Succeeded);
    assert_eq!(state().await, BackupState::Trashed);
    refused(&site, &untrash, &[], &others).await;
    let back = site.post("alpha-owner", &untrash, &[]).await;
    assert_eq!(site.run(&back.operation()).await.state, OpState::Succeeded);
    assert_eq!(state().await, BackupState::Complete);
    refused(&site, &untrash, &[], &[("alpha-owner", 422)]).await;
}
