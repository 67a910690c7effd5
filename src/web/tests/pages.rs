//! What pages show, and to whom: nothing is offered that would be refused.

use super::{Ask, TestSite};
use crate::{
    db::Finish,
    domain::{operation::OpState, role::Role},
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

#[actix_web::test]
async fn each_backup_offers_what_the_role_in_its_own_project_may() {
    let site = TestSite::new().await;
    let (own, theirs) = (site.backup(&site.shop).await, site.backup(&site.other).await);
    let owner = site.person("alpha-owner").id.clone();
    site.site.world.db.set_member(&site.beta, &owner, Role::Viewer, "test").await.unwrap();
    let shown = page(&site, "/dashboard/backup", "alpha-owner").await;
    for what in ["restore", "delete", "pin", "verify"] {
        assert!(shown.contains(&format!("/backups/{own}/{what}\"")), "{what}");
        assert!(!shown.contains(&format!("/backups/{theirs}/{what}\"")), "{what}");
    }
    let picked = |id: &str| shown.contains(&format!("name=\"id\" value=\"{id}\""));
    assert!(picked(own.as_str()) && !picked(theirs.as_str()));
    let bytes = site.site.world.db.backup(&own).await.unwrap().stored_bytes
        + site.site.world.db.backup(&theirs).await.unwrap().stored_bytes;
    assert!(bytes > 0 && shown.contains(&T::of(Lang::En).size(bytes)), "what all of them take");
}

/// Asks for it, and has it fail.
async fn fails(site: &TestSite, request: Request) {
    let (world, by) = (&site.site.world, Actor("cli:ada".to_owned()));
    let prepared = operation::prepare(world, request, &by).await.unwrap();
    let id = operation::enqueue(world, prepared, None, None).await.unwrap().row().id.clone();
    let until = site.site.now() + chrono::TimeDelta::hours(1);
    let (_, fence) = world.db.claim(&id, "w-test", until).await.unwrap().unwrap();
    let end = Finish { state: OpState::Failed, problem: None, result: serde_json::Value::Null };
    world.db.finish(&id, fence, end).await.unwrap();
}

#[actix_web::test]
async fn a_backup_that_failed_is_not_hidden_by_what_was_asked_for_later() {
    let site = TestSite::new().await;
    let good = site.backup(&site.shop).await;
    let failing = || async {
        // The list alone: the rest of the page names it, too.
        let ask = Ask::get("/dashboard?state=failing").session_of(site.person("alpha-owner"));
        let list = site.send(ask.header("hx-request", "true")).await.text();
        list.contains(&format!("/resources/{}\"", site.shop.id))
    };
    assert!(!failing().await);
    site.hours(1);
    fails(&site, backup_of_shop(&site)).await;
    assert!(failing().await);
    let verify = serde_json::json!({ "kind": "verify", "backup": good });
    site.carry_out(serde_json::from_value(verify).unwrap(), None).await;
    assert!(failing().await, "a verification makes no backup");
    site.hours(1);
    site.backup(&site.shop).await;
    assert!(!failing().await, "this one does");
}

#[actix_web::test]
async fn a_strangers_forwarded_host_is_not_believed() {
    let site = TestSite::new().await;
    let ask = Ask::get("/sign-in").header("host", "zelo.example");
    let ask = ask.header("x-forwarded-host", "evil.example").header("forwarded", "host=evil.example");
    let shown = site.send(ask).await.text();
    assert!(shown.contains("zelo.example") && !shown.contains("evil.example"), "{shown}");
}

#[actix_web::test]
async fn no_database_chosen_is_not_every_database() {
    let site = TestSite::new().await;
    let path = format!("/resources/{}/backup", site.shop.id);
    let none = site.post("alpha-operator", &path, &[("among", "1"), ("roles", "1")]).await;
    assert_eq!(none.status, 422);
    let said = T::of(Lang::En).told(&crate::problem!("backup-no-items")).what;
    assert!(none.text().contains(&said), "{}", none.text());
    let rows = site.send(Ask::get("/api/operations").token_of(site.person("alpha-owner"))).await;
    assert_eq!(rows.json()["total"], 0);
}
