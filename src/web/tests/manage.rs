//! Projects and their members, changed by forms: what is sent stands in the database
//! and in the audit, or nothing does.

use super::{Reply, TestSite};
use crate::{
    db::AuditRow,
    domain::{id::ProjectId, role::Role},
};

async fn names(site: &TestSite) -> Vec<String> {
    site.site.world.db.projects().await.unwrap().into_iter().map(|row| row.name).collect()
}

async fn last(site: &TestSite) -> AuditRow {
    site.entries("").await.remove(0)
}

async fn role(site: &TestSite, who: &str, project: &ProjectId) -> Option<Role> {
    site.site.world.db.role_in(&site.person(who).id, project).await.unwrap()
}

fn beside_the_field(reply: &Reply, words: &str) {
    assert_eq!(reply.status, 422, "{}", reply.text());
    let main = reply.main();
    assert!(main.contains("aria-invalid=\"true\"") && main.contains(words), "{words}: {main}");
}

/// Names that are none, and what is told of each.
fn bad_names() -> Vec<(String, &'static str)> {
    let none = "cannot be a project";
    let long = "x".repeat(81);
    let bad = ["", " Gamma", "Gamma ", "a\nb", "\u{7}", long.as_str()];
    let mut all: Vec<_> = bad.iter().map(|name| ((*name).to_owned(), none)).collect();
    all.push(("Beta".to_owned(), "Another project is called Beta"));
    all
}

#[actix_web::test]
async fn a_project_is_made_and_its_maker_owns_it() {
    let site = TestSite::new().await;
    let reply = site.post("admin", "/projects", &[("name", "Gamma & <b>co</b>")]).await;
    assert_eq!(reply.flash().unwrap().1, "flash-project-made");
    let id: ProjectId = reply.to().rsplit_once('/').unwrap().1.parse().unwrap();
    assert!(names(&site).await.contains(&"Gamma & <b>co</b>".to_owned()));
    assert_eq!(role(&site, "admin", &id).await, Some(Role::Owner));
    let made = site.entries("project.add").await.remove(0);
    assert_eq!((made.actor, made.subject), (site.actor("admin"), format!("project:{id}")));
    let page = site.open("admin", "/projects").await.text();
    assert!(!page.contains("<b>co</b>") && page.contains("Gamma &"), "what was typed is text");

    let (before, all) = (site.held().await, names(&site).await);
    for (name, words) in bad_names() {
        let reply = site.post("admin", "/projects", &[("name", &name)]).await;
        beside_the_field(&reply, words);
    }
    assert_eq!(site.post("admin", "/projects", &[("title", "x")]).await.status, 400);
    for who in ["alpha-owner", "alpha-operator", "alpha-viewer", "nobody"] {
        assert_eq!(site.post(who, "/projects", &[("name", "Delta")]).await.status, 404, "{who}");
    }
    assert_eq!((names(&site).await, site.held().await), (all, before));
}

#[actix_web::test]
async fn a_project_is_renamed_by_its_owners_and_administrators() {
    let site = TestSite::new().await;
    let path = format!("/projects/{}/name", site.alpha);
    for (who, name) in [("alpha-owner", "Alpha 2"), ("admin", "Alpha 3")] {
        let reply = site.post(who, &path, &[("name", name)]).await;
        assert_eq!(reply.to(), format!("/projects/{}", site.alpha));
        assert!(names(&site).await.contains(&name.to_owned()));
        let entry = last(&site).await;
        assert_eq!((&*entry.action, entry.actor), ("project.rename", site.actor(who)));
    }
    let (before, all) = (site.held().await, names(&site).await);
    for (name, words) in bad_names() {
        beside_the_field(&site.post("alpha-owner", &path, &[("name", &name)]).await, words);
    }
    for (who, status) in [("alpha-operator", 403), ("alpha-viewer", 403), ("beta-owner", 404)] {
        assert_eq!(site.post(who, &path, &[("name", "Mine")]).await.status, status, "{who}");
    }
    assert_eq!((names(&site).await, site.held().await), (all, before));
}

