//! What pages show, and to whom: nothing is offered that would be refused.

use super::{Ask, TestSite};
use crate::{
    domain::role::Role,
    i18n::Lang,
    operation::{self, Actor, Request},
    web::text::T,
};

async fn page(site: &TestSite, path: &str, name: &str) -> String {
    let answer = site.send(Ask::get(path).session_of(site.person(name))).await;
    assert_eq!(answer.status, 200, "{path} {name}: {}", answer.text());
    answer.text()
}

fn backup_of_shop(site: &TestSite) -> Request {
    serde_json::from_value(serde_json::json!({ "kind": "backup", "resource": site.shop.id })).unwrap()
}

#[actix_web::test]
async fn only_administrators_see_how_full_the_store_is() {
    let site = TestSite::new().await;
    let admin = site.person("admin").id.clone();
    site.site.world.db.set_member(&site.alpha, &admin, Role::Viewer, "test").await.unwrap();
    let room = T::of(Lang::En).s("ui-figure-room");
    for (name, sees) in [("admin", true), ("alpha-owner", false), ("alpha-viewer", false)] {
        assert_eq!(page(&site, "/dashboard", name).await.contains(&room), sees, "{name}");
    }
}

#[actix_web::test]
async fn what_waits_or_runs_comes_before_what_ended_later() {
    let site = TestSite::new().await;
    let (world, by) = (&site.site.world, Actor("cli:ada".to_owned()));
    let prepared = operation::prepare(world, backup_of_shop(&site), &by).await.unwrap();
    let waits = operation::enqueue(world, prepared, None, None).await.unwrap().row().id.clone();
    let ended = site.carry_out(backup_of_shop(&site), None).await.id;
    assert!(waits < ended);
    let ask = Ask::get("/dashboard?part=recent").session_of(site.person("alpha-viewer"));
    let part = site.send(ask.header("hx-request", "true")).await.text();
    let at = |id: &str| part.find(&format!("/operations/{id}")).unwrap_or_else(|| panic!("{id}: {part}"));
    assert!(at(waits.as_str()) < at(ended.as_str()), "{part}");
    assert_eq!(part.matches(waits.as_str()).count(), 1, "once: {part}");
    assert!(!part.contains("<main"), "{part}");
}

#[actix_web::test]
async fn to_unpin_is_offered_to_owners() {
    let site = TestSite::new().await;
    let backup = site.backup(&site.shop).await;
    site.site.world.db.pin_backup(&backup, true, "test").await.unwrap();
    let of_shop = format!("/resources/{}", site.shop.id);
    for path in ["/dashboard/backup", of_shop.as_str()] {
        for (name, may) in [("alpha-viewer", false), ("alpha-operator", false), ("alpha-owner", true)] {
            let shown = page(&site, path, name).await;
            assert_eq!(shown.contains("value=\"unpin\""), may, "{path} {name}, several");
            assert_eq!(shown.contains(&format!("/{backup}/unpin\"")), may, "{path} {name}, one");
        }
    }
}

#[actix_web::test]
async fn roles_are_offered_where_the_kind_has_them() {
    let site = TestSite::new().await;
    let backup = site.backup(&site.shop).await;
    let plan = page(&site, &format!("/backups/{backup}/restore"), "alpha-owner").await;
    assert!(plan.contains("name=\"safety\""), "{plan}");
    assert!(!plan.contains("type=\"checkbox\" name=\"roles\""), "{plan}");
}
