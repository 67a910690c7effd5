//! Restoring from the page: over the same, to a new name, into another resource,
//! without a safety backup, and back again.

use super::{Reply, TestSite};
use crate::{
    db::{OperationFilter, OperationRow},
    domain::{id::BackupId, operation::OpState, role::Role},
};

/// A backup of the shop with its three orders, of which none is left there.
async fn emptied() -> (TestSite, BackupId) {
    let site = TestSite::new().await;
    let backup = site.backup(&site.shop).await;
    site.sql("DELETE FROM orders");
    (site, backup)
}

#[allow(clippy::disallowed_methods)] // the test plays the application
fn orders(site: &TestSite, file: &str) -> i64 {
    let shop = rusqlite::Connection::open(site.folder().join(file)).unwrap();
    shop.query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).unwrap()
}

async fn restore(site: &TestSite, backup: &BackupId, fields: &[(&str, &str)]) -> Reply {
    site.post("alpha-owner", format!("/backups/{backup}/restore"), fields).await
}

async fn carried_out(site: &TestSite, reply: &Reply) -> OperationRow {
    let row = site.run(&reply.operation()).await;
    assert_eq!(row.state, OpState::Succeeded, "{:?}", row.problem);
    assert_eq!(row.actor, site.actor("alpha-owner"));
    row
}

/// The safety backups an operation made.
async fn children(site: &TestSite, of: &OperationRow) -> usize {
    let filter = OperationFilter { parent: Some(of.id.clone()), ..OperationFilter::default() };
    site.site.world.db.operations(filter).await.unwrap().rows.len()
}

#[actix_web::test]
async fn over_the_same_it_needs_the_name_and_can_be_undone() {
    let (site, backup) = emptied().await;
    let plan = site.open("alpha-owner", format!("/backups/{backup}/restore")).await;
    assert!(plan.main().contains("name=\"confirm\"") && plan.main().contains("value=\"same\" checked"));
    let before = site.held().await;
    for typed in ["", "Shop", "shop2", "other"] {
        let fields = [("asked", "1"), ("safety", "1"), ("target", "same"), ("confirm", typed)];
        let reply = restore(&site, &backup, &fields).await;
        assert_eq!(reply.status, 422, "{typed}");
        assert!(reply.main().contains("aria-invalid"), "{typed}");
    }
    assert_eq!((orders(&site, "shop.db"), site.held().await), (0, before));

    let fields =
        [("asked", "1"), ("safety", "1"), ("target", "same"), ("confirm", " shop "), ("key", "once")];
    let reply = restore(&site, &backup, &fields).await;
    let again = restore(&site, &backup, &fields).await;
    assert_eq!(reply.operation(), again.operation(), "sent twice it is one");
    let row = carried_out(&site, &reply).await;
    assert_eq!((orders(&site, "shop.db"), children(&site, &row).await), (3, 1));

    let undo = format!("/operations/{}/undo", row.id);
    let asked = site.open("alpha-owner", &undo).await;
    assert!(asked.main().contains("name=\"confirm\""));
    for who in ["alpha-operator", "alpha-viewer"] {
        assert_eq!(site.post(who, &undo, &[("confirm", "shop")]).await.status, 403, "{who}");
    }
    assert_eq!(site.post("alpha-owner", &undo, &[("confirm", "no")]).await.status, 422);
    assert_eq!(orders(&site, "shop.db"), 3);
    carried_out(&site, &site.post("alpha-owner", &undo, &[("confirm", "shop")]).await).await;
    assert_eq!(orders(&site, "shop.db"), 0);
}

#[actix_web::test]
async fn to_a_new_name_nothing_is_taken_away() {
    let (site, backup) = emptied().await;
    for bad in ["", "other.db", "../stolen.db", "/etc/stolen.db"] {
        let fields = [("asked", "1"), ("safety", "1"), ("target", "new"), ("new_name", bad)];
        let before = site.held().await;
        let reply = restore(&site, &backup, &fields).await;
        assert_eq!(reply.status.as_u16(), 422, "{bad}: {}", reply.text());
        let shown = reply.main();
        assert!(
            shown.contains("value=\"new\" checked") && shown.contains("role=\"alert\""),
            "{bad}: {shown}"
        );
        assert_eq!(site.held().await, before, "{bad}");
    }
    let asked = "asked=1&safety=1&target=new&new_name=copy.db";
    let plan = site.open("alpha-owner", format!("/backups/{backup}/restore?{asked}")).await.main();
    assert!(!plan.contains("name=\"confirm\""), "there is nothing to confirm: {plan}");
    let fields = [("asked", "1"), ("safety", "1"), ("target", "new"), ("new_name", " copy.db ")];
    carried_out(&site, &restore(&site, &backup, &fields).await).await;
    assert_eq!((orders(&site, "copy.db"), orders(&site, "shop.db")), (3, 0));
}

