//! Out of `needs_operator` by the page: which ways are offered to whom, and the
//! restore of the safety backup.

use super::TestSite;
use crate::{
    db::OperationRow,
    domain::operation::OpState,
    operation::{Request, RestoreRequest},
};

#[allow(clippy::disallowed_methods)] // the test plays the application
fn orders(site: &TestSite) -> i64 {
    let shop = rusqlite::Connection::open(site.folder().join("shop.db")).unwrap();
    shop.query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).unwrap()
}

/// A restore that took its safety backup (of seven orders), put three orders back, and
/// whose undo then failed.
#[allow(clippy::disallowed_methods)] // what a crash leaves is written past all rules
async fn stuck(site: &TestSite) -> OperationRow {
    let backup = site.backup(&site.shop).await;
    site.sql("INSERT INTO orders VALUES (4), (5), (6), (7)");
    let restore = Request::Restore(RestoreRequest::of(backup));
    let row = site.carry_out(restore, Some("shop")).await;
    let own = rusqlite::Connection::open(site.folder().join("zelo.db")).unwrap();
    own.execute("UPDATE operations SET state = 'needs_operator' WHERE id = ?1", [row.id.as_str()]).unwrap();
    assert_eq!(orders(site), 3);
    row
}

async fn state(site: &TestSite, row: &OperationRow) -> OpState {
    site.site.world.db.operation(&row.id).await.unwrap().state
}

#[actix_web::test]
async fn all_three_are_offered_to_owners_alone() {
    let site = TestSite::new().await;
    let row = stuck(&site).await;
    let at = format!("/operations/{}", row.id);
    for (who, offered) in [("alpha-owner", true), ("alpha-operator", false), ("alpha-viewer", false)] {
        let shown = site.open(who, &at).await.main();
        assert!(shown.contains("role=\"alert\""), "{who} is told: {shown}");
        for way in ["value=\"retry\"", "value=\"resolved\"", &*format!("href=\"{at}/safety\"")] {
            assert_eq!(shown.contains(way), offered, "{who}: {way}");
        }
    }
    let overview = site.open("alpha-viewer", "/dashboard").await.main();
    assert!(overview.contains(&format!("href=\"{at}\"")), "{overview}");
}

#[actix_web::test]
async fn its_safety_backup_is_restored_and_that_settles_it() {
    let site = TestSite::new().await;
    let row = stuck(&site).await;
    let safety = format!("/operations/{}/safety", row.id);
    let asked = site.open("alpha-owner", &safety).await.main();
    assert!(asked.contains("name=\"confirm\"") && asked.contains("data-confirm-name=\"shop\""), "{asked}");
    let before = site.held().await;
    for (who, typed, status) in [
        ("alpha-owner", "", 422),
        ("alpha-owner", "Shop", 422),
        ("alpha-operator", "shop", 403),
        ("alpha-viewer", "shop", 403),
        ("beta-owner", "shop", 404),
        ("admin", "shop", 404),
    ] {
        assert_eq!(site.post(who, &safety, &[("confirm", typed)]).await.status, status, "{who}: {typed}");
    }
    assert_eq!((site.held().await, orders(&site)), (before, 3));

    let fields = [("confirm", "shop"), ("key", "once")];
    let started = site.post("alpha-owner", &safety, &fields).await.operation();
    assert_eq!(site.post("alpha-owner", &safety, &fields).await.operation(), started, "sent twice it is one");
    assert_eq!(state(&site, &row).await, OpState::NeedsOperator, "not before it is done");
    let done = site.run(&started).await;
    assert_eq!(done.state, OpState::Succeeded, "{:?}", done.problem);
    assert_eq!((orders(&site), state(&site, &row).await), (7, OpState::Resolved));
    assert_eq!(done.actor, site.actor("alpha-owner"));
    let shown = site.open("alpha-viewer", format!("/operations/{}", row.id)).await.main();
    assert!(shown.contains("is-ok") && !shown.contains("role=\"alert\""), "{shown}");
    // Now there is nothing to leave.
    let late = site.post("alpha-owner", &safety, &[("confirm", "shop")]).await;
    assert!(late.status.is_client_error(), "{}", late.status);
    assert_eq!(orders(&site), 7);
}
