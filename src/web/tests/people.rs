//! People, changed by administrators' forms: who comes in, who is kept out, and that
//! the last one who could let others in stays.

use super::TestSite;
use crate::{
    db::{AuditRow, UserRow},
    secret::{Secret, password},
};

const PASSWORD: &str = "correct horse battery";

async fn user(site: &TestSite, name: &str) -> Option<UserRow> {
    site.site.world.db.user_named(name).await.unwrap()
}

async fn last(site: &TestSite) -> AuditRow {
    site.entries("").await.remove(0)
}

/// Whether their password is this one now.
async fn signs_in_with(site: &TestSite, name: &str, typed: &str) -> bool {
    let (_, hash) = site.site.world.db.credentials(name).await.unwrap().unwrap();
    hash.is_some_and(|hash| password::verify(&Secret::new(typed), &hash))
}

#[actix_web::test]
async fn a_person_is_added_once_all_of_it_is_right() {
    let site = TestSite::new().await;
    let fields = [("name", "eva"), ("email", " eva@example.org "), ("password", PASSWORD), ("admin", "1")];
    let reply = site.post("admin", "/people", &fields).await;
    let eva = user(&site, "eva").await.unwrap();
    assert_eq!(reply.to(), format!("/people/{}", eva.id));
    assert!(eva.is_admin && eva.email.as_deref() == Some("eva@example.org"));
    assert!(signs_in_with(&site, "eva", PASSWORD).await);
    let entry = last(&site).await;
    assert_eq!((&*entry.action, entry.actor), ("user.add", site.actor("admin")));
    assert!(!entry.detail.to_string().contains(PASSWORD), "{}", entry.detail);
    // Without the mark they are none.
    site.post("admin", "/people", &[("name", "rui"), ("password", PASSWORD)]).await;
    assert!(!user(&site, "rui").await.unwrap().is_admin);

    let before = site.held().await;
    let people = site.site.world.db.users().await.unwrap().len();
    for (name, email, typed, told) in [
        ("", "", PASSWORD, "cannot be a person"),
        (" ana", "", PASSWORD, "cannot be a person"),
        ("EVA", "", PASSWORD, "is called"),
        ("ana", "no address", PASSWORD, "is no e-mail address"),
        ("ana", "eva@example.org", PASSWORD, "has the address"),
        ("ana", "", "short", "password"),
        ("ana", "", "", "password"),
    ] {
        let fields = [("name", name), ("email", email), ("password", typed)];
        let reply = site.post("admin", "/people", &fields).await;
        assert_eq!(reply.status, 422, "{fields:?}");
        let main = reply.main();
        assert!(main.contains("aria-invalid") && main.contains(told), "{fields:?}: {main}");
        assert!(typed.is_empty() || !main.contains(&format!("value=\"{typed}\"")), "it is not said again");
    }
    for who in ["alpha-owner", "alpha-viewer", "nobody"] {
        assert_eq!(site.post(who, "/people", &fields).await.status, 404, "{who}");
    }
    assert_eq!(site.site.world.db.users().await.unwrap().len(), people);
    assert_eq!(site.held().await, before);
}

#[actix_web::test]
async fn whoever_is_kept_out_is_out_at_once() {
    let site = TestSite::new().await;
    let path = format!("/people/{}", site.person("alpha-owner").id);
    let session = async |wanted: u16| {
        assert_eq!(site.open("alpha-owner", "/dashboard").await.status, wanted);
    };
    session(200).await;
    let out = site.post("admin", format!("{path}/disable"), &[]).await;
    assert_eq!((out.to(), &*out.flash().unwrap().1), (&*path, "flash-person-disabled"));
    assert!(user(&site, "alpha-owner").await.unwrap().disabled_at.is_some());
    assert_eq!((&*last(&site).await.action, last(&site).await.actor), ("user.disable", site.actor("admin")));
    session(303).await;
    let token = super::Ask::get("/api/me").token_of(site.person("alpha-owner"));
    assert_eq!(site.send(token).await.status, 401);
    site.post("admin", format!("{path}/enable"), &[]).await;
    assert!(user(&site, "alpha-owner").await.unwrap().disabled_at.is_none());
    assert_eq!(last(&site).await.action, "user.enable");
    session(303).await;
}