#[actix_web::test]
async fn what_is_at_work_is_said_with_what_was_chosen() {
    let (site, backup) = emptied().await;
    let now = site.post("alpha-owner", format!("/resources/{}/backup", site.shop.id), &[]).await.operation();
    let fields = [("asked", "1"), ("safety", "1"), ("target", "same"), ("confirm", "shop")];
    let reply = restore(&site, &backup, &fields).await;
    let shown = reply.main();
    assert_eq!(reply.status.as_u16(), 409, "{shown}");
    let way = format!("href=\"/operations/{now}\"");
    assert!(shown.contains(&way) && shown.contains("value=\"same\" checked"), "{shown}");
    assert_eq!(site.run(&now).await.state, OpState::Succeeded);
    carried_out(&site, &restore(&site, &backup, &fields).await).await;
}

#[actix_web::test]
async fn into_another_resource_one_must_own_that_too() {
    let (site, backup) = emptied().await;
    let (db, owner) = (&site.site.world.db, &site.person("alpha-owner").id);
    let other = site.other.id.to_string();
    let before = site.held().await;
    let plan = format!("/backups/{backup}/restore?asked=1&safety=1&target=other&other={other}");
    let fields = |confirm| {
        [("asked", "1"), ("safety", "1"), ("target", "other"), ("other", &*other), ("confirm", confirm)]
    };
    let shown = site.open("alpha-owner", &plan).await;
    assert!(!shown.main().contains(">other<") && !shown.main().contains("name=\"confirm\""));
    assert_eq!(restore(&site, &backup, &fields("other")).await.status, 404);
    db.set_member(&site.beta, owner, Role::Operator, "test").await.unwrap();
    assert_eq!(restore(&site, &backup, &fields("other")).await.status, 403);
    for bad in ["", "x", backup.as_str()] {
        let fields =
            [("asked", "1"), ("safety", "1"), ("target", "other"), ("other", bad), ("confirm", "shop")];
        assert_eq!(restore(&site, &backup, &fields).await.status, 404, "{bad}");
    }
    assert_eq!(site.held().await.operations, before.operations);

    // Two projects of theirs: what is in a backup of one is not trusted in the other.
    db.set_member(&site.beta, owner, Role::Owner, "test").await.unwrap();
    let shown = site.open("alpha-owner", &plan).await.main();
    assert!(!shown.contains(">other<") && shown.contains("another project"), "{shown}");
    assert_eq!(restore(&site, &backup, &fields("other")).await.status, 422);
    assert_eq!(site.held().await.operations, before.operations);
}

#[actix_web::test]
async fn into_another_resource_it_replaces_that_one_alone() {
    let (site, backup) = emptied().await;
    let spare = site.spare().await;
    let fields = |confirm| {
        [
            ("asked", "1"),
            ("safety", "1"),
            ("target", "other"),
            ("other", spare.id.as_str()),
            ("confirm", confirm),
        ]
    };
    let plan = format!("/backups/{backup}/restore?asked=1&safety=1&target=other&other={}", spare.id);
    assert!(site.open("alpha-owner", &plan).await.main().contains(">spare<"));
    // The name to type is the one of what would be replaced.
    assert_eq!(restore(&site, &backup, &fields("shop")).await.status, 422);
    let row = carried_out(&site, &restore(&site, &backup, &fields("spare")).await).await;
    assert_eq!((row.resource.as_ref(), row.project.as_ref()), (Some(&spare.id), Some(&site.alpha)));
    assert_eq!(children(&site, &row).await, 1, "what was there was saved");
    assert_eq!((orders(&site, "spare.db"), orders(&site, "shop.db")), (3, 0));
}

#[actix_web::test]
async fn without_a_safety_backup_it_takes_a_reason_and_the_name() {
    let (site, backup) = emptied().await;
    let before = site.held().await;
    let plan = site.open("alpha-owner", format!("/backups/{backup}/restore?asked=1")).await.main();
    assert!(plan.contains("Going without a safety backup needs a reason"), "{plan}");
    assert!(plan.contains("name=\"reason\"") && !plan.contains("name=\"confirm\""));
    for (reason, confirm) in [("", "shop"), ("  ", "shop"), ("no room", ""), ("no room", "shopp")] {
        let fields = [("asked", "1"), ("reason", reason), ("confirm", confirm)];
        let reply = restore(&site, &backup, &fields).await;
        assert_eq!(reply.status, 422, "{fields:?}");
    }
    for who in ["alpha-operator", "alpha-viewer"] {
        let fields = [("asked", "1"), ("reason", "no room"), ("confirm", "shop")];
        let reply = site.post(who, format!("/backups/{backup}/restore"), &fields).await;
        assert_eq!(reply.status, 403, "{who}");
    }
    assert_eq!((orders(&site, "shop.db"), site.held().await), (0, before));

    let fields = [("asked", "1"), ("reason", " no room "), ("confirm", "shop")];
    let row = carried_out(&site, &restore(&site, &backup, &fields).await).await;
    let waiver = row.waiver.as_ref().expect("it stands in the operation");
    assert_eq!(waiver.reason, "no room");
    assert_eq!((orders(&site, "shop.db"), children(&site, &row).await), (3, 0));
    let told = site.entries("operation.").await.into_iter();
    let told: Vec<_> = told.filter(|entry| entry.detail.to_string().contains("no room")).collect();
    assert!(told.iter().any(|entry| entry.actor == site.actor("alpha-owner")), "the audit has the reason");
    let page = site.open("alpha-viewer", format!("/operations/{}", row.id)).await.main();
    assert!(page.contains("no room"), "{page}");
}