#[actix_web::test]
async fn members_come_and_change_and_go() {
    let site = TestSite::new().await;
    let nobody = site.person("nobody").id.to_string();
    let members = format!("/projects/{}/members", site.alpha);
    for (who, word, wanted) in
        [("alpha-owner", "viewer", Role::Viewer), ("admin", "operator", Role::Operator)]
    {
        let reply = site.post(who, &members, &[("user", &nobody), ("role", word)]).await;
        assert_eq!(reply.flash().unwrap().1, "flash-member-set");
        assert_eq!(role(&site, "nobody", &site.alpha).await, Some(wanted));
        let entry = last(&site).await;
        assert_eq!((&*entry.action, entry.actor), ("member.set", site.actor(who)));
        assert_eq!(entry.detail["to"], word);
    }
    let again = site.post("alpha-owner", format!("{members}/{nobody}/remove"), &[]).await;
    assert_eq!(again.flash().unwrap().1, "flash-member-removed");
    assert_eq!(role(&site, "nobody", &site.alpha).await, None);
    let entry = last(&site).await;
    assert_eq!((&*entry.action, entry.actor), ("member.remove", site.actor("alpha-owner")));
}

#[actix_web::test]
async fn no_member_is_set_who_may_not_be() {
    let site = TestSite::new().await;
    let id = |who: &str| site.person(who).id.to_string();
    let (owner, viewer, nobody) = (id("alpha-owner"), id("alpha-viewer"), id("nobody"));
    let members = format!("/projects/{}/members", site.alpha);
    let before = site.held().await;
    let unknown = site.alpha.to_string();
    for (fields, told) in [
        ([("user", owner.as_str()), ("role", "viewer")], "without an owner"),
        ([("user", unknown.as_str()), ("role", "viewer")], "nobody called"),
    ] {
        let reply = site.post("alpha-owner", &members, &fields).await;
        let (good, code, why) = reply.flash().unwrap();
        assert!(!good && code == "flash-failed" && why.contains(told), "{code}: {why}");
    }
    for (user, told) in [(&owner, "without an owner"), (&nobody, "no member")] {
        let reply = site.post("alpha-owner", format!("{members}/{user}/remove"), &[]).await;
        let (good, _, why) = reply.flash().unwrap();
        assert!(!good && why.contains(told), "{why}");
    }
    for fields in [
        [("user", nobody.as_str()), ("role", "king")],
        [("user", nobody.as_str()), ("role", "")],
        [("user", "x"), ("role", "viewer")],
        [("person", nobody.as_str()), ("role", "viewer")],
    ] {
        assert_eq!(site.post("alpha-owner", &members, &fields).await.status, 400, "{fields:?}");
    }
    for (who, status) in
        [("alpha-operator", 403), ("alpha-viewer", 403), ("beta-owner", 404), ("nobody", 404)]
    {
        let own = id(who);
        let fields = [("user", own.as_str()), ("role", "owner")];
        assert_eq!(site.post(who, &members, &fields).await.status, status, "{who}");
        let out = format!("{members}/{viewer}/remove");
        assert_eq!(site.post(who, out, &[]).await.status, status, "{who}");
    }
    let bad = format!("{members}/x/remove");
    assert_eq!(site.post("alpha-owner", bad, &[]).await.status, 404);
    assert_eq!(site.held().await, before);
    assert_eq!(role(&site, "alpha-viewer", &site.alpha).await, Some(Role::Viewer));
}

#[actix_web::test]
async fn what_went_wrong_is_told_in_the_persons_own_language() {
    let site = TestSite::new().await;
    let (db, owner) = (&site.site.world.db, site.person("alpha-owner"));
    db.set_user_locale(&owner.id, "pt-BR".parse().ok()).await.unwrap();
    let path = format!("/projects/{}/members/{}/remove", site.alpha, owner.id);
    let told = site.post("alpha-owner", path, &[]).await.flash().unwrap().2;
    assert!(!told.contains("without an owner"), "{told}");
}

#[actix_web::test]
async fn what_runs_nowhere_is_assigned_to_nobody() {
    let site = TestSite::new().await;
    let before = site.held().await;
    let alpha = site.alpha.to_string();
    let fields = [("identity", "local/container/ghost"), ("name", "ghost"), ("project", alpha.as_str())];
    assert_eq!(site.post("admin", "/detected/assign", &fields).await.status, 404);
    // What is somebody's already is not offered, nor taken by its identity.
    let fields = [("identity", &*site.other.identity), ("name", "mine"), ("project", alpha.as_str())];
    assert_eq!(site.post("admin", "/detected/assign", &fields).await.status, 404);
    for fields in [[("identity", "x"), ("name", "x"), ("project", "x")], [("name", "x"); 3]] {
        assert_eq!(site.post("admin", "/detected/assign", &fields).await.status, 400);
    }
    for who in ["alpha-owner", "alpha-viewer", "nobody"] {
        assert_eq!(site.post(who, "/detected/assign", &fields).await.status, 404, "{who}");
    }
    assert_eq!(site.held().await, before);
    let other = site.site.world.db.resource(&site.other.id).await.unwrap();
    assert_eq!(other.project.as_ref(), Some(&site.beta));
}