#[actix_web::test]
async fn the_last_administrator_stays_one() {
    let site = TestSite::new().await;
    let path = |who: &str, what: &str| format!("/people/{}/{what}", site.person(who).id);
    let before = site.held().await;
    for (what, fields) in [("disable", &[][..]), ("admin", &[("admin", "")]), ("admin", &[("admin", "0")])] {
        let reply = site.post("admin", path("admin", what), fields).await;
        let (good, _, why) = reply.flash().unwrap();
        assert!(!good && why.contains("last administrator"), "{what}: {why}");
    }
    assert_eq!(site.held().await, before);
    // With a second one the first may go.
    site.post("admin", path("nobody", "admin"), &[("admin", "1")]).await;
    assert!(user(&site, "nobody").await.unwrap().is_admin);
    let entry = last(&site).await;
    assert_eq!((&*entry.action, entry.actor), ("user.admin", site.actor("admin")));
    let gone = site.post("admin", path("admin", "admin"), &[("admin", "")]).await;
    assert!(gone.flash().unwrap().0);
    assert!(!user(&site, "admin").await.unwrap().is_admin);
    assert_eq!(site.open("admin", "/people").await.status, 404, "from this very moment");
    assert_eq!(site.open("nobody", "/people").await.status, 200);
}

#[actix_web::test]
async fn a_new_password_ends_every_session() {
    let site = TestSite::new().await;
    let path = format!("/people/{}/password", site.person("alpha-owner").id);
    let before = site.held().await;
    for (first, again, told) in
        [("one two three four", "one two three five", "differ"), ("short", "short", "password")]
    {
        let reply = site.post("admin", &path, &[("password", first), ("again", again)]).await;
        assert_eq!(reply.status, 422);
        assert!(reply.main().contains(told) && reply.main().contains("aria-invalid"), "{}", reply.main());
        assert!(!reply.text().contains(first), "it is not said again");
    }
    assert_eq!(site.post("admin", &path, &[("password", PASSWORD)]).await.status, 400);
    assert_eq!(site.held().await, before);
    assert_eq!(site.open("alpha-owner", "/dashboard").await.status, 200);
    let done = site.post("admin", &path, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    assert_eq!(done.flash().unwrap().1, "flash-saved");
    assert!(signs_in_with(&site, "alpha-owner", PASSWORD).await);
    let entry = last(&site).await;
    assert_eq!((&*entry.action, entry.actor), ("user.password", site.actor("admin")));
    assert_eq!(site.open("alpha-owner", "/dashboard").await.status, 303);
}

#[actix_web::test]
async fn nobody_else_changes_people() {
    let site = TestSite::new().await;
    let before = site.held().await;
    for who in ["alpha-owner", "alpha-operator", "alpha-viewer", "nobody"] {
        for what in ["admin", "disable", "enable", "password"] {
            for of in [who, "admin"] {
                let path = format!("/people/{}/{what}", site.person(of).id);
                let fields = [("admin", "1"), ("password", PASSWORD), ("again", PASSWORD)];
                assert_eq!(site.post(who, path, &fields).await.status, 404, "{what} as {who}");
            }
        }
    }
    for path in ["/people/x/disable".to_owned(), format!("/people/{}/disable", site.alpha)] {
        assert_eq!(site.post("admin", &path, &[]).await.status, 404, "{path}");
    }
    let bad = format!("/people/{}/admin", site.person("nobody").id);
    assert_eq!(site.post("admin", bad, &[("boss", "1")]).await.status, 400);
    assert_eq!(site.held().await, before);
}
