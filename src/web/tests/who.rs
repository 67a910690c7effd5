//! Who may what on the pages: every route, for everybody. What a rule does not let in
//! never reaches a handler, whatever is sent.

use crate::{
    domain::{operation::OpState, role::Role},
    operation::{Request, RestoreRequest},
    web::{
        guard::{Body, Rule},
        routes::{self, Entry},
        tests::{Ask, Person, TestSite},
    },
};

/// Things of alpha's, for the places in paths.
pub(super) struct Things(Vec<(&'static str, String)>);

impl Things {
    pub(super) async fn of(site: &TestSite) -> Self {
        let backup = site.backup(&site.shop).await;
        site.sql("INSERT INTO orders VALUES (4)");
        let restore = Request::Restore(RestoreRequest::of(backup.clone()));
        let restored = site.carry_out(restore, Some("shop")).await;
        assert_eq!(restored.state, OpState::Succeeded);
        let db = &site.site.world.db;
        let aside = db.kept_asides(Some(&site.shop.id)).await.unwrap().remove(0);
        Self(vec![
            ("{project}", site.alpha.to_string()),
            ("{resource}", site.shop.id.to_string()),
            ("{backup}", backup.to_string()),
            ("{operation}", restored.id.to_string()),
            ("{aside}", aside.id.to_string()),
            ("{field}", "jwt_expiry".to_owned()),
            ("{user}", site.person("nobody").id.to_string()),
        ])
    }

    pub(super) fn path(&self, path: &str) -> String {
        self.0.iter().fold(path.to_owned(), |path, (place, id)| path.replace(place, id))
    }
}

pub(super) fn pages() -> impl Iterator<Item = Entry> {
    routes::table().into_iter().filter(|entry| !entry.path.starts_with("/api"))
}

fn ask(entry: &Entry, path: &str) -> Ask {
    let ask = Ask::new(entry.method, path);
    match (entry.method, entry.body) {
        ("GET", _) => ask,
        (_, Body::Stream) => ask.body("text/plain", "x"),
        _ => ask.body("application/x-www-form-urlencoded", "no=such&field=1"),
    }
}

/// What the rule says of this person: nothing there, not allowed, or let in.
pub(super) fn wanted(rule: Rule, name: &str) -> Option<u16> {
    let role = name.strip_prefix("alpha-").map(|role| role.parse::<Role>().unwrap());
    let at_least = |least: Role| match role {
        None => Some(404),
        Some(role) if role < least => Some(403),
        Some(_) => None,
    };
    match rule {
        Rule::Public | Rule::Person => None,
        Rule::Administrator if name == "admin" => None,
        Rule::Administrator => Some(404),
        Rule::Member | Rule::Members if name == "admin" => None,
        Rule::Member => at_least(Role::Viewer),
        Rule::Members => at_least(Role::Owner),
        Rule::Project(role)
        | Rule::Resource(role)
        | Rule::Backup(role)
        | Rule::Operation(role)
        | Rule::Aside(role) => at_least(role),
    }
}

#[actix_web::test]
async fn each_page_lets_in_whom_its_rule_names() {
    let site = TestSite::new().await;
    let things = Things::of(&site).await;
    for entry in pages() {
        let path = things.path(entry.path);
        let streams = entry.path.ends_with("/events");
        for (name, person) in site.everybody() {
            let Some(status) = wanted(entry.rule, name) else {
                // Who may is shown the page; what changes something is tested elsewhere.
                if entry.method == "GET" && !streams && !path.contains('{') {
                    let reply = site.send(ask(&entry, &path).page_of(person)).await;
                    let at = format!("{path} as {name}: {}", reply.status);
                    assert!(reply.status.as_u16() < 400 || entry.rule == Rule::Public, "{at}");
                }
                continue;
            };
            let reply = site.send(ask(&entry, &path).page_of(person)).await;
            assert_eq!(reply.status.as_u16(), status, "{} {path} as {name}", entry.method);
        }
    }
}

#[actix_web::test]
async fn without_a_session_there_is_only_the_way_in() {
    let site = TestSite::new().await;
    let things = Things::of(&site).await;
    for entry in pages().filter(|entry| entry.rule != Rule::Public) {
        let reply = site.send(ask(&entry, &things.path(entry.path))).await;
        assert_eq!(reply.status.as_u16(), 303, "{} {}", entry.method, entry.path);
        assert!(reply.header("location").starts_with("/sign-in"), "{}", reply.header("location"));
    }
}

/// Whoever may, but whose browser was sent by another site.
fn owner(site: &TestSite) -> &Person {
    site.person("alpha-owner")
}

#[actix_web::test]
async fn no_form_of_another_site_is_taken() {
    let site = TestSite::new().await;
    let things = Things::of(&site).await;
    for entry in pages().filter(|entry| entry.method != "GET" && wanted(entry.rule, "alpha-owner").is_none())
    {
        let path = things.path(entry.path);
        let bare = site.send(ask(&entry, &path).session_of(owner(&site))).await;
        let foreign = site
            .send(ask(&entry, &path).page_of(owner(&site)).header("origin", "https://evil.example"))
            .await;
        let others = site.person("beta-owner");
        let stolen = ask(&entry, &path).page_of(others).session_of(owner(&site));
        let stolen = site.send(stolen).await;
        let statuses = [bare, foreign, stolen].map(|reply| reply.status.as_u16());
        // What is read as it comes asks for its token where it reads it.
        let wanted = if entry.body == Body::Stream { vec![400, 422, 403] } else { vec![403] };
        assert!(statuses.iter().all(|status| wanted.contains(status)), "{path}: {statuses:?}");
    }
}

#[actix_web::test]
async fn no_id_is_a_way_elsewhere() {
    let site = TestSite::new().await;
    for id in ["..%2f..%2fetc%2fpasswd", "%2e%2e", "01", "'%20OR%201=1", "%00", &"a".repeat(5000)] {
        for place in ["resources", "backups", "operations", "projects", "download"] {
            let reply = site.send(Ask::get(format!("/{place}/{id}")).page_of(owner(&site))).await;
            assert_eq!(reply.status.as_u16(), 404, "/{place}/{id}");
        }
    }
    // A thing of one's own is not reached through the address of another's.
    let backup = site.backup(&site.shop).await;
    let path = format!("/api/resources/{}/backups/{backup}", site.other.id);
    assert_eq!(site.send(Ask::get(path).token_of(owner(&site))).await.status.as_u16(), 404);
}

#[actix_web::test]
async fn a_token_opens_the_api_alone() {
    let site = TestSite::new().await;
    let owner = owner(&site);
    assert_eq!(site.send(Ask::get("/api/me").token_of(owner)).await.status, 200);
    assert_eq!(site.send(Ask::get("/account").token_of(owner)).await.status, 303, "to sign in");
    let form = "application/x-www-form-urlencoded";
    for (path, body) in [
        ("/account/tokens", "token=mine&days=0"),
        ("/account/password", "current=&password=correct horse battery&again=correct horse battery"),
    ] {
        let reply = site.send(Ask::post(path).token_of(owner).body(form, body)).await;
        assert_eq!(reply.status, 303, "{path}");
        assert!(reply.header("location").starts_with("/sign-in"), "{path}");
    }
    assert_eq!(site.site.world.db.tokens_of(&owner.id).await.unwrap().len(), 1);
    // A proxy's own header stands in nobody's way.
    let proxied = Ask::get("/dashboard").session_of(owner).header("authorization", "Basic YTpi");
    assert_eq!(site.send(proxied).await.status, 200);
}

#[actix_web::test]
async fn what_is_too_large_is_not_read() {
    let site = TestSite::new().await;
    let large = format!("name={}", "x".repeat(300 << 10));
    let ask = Ask::post("/account/tokens").session_of(owner(&site));
    let reply = site.send(ask.body("application/x-www-form-urlencoded", large)).await;
    assert_eq!(reply.status.as_u16(), 413);
}

#[actix_web::test]
async fn every_answer_has_its_headers() {
    let site = TestSite::new().await;
    for path in ["/sign-in", "/dashboard", "/nothing", "/api/me", "/download/x", "/healthz"] {
        let reply = site.send(Ask::get(path)).await;
        assert!(reply.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
    }
}
