//! Tokens for the API, on the page of whoever makes them: shown once, used, listed
//! without their secret, revoked, and nobody else's business.

use super::{Ask, Reply, TestSite};

/// A token made on the page: the answer, and the token.
async fn made(site: &TestSite, who: &str, name: &str, days: &str) -> (Reply, String) {
    let page = site.post(who, "/account/tokens", &[("token", name), ("days", days)]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let token = text.split("id=\"made\">").nth(1).expect("it is shown").split('<').next().unwrap();
    (page, token.to_owned())
}

async fn used(site: &TestSite, token: &str) -> Reply {
    site.send(Ask::get("/api/me").header("authorization", &format!("Bearer {token}"))).await
}

/// The id of somebody's token of this name.
async fn id(site: &TestSite, who: &str, name: &str) -> String {
    let all = site.site.world.db.tokens_of(&site.person(who).id).await.unwrap();
    all.iter().find(|row| row.name == name).unwrap().id.to_string()
}

#[actix_web::test]
async fn it_is_shown_once_used_listed_and_revoked() {
    let site = TestSite::new().await;
    let (page, token) = made(&site, "alpha-operator", "nightly job", "30").await;
    assert_eq!(page.text().matches(&token).count(), 1);
    assert_eq!(page.header("cache-control"), "no-store");
    let me = used(&site, &token).await;
    assert_eq!((me.status.as_u16(), &me.json()["name"]), (200, &"alpha-operator".into()));

    let listed = site.open("alpha-operator", "/account").await.text();
    assert!(listed.contains("nightly job") && !listed.contains(&token), "{listed}");
    // Neither the page nor the database nor the audit has what it could be used by.
    let secret = token.rsplit('_').next().unwrap();
    for file in ["zelo.db", "zelo.db-wal"] {
        let bytes = std::fs::read(site.folder().join(file)).unwrap_or_default();
        assert!(!bytes.windows(secret.len()).any(|some| some == secret.as_bytes()), "{file}");
    }
    let entry = site.entries("token.").await.remove(0);
    assert_eq!((&*entry.action, &entry.actor), ("token.add", &site.actor("alpha-operator")));
    assert!(!entry.detail.to_string().contains(secret), "{entry:?}");

    let revoke = format!("/account/tokens/{}/revoke", id(&site, "alpha-operator", "nightly job").await);
    let ended = site.post("alpha-operator", &revoke, &[]).await;
    assert_eq!((ended.to(), &*ended.flash().unwrap().1), ("/account", "flash-token-revoked"));
    assert_eq!(used(&site, &token).await.problem(), (401, "token-unknown".to_owned()));
    assert!(!site.open("alpha-operator", "/account").await.text().contains("nightly job"));
    assert_eq!(site.entries("token.revoke").await.len(), 1);
    assert_eq!(used(&site, &site.person("alpha-operator").token).await.status, 200, "the other one works");
}

#[actix_web::test]
async fn nobody_revokes_or_sees_anothers() {
    let site = TestSite::new().await;
    let (_, token) = made(&site, "alpha-viewer", "mine", "0").await;
    let revoke = format!("/account/tokens/{}/revoke", id(&site, "alpha-viewer", "mine").await);
    for who in ["alpha-owner", "beta-viewer", "nobody", "admin"] {
        let before = site.held().await;
        let reply = site.post(who, &revoke, &[]).await;
        assert_eq!(reply.status, 404, "{who}: {}", reply.text());
        assert_eq!(site.held().await, before, "{who}");
        assert!(!site.open(who, "/account").await.main().contains("mine"), "{who}");
    }
    for odd in ["/account/tokens/x/revoke", "/account/tokens/%2e%2e/revoke"] {
        assert_eq!(site.post("alpha-viewer", odd, &[]).await.status, 404, "{odd}");
    }
    assert_eq!(used(&site, &token).await.status, 200);
}

#[actix_web::test]
async fn it_works_as_long_as_was_chosen() {
    let site = TestSite::new().await;
    let (_, month) = made(&site, "alpha-viewer", "a month", "30").await;
    let (_, ever) = made(&site, "alpha-viewer", "until revoked", "0").await;
    // What is not offered is the shortest.
    let (_, odd) = made(&site, "alpha-viewer", "odd", "9999").await;
    site.hours(30 * 24 - 1);
    for token in [&month, &ever, &odd] {
        assert_eq!(used(&site, token).await.status, 200);
    }
    site.hours(2);
    let works = [used(&site, &month).await, used(&site, &odd).await, used(&site, &ever).await];
    assert_eq!(works.map(|reply| reply.status.as_u16()), [401, 401, 200]);
    assert!(site.open("alpha-viewer", "/account").await.main().contains("is-idle"), "it is over");
}

#[actix_web::test]
async fn it_needs_a_name() {
    let site = TestSite::new().await;
    let before = site.held().await;
    let long = "x".repeat(81);
    for name in ["", "  ", &long] {
        let reply = site.post("alpha-viewer", "/account/tokens", &[("token", name), ("days", "30")]).await;
        assert_eq!(reply.status, 422, "{name}");
        assert!(reply.main().contains("aria-invalid") && !reply.main().contains("id=\"made\""));
    }
    for days in ["", "x", "-1"] {
        let reply = site.post("alpha-viewer", "/account/tokens", &[("token", "a"), ("days", days)]).await;
        assert_eq!(reply.status, 400, "{days}");
    }
    assert_eq!(site.held().await, before);
}
