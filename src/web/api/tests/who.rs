//! Who may what: every route of the API, for everybody, with tokens and sessions.

use serde_json::json;

use crate::{
    domain::role::Role,
    web::{
        guard::{Body, Rule},
        routes::{self, Entry},
        tests::{Ask, TestSite},
    },
};

/// The route's address with things of alpha's in it.
struct Things {
    project: String,
    resource: String,
    backup: String,
    operation: String,
}

impl Things {
    async fn of(site: &TestSite) -> Self {
        let backup = site.backup(&site.shop).await;
        let operation = site.site.world.db.backup(&backup).await.unwrap().operation;
        Self {
            project: site.alpha.to_string(),
            resource: site.shop.id.to_string(),
            backup: backup.to_string(),
            operation: operation.to_string(),
        }
    }

    fn path(&self, path: &str) -> String {
        path.replace("{project}", &self.project)
            .replace("{resource}", &self.resource)
            .replace("{backup}", &self.backup)
            .replace("{operation}", &self.operation)
            .replace("{field}", "jwt_expiry")
    }
}

fn api() -> impl Iterator<Item = Entry> {
    routes::table().into_iter().filter(|entry| entry.path.starts_with("/api/"))
}

/// A request that every handler refuses with 4xx once the caller was let in, where it
/// would change something.
fn ask(entry: &Entry, path: &str) -> Ask {
    let ask = Ask::new(entry.method, path);
    match (entry.method, entry.body) {
        ("GET", _) => ask,
        (_, Body::Stream) => ask.body("text/plain", "x"),
        _ => ask.json(&json!({ "no such field": 1 })),
    }
}

fn least(rule: Rule) -> Option<Role> {
    match rule {
        Rule::Project(role) | Rule::Resource(role) | Rule::Backup(role) | Rule::Operation(role) => Some(role),
        _ => None,
    }
}

#[actix_web::test]
async fn each_route_lets_in_whom_its_rule_names() {
    let site = TestSite::new().await;
    let things = Things::of(&site).await;
    for entry in api() {
        let path = things.path(entry.path);
        for (name, person) in site.everybody() {
            let role = name.strip_prefix("alpha-").map(|role| role.parse::<Role>().unwrap());
            let reply = site.send(ask(&entry, &path).token_of(person)).await;
            let status = reply.status.as_u16();
            let at = format!("{} {path} as {name}: {status} {}", entry.method, reply.text());
            if entry.rule == Rule::Administrator {
                match name {
                    "admin" => assert!(![401, 403, 404].contains(&status) && status < 500, "{at}"),
                    _ => assert_eq!(reply.problem(), (404, "web-nothing-here".to_owned()), "{at}"),
                }
                continue;
            }
            match (least(entry.rule), role) {
                (None, _) => assert!(status < 400, "{at}"),
                (Some(_), None) => assert_eq!(reply.problem(), (404, "web-nothing-here".to_owned()), "{at}"),
                (Some(least), Some(role)) if role < least => {
                    assert_eq!(reply.problem(), (403, "web-not-allowed".to_owned()), "{at}");
                }
                _ => assert!(![401, 403, 404].contains(&status) && status < 500, "{at}"),
            }
        }
    }
}

/// A rule looks up what its handler reads, and what is no instance is said to be none.
#[actix_web::test]
async fn what_is_no_instance_is_told_so_by_every_route_of_instances() {
    let site = TestSite::new().await;
    let things = Things::of(&site).await;
    let owner = site.person("alpha-owner");
    for entry in api().filter(|entry| entry.path.starts_with("/api/instances/{resource}")) {
        let path = things.path(entry.path);
        let mut ask = Ask::new(entry.method, &path);
        if entry.method != "GET" {
            ask = ask.json(&json!({}));
        }
        let reply = site.send(ask.token_of(owner)).await;
        let at = format!("{} {path}: {} {}", entry.method, reply.status, reply.text());
        if reply.status == 200 {
            // Backups are listed and shown alike, whatever they are of.
            assert!(entry.method == "GET" && entry.path.contains("/backup"), "{at}");
            continue;
        }
        // Fields that must be there are asked for first, and so is what else is in the path.
        assert!(reply.status.is_client_error(), "{at}");
        if entry.path.ends_with("/restore/{backup}") {
            assert_eq!(reply.problem().1, "not-an-instance", "{at}");
        }
    }
}

