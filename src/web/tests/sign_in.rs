//! Signing in: the session is new each time, leads only to our own pages, and tries
//! are counted.

use crate::{
    secret::{Secret, SystemRandom, password},
    web::{
        csrf,
        tests::{Ask, Reply, TestSite},
    },
};

const PASSWORD: &str = "correct horse battery";

/// A browser that came to the form, and what it sends.
async fn sign_in(site: &TestSite, name: &str, typed: &str, next: &str, guest: &str) -> Reply {
    let form = csrf::token(&SystemRandom, guest).unwrap();
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs([("csrf", form.as_str()), ("name", name), ("password", typed), ("next", next)]);
    let ask = Ask::post("/sign-in").header("cookie", &format!("zelo_guest={guest}"));
    site.send(ask.body("application/x-www-form-urlencoded", body.finish())).await
}

async fn with_password() -> TestSite {
    let site = TestSite::new().await;
    let id = &site.person("alpha-owner").id;
    let hash = password::hash(&Secret::new(PASSWORD), &SystemRandom).unwrap();
    site.site.world.db.set_password(id, hash, None, "test").await.unwrap();
    site
}

fn session(reply: &Reply) -> Option<String> {
    let set = reply.headers.get_all("set-cookie").filter_map(|value| value.to_str().ok());
    let mut ours = set.filter_map(|cookie| cookie.strip_prefix("zelo_session="));
    ours.next().map(|rest| rest.split(';').next().unwrap_or_default().to_owned())
}

#[actix_web::test]
async fn each_sign_in_opens_a_session_of_its_own() {
    let site = with_password().await;
    let first = sign_in(&site, "alpha-owner", PASSWORD, "", "g").await;
    let second = sign_in(&site, "ALPHA-OWNER", PASSWORD, "", "g").await;
    let (first, second) = (session(&first).unwrap(), session(&second).unwrap());
    assert_ne!(first, second);
    // A session somebody planted before is not the one that is opened.
    assert!(![first.as_str(), second.as_str()].contains(&"g"));
    let open = |token: &str| Ask::get("/dashboard").header("cookie", &format!("zelo_session={token}"));
    assert_eq!(site.send(open(&first)).await.status.as_u16(), 200);
    let form = csrf::token(&SystemRandom, &first).unwrap();
    let out = Ask::post("/sign-out").header("cookie", &format!("zelo_session={first}"));
    assert_eq!(site.send(out.header("x-csrf-token", &form)).await.status.as_u16(), 303);
    assert_eq!(site.send(open(&first)).await.status.as_u16(), 303, "it ended in the database too");
    assert_eq!(site.send(open(&second)).await.status.as_u16(), 200);
}

#[actix_web::test]
async fn the_way_on_stays_here() {
    let site = with_password().await;
    for (next, to) in [
        ("/operations?state=running", "/operations?state=running"),
        ("//evil.example", "/dashboard"),
        ("https://evil.example/", "/dashboard"),
        ("/\\evil.example", "/dashboard"),
        ("/x\r\nSet-Cookie: a=b", "/dashboard"),
    ] {
        let reply = sign_in(&site, "alpha-owner", PASSWORD, next, "g").await;
        assert_eq!(reply.header("location"), to, "{next}");
    }
}

#[actix_web::test]
async fn wrong_tries_tell_nothing_and_are_counted() {
    let site = with_password().await;
    let told = |reply: Reply| {
        let text = reply.text();
        let at = text.find("<main").unwrap();
        (reply.status.as_u16(), text[at..].matches("Name or password is wrong").count())
    };
    assert_eq!(told(sign_in(&site, "alpha-owner", "no", "", "g").await), (422, 1));
    assert_eq!(told(sign_in(&site, "who is that", "no", "", "g").await), (422, 1));
    for _ in 0..4 {
        sign_in(&site, "alpha-owner", "no", "", "g").await;
    }
    let reply = sign_in(&site, "alpha-owner", PASSWORD, "", "g").await;
    assert_eq!(reply.status.as_u16(), 429);
    assert!(session(&reply).is_none());
    site.hours(1);
    assert!(session(&sign_in(&site, "alpha-owner", PASSWORD, "", "g").await).is_some());
}

#[actix_web::test]
async fn tries_at_one_moment_are_counted_too() {
    let site = with_password().await;
    let tries = (0..20).map(|_| sign_in(&site, "alpha-owner", "no", "", "g"));
    let replies = futures_util::future::join_all(tries).await;
    let looked_at = replies.iter().filter(|reply| reply.status != 429).count();
    assert_eq!(looked_at, 5);
}

#[actix_web::test]
async fn an_open_session_is_no_place_to_guess_its_password() {
    let site = with_password().await;
    let open = session(&sign_in(&site, "alpha-owner", PASSWORD, "", "g").await).unwrap();
    let form = csrf::token(&SystemRandom, &open).unwrap();
    let change = async |current: &str| {
        let body = format!("current={current}&password={PASSWORD} 2&again={PASSWORD} 2").replace(' ', "+");
        let ask = Ask::post("/account/password").header("cookie", &format!("zelo_session={open}"));
        let ask = ask.header("x-csrf-token", &form);
        site.send(ask.body("application/x-www-form-urlencoded", body)).await.status.as_u16()
    };
    for _ in 0..5 {
        assert_eq!(change("no").await, 422);
    }
    assert_eq!(change(PASSWORD).await, 429);
    site.hours(1);
    assert_eq!(change(PASSWORD).await, 303);
}

#[actix_web::test]
async fn nothing_is_hashed_for_who_has_no_set_up_link() {
    let site = TestSite::new().await;
    // Would be refused for the password, if that were looked at.
    let form = csrf::token(&SystemRandom, "g").unwrap();
    let body = format!("csrf={form}&token=x&name=ana&password=a&again=b&project=p");
    let ask = Ask::post("/setup").header("cookie", "zelo_guest=g");
    let reply = site.send(ask.body("application/x-www-form-urlencoded", body)).await;
    assert_eq!(reply.status, 404);
}
