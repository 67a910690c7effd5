//! Where people come by HTTPS: nothing of theirs travels otherwise, and no neighbour
//! plants a cookie.

use super::{Ask, Reply, TestSite, browse::FORM};
use crate::{
    secret::{Secret, SystemRandom, password},
    web::csrf,
};

const PASSWORD: &str = "correct horse battery";

async fn site(url: Option<&str>) -> TestSite {
    let site = TestSite::at(url).await;
    let hash = password::hash(&Secret::new(PASSWORD), &SystemRandom).unwrap();
    let id = &site.person("alpha-owner").id;
    site.site.world.db.set_password(id, hash, None, "test").await.unwrap();
    site
}

/// The cookies an answer sets, each as it stands there.
fn set(reply: &Reply) -> Vec<String> {
    reply.headers.get_all("set-cookie").map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// The cookie of this name, and what is said of it.
fn named<'a>(cookies: &'a [String], name: &str) -> (&'a str, Vec<&'a str>) {
    let whole = cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}=")));
    let whole = whole.unwrap_or_else(|| panic!("no {name} in {cookies:?}"));
    let mut pieces = whole.split("; ");
    (pieces.next().unwrap().split_once('=').unwrap().1, pieces.collect())
}

/// Signs in as a browser does: the page, then its form.
async fn signed_in(site: &TestSite, base: &str, prefix: &str) -> (Reply, Reply) {
    let page = site.send(Ask::get(format!("{base}/sign-in"))).await;
    let cookies = set(&page);
    let (guest, _) = named(&cookies, &format!("{prefix}zelo_guest"));
    let form = csrf::token(&SystemRandom, guest).unwrap();
    let body = format!("csrf={form}&name=alpha-owner&password={}&next=", PASSWORD.replace(' ', "+"));
    let ask = Ask::post(format!("{base}/sign-in")).header("cookie", &format!("{prefix}zelo_guest={guest}"));
    let reply = site.send(ask.body(FORM, body)).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    (page, reply)
}

#[actix_web::test]
async fn by_https_cookies_and_answers_say_so() {
    for (url, base, prefix) in
        [("https://panel.example", "", "__Host-"), ("https://panel.example/zelo", "/zelo", "__Secure-")]
    {
        let site = site(Some(url)).await;
        let (page, reply) = signed_in(&site, base, prefix).await;
        for reply in [&page, &reply] {
            assert_eq!(reply.header("strict-transport-security"), "max-age=31536000", "{url}");
            for cookie in set(reply) {
                let path = format!("; Path={base}/");
                assert!(cookie.starts_with(prefix), "{url}: {cookie}");
                assert!(cookie.contains("; Secure") && cookie.contains("; HttpOnly"), "{url}: {cookie}");
                assert!(cookie.contains("; SameSite=") && !cookie.contains("Domain="), "{url}: {cookie}");
                assert!(cookie.contains(&path), "{url}: {cookie}");
            }
        }
        let cookies = set(&reply);
        let (session, said) = named(&cookies, &format!("{prefix}zelo_session"));
        assert!(said.contains(&"SameSite=Lax"), "whoever comes by a link in a mail is signed in: {said:?}");
        let open = async |name: &str| {
            let ask = Ask::get(format!("{base}/dashboard")).header("cookie", &format!("{name}={session}"));
            site.send(ask).await.status.as_u16()
        };
        assert_eq!(open(&format!("{prefix}zelo_session")).await, 200, "{url}");
        // One that anybody on the same domain could have set is not looked at.
        assert_eq!(open("zelo_session").await, 303, "{url}");
    }
}

#[actix_web::test]
async fn without_it_nothing_is_promised_whatever_a_stranger_says() {
    for url in [None, Some("http://panel.example")] {
        let site = site(url).await;
        let (page, reply) = signed_in(&site, "", "").await;
        let ask =
            Ask::get("/sign-in").header("x-forwarded-proto", "https").header("forwarded", "proto=https");
        let said = site.send(ask).await;
        for reply in [page, reply, said] {
            assert_eq!(reply.header("strict-transport-security"), "", "{url:?}");
            for cookie in set(&reply) {
                // Marked, it would never come back, and nobody could sign in.
                assert!(cookie.starts_with("zelo_") && !cookie.contains("Secure"), "{url:?}: {cookie}");
                assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite="), "{cookie}");
            }
        }
    }
}