#[actix_web::test]
async fn nobody_unknown_is_let_in() {
    let site = TestSite::new().await;
    let things = Things::of(&site).await;
    for entry in api().filter(|entry| entry.rule != Rule::Public) {
        let path = things.path(entry.path);
        let unknown = site.send(ask(&entry, &path)).await;
        assert_eq!(unknown.problem(), (401, "web-sign-in".to_owned()), "{} {path}", entry.method);
        for wrong in ["Bearer zelo_00", "Bearer ", "Basic YTpi"] {
            let reply = site.send(ask(&entry, &path).header("authorization", wrong)).await;
            assert_eq!(reply.problem(), (401, "token-unknown".to_owned()), "{} {path}", entry.method);
        }
    }
}

#[actix_web::test]
async fn a_session_changes_nothing_without_a_forms_token() {
    let site = TestSite::new().await;
    let things = Things::of(&site).await;
    let other = site.person("beta-owner");
    for entry in api().filter(|entry| entry.method != "GET" && entry.body == Body::Small) {
        let path = things.path(entry.path);
        let owner = site.person(if entry.rule == Rule::Administrator { "admin" } else { "alpha-owner" });
        let bare = site.send(ask(&entry, &path).session_of(owner)).await;
        assert_eq!(bare.problem(), (403, "web-foreign-form".to_owned()), "{} {path}", entry.method);
        let form = crate::web::csrf::token(&crate::secret::SystemRandom, &other.session).unwrap();
        let foreign = ask(&entry, &path).session_of(owner).header("x-csrf-token", &form);
        assert_eq!(site.send(foreign).await.problem().0, 403, "{} {path}", entry.method);
        let elsewhere = ask(&entry, &path).page_of(owner).header("origin", "https://evil.example");
        assert_eq!(site.send(elsewhere).await.problem().0, 403, "{} {path}", entry.method);
        let own = site.send(ask(&entry, &path).page_of(owner)).await;
        assert_eq!(own.problem().0, 422, "{} {path}: {}", entry.method, own.text());
    }
}

#[actix_web::test]
async fn nothing_is_reached_by_the_address_of_something_else() {
    let site = TestSite::new().await;
    let things = Things::of(&site).await;
    // Somebody who may everything in both.
    let both = site.person("beta-owner");
    let db = &site.site.world.db;
    db.set_member(&site.alpha, &both.id, Role::Owner, "test").await.unwrap();
    let (beta, other) = (&site.beta, &site.other.id);
    for path in [
        format!("/api/projects/{beta}/resources/{}", things.resource),
        format!("/api/resources/{other}/backups/{}", things.backup),
        format!("/api/resources/{other}/backups/{}/download", things.backup),
        "/api/operations/..%2f..%2fetc%2fpasswd".to_owned(),
        "/api/operations/01arz3ndektsv4rrffq69g5fav".to_owned(),
        "/api/resources/x/backups".to_owned(),
        "/api/nothing".to_owned(),
    ] {
        let reply = site.send(Ask::get(&path).token_of(both)).await;
        assert_eq!(reply.problem(), (404, "web-nothing-here".to_owned()), "{path}");
    }
    let path = format!("/api/resources/{}/backups/{}", things.resource, things.backup);
    assert_eq!(site.send(Ask::get(&path).token_of(both)).await.status, 200);
    assert_eq!(site.send(Ask::new("PATCH", &path).token_of(both)).await.problem().0, 405);
}

#[actix_web::test]
async fn who_asks_is_told_where_they_are_a_member() {
    let site = TestSite::new().await;
    let me = site.send(Ask::get("/api/me").session_of(site.person("alpha-operator"))).await;
    insta::assert_json_snapshot!("me", super::plain(&site, &me));
    let projects = site.send(Ask::get("/api/projects").token_of(site.person("beta-owner"))).await;
    insta::assert_json_snapshot!("projects", super::plain(&site, &projects));
    let none = site.send(Ask::get("/api/projects").token_of(site.person("admin"))).await.json();
    assert_eq!(none, json!({ "rows": [], "total": 0 }));
}
